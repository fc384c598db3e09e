#include "rules/program/interval.hpp"

namespace rules {

std::optional<Interval> interval_of(fhir::Comparator comparator, const fhir::Decimal& value) {
    const fhir::Decimal zero;
    switch (comparator) {
        case fhir::Comparator::none:
            return Interval::exactly(value);
        case fhir::Comparator::less:
            if (value <= zero) return std::nullopt;
            return Interval{zero, false, value, false};
        case fhir::Comparator::less_or_equal:
            if (value <= zero) return std::nullopt;
            return Interval{zero, false, value, true};
        case fhir::Comparator::greater:
            if (value < zero) return std::nullopt;
            return Interval{value, false, std::nullopt, false};
        case fhir::Comparator::greater_or_equal:
            if (value < zero) return std::nullopt;
            return Interval::at_least(value);
        case fhir::Comparator::other:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Interval> sum_of(const Interval& left, const Interval& right) {
    const std::optional<fhir::Decimal> low = fhir::add(left.low, right.low);
    if (!low) return std::nullopt;
    Interval sum{*low, left.low_included && right.low_included, std::nullopt, false};
    if (!left.high || !right.high) return sum;
    sum.high = fhir::add(*left.high, *right.high);
    if (!sum.high) return std::nullopt;
    sum.high_included = left.high_included && right.high_included;
    return sum;
}

}  // namespace rules
