// Calendar days as rules count them: at one instant, in the offset of that instant.
//
// An instant is first expressed in the offset of the evaluation time, a date without a time is taken as it stands, a
// partial date is its last possible day, and nothing lies in the future by more than a slip of one day (knowledge D.6,
// A.1; decisions, safety).
#pragma once

#include "fhir/date_time.hpp"

#include <chrono>
#include <optional>

namespace rules {

class Calendar {
  public:
    /// \param at  the evaluation time; without an offset, UTC.
    explicit Calendar(const fhir::DateTime& at);

    std::chrono::sys_days today() const { return today_; }

    /// The last day that `when` can mean, but not after today. Nothing if even the first possible day is later than
    /// tomorrow.
    std::optional<std::chrono::sys_days> day_of(const fhir::DateTime& when) const;

    /// Whole calendar days from `when` to today, from 0. Nothing as for day_of.
    std::optional<long> age_in_days(const fhir::DateTime& when) const;

    /// The date as people here write it: as precise as `when`, a time expressed in our offset.
    fhir::Date date_of(const fhir::DateTime& when) const;

    /// Seconds, for ordering what happened on one day: midnight of the last possible day where no time is known.
    std::chrono::sys_seconds moment_of(const fhir::DateTime& when) const;

  private:
    std::chrono::minutes offset_{0};
    std::chrono::sys_days today_;
};

}  // namespace rules
