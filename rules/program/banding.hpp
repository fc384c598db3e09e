// In which band of a guideline a result lies: only by the numbers that the guideline prints for the unit that the
// laboratory reported, only if the whole interval lies there. Nothing is converted
// (rules/packs/back-pain-labs/REFERENCE.md 0.1, point 2).
#pragma once

#include "rules/program/interval.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rules {

/// One band on the scale of one unit.
struct BandStep {
    std::string band;                    ///< empty: values below every band that stands whatever the ruleset
    std::optional<fhir::Decimal> bound;  ///< where it begins; nothing on the lowest
    bool bound_included = true;          ///< true for `from` (>=), false for `above` (>)
    bool or_more = false;                ///< "at least this band" may be said
    bool in_every_ruleset = false;       ///< from aboveAll
    std::string words = {};              ///< what a card calls it
};

/// The bands of one unit, kind and ruleset, ascending; the first has no bound. Empty: never banded.
using BandScale = std::vector<BandStep>;

struct Banded {
    const BandStep* step = nullptr;  ///< borrowed from the scale
    const BandStep* next = nullptr;  ///< the band above, if there is one
    bool at_least = false;           ///< the value may also lie above this band
};

/// The band of `interval`.
/// \returns nothing if the interval lies in more than one band, unless it has no upper end and the lowest of them may
///     be said with "or more". Source: REFERENCE.md B.3, D.6.
std::optional<Banded> band_of(const Interval& interval, const BandScale& scale);

/// The bound of its band within 10 % of which an exact value lies, which assay variation may cross.
std::optional<fhir::Decimal> near_bound(const Interval& interval, const Banded& banded);

}  // namespace rules
