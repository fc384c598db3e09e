// Cards on the wire (CDS Hooks, "CDS Service Response"). What a person reads in two seconds stands on the card; where
// it comes from stands behind its first link and in its extension.
#pragma once

#include "rules/run/evaluation.hpp"
#include "service/base/client_profile.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Gives a fresh UUID each time.
using UuidSource = std::function<std::string()>;

/// The reasons to override that the cards of a pack offer, as JSON text by kind of card. Made once: all cards of a kind
/// have the same.
using OverrideReasons = std::map<std::string, std::string, std::less<>>;

OverrideReasons override_reasons_of(const rules::Pack& pack);

/// What a card says of the pack that made it, and of the call that it answers. Borrowed.
struct CardContext {
    const rules::Identity& pack;
    std::string_view digest;  ///< "sha256:…"
    std::string_view patient_id, encounter_id, user_id;
    ClientProfile profile = ClientProfile::v2_0;
    const UuidSource& new_uuid;
    const OverrideReasons& override_reasons;
    std::string_view about_url = {};  ///< where the pages behind the cards are; empty: nobody knows
};

/// "info", "warning", "critical".
std::string_view name_of(rules::Indicator indicator) noexcept;

struct Response {
    std::string body;                     ///< `{"cards": […]}`
    std::vector<std::string> card_uuids;  ///< by card; none for a client of 1.0, whose cards have no uuid
};

Response render_response(const std::vector<rules::Card>& cards, const CardContext& context);

}  // namespace service
