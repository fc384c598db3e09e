// Oracle Health (Millennium). Sources: fhir.cerner.com, the draft on CDS Hooks of 2021 (CDS Hooks 1.0, patient-view; a
// critical card pops up, the others stand in a side bar of an eighth of the screen; links that are not registered are
// taken away), and the pages of its FHIR R4 resources. The weakest of the sources: a draft, five years old.
#include "service/clients/client_profile.hpp"

namespace service::client {

namespace {

constexpr Refusal refused[] = {{"Observation", "_sort"}, {"ServiceRequest", "status"}, {"MedicationStatement", ""}};

}  // namespace

constinit const ClientProfile oracle = {
    .name = "oracle",
    .title = "Oracle Health",
    .source = "fhir.cerner.com, draft of 2021, read in November 2026",
    .knows_2_0 = false,
    .most_cards = 1,
    .takes_evidence_line = false,
    .refusals = refused,
    .screen = {.place = "a side bar of an eighth of the screen; a critical card pops up",
               .width_px = 240,
               .shows_reasons = false,
               .only_registered_links = true},
};

}  // namespace service::client
