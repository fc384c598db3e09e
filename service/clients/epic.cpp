// Epic, OurPractice Advisory. Source: fhir.epic.com, Documentation, "CDS Hooks": Card Attributes (selectionBehavior,
// source.topic.code), Suggestion Attributes (label, actions, actions.description), Link Attributes (label), Codesets
// for Create APIs. Of an order only its code counts: all details come from the site's own record of it.
#include "service/clients/client_profile.hpp"

namespace service::client {

constinit const ClientProfile epic = {
    .name = "epic",
    .title = "Epic",
    .source = "fhir.epic.com, CDS Hooks, read in November 2026",
    .selection_behavior = "any",
    .one_action_a_suggestion = true,
    .alphanumeric_topic = true,
    .order_catalogue = "urn:com.epic.cdshooks.action.code.system.preference-list-item",
    .screen = {.place = "an OurPractice Advisory", .width_px = 384, .shows_labels = false},
};

}  // namespace service::client
