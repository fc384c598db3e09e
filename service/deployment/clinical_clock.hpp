// The instant at which the rules look at a patient: with an offset, because calendar days are counted in it.
#pragma once

#include "fhir/date_time.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// Calendar days are counted in this zone from now on; "": in the system's. Before any thread, since it changes the
/// environment.
void use_time_zone(const std::string& name);

using ClinicalClock = std::function<fhir::DateTime()>;

/// The real time in the process's time zone (TZ, else the system's).
ClinicalClock running_clock();

/// A clock that stands at `at`.
ClinicalClock frozen_clock(const fhir::DateTime& at);

/// Reads what `--at` takes: an instant with offset; without one, in the process's time zone; a date is its noon.
/// Nothing if `text` is neither a full date nor a full date and time.
std::optional<fhir::DateTime> parse_clinical_instant(std::string_view text);

}  // namespace service
