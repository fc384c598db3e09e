// What a laboratory result says of the true value, and in which band of a guideline that lies.
//
// A result is an exact number, or all numbers on one side of it: "<4" is every value from zero up to 4, ">150" every
// value above 150 (rules/packs/back-pain-labs/REFERENCE.md B.3). It is banded only by the numbers that the guideline
// prints for the unit that the laboratory reported, and only if the whole interval lies in the band. Nothing is
// converted (REFERENCE.md 0.1, point 2).
#pragma once

#include "fhir/decimal.hpp"
#include "fhir/quantity.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rules {

/// All values between two bounds; no upper bound means any value above the lower one. Laboratory values are never
/// negative, so the lower bound is at least zero.
struct Interval {
    fhir::Decimal low;
    bool low_included = true;
    std::optional<fhir::Decimal> high;
    bool high_included = true;

    static Interval exactly(const fhir::Decimal& value) { return {value, true, value, true}; }
    static Interval at_least(const fhir::Decimal& value) { return {value, true, std::nullopt, false}; }

    bool is_exact() const { return high && low == *high; }

    /// Whether every value of the interval is below, above, at most, at least `bound`.
    bool is_below(const fhir::Decimal& bound) const {
        if (!high) return false;
        const auto order = *high <=> bound;
        return order < 0 || (order == 0 && !high_included);
    }
    bool is_above(const fhir::Decimal& bound) const {
        const auto order = low <=> bound;
        return order > 0 || (order == 0 && !low_included);
    }
    bool is_at_most(const fhir::Decimal& bound) const { return high && *high <= bound; }
    bool is_at_least(const fhir::Decimal& bound) const { return low >= bound; }

    bool operator==(const Interval&) const = default;
};

/// The interval that `comparator` and `value` mean.
/// \returns nothing for a comparator that R4 does not know ("ad"), and for an interval in which no value lies ("<0").
/// Source: REFERENCE.md B.3.
std::optional<Interval> interval_of(fhir::Comparator comparator, const fhir::Decimal& value);

/// All sums of a value of one and a value of the other. Nothing if a sum does not fit a Decimal.
std::optional<Interval> sum_of(const Interval& left, const Interval& right);

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
