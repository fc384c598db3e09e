#include "fhir/patient.hpp"

namespace fhir {

Patient read_patient(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Patient", issues);
    Patient patient;
    patient.source = &resource;
    patient.id = element.text("id");
    patient.doubt = doubt_of(resource);
    patient.gender = element.text("gender");
    patient.birth_date = element.date("birthDate");
    // A date of death, readable or not, is a death.
    patient.deceased = element.boolean("deceasedBoolean").value_or(false) || element.has("deceasedDateTime");
    return patient;
}

}  // namespace fhir
