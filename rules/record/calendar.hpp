// Calendar days as rules count them: those of one time zone, by its own rules on each date.
//
// An instant is first expressed in the zone, at the offset which the zone has at that instant: servers write UTC, and
// today's offset would move the evenings of the other half of the year. A date without a time is taken as it stands, a
// partial date is its last possible day, and nothing lies in the future by more than a slip of one day.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/record/time_zone.hpp"

#include <chrono>
#include <optional>

namespace rules {

class Calendar {
  public:
    /// \param at    the evaluation time; without an offset, as the clocks of the zone show it.
    /// \param zone  borrowed; null: every date has the offset of `at`, or UTC.
    explicit Calendar(const fhir::DateTime& at, const TimeZone* zone = nullptr);

    std::chrono::sys_days today() const { return today_; }
    /// The evaluation time as the clocks of the zone show it.
    const fhir::DateTime& now() const { return now_; }

    /// The last day that `when` can mean, but not after today. Nothing if even the first possible day is later than
    /// tomorrow.
    std::optional<std::chrono::sys_days> day_of(const fhir::DateTime& when) const;

    /// Whole calendar days from `when` to today, from 0. Nothing as for day_of.
    std::optional<long> age_in_days(const fhir::DateTime& when) const;

    /// The last day that `when` can mean, the future included.
    std::chrono::sys_days last_day_of(const fhir::DateTime& when) const;

    /// The date as people here write it: as precise as `when`, a time expressed in our zone.
    fhir::Date date_of(const fhir::DateTime& when) const;

    /// Seconds, for ordering what happened on one day: midnight of the last possible day where no time is known.
    std::chrono::sys_seconds moment_of(const fhir::DateTime& when) const;

  private:
    std::chrono::minutes east_of(const fhir::DateTime& when) const;
    const TimeZone& zone() const { return zone_ ? *zone_ : fixed_; }

    TimeZone fixed_;  // the offset of the evaluation time
    const TimeZone* zone_;
    std::chrono::sys_days today_;
    fhir::DateTime now_;
};

}  // namespace rules
