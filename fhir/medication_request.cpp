#include "fhir/medication_request.hpp"

#include "fhir/when.hpp"

namespace fhir {
namespace {

Period read_validity(const Element& request) {
    const std::optional<Element> dispense = request.child("dispenseRequest");
    if (!dispense) return {};
    const std::optional<Element> period = dispense->child("validityPeriod");
    return period ? read_period(*period) : Period();
}

}  // namespace

MedicationRequest read_medication_request(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "MedicationRequest", issues);
    MedicationRequest request;
    request.source = &resource;
    request.id = element.text("id");
    request.status = element.text("status");
    request.intent = element.text("intent");
    request.do_not_perform = element.boolean("doNotPerform").value_or(false);
    request.medication = read_medication_choice(element);
    request.subject = read_reference(element, "subject");
    request.authored_on = element.date_time("authoredOn");
    request.dosage = read_dosages(element, "dosageInstruction");
    request.validity = read_validity(element);
    return request;
}

}  // namespace fhir
