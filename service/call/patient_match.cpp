#include "service/call/patient_match.hpp"

#include "fhir/member.hpp"
#include "fhir/reference.hpp"

#include <algorithm>

namespace service {

namespace json = boost::json;

namespace {

using fhir::find_member;
using fhir::member_text;

bool is_same_identifier(const json::object& left, const json::object& right) {
    const std::string_view value = member_text(left, "value");
    return !value.empty() && value == member_text(right, "value") &&
           member_text(left, "system") == member_text(right, "system");
}

/// Whether `identifier` is one of the patient's own.
bool is_the_patients(const json::value& identifier, const PatientIdentity& identity) {
    const json::value* own = identity.patient != nullptr ? find_member(*identity.patient, "identifier") : nullptr;
    if (own == nullptr || !own->is_array() || !identifier.is_object()) return false;
    return std::ranges::any_of(own->get_array(), [&](const json::value& one) {
        return one.is_object() && is_same_identifier(one.get_object(), identifier.get_object());
    });
}

/// Whose a reference is that has no URL.
Whose whose_without_url(const json::object& subject, const PatientIdentity& identity) {
    if (find_member(subject, "reference") != nullptr) return Whose::unreadable;  // a number, an empty text
    const json::value* identifier = find_member(subject, "identifier");
    if (identifier != nullptr && is_the_patients(*identifier, identity)) return Whose::patients;
    const bool says_something = identifier != nullptr || !member_text(subject, "display").empty();
    return says_something ? Whose::unnamed : Whose::unreadable;
}

Whose whose_subject(const json::value& subject, const PatientIdentity& identity) {
    if (subject.is_null()) return Whose::patients;  // null is how some write that there is none
    if (!subject.is_object()) return Whose::unreadable;
    const std::string_view url = member_text(subject.get_object(), "reference");
    if (url.empty()) return whose_without_url(subject.get_object(), identity);
    constexpr std::string_view usual = "Patient/";
    if (url.starts_with(usual) && url.substr(usual.size()) == identity.id) return Whose::patients;
    const fhir::Reference reference = fhir::parse_reference(url);
    constexpr std::string_view uuid_urn = "urn:uuid:";
    if (reference.kind == fhir::ReferenceKind::urn) {
        const bool is_own = url.starts_with(uuid_urn) && url.substr(uuid_urn.size()) == identity.id;
        return is_own ? Whose::patients : Whose::anothers;
    }
    return reference.type == "Patient" && reference.id == identity.id ? Whose::patients : Whose::anothers;
}

std::string_view name_of(const json::key_value_pair& member) {
    return {member.key().data(), member.key().size()};
}

bool names_a_subject(const json::key_value_pair& member) {
    const std::string_view name = name_of(member);
    return name == "subject" || name == "patient";
}

Whose whose_contained(const json::value& contained, const PatientIdentity& identity) {
    Whose worst = Whose::patients;
    if (!contained.is_array()) return worst;
    for (const json::value& one : contained.get_array()) {
        if (!one.is_object()) continue;
        for (const json::key_value_pair& member : one.get_object()) {
            if (names_a_subject(member)) worst = std::max(worst, whose_subject(member.value(), identity));
        }
    }
    return worst;
}

}  // namespace

Whose whose(const json::object& resource, const PatientIdentity& identity) {
    if (member_text(resource, "resourceType") == "Patient") {
        return member_text(resource, "id") == identity.id ? Whose::patients : Whose::anothers;
    }
    // One walk: every resource of a call is asked.
    Whose worst = Whose::patients;
    for (const json::key_value_pair& member : resource) {
        if (names_a_subject(member)) worst = std::max(worst, whose_subject(member.value(), identity));
        if (name_of(member) == "contained") worst = std::max(worst, whose_contained(member.value(), identity));
    }
    return worst;
}

}  // namespace service
