#include "service/call/composed_request.hpp"

#include "fhir/coding.hpp"
#include "fhir/json_text.hpp"
#include "fhir/reference.hpp"
#include "rules/record/patient_identity.hpp"
#include "service/call/hook_request.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

namespace service {
namespace json = boost::json;

namespace {

constexpr std::size_t most_merged = 20;  // Patients of one record that may be one person

using ReferenceNames = std::map<std::string, std::string, std::less<>>;  // urn -> "Type/id"

std::string member_text(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return std::string(member ? fhir::text_of(*member).value_or("") : "");
}

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

// Copies of the resources, by position in the record, in which "Type/id" stands for an urn: it is what servers send.
std::vector<json::value> copies_with_names(const fhir::Bundle& record) {
    ReferenceNames names;
    std::vector<json::value> copies;
    for (const fhir::Entry& entry : record.entries()) {
        const std::string id = id_of(entry, copies.size());
        if (has_urn(entry)) names.emplace(entry.full_url, std::string(entry.type) + "/" + id);
        json::object copy = *entry.resource;
        copy["id"] = id;
        copies.emplace_back(std::move(copy));
    }
    for (json::value& copy : copies) name_references(copy, names);
    return copies;
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
    const json::value* codings = concept_object ? concept_object->if_contains("coding") : nullptr;
    if (!codings || !codings->is_array()) return false;
    return std::ranges::any_of(codings->get_array(), [&](const json::value& coding) {
        const json::object* object = coding.if_object();
        if (!object) return false;
        const std::string system = member_text(*object, "system");
        return wanted.contains(std::string(fhir::system_url(system)) + "|" + member_text(*object, "code"));
    });
}

// Whether a result, a component of it or a member inside it has a wanted code.
bool speaks_of(const json::object& resource, const std::unordered_set<std::string>& wanted) {
    if (const json::value* code = resource.if_contains("code"); code && has_code(*code, wanted)) return true;
    for (const std::string_view parts : {"component", "contained"}) {
        const json::value* list = resource.if_contains(parts);
        if (!list || !list->is_array()) continue;
        for (const json::value& part : list->get_array()) {
            const json::object* object = part.if_object();
            const json::value* code = object ? object->if_contains("code") : nullptr;
            if (code && has_code(*code, wanted)) return true;
        }
    }
    return false;
}

class PrefetchAnswer {
  public:
    PrefetchAnswer(const fhir::Bundle& record, const std::vector<json::value>& copies)
        : record_(record), copies_(copies) {}

    json::value to(const rules::PrefetchTemplate& wanted) const {
        const std::vector<std::string> codes = parameter_values(wanted.query, "code");
        const std::vector<std::string> statuses = parameter_values(wanted.query, "status");
        const std::unordered_set<std::string> wanted_codes(codes.begin(), codes.end());
        json::array entries;
        std::set<std::size_t> included;
        for (std::size_t index = 0; index < copies_.size(); ++index) {
            const json::object& object = copies_[index].get_object();
            if (!is_answer(object, wanted)) continue;
            if (!wanted_codes.empty() && !speaks_of(object, wanted_codes)) continue;
            if (!statuses.empty() && std::ranges::find(statuses, member_text(object, "status")) == statuses.end())
                continue;
            for (const std::string_view member : {"medicationReference", "specimen"}) {
                if (const auto beside = referred_to(index, member)) included.insert(*beside);
            }
            entries.push_back(entry(index, "match"));
        }
        for (const std::size_t index : included) entries.push_back(entry(index, "include"));
        return json::object{{"resourceType", "Bundle"}, {"type", "searchset"}, {"entry", std::move(entries)}};
    }

  private:
    /// A report is one where it contains a result.
    static bool is_answer(const json::object& object, const rules::PrefetchTemplate& wanted) {
        const std::string type = member_text(object, "resourceType");
        return type == wanted.resource_type ||
               (wanted.resource_type == "Observation" && type == "DiagnosticReport" && object.contains("contained"));
    }

    /// The entry that `member` of an entry leads to.
    std::optional<std::size_t> referred_to(std::size_t index, std::string_view member) const {
        const fhir::Entry& holder = record_.entries()[index];
        const json::value* reference = holder.resource->if_contains(member);
        if (!reference || !reference->is_object()) return std::nullopt;
        const std::string url = member_text(reference->get_object(), "reference");
        const fhir::Entry* found = record_.resolve(fhir::parse_reference(url), &holder);
        if (!found || (found->type != "Medication" && found->type != "Specimen")) return std::nullopt;
        return static_cast<std::size_t>(found - record_.entries().data());
    }

    json::value entry(std::size_t index, const char* mode) const {
        json::object written;
        const fhir::Entry& read = record_.entries()[index];
        if (!read.full_url.empty() && !has_urn(read)) written["fullUrl"] = read.full_url;
        written["resource"] = copies_[index];
        written["search"] = json::object{{"mode", mode}};
        return written;
    }

    const fhir::Bundle& record_;
    const std::vector<json::value>& copies_;
};

bool is_replaced(const json::object& patient) {
    const json::value* links = patient.if_contains("link");
    return links && links->is_array() && std::ranges::any_of(links->get_array(), [](const json::value& link) {
               return link.is_object() && member_text(link.get_object(), "type") == "replaced-by";
           });
}

// The only patient, or the one whom the others were merged into (FHIR R4, Patient.link).
boost::system::result<const json::value*, ComposeFault> patient_among(const std::vector<json::value>& resources) {
    std::vector<const json::value*> patients;
    for (const json::value& resource : resources) {
        if (member_text(resource.get_object(), "resourceType") == "Patient") patients.push_back(&resource);
    }
    if (patients.empty()) return ComposeFault::no_patient;
    if (patients.size() > most_merged) return ComposeFault::several_patients;
    for (const json::value* candidate : patients) {
        const json::object& own = candidate->get_object();
        rules::PatientIdentity identity(member_text(own, "id"));
        identity.learn(own);
        const bool is_everyone = std::ranges::all_of(patients, [&](const json::value* other) {
            return identity.whose(other->get_object()) == rules::Whose::theirs;
        });
        if (is_everyone && !is_replaced(own)) return candidate;
    }
    return ComposeFault::several_patients;
}

std::vector<const json::object*> objects_of(const std::vector<json::value>& resources) {
    std::vector<const json::object*> objects;
    for (const json::value& resource : resources) objects.push_back(&resource.get_object());
    return objects;
}

// One Bundle as it is; anything else as one Bundle of all.
json::object as_bundle(const std::vector<json::value>& orders) {
    json::array entries;
    for (const json::value& one : orders) {
        const json::object& resource = one.get_object();
        const bool is_bundle = member_text(resource, "resourceType") == "Bundle";
        if (is_bundle && orders.size() == 1) return resource;
        const json::value* inner = is_bundle ? resource.if_contains("entry") : nullptr;
        if (!is_bundle) {
            entries.push_back(json::object{{"resource", one}});
        } else if (inner && inner->is_array()) {
            entries.insert(entries.end(), inner->get_array().begin(), inner->get_array().end());
        }
    }
    return {{"resourceType", "Bundle"}, {"type", "collection"}, {"entry", std::move(entries)}};
}

std::vector<std::string> names_of_orders(const json::object& bundle) {
    fhir::Issues issues;
    std::vector<std::string> names;
    const fhir::Bundle orders = fhir::Bundle::of(std::vector<const json::object*>{&bundle}, issues);
    for (const fhir::Entry& order : orders.entries())
        names.push_back(std::string(order.type) + "/" + std::string(order.id));
    return names;
}

// Adds draft orders and selections to the context.
std::optional<ComposeFault> add_orders(json::object& context, const ComposeOptions& options) {
    json::object bundle = as_bundle(options.draft_orders);
    const std::vector<std::string> drafts = names_of_orders(bundle);
    if (drafts.empty()) return ComposeFault::no_draft_orders;
    if (options.hook == rules::Hook::order_select) {
        json::array selections;
        for (const std::string& selection : options.selections.empty() ? drafts : options.selections) {
            if (std::ranges::find(drafts, selection) == drafts.end()) return ComposeFault::unknown_selection;
            selections.emplace_back(selection);
        }
        context["selections"] = std::move(selections);
    }
    context["draftOrders"] = std::move(bundle);
    return std::nullopt;
}

// What the context says of an encounter if none is known.
constexpr const char* no_encounter = "evaluate";

boost::system::result<json::object, ComposeFault> request_of(json::object context, json::object prefetch,
                                                             const ComposeOptions& options) {
    if (options.hook == rules::Hook::encounter_start && !context.contains("encounterId")) {
        context["encounterId"] = no_encounter;
    }
    if (is_order_hook(options.hook)) {
        if (const auto fault = add_orders(context, options)) return *fault;
    }
    return json::object{{"hook", name_of(options.hook)},
                        {"hookInstance", options.hook_instance},
                        {"context", std::move(context)},
                        {"prefetch", std::move(prefetch)}};
}

json::object context_of(std::string_view patient_id, std::string_view encounter_id) {
    json::object context{{"userId", "Practitioner/evaluate"}, {"patientId", patient_id}};
    if (!encounter_id.empty()) context["encounterId"] = encounter_id;
    return context;
}

}  // namespace

bool is_order_hook(rules::Hook hook) noexcept {
    return hook == rules::Hook::order_select || hook == rules::Hook::order_sign;
}

std::string_view explain(ComposeFault fault) {
    switch (fault) {
        case ComposeFault::no_patient:
            return "the record holds no Patient";
        case ComposeFault::several_patients:
            return "the record holds more than one Patient, and one call is about one; give each patient's resources "
                   "in "
                   "a file of its own";
        case ComposeFault::no_draft_orders:
            return "an order hook needs draft orders: give --orders FILE";
        case ComposeFault::unknown_selection:
            return "a selection is not among the draft orders";
    }
    return "";
}

std::string newest_encounter(const std::vector<const json::object*>& resources) {
    std::string newest, newest_start;
    for (const json::object* resource : resources) {
        if (member_text(*resource, "resourceType") != "Encounter") continue;
        const json::value* period = resource->if_contains("period");
        std::string start = period && period->is_object() ? member_text(period->get_object(), "start") : "";
        if (!newest.empty() && start < newest_start) continue;
        newest = member_text(*resource, "id");
        newest_start = std::move(start);
    }
    return newest;
}

boost::system::result<json::object, ComposeFault> compose_request(const fhir::Bundle& record,
                                                                  const ComposeOptions& options) {
    const std::vector<json::value> resources = copies_with_names(record);
    const auto found = patient_among(resources);
    if (!found) return found.error();
    const json::value* patient = *found;
    json::object prefetch;
    const PrefetchAnswer answer(record, resources);
    for (const rules::PrefetchTemplate& wanted : options.templates) {
        prefetch[wanted.key] = wanted.resource_type == "Patient" ? *patient : answer.to(wanted);
    }
    const std::string patient_id = member_text(patient->get_object(), "id");
    return request_of(context_of(patient_id, newest_encounter(objects_of(resources))), std::move(prefetch), options);
}

boost::system::result<json::object, ComposeFault> compose_request(std::string_view patient_id, json::object prefetch,
                                                                  const ComposeOptions& options) {
    return request_of(context_of(patient_id, options.encounter_id), std::move(prefetch), options);
}

}  // namespace service
