#include "rules/program/banding.hpp"

namespace rules {
namespace {

bool all_reach(const Interval& interval, const BandStep& step) {
    if (!step.bound) return true;
    return step.bound_included ? interval.is_at_least(*step.bound) : interval.is_above(*step.bound);
}

bool some_reach(const Interval& interval, const BandStep& step) {
    if (!step.bound) return true;
    return step.bound_included ? !interval.is_below(*step.bound) : !interval.is_at_most(*step.bound);
}

bool within_a_tenth(const fhir::Decimal& value, const fhir::Decimal& bound) {
    static const fhir::Decimal tenth = *fhir::Decimal::of(1, 1);
    const std::optional<fhir::Decimal> distance = fhir::subtract(value, bound);
    const std::optional<fhir::Decimal> margin = fhir::multiply(bound, tenth);
    return distance && margin && fhir::absolute(*distance) <= *margin;
}

}  // namespace

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

std::optional<Banded> band_of(const Interval& interval, const BandScale& scale) {
    if (scale.empty()) return std::nullopt;
    std::size_t lowest = 0;
    std::size_t highest = 0;
    for (std::size_t index = 1; index < scale.size(); ++index) {
        if (!some_reach(interval, scale[index])) break;  // nor any step above: bounds ascend
        highest = index;
        if (all_reach(interval, scale[index])) lowest = index;
    }
    const bool in_one = lowest == highest;
    if (!in_one && (interval.high || !scale[lowest].or_more)) return std::nullopt;
    const BandStep* next = lowest + 1 < scale.size() ? &scale[lowest + 1] : nullptr;
    return Banded{&scale[lowest], next, !in_one};
}

std::optional<fhir::Decimal> near_bound(const Interval& interval, const Banded& banded) {
    if (!interval.is_exact()) return std::nullopt;
    if (banded.next && within_a_tenth(interval.low, *banded.next->bound)) return banded.next->bound;
    if (banded.step->bound && within_a_tenth(interval.low, *banded.step->bound)) return banded.step->bound;
    return std::nullopt;
}

}  // namespace rules
