// FHIR R4 MedicationRequest, the elements that rules read.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/dosage.hpp"
#include "fhir/medication.hpp"
#include "fhir/reference.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace fhir {

struct MedicationRequest {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    std::string_view status;
    std::string_view intent;
    bool do_not_perform = false;
    MedicationChoice medication;
    Reference subject;
    std::optional<DateTime> authored_on;
    std::vector<Dosage> dosage;
    Period validity;  ///< dispenseRequest.validityPeriod
};

MedicationRequest read_medication_request(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
