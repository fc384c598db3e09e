// Clients of which no more is known than the version of CDS Hooks that they speak (its tables of attributes; what
// differs between the versions stands in their change logs).
#include "service/clients/client_profile.hpp"

namespace service::client {

constinit const ClientProfile version_1_0 = {
    .name = "1.0",
    .title = "a client of CDS Hooks 1.0",
    .source = "cds-hooks.hl7.org/1.0",
    .is_version = true,
    .knows_2_0 = false,
    .screen = {.place = "as the client likes", .shows_reasons = false},
};

constinit const ClientProfile version_2_0 = {
    .name = "2.0",
    .title = "a client of CDS Hooks 2.0",
    .source = "cds-hooks.hl7.org/2.0",
    .is_version = true,
    .screen = {.place = "as the client likes"},
};

constinit const ClientProfile version_3_0 = {
    .name = "3.0",
    .title = "a client of CDS Hooks 3.0",
    .source = "github.com/HL7/cds-hooks (ballot)",
    .is_version = true,
    .knows_3_0 = true,
    .screen = {.place = "as the client likes"},
};

}  // namespace service::client
