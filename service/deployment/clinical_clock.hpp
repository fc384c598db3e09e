// The instant at which the rules look at a patient: with an offset, because calendar days are counted in it.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/record/time_zone.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// Calendar days are counted in this zone from now on; "": in the system's. Before any thread, since it changes the
/// environment.
void use_time_zone(const std::string& name);

/// A time at which rules look at a patient, and the zone whose rules say which day an instant was.
struct ClinicalTime {
    fhir::DateTime at;
    std::shared_ptr<const rules::TimeZone> zone;  ///< null: every date has the offset of `at`
};

/// What the time is, and in which zone.
struct ClinicalClock {
    std::function<fhir::DateTime()> now;
    std::shared_ptr<const rules::TimeZone> zone;  ///< null: every date has the offset of `now`

    fhir::DateTime operator()() const { return now(); }
    ClinicalTime time() const { return {now(), zone}; }
};

/// The process's time zone (TZ, else the system's) as a table. It is asked of the C library here, once, because that
/// one reads the environment and takes a lock.
std::shared_ptr<const rules::TimeZone> process_time_zone();

/// The real time in the process's time zone.
ClinicalClock running_clock();

/// A clock that stands at `at`.
ClinicalClock frozen_clock(const fhir::DateTime& at, std::shared_ptr<const rules::TimeZone> zone = nullptr);

/// The clock that `--at` asks for; nothing as for parse_clinical_instant. The days are those of the process's time zone
/// if the configuration names it or `text` has no offset, else those of the offset in `text`.
std::optional<ClinicalClock> parse_clinical_clock(std::string_view text, bool zone_is_named);

/// Reads what `--at` takes: an instant with offset; without one, in the process's time zone; a date is its noon.
/// Nothing if `text` is neither a full date nor a full date and time.
std::optional<fhir::DateTime> parse_clinical_instant(std::string_view text);

/// What is wrong with a date or an instant that could not be read, and what one looks like: "there is no month 13; …".
std::string why_no_instant(std::string_view text);

}  // namespace service
