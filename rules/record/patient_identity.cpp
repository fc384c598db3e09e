#include "rules/record/patient_identity.hpp"

#include "fhir/member.hpp"

#include <algorithm>
#include <optional>

namespace rules {

namespace json = boost::json;
using fhir::member_text;

namespace {

constexpr std::size_t most_links = 50;
constexpr std::size_t most_identifiers = 50;
constexpr std::string_view uuid_urn = "urn:uuid:";

/// Calls `see` with each object of the list `name`, up to `most`.
template <typename See>
void each_object(const json::object& parent, std::string_view name, std::size_t most, See see) {
    const json::value* list = fhir::find_member(parent, name);
    if (!list || !list->is_array()) return;
    for (const json::value& element : list->get_array()) {
        if (most-- == 0) return;
        if (element.is_object()) see(element.get_object());
    }
}

/// The ids of the patients with whom `patient` is one person.
std::vector<std::string> merged_ids(const json::object& patient) {
    std::vector<std::string> ids;
    each_object(patient, "link", most_links, [&](const json::object& link) {
        const std::string_view type = member_text(link, "type");
        if (type != "replaces" && type != "replaced-by") return;
        const json::value* other = fhir::find_member(link, "other");
        if (!other || !other->is_object()) return;
        const fhir::Reference reference = fhir::parse_reference(member_text(other->get_object(), "reference"));
        if (reference.type == "Patient" && !reference.id.empty()) ids.emplace_back(reference.id);
    });
    return ids;
}

std::string_view base_of(const fhir::Reference& reference) {
    const std::string_view url = fhir::without_version(reference.reference);
    return url.substr(0, url.size() - reference.type.size() - 1 - reference.id.size());
}

}  // namespace

void PatientIdentity::learn(const json::object& patient, std::string_view full_url) {
    if (member_text(patient, "resourceType") != "Patient") return;
    const std::string id(member_text(patient, "id"));
    std::vector<std::string> merged = merged_ids(patient);
    if (ids_.empty()) ids_.push_back(id);
    const bool is_merged = std::ranges::find(merged, ids_.front()) != merged.end();
    if (id != ids_.front() && !is_merged) return;
    merged.push_back(id);
    for (std::string& other : merged) {
        if (!is(other)) ids_.push_back(std::move(other));
    }
    full_url_ = full_url;
    each_object(patient, "identifier", most_identifiers, [&](const json::object& identifier) {
        identifiers_.emplace_back(member_text(identifier, "system"), member_text(identifier, "value"));
    });
}

bool PatientIdentity::is(std::string_view id) const {
    return std::ranges::find(ids_, id) != ids_.end();
}

bool PatientIdentity::names(const fhir::Reference& reference) const {
    switch (reference.kind) {
        case fhir::ReferenceKind::relative:
        case fhir::ReferenceKind::absolute:
            return reference.type == "Patient" && is(reference.id);
        case fhir::ReferenceKind::urn: {
            const std::string_view urn = reference.reference;
            const bool is_own_place = !full_url_.empty() && urn == full_url_;
            return is_own_place || (urn.starts_with(uuid_urn) && is(urn.substr(uuid_urn.size())));
        }
        case fhir::ReferenceKind::none:
            return std::ranges::any_of(identifiers_, [&](const auto& own) {
                return !own.second.empty() && own.first == reference.identifier_system &&
                       own.second == reference.identifier_value;
            });
        case fhir::ReferenceKind::contained:
        case fhir::ReferenceKind::other:
            break;
    }
    return false;
}

/// Of a reference without an address. Another value of a system in which the Patient has identifiers is another
/// patient's; else nothing can be compared.
PatientIdentity::Subject PatientIdentity::by_identifier(const json::object& subject) const {
    if (fhir::find_member(subject, "reference")) return Subject::unreadable;  // a number, an empty text
    const json::value* member = fhir::find_member(subject, "identifier");
    if (!member || !member->is_object())
        return member_text(subject, "display").empty() ? Subject::unreadable : Subject::unnamed;
    const std::string_view system = member_text(member->get_object(), "system");
    const std::string_view value = member_text(member->get_object(), "value");
    bool knows_system = false;
    for (const auto& own : identifiers_) {
        if (value.empty() || own.first != system) continue;
        if (own.second == value) return Subject::patient;
        knows_system = knows_system || !system.empty();
    }
    return knows_system ? Subject::another : Subject::unnamed;
}

bool PatientIdentity::shares_base(const fhir::Reference& reference) {
    const std::string_view base = base_of(reference);
    if (base_.empty()) base_ = base;
    return base_ == base;
}

PatientIdentity::Subject PatientIdentity::subject_of(const json::value& subject) {
    if (subject.is_null()) return Subject::patient;  // null is how some write that there is none
    if (!subject.is_object()) return Subject::unreadable;
    const std::string_view url = member_text(subject.get_object(), "reference");
    if (url.empty()) return by_identifier(subject.get_object());
    constexpr std::string_view usual = "Patient/";
    if (!ids_.empty() && url.starts_with(usual) && url.substr(usual.size()) == ids_.front()) return Subject::patient;
    const fhir::Reference reference = fhir::parse_reference(url);
    if (reference.kind == fhir::ReferenceKind::contained) return Subject::contained;
    if (!names(reference)) return Subject::another;
    const bool is_elsewhere = reference.kind == fhir::ReferenceKind::absolute && !shares_base(reference);
    return is_elsewhere ? Subject::another : Subject::patient;
}

Whose PatientIdentity::of_contained(const json::value& contained) {
    Whose worst = Whose::theirs;
    if (!contained.is_array()) return worst;
    for (const json::value& one : contained.get_array()) {
        if (!one.is_object()) continue;
        for (const json::key_value_pair& member : one.get_object()) {
            if (member.key() != "subject" && member.key() != "patient") continue;
            worst = std::max(worst, std::min(whose_is(subject_of(member.value())), Whose::holds_another));
        }
    }
    return worst;
}

Whose PatientIdentity::whose_is(Subject subject) {
    switch (subject) {
        case Subject::patient:
            return Whose::theirs;
        case Subject::unnamed:
            return Whose::unnamed;
        case Subject::unreadable:
            return Whose::unreadable;
        case Subject::contained:
            return Whose::holds_another;
        case Subject::another:
            return Whose::another;
    }
    return Whose::another;
}

Whose PatientIdentity::whose(const json::object& resource) {
    const std::string_view type = member_text(resource, "resourceType");
    if (type == "Patient") {
        const std::vector<std::string> merged = merged_ids(resource);
        const bool is_merged = !ids_.empty() && std::ranges::find(merged, ids_.front()) != merged.end();
        return is_merged || is(member_text(resource, "id")) ? Whose::theirs : Whose::another;
    }
    // A specimen of the newborn may lie in the mother's answer: what was found in it is not used (read_record).
    if (type == "Specimen") return Whose::theirs;
    Whose worst = Whose::theirs;
    for (const json::key_value_pair& member : resource) {  // one walk: every resource of a call is asked
        if (member.key() == "subject" || member.key() == "patient") {
            worst = std::max(worst, whose_is(subject_of(member.value())));
        } else if (member.key() == "contained") {
            worst = std::max(worst, of_contained(member.value()));
        }
    }
    return worst;
}

}  // namespace rules
