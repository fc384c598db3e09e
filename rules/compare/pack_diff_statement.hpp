// A pack as statements: each says one thing of one subject, in words, and how much a change of it weighs.
//
// Whoever tells a struct of pack.hpp or site.hpp binds all of its members by name (`const auto& [id, title, …] =
// rule`): a member that is added there does not compile here until somebody has said where a change of it is told.
#pragma once

#include "rules/compare/pack_diff.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

/// Where a change of a statement is told, and how far it moves the version.
struct Weight {
    DiffSection section = DiffSection::who;
    Step added = Step::major, removed = Step::major, changed = Step::major;
};

namespace weight {
inline constexpr Weight safety{DiffSection::safety, Step::major, Step::major, Step::major};
inline constexpr Weight who{DiffSection::who, Step::major, Step::major, Step::major};
inline constexpr Weight adds{DiffSection::who, Step::minor, Step::major, Step::major};  ///< what is new takes no card
inline constexpr Weight card{DiffSection::card, Step::patch, Step::patch, Step::patch};
inline constexpr Weight offer{DiffSection::card, Step::major, Step::major, Step::major};  ///< what is drafted
inline constexpr Weight evidence{DiffSection::evidence, Step::patch, Step::patch, Step::patch};
inline constexpr Weight prefetch{DiffSection::prefetch, Step::minor, Step::minor, Step::minor};
inline constexpr Weight service{DiffSection::prefetch, Step::minor, Step::major, Step::major};
inline constexpr Weight nothing{DiffSection::nothing, Step::patch, Step::patch, Step::patch};
}  // namespace weight

/// One of what a statement lists.
struct Part {
    std::string key;         ///< the same in both versions: nothing changed but the words
    std::string words;       ///< as a person reads it
    std::string label = {};  ///< two parts of one label are one that changed
};
using PartList = std::vector<Part>;

enum class Listing {
    set,      ///< the order says nothing
    ordered,  ///< the order counts
    codes     ///< a set in which none takes the place of another
};

struct Statement {
    Weight weight;
    std::string subject, aspect;
    Listing listing = Listing::set;
    PartList parts;
    bool headline = false;  ///< told of a subject that is new or gone; of such a subject nothing else is
    bool weighs = false;    ///< so much also in a new subject, which else adds and takes nothing away
    bool derived = false;   ///< told only if nothing else of its subject changed: it follows from the rest
    bool of_site = false;
};

/// By subject and aspect.
using StatementKey = std::pair<std::string, std::string>;
using Statements = std::map<StatementKey, Statement>;

/// Takes down statements, subject by subject.
class Teller {
  public:
    /// What is told from here on is about this. \param key  the same in both versions; subjects stand in its order:
    /// limits, windows, codes, words, orders, facts, rules, gates, which cards are shown, the rest.
    void about(std::string key, std::string words);
    void site_begins() { of_site_ = true; }

    /// A text, or nothing if it is empty.
    void text(const Weight& weight, const std::string& aspect, std::string value);
    void flag(const Weight& weight, const std::string& aspect, bool value);
    void list(const Weight& weight, const std::string& aspect, PartList parts, Listing listing = Listing::set);
    void texts(const Weight& weight, const std::string& aspect, const std::vector<std::string>& values,
               Listing listing = Listing::set);
    void texts(const Weight& weight, const std::string& aspect, const std::vector<Authored>& values,
               Listing listing = Listing::set);
    /// The last statement tells a subject that is new or gone.
    void as_headline();
    /// The same, and in a new subject it weighs as much as in an old one.
    void as_weighty_headline();
    void as_derived();

    Statements take() { return std::move(statements_); }

  private:
    Statements statements_;
    std::string key_, words_;
    Statement* last_ = nullptr;
    bool of_site_ = false;
};

/// Which value sets and facts a pack reads where.
struct Reach {
    std::set<std::string> safety_sets, safety_facts;  ///< the gates'
    std::set<std::string> sets_against;               ///< what may also keep a card away, or change one
    std::set<std::string> drug_sets;                  ///< whose names find medicines in a record's words
};
Reach reach_of(const Pack& pack);

/// One version on its way into statements.
struct Telling {
    const Pack& pack;
    const Reach& reach;
    Teller& to;

    /// A criterion by its "because", else by the titles of what it reads; its expression beside it.
    Part part_of(const Criterion& criterion) const;
    PartList parts_of(const std::vector<Criterion>& criteria) const;
};

/// "low back pain (ICD-10-CM M54.50)".
Part part_of(const Coding& coding);
PartList parts_of(const std::vector<Coding>& codings);
/// "12 ng/mL, 30 nmol/L".
std::string in_words(const PrintedNumbers& numbers);
/// The bands of one list, a part for each unit: "ng/mL: deficient, low from 12, adequate from 20 or more".
PartList parts_of(const std::vector<Band>& bands);
std::string text_of(const std::optional<Authored>& authored);

/// The statements that differ, as changes, by section and subject.
std::vector<Change> changes_between(const Statements& from, const Statements& to);

// ---- the parts of a version, one file each

void tell_pack(const Telling& telling);        ///< pack.json, citations, stories, remarks
void tell_rules(const Telling& telling);       ///< rules/*.json
void tell_tests(const Telling& telling);       ///< analytes/*.json, orders.json
void tell_facts(const Telling& telling);       ///< facts.json
void tell_value_sets(const Telling& telling);  ///< value-sets/*.json, words.json
void tell_words(const WordLists& words, Teller& to);
void tell_site(const Telling& telling, const Site& site);
/// What follows from all of it: prefetch queries, and limits as this site has them.
void tell_in_force(const VersionOfRules& version, Teller& to);

/// For a site's codes of the same kinds.
Weight weight_of_set(const Reach& reach, const std::string& id);
PartList parts_of(const std::vector<AnalyteCode>& codes);
PartList parts_of(const std::vector<WordStem>& stems);
PartList parts_of(const std::vector<WordPattern>& patterns);

}  // namespace rules
