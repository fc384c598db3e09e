// FHIR R4 ServiceRequest, the elements that rules read.
#pragma once

#include "fhir/coding.hpp"
#include "fhir/date_time.hpp"
#include "fhir/doubt.hpp"
#include "fhir/reference.hpp"
#include "fhir/when.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace fhir {

struct ServiceRequest {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    std::string_view status;
    std::string_view intent;
    bool do_not_perform = false;
    CodeableConcept code;
    Reference subject;
    std::optional<DateTime> authored_on;
    When occurrence;                  ///< when it is to be done; of a Timing its bounds
    std::vector<Reference> replaces;  ///< requests whose place it takes
    std::vector<Reference> based_on;  ///< requests that it fulfils
    std::vector<CodeableConcept> reason_codes;
    std::vector<Reference> reason_references;
};

ServiceRequest read_service_request(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
