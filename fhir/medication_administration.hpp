// FHIR R4 MedicationAdministration, the elements that rules read.
#pragma once

#include "fhir/dosage.hpp"
#include "fhir/doubt.hpp"
#include "fhir/medication.hpp"
#include "fhir/reference.hpp"
#include "fhir/when.hpp"

#include <string_view>
#include <vector>

namespace fhir {

struct MedicationAdministration {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    std::string_view status;
    MedicationChoice medication;
    Reference subject;
    When effective;
    std::vector<Dosage> dosage;  ///< none or one: text, route and dose
};

MedicationAdministration read_medication_administration(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
