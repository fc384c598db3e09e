// The discovery endpoint's answer (CDS Hooks, "Discovery").
#pragma once

#include "rules/program/program.hpp"
#include "service/base/client_profile.hpp"

#include <memory>
#include <string>
#include <vector>

namespace service {

/// A service of a compiled pack.
struct OfferedService {
    std::string id;
    rules::Hook hook = rules::Hook::patient_view;
    std::string title, description, usage_requirements;
    std::vector<rules::PrefetchTemplate> prefetch;  ///< in the order in which clients are to see them
};

/// The JSON document for clients of `profile`; the order of services and of prefetch keys is kept.
std::string discovery_document(const std::vector<OfferedService>& services, ClientProfile profile);

}  // namespace service
