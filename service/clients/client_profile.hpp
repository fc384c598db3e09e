// What is known of the clients that call: what each is sent, what it drops, limits and demands. The protocol has no
// negotiation, so `clients[].profile` of the configuration says who asks.
//
// A record of traits a client, in a file of its own; client_profiles() lists them. Whoever makes an answer asks for
// the trait and never for the name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace service {

/// How a client reads the detail of a card: as GitHub Flavored Markdown, or as it stands. (HTML in Markdown is shown by
/// some and not by others: cards have none.)
enum class DetailForm { markdown, plain_text };

/// A search parameter that a client's FHIR server refuses, and with which type; `parameter` empty: it lacks the type.
struct Refusal {
    std::string_view resource_type, parameter;
};

/// What a clinician sees of a card that was sent, and where; for previews and for what they warn of.
struct Screen {
    std::string_view place;         ///< "a side bar of an eighth of the screen"
    unsigned width_px = 384;        ///< of a card, unless one is named
    bool shows_suggestions = true;  ///< as something to press
    bool shows_labels = true;       ///< of suggestions and links; else the text of actions, and the addresses
    bool shows_links = true;
    bool shows_reasons = true;           ///< to override
    bool only_registered_links = false;  ///< others vanish
};

struct ClientProfile {
    std::string_view name;    ///< as the configuration names it: "epic"
    std::string_view title;   ///< as people call it
    std::string_view source;  ///< where this is written, or how it was seen
    bool is_version = false;  ///< stands for all clients of a version of CDS Hooks, not for a product

    // ---- which words of the protocol it knows
    bool knows_2_0 = true;   ///< uuid, overrideReasons and topic of cards, resourceId, usageRequirements
    bool knows_3_0 = false;  ///< version and hookVersion in discovery
    bool is_crd = false;     ///< Da Vinci CRD: its extensions, its topics, systemActions, 422

    // ---- what it takes of a card
    DetailForm detail = DetailForm::markdown;
    std::size_t most_cards = 0;       ///< besides critical ones; 0: no limit is known
    bool takes_evidence_line = true;  ///< false: the detail is to be short, and the page behind the card has it
    bool takes_suggestions = true;
    bool takes_links = true;
    std::string_view selection_behavior = "at-most-one";  ///< the value that it knows
    bool one_action_a_suggestion = false;
    bool alphanumeric_topic = false;        ///< of at most most_topic_length characters
    std::string_view order_catalogue = {};  ///< the system of the codes that it can place; empty: any that it knows

    // ---- what it sends
    bool sends_user = true;
    std::span<const Refusal> refusals = {};  ///< by its FHIR server
    bool hides_failures = false;             ///< a refusal looks like "no advice"

    Screen screen = {};
};

/// What a topic may have at most where it must be alphanumeric.
inline constexpr std::size_t most_topic_length = 100;

namespace client {

extern const ClientProfile version_1_0, version_2_0, version_3_0;
extern const ClientProfile crd, epic, oracle, plain, sandbox;

}  // namespace client

/// All of them, in the order of the manual.
std::span<const ClientProfile* const> client_profiles();

/// The one of that name, or null.
const ClientProfile* find_client_profile(std::string_view name);

/// Whether the client's FHIR server has resources of that type.
bool has_type(const ClientProfile& client, std::string_view resource_type);

/// A search by `resource_type` without the parameters that the client's FHIR server refuses: the rules sort and filter
/// what comes, so nothing relies on them.
std::string without_refused(const ClientProfile& client, std::string_view resource_type, std::string query);

}  // namespace service
