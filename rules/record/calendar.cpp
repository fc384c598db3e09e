#include "rules/record/calendar.hpp"

namespace rules {
namespace {

/// What the clock shows, as if it were UTC.
std::chrono::sys_seconds shown(const fhir::DateTime& when) {
    std::chrono::sys_seconds moment = when.last_day();
    if (!when.time) return moment;
    return moment + std::chrono::hours{when.time->hour} + std::chrono::minutes{when.time->minute} +
           std::chrono::seconds{when.time->second};
}

}  // namespace

Calendar::Calendar(const fhir::DateTime& at, const TimeZone* zone)
    : fixed_(at.offset ? at.offset->east() : std::chrono::minutes{0}), zone_(zone) {
    today_ = fhir::day_in(at, east_of(at));
    now_ = at;
    if (at.time) now_ = fhir::DateTime::of(moment_of(at), fhir::UtcOffset::of(east_of(at)));
}

/// Our offset at that time. A time without an offset is one that our clocks show.
std::chrono::minutes Calendar::east_of(const fhir::DateTime& when) const {
    return when.offset ? zone().east_at(shown(when) - when.offset->east()) : zone().east_at_local(shown(when));
}

std::chrono::sys_days Calendar::last_day_of(const fhir::DateTime& when) const {
    return when.time ? fhir::day_in(when, east_of(when)) : when.last_day();
}

std::optional<std::chrono::sys_days> Calendar::day_of(const fhir::DateTime& when) const {
    const std::chrono::sys_days last = last_day_of(when);
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
    return when.time ? fhir::Date::of(last_day_of(when)) : when.date;
}

std::chrono::sys_seconds Calendar::moment_of(const fhir::DateTime& when) const {
    if (!when.time) return when.last_day();
    return shown(when) - (when.offset ? when.offset->east() : east_of(when));
}

}  // namespace rules
