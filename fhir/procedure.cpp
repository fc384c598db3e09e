#include "fhir/procedure.hpp"

namespace fhir {

Procedure read_procedure(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Procedure", issues);
    Procedure procedure;
    procedure.source = &resource;
    procedure.id = element.text("id");
    procedure.doubt = doubt_of(resource);
    procedure.status = element.text("status");
    procedure.code = read_concept(element, "code");
    procedure.subject = read_reference(element, "subject");
    procedure.performed = read_when(element, "performed");
    return procedure;
}

}  // namespace fhir
