#include "fhir/service_request.hpp"

namespace fhir {

ServiceRequest read_service_request(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "ServiceRequest", issues);
    ServiceRequest request;
    request.source = &resource;
    request.id = element.text("id");
    request.status = element.text("status");
    request.intent = element.text("intent");
    request.do_not_perform = element.boolean("doNotPerform").value_or(false);
    request.code = read_concept(element, "code");
    request.subject = read_reference(element, "subject");
    request.authored_on = element.date_time("authoredOn");
    request.reason_codes = read_concepts(element, "reasonCode");
    request.reason_references = read_references(element, "reasonReference");
    return request;
}

}  // namespace fhir
