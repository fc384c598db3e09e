#include "rules/record/selection.hpp"

#include "fhir/coding.hpp"
#include "fhir/member.hpp"
#include "fhir/reference.hpp"
#include "rules/record/patient_identity.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace rules {
namespace json = boost::json;
using fhir::member_text;

namespace {

constexpr std::size_t most_merged = 20;  // Patients of one record that may be one person

using ReferenceNames = std::map<std::string, std::string, std::less<>>;

bool has_urn(const fhir::Entry& entry) {
    return entry.full_url.starts_with("urn:");
}

// The id of an entry; transaction Bundles name their resources by urn:uuid only.
std::string id_of(const fhir::Entry& entry, std::size_t index) {
    if (!entry.id.empty()) return std::string(entry.id);
    if (has_urn(entry)) return std::string(entry.full_url.substr(entry.full_url.rfind(':') + 1));
    const fhir::Reference place = fhir::parse_reference(entry.full_url);
    return place.id.empty() ? "entry-" + std::to_string(index) : std::string(place.id);
}

void name_references(json::value& value, const ReferenceNames& names) {
    if (json::array* array = value.if_array()) {
        for (json::value& element : *array) name_references(element, names);
    }
    json::object* object = value.if_object();
    if (!object) return;
    for (auto& [key, member] : *object) {
        const auto name = key == "reference" ? names.find(fhir::text_of(member).value_or("")) : names.end();
        if (name != names.end()) {
            member = name->second;
        } else {
            name_references(member, names);
        }
    }
}

// The values of a search parameter: "http://loinc.org|62292-8" and others of `code`, for instance.
std::vector<std::string> parameter_values(std::string_view query, std::string_view name) {
    std::vector<std::string> values;
    const std::string begin = "&" + std::string(name) + "=";
    const std::size_t at = query.find(begin);
    if (at == std::string_view::npos) return values;
    std::string_view list = query.substr(at + begin.size());
    list = list.substr(0, list.find('&'));
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        values.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return values;
}

bool has_code(const json::value& concept_value, const std::unordered_set<std::string>& wanted) {
    const json::object* concept_object = concept_value.if_object();
    const json::value* codings = concept_object ? fhir::find_member(*concept_object, "coding") : nullptr;
    if (!codings || !codings->is_array()) return false;
    return std::ranges::any_of(codings->get_array(), [&](const json::value& coding) {
        const json::object* object = coding.if_object();
        if (!object) return false;
        std::string token(fhir::system_url(member_text(*object, "system")));
        return wanted.contains(token.append("|").append(member_text(*object, "code")));
    });
}

// Whether a result, a component of it or a member inside it has a wanted code.
bool speaks_of(const json::object& resource, const std::unordered_set<std::string>& wanted) {
    if (const json::value* code = fhir::find_member(resource, "code"); code && has_code(*code, wanted)) return true;
    for (const std::string_view parts : {"component", "contained"}) {
        const json::value* list = fhir::find_member(resource, parts);
        if (!list || !list->is_array()) continue;
        for (const json::value& part : list->get_array()) {
            const json::object* object = part.if_object();
            const json::value* code = object ? fhir::find_member(*object, "code") : nullptr;
            if (code && has_code(*code, wanted)) return true;
        }
    }
    return false;
}

bool is_replaced(const json::object& patient) {
    const json::value* links = fhir::find_member(patient, "link");
    return links && links->is_array() && std::ranges::any_of(links->get_array(), [](const json::value& link) {
               return link.is_object() && member_text(link.get_object(), "type") == "replaced-by";
           });
}

/// The Medication or Specimen that `member` of an entry leads to.
std::optional<std::size_t> referred_to(const fhir::Bundle& record, const fhir::Entry& holder, std::string_view member) {
    const json::value* reference = fhir::find_member(*holder.resource, member);
    if (!reference || !reference->is_object()) return std::nullopt;
    const std::string_view url = member_text(reference->get_object(), "reference");
    const fhir::Entry* found = record.resolve(fhir::parse_reference(url), &holder);
    if (!found || (found->type != "Medication" && found->type != "Specimen")) return std::nullopt;
    return static_cast<std::size_t>(found - record.entries().data());
}

}  // namespace

ServedNames::ServedNames(const fhir::Bundle& record) : record_(record) {
    std::size_t index = 0;
    for (const fhir::Entry& entry : record.entries()) {
        if (has_urn(entry)) references_.emplace(entry.full_url, std::string(entry.type) + "/" + id_of(entry, index));
        differ_ = differ_ || has_urn(entry) || entry.id.empty();
        ++index;
    }
}

json::value ServedNames::copy(std::size_t index, json::storage_ptr storage) const {
    const fhir::Entry& entry = record_.entries()[index];
    json::value copy(*entry.resource, std::move(storage));
    copy.get_object()["id"] = id_of(entry, index);
    name_references(copy, references_);
    return copy;
}

boost::system::result<std::size_t, PatientFault> find_patient(const fhir::Bundle& record, const ServedNames& names) {
    std::vector<std::size_t> positions;
    for (std::size_t index = 0; index < record.entries().size(); ++index) {
        if (record.entries()[index].type == "Patient") positions.push_back(index);
    }
    if (positions.empty()) return PatientFault::none_there;
    if (positions.size() > most_merged) return PatientFault::several;
    std::vector<json::value> patients;
    for (const std::size_t index : positions) patients.push_back(names.copy(index));
    for (std::size_t candidate = 0; candidate < patients.size(); ++candidate) {
        const json::object& own = patients[candidate].get_object();
        PatientIdentity identity(member_text(own, "id"));
        identity.learn(own);
        const bool is_everyone = std::ranges::all_of(
            patients, [&](const json::value& other) { return identity.whose(other.get_object()) == Whose::theirs; });
        if (is_everyone && !is_replaced(own)) return positions[candidate];
    }
    return PatientFault::several;
}

Selection::Selection(const std::vector<PrefetchTemplate>& templates) : templates_(templates) {
    for (const PrefetchTemplate& asked : templates_) {
        const std::vector<std::string> codes = parameter_values(asked.query, "code");
        wanted_.push_back({{codes.begin(), codes.end()}, parameter_values(asked.query, "status")});
    }
}

std::optional<std::set<std::string, std::less<>>> Selection::observation_codes() const {
    std::set<std::string, std::less<>> codes;
    for (std::size_t position = 0; position < templates_.size(); ++position) {
        if (templates_[position].resource_type != "Observation") continue;
        if (wanted_[position].codes.empty()) return std::nullopt;
        for (const std::string& token : wanted_[position].codes) codes.insert(token.substr(token.find('|') + 1));
    }
    return codes;
}

/// A report is an answer where it contains a result.
bool Selection::is_answer(const fhir::Entry& entry, const PrefetchTemplate& asked, const Wanted& wanted) {
    const json::object& resource = *entry.resource;
    const bool is_report = asked.resource_type == "Observation" && entry.type == "DiagnosticReport";
    if (entry.type != asked.resource_type && !(is_report && fhir::find_member(resource, "contained"))) return false;
    if (!wanted.codes.empty() && !speaks_of(resource, wanted.codes)) return false;
    return wanted.statuses.empty() ||
           std::ranges::find(wanted.statuses, member_text(resource, "status")) != wanted.statuses.end();
}

std::vector<Selected> Selection::answer(const fhir::Bundle& record, std::size_t position) const {
    std::vector<Selected> selected;
    std::set<std::size_t> included;
    for (std::size_t index = 0; index < record.entries().size(); ++index) {
        const fhir::Entry& entry = record.entries()[index];
        if (!is_answer(entry, templates_[position], wanted_[position])) continue;
        for (const std::string_view member : {"medicationReference", "specimen"}) {
            if (const auto beside = referred_to(record, entry, member)) included.insert(*beside);
        }
        selected.push_back({index, false});
    }
    for (const std::size_t index : included) selected.push_back({index, true});
    return selected;
}

}  // namespace rules
