// What a laboratory result says of the true value: an exact number, or all numbers on one side of it.
//
// "<4" is every value from zero up to 4, ">150" every value above 150 (rules/packs/back-pain-labs/REFERENCE.md B.3).
// Whoever bands a result asks for the whole interval, never for the number that was printed. Decimals only.
#pragma once

#include "fhir/decimal.hpp"
#include "fhir/quantity.hpp"

#include <optional>

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

}  // namespace rules
