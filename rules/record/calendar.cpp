#include "rules/record/calendar.hpp"

#include <algorithm>

namespace rules {

Calendar::Calendar(const fhir::DateTime& at)
    : offset_(at.offset ? at.offset->east() : std::chrono::minutes{0}), today_(fhir::day_in(at, offset_)) {}

std::optional<std::chrono::sys_days> Calendar::day_of(const fhir::DateTime& when) const {
    const std::chrono::sys_days last = fhir::day_in(when, offset_);
    if (last <= today_) return last;
    const bool is_partial = when.date.day == 0;
    const std::chrono::sys_days first = is_partial ? when.first_day() : last;
    if (first > today_ + std::chrono::days{1}) return std::nullopt;
    return today_;
}

std::optional<long> Calendar::age_in_days(const fhir::DateTime& when) const {
    const auto day = day_of(when);
    if (!day) return std::nullopt;
    return fhir::days_between(*day, today_);
}

fhir::Date Calendar::date_of(const fhir::DateTime& when) const {
    return when.time ? fhir::Date::of(fhir::day_in(when, offset_)) : when.date;
}

std::chrono::sys_seconds Calendar::moment_of(const fhir::DateTime& when) const {
    std::chrono::sys_seconds moment = when.last_day();
    if (!when.time) return moment;
    moment += std::chrono::hours{when.time->hour} + std::chrono::minutes{when.time->minute} +
              std::chrono::seconds{when.time->second};
    return moment - (when.offset ? when.offset->east() : offset_);
}

}  // namespace rules
