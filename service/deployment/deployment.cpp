#include "service/deployment/deployment.hpp"

#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/clinical_clock.hpp"

#include <cstdlib>
#include <set>
#include <string>
#include <utility>

namespace service {

namespace {

std::optional<std::string> environment_variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

/// Two packs must not answer one hook at one address.
bool offer_each_service_once(const std::vector<LoadedPack>& packs, const Config& config, rules::Diagnostics& findings) {
    std::set<std::pair<std::string, rules::Hook>> offered;
    for (std::size_t i = 0; i < packs.size(); ++i) {
        for (const rules::Service& one : packs[i].program->pack().services) {
            if (offered.emplace(one.id, one.hook).second) continue;
            findings.push_back(finding_of_file(
                config.packs[i].path.string(), "service-twice",
                "The service " + one.id + " is offered twice for " + std::string(name_of(one.hook)) + "."));
            return false;
        }
    }
    return true;
}

/// Each client has a realm of its own, whatever it trusts: no connection is shared between clients.
std::optional<Realms> open_fhir_realms(const Config& config, rules::Diagnostics& findings) {
    Realms realms;
    std::vector<const Client*> clients{&config.anonymous};
    for (const Client& client : config.clients) clients.push_back(&client);
    for (const Client* client : clients) {
        auto realm = open_fhir_realm(config, *client);
        if (realm == nullptr) {
            const auto& file = client->fhir_ca.empty() ? config.fhir.ca : client->fhir_ca;
            findings.push_back(finding_of_file(file.string(), "tls", "This file holds no certificates in PEM form."));
            return std::nullopt;
        }
        realms.emplace(client->issuer, std::move(realm));
    }
    return realms;
}

}  // namespace

std::shared_ptr<const Realm> open_fhir_realm(const Config& config, const Client& client) {
    auto tls = open_client_tls(config.fhir.ca, client.fhir_ca);
    return tls == nullptr ? nullptr : std::make_shared<const Realm>(Realm{std::move(tls), "fhir"});
}

std::optional<Config> load_config(const std::filesystem::path& file, rules::Diagnostics& findings) {
    const auto text = read_text(file);
    if (!text) {
        findings.push_back(finding_of_file(file.string(), "cannot-read",
                                           "The configuration cannot be read: " + why_unread(file) + "."));
        return std::nullopt;
    }
    ConfigReading reading = read_config(*text, file, environment_variable);
    findings.insert(findings.end(), reading.findings.begin(), reading.findings.end());
    if (!reading.findings.empty()) return std::nullopt;
    return std::move(reading.config);
}

std::optional<std::vector<LoadedPack>> load_packs(const Config& config, rules::Diagnostics& findings) {
    const fhir::Date today = running_clock()().date;
    std::vector<LoadedPack> packs;
    bool whole = true;
    for (const PackSource& source : config.packs) {
        const LoadedPack& pack = packs.emplace_back(load_versions(config, source, today));
        append(findings, pack.findings);
        if (pack.canary) append(findings, pack.canary->findings);
        if (pack.shadow) append(findings, pack.shadow->findings);
        whole = whole && is_whole(pack);
    }
    whole = whole && offer_each_service_once(packs, config, findings);
    if (!whole) return std::nullopt;
    return packs;
}

std::optional<Deployment> load_deployment(const std::filesystem::path& file, rules::Diagnostics& findings) {
    auto config = load_config(file, findings);
    if (!config) return std::nullopt;
    const auto tls = open_tls(config->tls);
    if (!tls) {
        findings.push_back(finding_of_file(tls.error().file.string(), "tls", "This " + tls.error().reason + "."));
    }
    auto realms = open_fhir_realms(*config, findings);
    auto packs = load_packs(*config, findings);
    if (!tls || !realms || !packs) return std::nullopt;
    return Deployment{std::move(*config), *tls, std::move(*packs), std::move(*realms)};
}

AddressPolicy address_policy_of(const Config& config) {
    AddressPolicy policy;
    policy.development = config.mode == Mode::development;
    for (const std::string& network : config.fhir.private_networks) policy.networks.push_back(*parse_network(network));
    return policy;
}

std::vector<std::string> changes_that_need_a_restart(const Config& old, const Config& now) {
    std::vector<std::string> changed;
    const auto note = [&](const char* key, bool same) {
        if (!same) changed.emplace_back(key);
    };
    note("listen", old.listen == now.listen);
    note("admin.listen", old.admin == now.admin);
    note("fhir", old.fhir == now.fhir);
    note("limits", old.limits == now.limits);
    note("store", old.store == now.store);
    note("keep", old.keep == now.keep);
    note("log", old.log == now.log);
    note("threads", old.threads == now.threads);
    note("timeZone", old.time_zone == now.time_zone);
    return changed;
}

}  // namespace service
