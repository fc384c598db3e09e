// FHIR R4 Dosage, the elements that rules read.
#pragma once

#include "fhir/coding.hpp"
#include "fhir/date_time.hpp"
#include "fhir/quantity.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace fhir {

struct Dosage {
    std::string_view text;
    CodeableConcept route;
    std::vector<Quantity> doses;         ///< doseAndRate.doseQuantity; a doseRange is not read
    Period bounds;                       ///< timing.repeat.boundsPeriod
    std::optional<Quantity> bounds_for;  ///< timing.repeat.boundsDuration
};

/// Reads the member `name` of `parent` as a list of Dosages.
std::vector<Dosage> read_dosages(const Element& parent, std::string_view name);

/// Timing.repeat.bounds[x] of the member `name` of `parent`: a period, or how long.
void read_bounds(const Element& parent, std::string_view name, Period& bounds, std::optional<Quantity>& bounds_for);

/// Whole days of a Duration in minutes, hours, days, weeks, months or years of UCUM, rounded up; months and years are
/// UCUM's averages. Nothing for another unit, or for none.
std::optional<long> days_of(const Quantity& duration);

}  // namespace fhir
