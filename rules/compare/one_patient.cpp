#include "rules/compare/one_patient.hpp"

#include "fhir/bundle.hpp"
#include "fhir/member.hpp"
#include "rules/record/patient_identity.hpp"

#include <algorithm>
#include <set>

namespace rules {
namespace {

namespace json = boost::json;
using Resources = std::set<const json::object*>;

fhir::Bundle bundle_of(const std::vector<json::value>& trees) {
    std::vector<const json::object*> objects;
    for (const json::value& tree : trees) objects.push_back(&tree.get_object());
    fhir::Issues issues;
    return fhir::Bundle::of(objects, issues);
}

/// Whether it says of itself that it is the patient's whose entry stands at `urn`, which needs no other names.
bool is_plainly_theirs(const json::object& resource, std::string_view urn) {
    if (!urn.starts_with("urn:") || fhir::member_text(resource, "resourceType") == "Patient") return false;
    return std::ranges::all_of(resource, [urn](const json::key_value_pair& member) {
        if (member.key() == "contained") return false;
        if (member.key() != "subject" && member.key() != "patient") return true;
        return member.value().is_object() && fhir::member_text(member.value().get_object(), "reference") == urn;
    });
}

/// What a server would call another patient's: references by urn:uuid are read as it would have them.
boost::system::result<Resources, PatientFault> find_others(const fhir::Bundle& record) {
    const ServedNames names(record);
    const auto found = find_patient(record, names);
    if (!found) return found.error();
    const json::value patient = names.copy(*found);
    PatientIdentity identity(fhir::entry_of(patient.get_object()).id);
    identity.learn(patient.get_object());
    const std::string_view own_place = record.entries()[*found].full_url;
    Resources others;
    for (std::size_t at = 0; at < record.entries().size(); ++at) {
        const json::object* resource = record.entries()[at].resource;
        if (resource == nullptr || is_plainly_theirs(*resource, own_place)) continue;
        const json::value copy = names.differ() ? names.copy(at) : json::value();
        if (identity.whose(names.differ() ? copy.get_object() : *resource) == Whose::another) others.insert(resource);
    }
    return others;
}

void take_out(json::object& bundle, const Resources& others) {
    json::value* list = bundle.if_contains("entry");
    if (list == nullptr || !list->is_array()) return;
    json::array& entries = list->get_array();
    const auto is_others = [&others](json::value& entry) {
        json::value* resource = entry.is_object() ? entry.get_object().if_contains("resource") : nullptr;
        if (resource == nullptr || !resource->is_object()) return false;
        if (others.contains(&resource->get_object())) return true;
        take_out(resource->get_object(), others);  // Bundles in Bundles: as deep as JSON may be
        return false;
    };
    entries.erase(std::remove_if(entries.begin(), entries.end(), is_others), entries.end());
}

}  // namespace

boost::system::result<std::size_t, PatientFault> keep_one_patient(std::vector<json::value>& trees) {
    std::size_t taken = 0;
    while (true) {  // behind what is taken out may stand an older version of it; each round takes out one at least
        const auto others = find_others(bundle_of(trees));
        if (!others) return others.error();
        if (others->empty()) return taken;
        taken += others->size();
        std::erase_if(trees, [&](json::value& tree) { return others->contains(&tree.get_object()); });
        for (json::value& tree : trees) take_out(tree.get_object(), *others);
    }
}

}  // namespace rules
