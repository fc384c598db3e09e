#include "service/patient_match.hpp"

#include "fhir/member.hpp"
#include "fhir/reference.hpp"

#include <algorithm>

namespace service {

namespace json = boost::json;

namespace {

bool names_somebody_else(const json::object& resource, std::string_view member, std::string_view patient_id) {
    const json::value* subject = fhir::find_member(resource, member);
    if (subject == nullptr || !subject->is_object()) return false;
    const std::string_view url = fhir::member_text(subject->get_object(), "reference");
    if (url.empty()) return false;  // an identifier or a display only: nothing to compare
    constexpr std::string_view usual = "Patient/";
    if (url.starts_with(usual) && url.substr(usual.size()) == patient_id) return false;
    const fhir::Reference reference = fhir::parse_reference(url);
    constexpr std::string_view uuid_urn = "urn:uuid:";
    if (reference.kind == fhir::ReferenceKind::urn) {
        return !url.starts_with(uuid_urn) || url.substr(uuid_urn.size()) != patient_id;
    }
    return reference.type != "Patient" || reference.id != patient_id;
}

bool names_somebody_else(const json::object& resource, std::string_view patient_id) {
    return names_somebody_else(resource, "subject", patient_id) || names_somebody_else(resource, "patient", patient_id);
}

}  // namespace

bool is_of_another_patient(const json::object& resource, std::string_view patient_id) {
    if (fhir::member_text(resource, "resourceType") == "Patient")
        return fhir::member_text(resource, "id") != patient_id;
    if (names_somebody_else(resource, patient_id)) return true;
    const json::value* contained = fhir::find_member(resource, "contained");
    return contained != nullptr && contained->is_array() &&
           std::ranges::any_of(contained->get_array(), [&](const json::value& one) {
               return one.is_object() && names_somebody_else(one.get_object(), patient_id);
           });
}

}  // namespace service
