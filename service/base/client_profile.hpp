// What a response may hold, by the CDS Hooks version that the client speaks: there is no negotiation in the protocol.
#pragma once

#include <array>

namespace service {

enum class ClientProfile { v1_0, v2_0, v3_0, crd, sandbox };

/// All of them, in the order of their values.
inline constexpr std::array client_profiles = {ClientProfile::v1_0, ClientProfile::v2_0, ClientProfile::v3_0,
                                               ClientProfile::crd, ClientProfile::sandbox};

}  // namespace service
