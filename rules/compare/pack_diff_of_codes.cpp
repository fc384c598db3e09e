// value-sets/*.json and words.json; and which of the sets keep cards away.
#include "rules/check/check.hpp"
#include "rules/compare/pack_diff_statement.hpp"
#include "rules/pack/code_systems.hpp"
#include "rules/text/names_in.hpp"

#include <algorithm>
#include <array>

namespace rules {
namespace {

// ---- who reads a set

/// What turns an expression round, or makes it depend on how much there is: more codes may then mean fewer cards.
constexpr std::array<std::string_view, 10> turns = {"not()", "empty()", "count()", "exclude(", "all(",
                                                    "!=",    "xor",     "implies", "iif(",     "= false"};

bool may_turn(std::string_view text) {
    return std::ranges::any_of(turns,
                               [text](std::string_view turn) { return text.find(turn) != std::string_view::npos; });
}

class ReachFinder {
  public:
    explicit ReachFinder(const Pack& pack) : pack_(pack) {
        for (const Fact& fact : pack.facts) facts_[fact.name] = &fact;
    }

    Reach find() {
        for (const Gate& gate : pack_.gates) {
            std::set<std::string> asked, against;
            add(gate.when, asked);
            add(gate.unless, against);
            reach_.safety_facts.insert(asked.begin(), asked.end());
            reach_.safety_facts.insert(against.begin(), against.end());
            add_sets(against, reach_.sets_against);
        }
        add_sets(reach_.safety_facts, reach_.safety_sets);
        for (const Rule& rule : pack_.rules) add(rule);
        for (const Analyte& analyte : pack_.analytes) {
            if (analyte.stale_once_on) add_against(analyte.stale_once_on->text);
        }
        for (const auto& [id, value_set] : pack_.value_sets) {
            if (is_told_apart(id)) reach_.sets_against.insert(id);
        }
        for (const Fact& fact : pack_.facts) {
            if (fact.form != Fact::Form::medications && fact.form != Fact::Form::drafts) continue;
            for (const Authored& set : fact.value_sets) reach_.drug_sets.insert(set.text);
        }
        return std::move(reach_);
    }

  private:
    void add(const Rule& rule) {
        std::set<std::string> against;
        add(rule.unless, against);
        for (const Criterion& criterion : rule.when) {
            const bool is_plain = criterion.form == Criterion::Form::expression && !turns_in(criterion.expression.text);
            if (!is_plain) add({criterion}, against);
        }
        for (const Variant& variant : rule.variants) {
            if (variant.condition) add_names(variant.condition->text, against, 0);
        }
        for (const OrderForm& order : rule.card.suggestion ? rule.card.suggestion->orders : std::vector<OrderForm>()) {
            if (order.condition) add_names(order.condition->text, against, 0);
        }
        add_sets(against, reach_.sets_against);
    }

    /// Whether a text or a fact behind it asks for something that is not there.
    bool turns_in(const std::string& text, std::size_t depth = 0) const {
        if (may_turn(text) || depth == deepest) return true;
        for (const std::string& name : names_in(text)) {
            const auto found = facts_.find(name);
            if (found == facts_.end()) continue;
            const Fact& fact = *found->second;
            if (!fact.none.empty() || !fact.except.empty() || fact.except_routes) return true;
            if (turns_in(fact.items.text, depth + 1)) return true;
            for (const auto* parts : {&fact.any, &fact.all}) {
                for (const Authored& part : *parts) {
                    if (turns_in(part.text, depth + 1)) return true;
                }
            }
        }
        return false;
    }

    void add(const std::vector<Criterion>& criteria, std::set<std::string>& read) {
        for (const Criterion& criterion : criteria) {
            add(criterion.parts, read);
            add_names(criterion.expression.text, read, 0);
        }
    }

    void add_names(const std::string& text, std::set<std::string>& read, std::size_t depth) {
        if (depth == deepest) return;
        for (const std::string& name : names_in(text)) {
            const auto found = facts_.find(name);
            if (found == facts_.end() || !read.insert(name).second) continue;
            const Fact& fact = *found->second;
            add_names(fact.items.text, read, depth + 1);
            for (const auto* parts : {&fact.any, &fact.all, &fact.none}) {
                for (const Authored& part : *parts) add_names(part.text, read, depth + 1);
            }
        }
    }

    void add_against(const std::string& text) {
        std::set<std::string> against;
        add_names(text, against, 0);
        add_sets(against, reach_.sets_against);
    }

    void add_sets(const std::set<std::string>& facts, std::set<std::string>& sets) const {
        for (const std::string& name : facts) {
            const Fact& fact = *facts_.at(name);
            for (const auto* list : {&fact.value_sets, &fact.except}) {
                for (const Authored& set : *list) sets.insert(set.text);
            }
            for (const auto* one : {&fact.except_routes, &fact.routes, &fact.values}) {
                if (*one) sets.insert((*one)->text);
            }
        }
    }

    static constexpr std::size_t deepest = 32;

    const Pack& pack_;
    std::map<std::string, const Fact*> facts_;
    Reach reach_;
};

// ---- value sets

void add_codes(const fhir::ValueSet::System& system, PartList& parts) {
    const auto& [url, concepts, branches, roots, constraints] = system;
    const std::string name(name_of_system(url));
    for (const fhir::ValueSet::Concept& listed : concepts)
        parts.push_back(part_of(Coding{url, listed.code, listed.display}));
    for (const std::vector<std::string>& branch : branches) {
        std::string all;
        for (const std::string& code : branch) all += (all.empty() ? "" : " and ") + code;
        parts.push_back({url + "|is-a " + all, "everything below " + name + " " + all});
    }
    for (const std::string& root : roots) {
        parts.push_back({url + "|is-a " + root, name + " " + root + " (by a site's expansion, everything below it)"});
    }
    for (const std::string& constraint : constraints) {
        parts.push_back({url + "|" + constraint, "by a site's expansion, " + name + " " + constraint});
    }
}

PartList codes_in(const std::vector<fhir::ValueSet::System>& systems) {
    PartList parts;
    for (const fhir::ValueSet::System& system : systems) add_codes(system, parts);
    return parts;
}

/// Displays and designations: by them drugs are found, and cards speak.
PartList names_in_set(const fhir::ValueSet& value_set, bool with_displays) {
    PartList names;
    for (const fhir::ValueSet::System& system : value_set.included()) {
        for (const auto& [code, display, designations] : system.concepts) {
            if (with_displays) names.push_back({display + code, display, code});
            for (const std::string& name : designations) names.push_back({name + code, name + " (" + code + ")"});
        }
    }
    return names;
}

// ---- words

void tell_contexts(const Weight& weight, const std::string& what, const std::vector<WordContext>& contexts,
                   Teller& to) {
    PartList parts;
    for (const WordContext& context : contexts) {
        const auto& [phrases, except, meant_instead, meant_as_well, taken_back, in_clause, earlier_in_sentence,
                     words_before, words_after] = context;
        std::string where;
        if (in_clause) where += " in the clause";
        if (earlier_in_sentence) where += " earlier in the sentence";
        if (words_before != 0) where += " up to " + std::to_string(words_before) + " words before";
        if (words_after != 0) where += " up to " + std::to_string(words_after) + " words after";
        for (const Part& phrase : parts_of(phrases)) {
            parts.push_back({phrase.key + where, "\"" + phrase.words + "\"" + where, phrase.key});
        }
        for (const Part& phrase : parts_of(except)) {
            parts.push_back({"except " + phrase.key + where, "but not within \"" + phrase.words + "\"" + where});
        }
        for (const Part& phrase : parts_of(meant_instead)) {
            parts.push_back({"between " + phrase.key + where, "but not across \"" + phrase.words + "\"" + where});
        }
        for (const Part& phrase : parts_of(meant_as_well)) {
            parts.push_back(
                {"as well " + phrase.key + where, "across such words before \"" + phrase.words + "\"" + where});
        }
        for (const Part& phrase : parts_of(taken_back)) {
            parts.push_back({"behind " + phrase.key + where, "but not before \"" + phrase.words + "\"" + where});
        }
    }
    to.list(weight, what, std::move(parts));
}

}  // namespace

Reach reach_of(const Pack& pack) {
    return ReachFinder(pack).find();
}

Weight weight_of_set(const Reach& reach, const std::string& id) {
    const bool is_safety = reach.safety_sets.contains(id);
    const bool only_adds = !reach.sets_against.contains(id);
    return {is_safety ? DiffSection::safety : DiffSection::who, only_adds ? Step::minor : Step::major, Step::major,
            Step::major};
}

PartList parts_of(const std::vector<WordPattern>& patterns) {
    PartList parts;
    for (const WordPattern& pattern : patterns) {
        std::string words = pattern.literal();
        if (words.starts_with(' ')) {
            words.erase(0, 1);
        } else {
            words.insert(0, 1, '*');
        }
        if (words.ends_with(' ')) {
            words.pop_back();
        } else {
            words += '*';
        }
        parts.push_back({words, words});
    }
    return parts;
}

PartList parts_of(const std::vector<WordStem>& stems) {
    PartList parts;
    for (const auto& [written, words, beside, place] : stems) parts.push_back({written, written});
    return parts;
}

void tell_words(const WordLists& lists, Teller& to) {
    const auto& [clause_ends, voids, histories, sets] = lists;
    to.about("1d words", "words by which problems are found");
    to.list(weight::safety, "a clause ends at", parts_of(clause_ends), Listing::codes);
    tell_contexts(weight::safety, "a word does not count beside", voids, to);
    tell_contexts(weight::safety, "a word is of the past beside", histories, to);
    for (const auto& [key, words] : sets) {
        const auto& [id, label, stems, taken_out, not_in, not_in_places, at_beginning, history_counts, own_voids,
                     except, meant_instead, place] = words;
        to.about("1d words " + key, "words of " + key);
        to.list(weight::safety, "found by", parts_of(stems), Listing::codes);
        to.as_headline();
        to.text(weight::card, "label", label);
        to.list(weight::safety, "taken out first", parts_of(taken_out), Listing::codes);
        to.texts(weight::safety, "not looked for in", not_in);
        to.flag(weight::safety, "counts at the beginning of a text only", at_beginning);
        to.flag(weight::safety, "what is past counts", history_counts);
        tell_contexts(weight::safety, "does not count beside", own_voids, to);
        to.list(weight::safety, "counts within", parts_of(except));
        to.list(weight::safety, "counts across", parts_of(meant_instead));
    }
}

void tell_value_sets(const Telling& telling) {
    Teller& to = telling.to;
    for (const auto& [id, value_set] : telling.pack.value_sets) {
        const Weight weight = weight_of_set(telling.reach, id);
        to.about("1c set " + id, "value set " + id + ": " + value_set.title());
        to.list(weight, "holds", codes_in(value_set.included()), Listing::codes);
        to.as_headline();
        // What is left out again counts for less, whoever reads the set.
        to.list({weight.section, Step::major, Step::major, Step::major}, "leaves out", codes_in(value_set.excluded()),
                Listing::codes);
        to.text(weight::card, "title", value_set.title());
        const bool finds_drugs = telling.reach.drug_sets.contains(id);
        to.list(finds_drugs ? weight : weight::card, finds_drugs ? "medicines are found by the names" : "other names",
                names_in_set(value_set, finds_drugs));
    }
    tell_words(telling.pack.word_lists, to);
}

}  // namespace rules
