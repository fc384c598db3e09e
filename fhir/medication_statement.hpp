// FHIR R4 MedicationStatement, the elements that rules read.
#pragma once

#include "fhir/dosage.hpp"
#include "fhir/doubt.hpp"
#include "fhir/medication.hpp"
#include "fhir/reference.hpp"
#include "fhir/when.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace fhir {

struct MedicationStatement {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    std::string_view status;
    MedicationChoice medication;
    Reference subject;
    When effective;
    std::optional<DateTime> date_asserted;
    std::vector<Dosage> dosage;
};

MedicationStatement read_medication_statement(const boost::json::object& resource, Issues& issues);

}  // namespace fhir
