// LOINC codes that are often taken for another test, as the linter's memory of faults seen in the wild. Rules and the
// engine know nothing of this list.
#pragma once

#include <string_view>

namespace rules {

struct LoincLookalike {
    std::string_view code;
    std::string_view is;         ///< what the code means
    std::string_view taken_for;  ///< what it is often taken for
    bool is_fraction = false;    ///< may stand in an analyte as a kind that only bounds another
};

/// The entry for `code`, or null.
/// Source: rules/packs/back-pain-labs/REFERENCE.md 0.1, 0.2 and A.2 (never a total, never serum, labels that lie).
const LoincLookalike* find_loinc_lookalike(std::string_view code);

}  // namespace rules
