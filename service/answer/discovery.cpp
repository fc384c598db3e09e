#include "service/answer/discovery.hpp"

#include "fhir/json_text.hpp"

namespace service {

namespace json = boost::json;

namespace {

json::object entry_of(const OfferedService& service, ClientProfile profile) {
    json::object entry{{"hook", name_of(service.hook)}};
    if (!service.title.empty()) entry["title"] = service.title;
    entry["description"] = service.description;
    entry["id"] = service.id;
    json::object prefetch;
    for (const rules::PrefetchTemplate& one : service.prefetch) prefetch[one.key] = one.query;
    if (!prefetch.empty()) entry["prefetch"] = std::move(prefetch);
    // Members that the version of the client's specification does not have are left out.
    if (profile != ClientProfile::v1_0 && !service.usage_requirements.empty()) {
        entry["usageRequirements"] = service.usage_requirements;
    }
    if (profile == ClientProfile::v3_0) {
        entry["version"] = "3.0.0";
        entry["hookVersion"] = "1.0";  // of all four hooks, in the tables of their pages
    }
    return entry;
}

}  // namespace

std::string discovery_document(const std::vector<OfferedService>& services, ClientProfile profile) {
    json::array entries;
    for (const OfferedService& service : services) entries.push_back(entry_of(service, profile));
    return fhir::print_json(json::object{{"services", std::move(entries)}});
}

}  // namespace service
