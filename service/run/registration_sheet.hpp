// The registration sheet: what the team of an EHR has to type, map and allow so that it can call this deployment,
// filled in from its configuration and packs. Looks at nothing outside them.
#pragma once

#include "rules/program/program.hpp"
#include "service/clients/client_profile.hpp"
#include "service/deployment/config.hpp"
#include "service/deployment/load_pack.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// What is known of a client, from its vendor's documentation or from having run it. More of each: deploy/EHR.md.
struct SheetClient {
    std::string_view name;                           ///< as `--sheet` takes it: "epic"
    std::string_view title;                          ///< as people call it
    const ClientProfile* profile;                    ///< what it is sent, and what its FHIR server refuses
    std::span<const rules::Hook> hooks;              ///< that it calls
    std::string_view issuer, subject, keys;          ///< what it sends as iss and sub, and how it publishes its keys
    std::string_view algorithms;                     ///< of its signatures
    std::span<const std::string_view> first_steps;   ///< where its team begins
    std::span<const std::string_view> good_to_know;  ///< what it does with cards, feedback and data
};

/// All of them, in the order of the manual.
std::span<const SheetClient> sheet_clients();

/// The one of that name, or null.
const SheetClient* find_sheet_client(std::string_view name);

/// The sheet, as Markdown. \param packs  those of the configuration.
std::string registration_sheet(const SheetClient& client, const Config& config, const std::vector<LoadedPack>& packs);

}  // namespace service
