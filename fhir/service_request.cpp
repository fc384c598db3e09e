#include "fhir/service_request.hpp"

#include "fhir/dosage.hpp"

namespace fhir {
namespace {

When read_occurrence(const Element& element) {
    if (!element.has("occurrenceTiming")) return read_when(element, "occurrence");
    Period bounds;
    std::optional<Quantity> bounds_for;
    read_bounds(element, "occurrenceTiming", bounds, bounds_for);
    return bounds == Period() ? When(NotRead()) : When(bounds);
}

}  // namespace

ServiceRequest read_service_request(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "ServiceRequest", issues);
    ServiceRequest request;
    request.source = &resource;
    request.id = element.text("id");
    request.doubt = doubt_of(resource);
    request.status = element.text("status");
    request.intent = element.text("intent");
    request.do_not_perform = element.boolean("doNotPerform").value_or(false);
    request.code = read_concept(element, "code");
    request.subject = read_reference(element, "subject");
    request.authored_on = element.date_time("authoredOn");
    request.occurrence = read_occurrence(element);
    request.replaces = read_references(element, "replaces");
    request.based_on = read_references(element, "basedOn");
    request.reason_codes = read_concepts(element, "reasonCode");
    request.reason_references = read_references(element, "reasonReference");
    return request;
}

}  // namespace fhir
