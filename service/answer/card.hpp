// Cards on the wire (CDS Hooks, "CDS Service Response"), as the client takes them. What a person reads in two seconds
// stands on the card; where it comes from stands behind its first link and in its extension.
#pragma once

#include "rules/run/evaluation.hpp"
#include "service/answer/chosen_cards.hpp"
#include "service/clients/client_profile.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Gives a fresh UUID each time.
using UuidSource = std::function<std::string()>;

/// How a deployment answers, whoever calls. A key of the configuration that an answer needs becomes a member.
struct AnswerSettings {
    UuidSource new_uuid;
    std::string about_url = {};  ///< where the pages behind the cards are; empty: nobody knows
};

/// The reasons to override that the cards of a pack offer, as JSON text by kind of card. Made once: all cards of a kind
/// have the same.
using OverrideReasons = std::map<std::string, std::string, std::less<>>;

OverrideReasons override_reasons_of(const rules::Pack& pack);

/// A draft order of the call: "ServiceRequest/1", and what a clinician calls it (may be empty).
struct DraftName {
    std::string reference, name;
};

/// What a card says of the pack that made it, and of the call that it answers. Borrowed.
struct CardContext {
    const rules::Identity& pack;
    std::string_view digest;  ///< "sha256:…"
    std::string_view patient_id, encounter_id, user_id;
    const ClientProfile* profile = &client::version_2_0;
    const AnswerSettings& settings;
    const OverrideReasons& override_reasons;
    std::string_view about_url = {};  ///< the site's own, else that of the settings
    std::span<const DraftName> drafts = {};
    CardWishes wishes = {};
};

/// "info", "warning", "critical".
std::string_view name_of(rules::Indicator indicator) noexcept;

/// A card that stands in a response.
struct GivenCard {
    std::size_t index = 0;  ///< among the cards that there were
    std::string uuid;       ///< empty for a client of 1.0, whose cards have none
};

struct Response {
    std::string body;  ///< `{"cards": […]}`
    std::vector<GivenCard> given;
};

Response render_response(const std::vector<rules::Card>& cards, const CardContext& context);

/// The answer to a call that was refused, for a client to whom a refusal looks as if there was no advice: one card that
/// says so. \param status  of the refusal. \param sentence  what is amiss, without anything that was received.
std::string render_refusal(unsigned status, std::string_view sentence);

}  // namespace service
