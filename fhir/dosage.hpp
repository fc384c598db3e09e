// FHIR R4 Dosage, the elements that rules read.
#pragma once

#include "fhir/coding.hpp"

#include <string_view>
#include <vector>

namespace fhir {

struct Dosage {
    CodeableConcept route;
};

/// Reads the member `name` of `parent` as a list of Dosages.
std::vector<Dosage> read_dosages(const Element& parent, std::string_view name);

}  // namespace fhir
