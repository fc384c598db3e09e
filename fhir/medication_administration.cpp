#include "fhir/medication_administration.hpp"

namespace fhir {
namespace {

// MedicationAdministration has a dosage of its own, whose dose is a Quantity and no list.
std::vector<Dosage> read_given_dosage(const Element& element) {
    const std::optional<Element> given = element.child("dosage");
    if (!given) return {};
    Dosage dosage;
    dosage.text = given->text("text");
    dosage.route = read_concept(*given, "route");
    if (const std::optional<Element> dose = given->child("dose")) dosage.doses.push_back(read_quantity(*dose));
    return {std::move(dosage)};
}

}  // namespace

MedicationAdministration read_medication_administration(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "MedicationAdministration", issues);
    MedicationAdministration administration;
    administration.source = &resource;
    administration.id = element.text("id");
    administration.doubt = doubt_of(resource);
    administration.status = element.text("status");
    administration.medication = read_medication_choice(element);
    administration.subject = read_reference(element, "subject");
    administration.effective = read_when(element, "effective");
    administration.dosage = read_given_dosage(element);
    return administration;
}

}  // namespace fhir
