// Cards on the wire (CDS Hooks, "CDS Service Response"): the rules' neutral cards, laid out in a fixed order of
// sections.
#pragma once

#include "rules/evaluation.hpp"
#include "service/config.hpp"

#include <boost/json.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Gives a fresh UUID each time.
using UuidSource = std::function<std::string()>;

/// The reasons to override that the cards of a pack offer, as cards show them. Made once: all its cards have the same.
struct OverrideReasons {
    boost::json::array usual, critical;
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
    boost::json::storage_ptr storage{};  ///< where the response lives; its memory must outlive it
};

/// "info", "warning", "critical".
std::string_view name_of(rules::Indicator indicator) noexcept;

/// The CDS Hooks card.
boost::json::object render_card(const rules::Card& card, const CardContext& context);

/// The whole response, `{"cards": […]}`.
boost::json::object render_response(const std::vector<rules::Card>& cards, const CardContext& context);

}  // namespace service
