// Which of the cards that there are a client gets: what it asked for (Da Vinci CRD, configuration options), and what
// its screen holds. A critical card is left out only where the client said so itself.
#pragma once

#include "rules/run/evaluation.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace service {

struct CardContext;

/// What a call asks of its cards.
struct CardWishes {
    std::vector<rules::RuleKind> unwanted;
    std::optional<std::size_t> most;
};

/// The wishes in a request's `extension["davinci-crd.configuration"]` (CRD dev-14); options that are not offered, or of
/// another type than was offered, are ignored (dev-17). \param extension  null: none was sent.
CardWishes wishes_of(const boost::json::object* extension);

struct ChosenCards {
    std::vector<std::size_t> shown;         ///< indexes, in their order
    std::vector<std::string_view> no_room;  ///< rules whose card the client's screen has no room for; borrowed
};

/// By the client, the call and the settings in `context`. \param cards  the critical ones first.
ChosenCards choose_cards(const std::vector<rules::Card>& cards, const CardContext& context);

}  // namespace service
