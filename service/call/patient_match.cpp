#include "service/call/patient_match.hpp"

#include "fhir/member.hpp"
#include "fhir/reference.hpp"

#include <algorithm>

namespace service {

namespace json = boost::json;

namespace {

bool is_somebody_else(const json::value& subject, std::string_view patient_id) {
    if (!subject.is_object()) return false;
    const std::string_view url = fhir::member_text(subject.get_object(), "reference");
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

std::string_view name_of(const json::key_value_pair& member) {
    return {member.key().data(), member.key().size()};
}

bool names_somebody_else(const json::key_value_pair& member, std::string_view patient_id) {
    const std::string_view name = name_of(member);
    return (name == "subject" || name == "patient") && is_somebody_else(member.value(), patient_id);
}

bool contains_somebody_else(const json::value& contained, std::string_view patient_id) {
    return contained.is_array() && std::ranges::any_of(contained.get_array(), [&](const json::value& one) {
               return one.is_object() && std::ranges::any_of(one.get_object(), [&](const json::key_value_pair& member) {
                          return names_somebody_else(member, patient_id);
                      });
           });
}

}  // namespace

bool is_of_another_patient(const json::object& resource, std::string_view patient_id) {
    if (fhir::member_text(resource, "resourceType") == "Patient")
        return fhir::member_text(resource, "id") != patient_id;
    // One walk: every resource of a call is asked.
    return std::ranges::any_of(resource, [&](const json::key_value_pair& member) {
        return names_somebody_else(member, patient_id) ||
               (name_of(member) == "contained" && contains_somebody_else(member.value(), patient_id));
    });
}

}  // namespace service
