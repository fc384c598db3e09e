// The code of a product or a quotient of two units, as a person would write it: `m` for m/s times s, `kg/m2`.
#pragma once

#include <string>
#include <string_view>

namespace fhir::path {

/// Preconditions of both: the two are valid UCUM codes.
std::string product_of_units(std::string_view left, std::string_view right);
std::string quotient_of_units(std::string_view left, std::string_view right);

}  // namespace fhir::path
