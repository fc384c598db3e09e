#include "fhir/patient.hpp"

namespace fhir {

Patient read_patient(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Patient", issues);
    Patient patient;
    patient.source = &resource;
    patient.id = element.text("id");
    patient.gender = element.text("gender");
    patient.birth_date = element.date("birthDate");
    patient.deceased_since = element.date_time("deceasedDateTime");
    // A date of death that cannot be read is still a death.
    patient.deceased = element.boolean("deceasedBoolean").value_or(false) || element.has("deceasedDateTime");
    patient.active = element.boolean("active");
    return patient;
}

}  // namespace fhir
