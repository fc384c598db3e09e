// FHIR R4 MedicationRequest, the elements that rules read.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/dosage.hpp"
#include "fhir/doubt.hpp"
#include "fhir/medication.hpp"
#include "fhir/reference.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace fhir {

struct MedicationRequest {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    std::string_view status;
    std::string_view intent;
    bool do_not_perform = false;
    MedicationChoice medication;
    Reference subject;
    std::optional<DateTime> authored_on;
    std::vector<Dosage> dosage;
    Period validity;                              ///< dispenseRequest.validityPeriod
    std::optional<Quantity> expected_supply;      ///< dispenseRequest.expectedSupplyDuration: of one filling
    std::optional<std::int64_t> repeats_allowed;  ///< dispenseRequest.numberOfRepeatsAllowed
};

MedicationRequest read_medication_request(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
