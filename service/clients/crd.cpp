// Clients of Da Vinci Coverage Requirements Discovery. Source: HL7/davinci-crd 2.2.1, pages deviations (version,
// configuration options, associated-resource), foundation (prefetch), cards (topics). The HTTP statuses are those
// of 2.0.1.
#include "service/clients/client_profile.hpp"

namespace service::client {

constinit const ClientProfile crd = {
    .name = "crd",
    .title = "Da Vinci CRD",
    .source = "github.com/HL7/davinci-crd, 2.2.1",
    .is_crd = true,
    .screen = {.place = "beside the orders; the critical ones first", .width_px = 384},
};

}  // namespace service::client
