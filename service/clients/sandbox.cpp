// The CDS Hooks Sandbox, as run (cds-hooks/sandbox 3b7e255): detail as Markdown with HTML, 724 pixels wide; labels are
// buttons; an answer other than 200 shows nothing, which looks as if there was no advice.
#include "service/clients/client_profile.hpp"

namespace service::client {

constinit const ClientProfile sandbox = {
    .name = "sandbox",
    .title = "CDS Hooks Sandbox",
    .source = "github.com/cds-hooks/sandbox, 3b7e255, as it ran",
    .hides_failures = true,
    .screen = {.place = "below the chart", .width_px = 724},
};

}  // namespace service::client
