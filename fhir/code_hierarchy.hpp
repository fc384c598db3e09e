// Code systems whose codes spell their place in the hierarchy: ICD-10, ICD-10-CM, ATC. K50.011 lies below K50 by its
// letters alone, and dots only help the eye: M5450 is M54.50.
#pragma once

#include <string>
#include <string_view>

namespace fhir {

bool spells_its_hierarchy(std::string_view system) noexcept;

/// What a code is looked up by: without dots where they only help the eye.
std::string lookup_key(std::string_view system, std::string_view code);

}  // namespace fhir
