#include "fhir/medication_request.hpp"

#include "fhir/when.hpp"

namespace fhir {
namespace {

void read_dispense(const Element& element, MedicationRequest& request) {
    const std::optional<Element> dispense = element.child("dispenseRequest");
    if (!dispense) return;
    if (const std::optional<Element> period = dispense->child("validityPeriod"))
        request.validity = read_period(*period);
    if (const std::optional<Element> supply = dispense->child("expectedSupplyDuration"))
        request.expected_supply = read_quantity(*supply);
    request.repeats_allowed = dispense->integer("numberOfRepeatsAllowed");
}

}  // namespace

MedicationRequest read_medication_request(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "MedicationRequest", issues);
    MedicationRequest request;
    request.source = &resource;
    request.id = element.text("id");
    request.doubt = doubt_of(resource);
    request.status = element.text("status");
    request.intent = element.text("intent");
    request.do_not_perform = element.boolean("doNotPerform").value_or(false);
    request.medication = read_medication_choice(element);
    request.subject = read_reference(element, "subject");
    request.authored_on = element.date_time("authoredOn");
    request.dosage = read_dosages(element, "dosageInstruction");
    read_dispense(element, request);
    return request;
}

}  // namespace fhir
