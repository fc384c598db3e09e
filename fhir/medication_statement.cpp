#include "fhir/medication_statement.hpp"

namespace fhir {

MedicationStatement read_medication_statement(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "MedicationStatement", issues);
    MedicationStatement statement;
    statement.source = &resource;
    statement.id = element.text("id");
    statement.doubt = doubt_of(resource);
    statement.status = element.text("status");
    statement.medication = read_medication_choice(element);
    statement.subject = read_reference(element, "subject");
    statement.effective = read_when(element, "effective");
    statement.date_asserted = element.date_time("dateAsserted");
    statement.dosage = read_dosages(element, "dosage");
    return statement;
}

}  // namespace fhir
