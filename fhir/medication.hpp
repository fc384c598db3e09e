// FHIR R4 Medication, and medication[x] of the resources that name one: what was given, as far as it can be known.
#pragma once

#include "fhir/coding.hpp"
#include "fhir/doubt.hpp"
#include "fhir/reference.hpp"

#include <string_view>
#include <vector>

namespace fhir {

struct Medication {
    const boost::json::object* source = nullptr;  ///< borrowed, like every text here
    std::string_view id;
    Doubt doubt = Doubt::none;
    CodeableConcept code;
    CodeableConcept form;
    std::vector<CodeableConcept> ingredients;  ///< those given as codes; what is given as a reference is reported
};

Medication read_medication(const boost::json::object& resource, Issues& issues);

/// What medication[x] says. A reference to a contained Medication is followed here; another stays `reference`, with its
/// display, until somebody who has the resource calls `fill`.
struct MedicationChoice {
    CodeableConcept code;
    CodeableConcept form;
    std::vector<CodeableConcept> ingredients;
    Reference reference;        ///< of kind none if medicationCodeableConcept was sent
    Doubt doubt = Doubt::none;  ///< that of the Medication which `reference` leads to
    bool resolved = false;      ///< `code`, `form` and `ingredients` are those of what `reference` leads to
};

/// Reads medicationCodeableConcept and medicationReference of `element`, the resource itself.
MedicationChoice read_medication_choice(const Element& element);

/// Takes over what `medication`, to which `choice.reference` leads, says.
void fill(MedicationChoice& choice, const Medication& medication);

}  // namespace fhir
