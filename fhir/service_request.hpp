// FHIR R4 ServiceRequest, the elements that rules read.
#pragma once

#include "fhir/coding.hpp"
#include "fhir/date_time.hpp"
#include "fhir/reference.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace fhir {

struct ServiceRequest {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    std::string_view status;
    std::string_view intent;
    bool do_not_perform = false;
    CodeableConcept code;
    Reference subject;
    std::optional<DateTime> authored_on;
    std::vector<CodeableConcept> reason_codes;
    std::vector<Reference> reason_references;
};

ServiceRequest read_service_request(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
