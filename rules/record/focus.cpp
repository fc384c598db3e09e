#include "rules/record/focus.hpp"

#include "fhir/member.hpp"

#include <algorithm>
#include <array>

namespace rules {

namespace json = boost::json;
using fhir::member_text;

namespace {

constexpr std::size_t most_foci = 20;

/// Who or what a focus may be that is not the patient: people, groups, places, substances, products, specimens.
constexpr std::array<std::string_view, 12> not_the_patient{
    "Patient",      "RelatedPerson", "Person",    "Practitioner", "PractitionerRole", "Group",
    "Organization", "Location",      "Substance", "Medication",   "Specimen",         "BiologicallyDerivedProduct"};

/// FHIR R4's extension for a focus that is no resource: of whom it speaks cannot be told from its code.
bool has_focus_code(const json::object& observation) {
    constexpr std::string_view focus_code = "http://hl7.org/fhir/StructureDefinition/observation-focusCode";
    const json::value* extensions = fhir::find_member(observation, "extension");
    if (!extensions || !extensions->is_array()) return false;
    return std::ranges::any_of(extensions->get_array(), [&](const json::value& extension) {
        return extension.is_object() && member_text(extension.get_object(), "url") == focus_code;
    });
}

}  // namespace

About Focus::of(const json::object& observation, const json::object& container, const fhir::Entry& holder) const {
    About about = About::patient;
    if (const json::value* focus = fhir::find_member(observation, "focus")) about = of_focus(*focus, container, holder);
    if (about == About::other) return about;
    if (has_focus_code(observation)) about = About::unknown;
    const json::value* specimen = fhir::find_member(observation, "specimen");
    return specimen && is_of_another(*specimen, container, holder) ? About::other : about;
}

About Focus::of_focus(const json::value& focus, const json::object& container, const fhir::Entry& holder) const {
    if (focus.is_object()) return of_one(focus.get_object(), container, holder);
    if (!focus.is_array() || focus.get_array().size() > most_foci) return About::unknown;
    About about = About::patient;
    for (const json::value& one : focus.get_array()) {
        const About found = one.is_object() ? of_one(one.get_object(), container, holder) : About::unknown;
        if (found == About::other) return found;
        if (found == About::unknown) about = found;
    }
    return about;
}

About Focus::of_one(const json::object& written, const json::object& container, const fhir::Entry& holder) const {
    fhir::Reference reference = fhir::parse_reference(member_text(written, "reference"));
    if (reference.type.empty()) reference.type = member_text(written, "type");
    if (patient_.names(reference)) return About::patient;
    const json::object* target = target_of(reference, container, holder);
    const std::string_view type = target ? member_text(*target, "resourceType") : reference.type;
    if (type.empty()) return About::unknown;
    return std::ranges::find(not_the_patient, type) == not_the_patient.end() ? About::patient : About::other;
}

const json::object* Focus::target_of(const fhir::Reference& reference, const json::object& container,
                                     const fhir::Entry& holder) const {
    if (reference.kind == fhir::ReferenceKind::contained) return fhir::contained_in(container, reference.id);
    const fhir::Entry* found = bundle_.resolve(reference, &holder);
    return found ? found->resource : nullptr;
}

bool Focus::is_of_another(const json::value& specimen, const json::object& container, const fhir::Entry& holder) const {
    if (!specimen.is_object()) return false;
    const fhir::Reference reference = fhir::parse_reference(member_text(specimen.get_object(), "reference"));
    const json::object* target = target_of(reference, container, holder);
    const json::value* subject = target ? fhir::find_member(*target, "subject") : nullptr;
    if (!subject || !subject->is_object()) return false;
    const fhir::Reference named = fhir::parse_reference(member_text(subject->get_object(), "reference"));
    return named.kind != fhir::ReferenceKind::none && !patient_.names(named);
}

}  // namespace rules
