// The discovery endpoint's answer (CDS Hooks, "Discovery"), as each client takes it.
#pragma once

#include "rules/program/program.hpp"
#include "service/clients/client_profile.hpp"

#include <span>
#include <string>
#include <vector>

namespace service {

/// A service of a compiled pack.
struct OfferedService {
    std::string id;
    rules::Hook hook = rules::Hook::patient_view;
    std::string title, description, usage_requirements;
    std::vector<rules::PrefetchTemplate> prefetch;  ///< in the order in which clients are to see them
    std::vector<rules::RuleKind> card_kinds = {};   ///< of the cards that it may give
};

/// What discovery answers.
struct Discovery {
    std::string body;  ///< JSON; the order of services and of prefetch keys is kept
    std::string tag;   ///< entity tag, with its quotes (RFC 9110, 8.8.3)
};

/// \param digests  of the packs, site files included: the tag changes with them, with the client and with the body.
Discovery discovery_for(const ClientProfile& client, const std::vector<OfferedService>& services,
                        std::span<const std::string> digests);

/// Whether what a client holds, by its If-None-Match, is still what `tag` names (RFC 9110, 13.1.2).
bool still_holds(std::string_view if_none_match, std::string_view tag);

}  // namespace service
