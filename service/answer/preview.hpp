// The cards of one call as each client shows them: a page for people, whole in itself (no script, no network).
#pragma once

#include "service/answer/losses.hpp"
#include "service/clients/client_profile.hpp"

#include <boost/json.hpp>

#include <span>
#include <string>
#include <vector>

namespace service {

/// A card in front of a clinician, and what was lost on the way. Without `sent` only the loss is told.
struct PreviewedCard {
    const boost::json::object* sent = nullptr;  ///< borrowed
    std::vector<Loss> losses;
};

struct ClientPreview {
    const ClientProfile* client = nullptr;
    unsigned width_px = 0;  ///< of a card
    std::vector<PreviewedCard> cards;
    std::vector<Loss> losses;  ///< of the call as a whole
};

/// \param title  of the page, plain text.
std::string preview_page(std::string_view title, std::span<const ClientPreview> clients);

}  // namespace service
