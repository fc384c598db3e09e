// Cards on the wire (CDS Hooks, "CDS Service Response"): the rules' neutral cards, laid out in a fixed order of
// sections.
#pragma once

#include "rules/run/evaluation.hpp"
#include "service/base/client_profile.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Gives a fresh UUID each time.
using UuidSource = std::function<std::string()>;

/// The reasons to override that the cards of a pack offer, as JSON text; empty if it has none. Made once: all its cards
/// have the same.
struct OverrideReasons {
    std::string usual, critical;
};

OverrideReasons override_reasons_of(const rules::Pack& pack);

/// What a card says of the pack that made it, and of the call that it answers. Borrowed.
struct CardContext {
    const rules::Identity& pack;
    std::string_view digest;  ///< "sha256:…"
    std::string_view patient_id, encounter_id, user_id;
    ClientProfile profile = ClientProfile::v2_0;
    const UuidSource& new_uuid;
    const OverrideReasons& override_reasons;
};

/// "info", "warning", "critical".
std::string_view name_of(rules::Indicator indicator) noexcept;

struct Response {
    std::string body;                     ///< `{"cards": […]}`
    std::vector<std::string> card_uuids;  ///< by card; none for a client of 1.0, whose cards have no uuid
};

Response render_response(const std::vector<rules::Card>& cards, const CardContext& context);

}  // namespace service
