// What a response may hold, by the CDS Hooks version that the client speaks: there is no negotiation in the protocol.
#pragma once

namespace service {

enum class ClientProfile { v1_0, v2_0, v3_0, crd, sandbox };

}  // namespace service
