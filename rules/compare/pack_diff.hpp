// What changes for patients, clinicians and the EHR between two packs with their site files, in words.
//
// Compared is what was read, not its JSON: the order of members, remarks and layout change nothing clinical. Rules are
// paired by id, value sets by code, everything else by the name that its file gives it. A version is a list of
// statements (pack_diff_statement.hpp), each of one thing that a pack says; a change is a statement that differs.
#pragma once

#include "rules/pack/pack.hpp"
#include "rules/pack/site.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Where a change is told, in this order.
enum class DiffSection { safety, who, card, evidence, prefetch, nothing };
/// "Safety sets", "Who gets a card", …
std::string_view name_of(DiffSection section);

/// How far a change moves a version (Semantic Versioning): a patch changes words, a minor can add cards, a major can
/// take away or change one.
enum class Step { none, patch, minor, major };
std::string_view name_of(Step step);

struct Change {
    enum class Kind { added, removed, changed, reordered };
    DiffSection section = DiffSection::who;
    std::string subject;  ///< "rule b12-low: Low vitamin B12"
    std::string aspect;   ///< "must not hold"
    Kind kind = Kind::changed;
    std::string from, to;  ///< in words; empty where there was nothing, or is nothing
    Step step = Step::major;
    bool of_site = false;  ///< a site's setting: the pack's number has nothing to do with it
};

/// A pack and what a site sets over it. Borrows both. Neither has an error.
struct VersionOfRules {
    const Pack& pack;
    const Site& site;
};

struct PackDiff {
    std::vector<Change> changes;  ///< by section, then by subject
    Step step = Step::none;       ///< the least that the changes of the pack ask for
    std::string from, to;         ///< versions
    std::string least;            ///< the least version that `to` may have
    bool holds = true;            ///< `to` is at least that
};

PackDiff diff_packs(const VersionOfRules& from, const VersionOfRules& to);

/// "2.0.0": what follows `version` by `step`. Before 1.0.0 the part behind the zero counts as the major one, as in a
/// site file's "^0.9".
std::string version_after(const std::string& version, Step step);

}  // namespace rules
