// FHIR R4 Encounter, the elements that are read.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/element.hpp"

#include <string_view>

namespace fhir {

struct Encounter {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    std::string_view status;
    Period period;
};

Encounter read_encounter(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
