// What is known of the clients: one place, for `doctor --sheet`. Sources, read in November 2026: fhir.epic.com (CDS
// Hooks), fhir.cerner.com (draft of 2021, and the pages of its FHIR R4 resources), help.athenahealth.com (CDS Hooks
// integration), github.com/medplum/medplum (pull requests 7954, 8940), and HAPI 8.8.0 and Medplum 5.2.13 as they ran.
#include "service/run/registration_sheet.hpp"

#include <algorithm>

namespace service {

namespace {

using rules::Hook;

constexpr Hook every_hook[] = {Hook::patient_view, Hook::encounter_start, Hook::order_select, Hook::order_sign};
constexpr Hook epic_hooks[] = {Hook::patient_view, Hook::order_select, Hook::order_sign};
constexpr Hook chart_only[] = {Hook::patient_view};
constexpr Hook orders_only[] = {Hook::order_select, Hook::order_sign};

constexpr std::string_view epic_first[] = {
    "Epic reads no discovery: an analyst enters each address and each prefetch query below by hand, and the address "
    "called "
    "must equal the one registered.",
    "Ask for a client record for this service, with the FHIR APIs of the types below; draft orders come only with the "
    "scopes for them.",
    "Build one OurPractice Advisory for each hook. Trigger it where it helps, not at every opening of every chart: "
    "Epic "
    "asks services for that, and it can hold the advisory to patients with back pain itself.",
    "Map the indicators info, warning and critical to the importance levels of the advisory.",
};
constexpr std::string_view epic_know[] = {
    "With the profile `epic` a suggestion of several tests comes as several, topics have no hyphens, and the reasons "
    "of "
    "its feedback are read.",
    "A suggestion may hold one action: the create or delete of an unsigned ServiceRequest or MedicationRequest, or the "
    "create of a Condition. What is ordered is an item of the site's preference list or an order set; anything else in "
    "the drafted order is ignored.",
    "Labels of suggestions and links are required and not shown: the text of the action is.",
    "Feedback comes as `overrideReasons`, in the plural, perhaps several at once, and may hold a reason of the "
    "clinician's own in an extension.",
    "Epic remembers a card that was dismissed by its topic, so that a repeated call need not show it again.",
    "The token is signed with RS384; its `nbf` may lie five minutes back. `iss` is the base of the FHIR server, `aud` "
    "and "
    "`sub` are what was entered by hand.",
};

constexpr std::string_view oracle_first[] = {
    "Oracle Health's own page on CDS Hooks is a draft of 2021: confirm each line with their team.",
    "Register every link: one that is not is removed from the card.",
    "Leave out of the queries what is left out below, or the whole query fails. Results come newest first in any case, "
    "and the service sorts and filters itself.",
};
constexpr std::string_view oracle_know[] = {
    "A critical card is a pop-up; all others stand in a side bar of an eighth of the screen, about 240 pixels.",
    "`_count` is at most 200, and there is no MedicationStatement: with the profile `oracle` it is not asked for, and "
    "cards say \"not provided here\" of it.",
    "With the profile `oracle` a chart has one card besides critical ones, without its line on evidence.",
    "The specification that it speaks is CDS Hooks 1.0, for patient-view; `appContext` is not handed on.",
};

constexpr std::string_view athena_first[] = {
    "Agree with athenahealth's integration team on the addresses; what their page says of tokens and prefetch is not "
    "public.",
    "Begin with silent tracking: the service is called, and nobody sees a card, until you have looked at what it would "
    "say.",
};
constexpr std::string_view athena_know[] = {
    "Cards stand in a panel at the right, which opens by itself.",
    "Keep to the order hooks: an order already drafted is what the cards speak of.",
};

constexpr std::string_view medplum_first[] = {
    "Medplum is a library here: your application calls (`buildCdsRequest`), and shows what comes back.",
    "Add `fhirServer` and `fhirAuthorization` to the request yourself if the service is to read what prefetch lacks; "
    "the "
    "library does not.",
    "Sign the calls in a back end: a key in a browser is no key.",
};
constexpr std::string_view medplum_know[] = {
    "A prefetch token that cannot be filled becomes null: the service takes that for not available, and says so.",
    "A page of a search may be cut by `_count` without a link to the next; ask for more than a record can hold.",
    "`-date` is sorted by the text of the date, which puts dates of other zones in a wrong place, and periods and "
    "undated results first: with a small `_count` the newest result may be missing.",
    "Decimals come back as JavaScript prints them: 20.0 becomes 20.",
};

constexpr std::string_view hapi_first[] = {
    "HAPI is the FHIR server here; whatever calls the service in front of it signs the tokens.",
    "Switch off the memory of searches, `reuse_cached_search_results_millis: 0`: for a minute after a search a new "
    "result "
    "is not found by the same search.",
    "Let `default_page_size` and `max_page_size` be 200 or more: a search without `_count` gives 20.",
};
constexpr std::string_view hapi_know[] = {
    "The first page of several has no `total`; only the link to the next says that there is more, and that link names "
    "neither type nor patient.",
    "A search parameter that it does not know is a 400, whatever `Prefer: handling` says.",
    "Partial dates are sorted as their first instant: a result of \"2026-03\" comes after one of 15 March.",
};

constexpr std::string_view smart_first[] = {
    "Read the addresses from discovery; the queries below are what it says.",
    "The scopes below are SMART App Launch 2; in version 1 they end in `.read`.",
};
constexpr std::string_view smart_know[] = {
    "Where the FHIR server is not reachable from the service, send every prefetch key: what is missing is then named "
    "on "
    "the card.",
    "The service has no SMART app: cards hold links of type `absolute` only.",
};

constexpr SheetClient sheets[] = {
    {"epic", "Epic (OurPractice Advisory)", &client::epic, epic_hooks,
     "the base of Epic's FHIR server, exactly as in its tokens", "entered by hand in the client record",
     "at the `jku` that its tokens name", "RS384", epic_first, epic_know},
    {"oracle", "Oracle Health (Millennium)", &client::oracle, chart_only, "https://cds-hooks.cerner.com",
     "not documented", "not documented: ask for the address of its key set", "not documented", oracle_first,
     oracle_know},
    {"athena", "athenaOne", &client::version_2_0, orders_only, "not public: ask", "not public: ask", "not public: ask",
     "not public: ask", athena_first, athena_know},
    {"medplum", "Medplum", &client::version_2_0, every_hook,
     "what your application signs with, such as its base address", "of your application's choice",
     "your application's key set, as a file or at an address", "ES384 or RS384", medplum_first, medplum_know},
    {"hapi", "HAPI FHIR", &client::version_2_0, every_hook, "of the client in front of it",
     "of the client in front of it", "of the client in front of it", "ES384 or RS384", hapi_first, hapi_know},
    {"smart", "a SMART on FHIR platform", &client::version_2_0, every_hook, "of the platform", "of the platform",
     "at the `jku` that its tokens name, or exchanged beforehand", "ES384 or RS384", smart_first, smart_know},
};

}  // namespace

std::span<const SheetClient> sheet_clients() {
    return sheets;
}

const SheetClient* find_sheet_client(std::string_view name) {
    const auto found = std::ranges::find(sheets, name, &SheetClient::name);
    return found == std::end(sheets) ? nullptr : &*found;
}

}  // namespace service
