#include "fhir/medication.hpp"

#include "fhir/bundle.hpp"

namespace fhir {
namespace {

std::vector<CodeableConcept> read_ingredients(const Element& element) {
    std::vector<CodeableConcept> ingredients;
    element.each("ingredient", [&](const Element& ingredient) {
        if (ingredient.has("itemCodeableConcept")) {
            ingredients.push_back(read_concept(ingredient, "itemCodeableConcept"));
        } else {
            ingredient.report("item", ingredient.has("itemReference") ? IssueCode::not_read : IssueCode::missing);
        }
    });
    return ingredients;
}

}  // namespace

Medication read_medication(const boost::json::object& resource, Issues& issues) {
    const Element element(resource, "Medication", issues);
    Medication medication;
    medication.source = &resource;
    medication.id = element.text("id");
    medication.doubt = doubt_of(resource);
    medication.code = read_concept(element, "code");
    medication.form = read_concept(element, "form");
    medication.ingredients = read_ingredients(element);
    return medication;
}

MedicationChoice read_medication_choice(const Element& element) {
    MedicationChoice choice;
    choice.code = read_concept(element, "medicationCodeableConcept");
    choice.reference = read_reference(element, "medicationReference");
    if (choice.reference.kind == ReferenceKind::contained) {
        if (const boost::json::object* contained = contained_in(element.json(), choice.reference.id)) {
            Issues issues;
            fill(choice, read_medication(*contained, issues));
            for (const Issue& issue : issues) {
                element.report("contained" + issue.path.substr(std::string_view("Medication").size()), issue.code);
            }
        } else {
            element.report("medicationReference", IssueCode::unresolved);
        }
    }
    const bool is_named = !choice.code.empty() || !choice.ingredients.empty() || choice.reference != Reference();
    if (!is_named) element.report("medication", IssueCode::missing);
    return choice;
}

void fill(MedicationChoice& choice, const Medication& medication) {
    // Codings of both are kept: an EHR may send the code beside the reference.
    choice.code.codings.insert(choice.code.codings.end(), medication.code.codings.begin(),
                               medication.code.codings.end());
    if (choice.code.text.empty()) choice.code.text = medication.code.text;
    choice.form = medication.form;
    choice.ingredients = medication.ingredients;
    choice.doubt = medication.doubt;
    choice.resolved = true;
}

}  // namespace fhir
