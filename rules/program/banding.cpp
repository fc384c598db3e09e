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
