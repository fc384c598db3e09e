// The clinical linter: what is well formed and compiles, and may still be clinically wrong. Every finding says how to
// mend it.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/pack/pack.hpp"
#include "rules/pack/site.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class Node;

struct CheckOptions {
    std::optional<fhir::Date> today;  ///< for reviews and approvals; without it none is held against the calendar
    bool strict = false;              ///< also lists what is marked "confirmed": false
};

/// Findings about a pack that was read without error and about what the site adds to it: its parameters count in place
/// of the defaults, its codes and bands are held against the pack's.
Diagnostics check(const Pack& pack, const Site& site = {}, const CheckOptions& options = {});

/// Whether a value set, by its name, lists codes only to tell them apart: "not-total-vitamin-d",
/// "back-pain-not-trigger".
bool is_told_apart(std::string_view value_set_id);

/// Tells of the expansions of a site that are of different releases, or old.
void check_expansions(const Site& site, const CheckOptions& options, Diagnostics& findings);

// ---- its parts, one file each

/// Codes of pack and site: systems that nobody knows, check digits, look-alikes, one code for two tests, codes listed
/// to be told apart that stand among those that count.
void check_codes(const Pack& pack, const Site& site, Diagnostics& findings);

/// Units and numbers of pack and site: units that do not fit their LOINC property, spellings that mean another amount
/// than their unit, numbers of one threshold that do not mean the same amount.
void check_units(const Pack& pack, const Site& site, Diagnostics& findings);

/// Words of safety sets: stems that match too much, or nothing, or what is denied; words that no fact looks for.
void check_words(const Pack& pack, const Site& site, Diagnostics& findings);

/// Texts of cards: summaries that can exceed 139 characters, words that a card must not use.
void check_texts(const Pack& pack, Diagnostics& findings);

/// Parameters, facts and value sets that no expression names.
void check_unused(const Pack& pack, Diagnostics& findings);

/// What an explanation would have no words for.
void check_explained(const Pack& pack, Diagnostics& findings);

/// A code that counts for a rule and against it, by the pack or because the site adds it.
void check_overlaps(const Pack& pack, const Site& site, Diagnostics& findings);

/// Codes that stand in the pack and not on its list of reviewed codes, or the other way round.
void check_reviewed(const Pack& pack, Diagnostics& findings);

/// Bands of a laboratory or a ruleset far from those of all others; kinds that the chosen ruleset does not band.
void check_bands(const Pack& pack, const Site& site, Diagnostics& findings);

/// What is placed is the test that was meant; what offers a test is a suggestion; cards of one rank have an order;
/// rules that warn are not switched off unseen.
void check_offers(const Pack& pack, const Site& site, Diagnostics& findings);

/// Names that find other drugs too, value sets of the wrong world, medicines that count for ever.
void check_facts(const Pack& pack, Diagnostics& findings);

/// Values of results compared with a bare number.
void check_expressions(const Pack& pack, Diagnostics& findings);

/// Rules that no story expects.
void check_stories(const Pack& pack, Diagnostics& findings);

/// A name by which drugs are found in a record's own words, and what it stands for.
struct DrugName {
    std::string name, value_set;
    std::set<std::string> codes;  ///< system and code of each concept of that name
    Place place;                  ///< filled in by check_facts alone
};

/// Every such name of the pack, by name.
std::vector<DrugName> drug_names(const Pack& pack);

/// Visits the root of a file of the pack, for what its structs do not keep: the place of each code and number.
void with_pack_file(const Pack& pack, const std::string& path, Diagnostics& findings,
                    const std::function<void(const Node&)>& visit);
/// The same of the site file; nothing without one.
void with_site_file(const Site& site, Diagnostics& findings, const std::function<void(const Node&)>& visit);

}  // namespace rules
