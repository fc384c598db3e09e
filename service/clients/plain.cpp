// Clients that show text and nothing to press: the OpenMRS module (jajjer/openmrs-module-cdshooks: summary as title,
// detail as plain text, no links, no buttons, no feedback), OpenEMR as proposed (openemr 8918: no token, no
// context.userId). What a suggestion would have done is said in words.
#include "service/clients/client_profile.hpp"

namespace service::client {

constinit const ClientProfile plain = {
    .name = "plain",
    .title = "Plain text (OpenMRS, OpenEMR)",
    .source = "github.com/jajjer/openmrs-module-cdshooks, openemr 8918, read in November 2026",
    .detail = DetailForm::plain_text,
    .takes_suggestions = false,
    .takes_links = false,
    .sends_user = false,
    .screen = {.place = "a box in the chart",
               .width_px = 384,
               .shows_suggestions = false,
               .shows_links = false,
               .shows_reasons = false},
};

}  // namespace service::client
