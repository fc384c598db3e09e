// What the files of a deployment give, read and checked together: the configuration, the server's certificate, the rule
// packs. Read at start, at every reload, and by doctor.
#pragma once

#include "service/deployment/config.hpp"
#include "service/deployment/pack_versions.hpp"
#include "service/http/tls.hpp"
#include "service/out/address_policy.hpp"
#include "service/out/realm.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace service {

struct Deployment {
    Config config;
    TlsContext tls;
    std::vector<LoadedPack> packs;
    Realms fhir_realms;  ///< of every client, and of whoever calls without a token
};

/// The configuration in `file`; nothing if `findings`, to which it adds, hold an error of it.
std::optional<Config> load_config(const std::filesystem::path& file, rules::Diagnostics& findings);

/// The packs of a configuration with what stands beside them; nothing if one has an error, or if two offer one service
/// for one hook.
std::optional<std::vector<LoadedPack>> load_packs(const Config& config, rules::Diagnostics& findings);

/// The realm of a client's FHIR servers: trusted by the system's certificates, `fhir.ca` and the client's `fhirCa`.
/// Nothing if one of these cannot be read.
std::shared_ptr<const Realm> open_fhir_realm(const Config& config, const Client& client);

/// All of it, or nothing. \param findings  gets errors, and the warnings of packs.
std::optional<Deployment> load_deployment(const std::filesystem::path& file, rules::Diagnostics& findings);

/// Where key servers and FHIR servers may be, under a configuration.
AddressPolicy address_policy_of(const Config& config);

/// The keys whose change from `old` to `now` takes a restart: what was opened at start stays as it is.
std::vector<std::string> changes_that_need_a_restart(const Config& old, const Config& now);

}  // namespace service
