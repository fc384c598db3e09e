#include "service/base/file_text.hpp"
#include "service/base/sha256.hpp"
#include "service/call/hook_call.hpp"
#include "service/clients/client_profile.hpp"
#include "service/tuning/checked_pack.hpp"
#include "service/workbench/api.hpp"

#include <utility>

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t day_size = 10;  // 2026-03-02

/// How a site file begins that nobody has written yet.
std::string first_text(const LoadedPack& pack) {
    const std::string id = pack.program ? pack.program->pack().identity.id : std::string();
    return id.empty() ? std::string("{\n}\n") : "{\n  \"pack\": " + json::serialize(json::string(id)) + "\n}\n";
}

json::value path_or_null(const std::filesystem::path& path) {
    return path.empty() ? json::value(nullptr) : json::value(path.generic_string());
}

json::object site_as_json(const Workbench& workbench, const LoadedPack& pack) {
    const std::filesystem::path& path = workbench.settings().site;
    const auto text = path.empty() ? std::nullopt : read_text(path);
    json::object site{{"path", path_or_null(path)}, {"exists", text.has_value()}, {"digest", nullptr}};
    if (text) site["digest"] = sha256_hex(*text);
    site["text"] = text ? *text : first_text(pack);
    return site;
}

json::array services_as_json(const LoadedPack& pack) {
    json::array services;
    if (pack.program == nullptr) return services;
    for (const rules::Service& one : pack.program->pack().services) {
        services.push_back(json::object{{"id", one.id}, {"hook", rules::name_of(one.hook)}, {"title", one.title}});
    }
    return services;
}

json::array clients_as_json() {
    json::array clients;
    for (const ClientProfile* client : client_profiles()) {
        if (!client->is_version) clients.push_back(json::value(json::string(client->name)));
    }
    return clients;
}

json::array samples_as_json(const SamplePatients& samples) {
    json::array list;
    for (const PatientTitle& one : samples.titles()) list.push_back(json::object{{"id", one.id}, {"title", one.title}});
    return list;
}

json::array stories_as_json(Workbench& workbench, const LoadedPack& pack) {
    json::array list;
    if (pack.program == nullptr) return list;
    const auto stories = workbench.stories(pack);
    for (const HeldPatient& one : *stories) {
        const std::size_t begin = one.id.find('/') + 1, end = one.id.rfind('/');
        list.push_back(json::object{{"id", one.id}, {"rule", one.id.substr(begin, end - begin)}, {"title", one.title}});
    }
    return list;
}

json::value pack_as_json(const LoadedPack& pack) {
    if (pack.program == nullptr) return nullptr;
    const rules::Identity& identity = pack.program->pack().identity;
    return json::object{{"name", identity.id},
                        {"title", identity.title},
                        {"version", identity.version},
                        {"status", identity.status},
                        {"digest", pack.digests.pack}};
}

}  // namespace

/// A site file that cannot be used keeps nobody from mending it: then the pack is told without one.
ApiAnswer session(Workbench& workbench, const ApiRequest&) {
    auto pack = workbench.load(workbench.saved());
    rules::Diagnostics findings;
    if (pack->program == nullptr) {
        findings = pack->findings;
        pack = workbench.load(SiteSource());
    }
    const WorkbenchSettings& settings = workbench.settings();
    json::object document{{"product", BACKPAIN_CDS_VERSION},
                          {"pack", pack_as_json(*pack)},
                          {"packPath", settings.pack.generic_string()},
                          {"site", site_as_json(workbench, *pack)},
                          {"at", settings.clock().date.text().substr(0, day_size)},
                          {"population", workbench.population().state()},
                          {"report", !settings.report.empty()},
                          {"previous", path_or_null(settings.previous)},
                          {"services", services_as_json(*pack)},
                          {"clients", clients_as_json()},
                          {"samples", samples_as_json(workbench.samples())},
                          {"stories", stories_as_json(workbench, *pack)}};
    json::array told;
    for (const rules::Diagnostic& finding : findings) told.push_back(as_json(finding));
    document["findings"] = std::move(told);
    return answered(document);
}

}  // namespace service
