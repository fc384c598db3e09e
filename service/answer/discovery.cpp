#include "service/answer/discovery.hpp"

#include "fhir/json_text.hpp"
#include "service/answer/crd.hpp"
#include "service/base/sha256.hpp"

namespace service {

namespace json = boost::json;

namespace {

json::object prefetch_of(const OfferedService& service, const ClientProfile& client) {
    json::object prefetch;
    for (const rules::PrefetchTemplate& one : service.prefetch) {
        // What only some calls need is read by query, with the call's token (CRD found-27, found-28).
        if (client.is_crd && !one.required) continue;
        if (!has_type(client, one.resource_type)) continue;
        prefetch[one.key] = without_refused(client, one.resource_type, one.query);
    }
    return prefetch;
}

json::object entry_of(const OfferedService& service, const ClientProfile& client) {
    json::object entry{{"hook", name_of(service.hook)}};
    if (!service.title.empty()) entry["title"] = service.title;
    entry["description"] = service.description;
    entry["id"] = service.id;
    json::object prefetch = prefetch_of(service, client);
    if (!prefetch.empty()) entry["prefetch"] = std::move(prefetch);
    // Members that the version of the client's specification does not have are left out.
    if (client.knows_2_0 && !service.usage_requirements.empty()) {
        entry["usageRequirements"] = service.usage_requirements;
    }
    if (client.knows_3_0) {
        entry["version"] = "3.0.0";
        entry["hookVersion"] = "1.0";  // of all four hooks, in the tables of their pages
    }
    if (client.is_crd) entry["extension"] = crd::discovery_extension(service.card_kinds);
    return entry;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

Discovery discovery_for(const ClientProfile& client, const std::vector<OfferedService>& services,
                        std::span<const std::string> digests) {
    json::array entries;
    for (const OfferedService& service : services) entries.push_back(entry_of(service, client));
    Discovery discovery;
    discovery.body = fhir::print_json(json::object{{"services", std::move(entries)}});
    std::string made_of(client.name);
    for (const std::string& digest : digests) made_of += "\n" + digest;
    discovery.tag = '"' + sha256_hex(made_of + "\n" + discovery.body) + '"';
    return discovery;
}

bool still_holds(std::string_view if_none_match, std::string_view tag) {
    if (trimmed(if_none_match) == "*") return true;
    while (!if_none_match.empty()) {  // our tags have no comma
        const std::size_t comma = if_none_match.find(',');
        std::string_view one = trimmed(if_none_match.substr(0, comma));
        if (one.starts_with("W/")) one.remove_prefix(2);  // the comparison is the weak one
        if (one == tag) return true;
        if_none_match = comma == std::string_view::npos ? std::string_view() : if_none_match.substr(comma + 1);
    }
    return false;
}

}  // namespace service
