#include "service/call/composed_request.hpp"

#include "fhir/member.hpp"
#include "rules/record/selection.hpp"
#include "service/call/hook_request.hpp"

#include <algorithm>

namespace service {
namespace json = boost::json;

namespace {

std::vector<const json::object*> objects_of(const std::vector<json::value>& resources) {
    std::vector<const json::object*> objects;
    for (const json::value& resource : resources) objects.push_back(&resource.get_object());
    return objects;
}

// The answer to each template, with copies of the resources as a server calls them.
json::object prefetch_of(const fhir::Bundle& record, const rules::ServedNames& names, std::size_t patient,
                         const std::vector<rules::PrefetchTemplate>& templates) {
    json::object prefetch;
    const rules::Selection selection(templates);
    for (std::size_t position = 0; position < templates.size(); ++position) {
        const rules::PrefetchTemplate& asked = templates[position];
        if (asked.resource_type == "Patient") {
            prefetch[asked.key] = names.copy(patient);
            continue;
        }
        json::array entries;
        for (const rules::Selected& one : selection.answer(record, position)) {
            json::object written;
            const std::string_view place = rules::served_place(record.entries()[one.index]);
            if (!place.empty()) written["fullUrl"] = place;
            written["resource"] = names.copy(one.index);
            written["search"] = json::object{{"mode", one.is_included ? "include" : "match"}};
            entries.push_back(std::move(written));
        }
        prefetch[asked.key] =
            json::object{{"resourceType", "Bundle"}, {"type", "searchset"}, {"entry", std::move(entries)}};
    }
    return prefetch;
}

ComposeFault fault_of(rules::PatientFault fault) {
    switch (fault) {
        case rules::PatientFault::none_there:
            return ComposeFault::no_patient;
        case rules::PatientFault::several:
            break;
    }
    return ComposeFault::several_patients;
}

// The id of the newest Encounter as a server calls it.
std::string newest_encounter_of(const fhir::Bundle& record, const rules::ServedNames& names) {
    std::vector<json::value> encounters;
    for (std::size_t index = 0; index < record.entries().size(); ++index) {
        if (record.entries()[index].type == "Encounter") encounters.push_back(names.copy(index));
    }
    return newest_encounter(objects_of(encounters));
}

// One Bundle as it is; anything else as one Bundle of all.
json::object as_bundle(const std::vector<json::value>& orders) {
    json::array entries;
    for (const json::value& one : orders) {
        const json::object& resource = one.get_object();
        const bool is_bundle = fhir::member_text(resource, "resourceType") == "Bundle";
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
        if (fhir::member_text(*resource, "resourceType") != "Encounter") continue;
        const json::value* period = resource->if_contains("period");
        std::string start =
            period && period->is_object() ? std::string(fhir::member_text(period->get_object(), "start")) : "";
        if (!newest.empty() && start < newest_start) continue;
        newest = fhir::member_text(*resource, "id");
        newest_start = std::move(start);
    }
    return newest;
}

boost::system::result<json::object, ComposeFault> compose_request(const fhir::Bundle& record,
                                                                  const ComposeOptions& options) {
    const rules::ServedNames names(record);
    const auto patient = rules::find_patient(record, names);
    if (!patient) return fault_of(patient.error());
    const json::value copy = names.copy(*patient);
    return request_of(context_of(fhir::member_text(copy.get_object(), "id"), newest_encounter_of(record, names)),
                      prefetch_of(record, names, *patient, options.templates), options);
}

boost::system::result<json::object, ComposeFault> compose_request(std::string_view patient_id, json::object prefetch,
                                                                  const ComposeOptions& options) {
    return request_of(context_of(patient_id, options.encounter_id), std::move(prefetch), options);
}

}  // namespace service
