// What a client loses of a card, or breaks: what its own documentation says of it, held against a card. For previews.
#pragma once

#include "service/clients/client_profile.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace service {

struct Loss {
    bool breaks =
        false;         ///< something does not work there as it was sent; else it is only not shown, or shown otherwise
    std::string says;  ///< a sentence
};

/// \param whole  the card as a client of 2.0 would get it. \param sent  what this client gets in its place; null:
/// nothing. \param width_px  of the card on its screen.
std::vector<Loss> losses_of(const boost::json::object& whole, const boost::json::object* sent,
                            const ClientProfile& client, unsigned width_px);

}  // namespace service
