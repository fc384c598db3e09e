// Units of a vitamin in the words of a dosage: "300,000 IU once".
#pragma once

#include "fhir/decimal.hpp"
#include "fhir/quantity.hpp"
#include "fhir/ucum.hpp"

#include <optional>
#include <string_view>

namespace rules {

/// The largest number in `text` that stands before IU, units or UNT. Nothing if there is none.
std::optional<fhir::Decimal> units_in_text(std::string_view text);

/// A dose in `unit`, if its own unit measures the same; IU, units and UNT are UCUM's [iU].
std::optional<fhir::Decimal> dose_in(const fhir::UcumUnit& unit, const fhir::Quantity& dose);

}  // namespace rules
