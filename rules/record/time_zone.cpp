#include "rules/record/time_zone.hpp"

#include <algorithm>

namespace rules {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr sys_days first_day{std::chrono::year{1900} / 1 / 1};
constexpr sys_days last_day{std::chrono::year{2100} / 1 / 1};

/// The first second of the new offset, between two instants that differ in it.
sys_seconds change_between(sys_seconds before, sys_seconds after, const TimeZone::OffsetAt& offset_at) {
    const std::chrono::minutes old = offset_at(before);
    while (after - before > 1s) {
        const sys_seconds middle = before + (after - before) / 2;
        (offset_at(middle) == old ? before : after) = middle;
    }
    return after;
}

}  // namespace

TimeZone TimeZone::of(const OffsetAt& offset_at) {
    TimeZone zone(offset_at(first_day));
    std::chrono::minutes current = zone.first_;
    for (sys_days day = first_day; day < last_day; day += std::chrono::days{1}) {
        const sys_seconds next = day + std::chrono::days{1};
        const std::chrono::minutes east = offset_at(next);
        if (east == current) continue;
        zone.changes_.push_back({change_between(day, next, offset_at), east});
        current = east;
    }
    return zone;
}

std::chrono::minutes TimeZone::east_at(sys_seconds instant) const {
    const auto later = std::ranges::upper_bound(changes_, instant, {}, &Change::from);
    return later == changes_.begin() ? first_ : std::prev(later)->east;
}

std::chrono::minutes TimeZone::east_at_local(sys_seconds shown) const {
    // The offset before a change near by is the one of the first of two equal readings of the clock.
    const std::chrono::minutes earlier = east_at(shown - std::chrono::days{1});
    const std::chrono::minutes guess = east_at(shown - earlier);
    return guess == earlier ? earlier : east_at(shown - guess);
}

}  // namespace rules
