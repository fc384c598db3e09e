// The clinical linter: what is well formed and compiles, and may still be clinically wrong. Every finding says how to
// mend it.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/pack.hpp"
#include "rules/site.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace rules {

struct CheckOptions {
    std::optional<fhir::Date> today;  ///< for reviews and approvals; without it none is held against the calendar
    bool strict = false;              ///< also lists what is marked "confirmed": false
};

/// Findings about a pack that was read without error. \param site its parameters, where it has any, in place of the
/// defaults.
Diagnostics check(const Pack& pack, const Site& site = {}, const CheckOptions& options = {});

/// Whether a value set, by its name, lists codes only to tell them apart: "not-total-vitamin-d",
/// "back-pain-not-trigger".
bool is_told_apart(std::string_view value_set_id);

// ---- its parts, one file each

/// Codes: check digits, look-alikes, one code for two tests, units that do not fit their LOINC property, codes listed
/// to be told apart that stand among those that count.
void check_codes(const Pack& pack, Diagnostics& findings);

/// Texts of cards: summaries that can exceed 139 characters, words that a card must not use.
void check_texts(const Pack& pack, Diagnostics& findings);

/// A code that counts for a rule and against it.
void check_overlaps(const Pack& pack, Diagnostics& findings);

}  // namespace rules
