// FHIR R4 Procedure, the elements that rules read.
#pragma once

#include "fhir/coding.hpp"
#include "fhir/doubt.hpp"
#include "fhir/reference.hpp"
#include "fhir/when.hpp"

#include <string_view>

namespace fhir {

struct Procedure {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    std::string_view status;
    CodeableConcept code;
    Reference subject;
    When performed;  ///< performedString, performedAge and performedRange are not read
};

Procedure read_procedure(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
