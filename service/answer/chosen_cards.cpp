#include "service/answer/chosen_cards.hpp"

#include "service/answer/card.hpp"
#include "service/answer/crd.hpp"

#include <algorithm>

namespace service {

namespace json = boost::json;

CardWishes wishes_of(const json::object* extension) {
    CardWishes wishes;
    const json::value* member = extension == nullptr ? nullptr : extension->if_contains(crd::configuration);
    const json::object* options = member == nullptr ? nullptr : member->if_object();
    if (options == nullptr) return wishes;
    for (const crd::CardType& type : crd::card_types) {
        const json::value* wanted = options->if_contains(type.code);
        if (wanted != nullptr && wanted->is_bool() && !wanted->get_bool()) wishes.unwanted.push_back(type.kind);
    }
    const json::value* most = options->if_contains(crd::most_cards);
    if (most != nullptr && most->is_int64() && most->get_int64() >= 0) {
        wishes.most = static_cast<std::size_t>(most->get_int64());
    }
    return wishes;
}

ChosenCards choose_cards(const std::vector<rules::Card>& cards, const CardContext& context) {
    const CardWishes& wishes = context.wishes;
    const std::size_t on_screen = context.profile->most_cards;
    ChosenCards chosen;
    std::size_t beside_critical = 0;
    for (std::size_t index = 0; index < cards.size(); ++index) {
        const rules::Card& card = cards[index];
        const bool is_unwanted = std::ranges::find(wishes.unwanted, card.kind) != wishes.unwanted.end();
        if (is_unwanted || (wishes.most && chosen.shown.size() >= *wishes.most)) continue;
        const bool is_critical = card.indicator == rules::Indicator::critical;
        if (!is_critical && on_screen > 0 && beside_critical == on_screen) {
            chosen.no_room.push_back(card.rule);
            continue;
        }
        if (!is_critical) ++beside_critical;
        chosen.shown.push_back(index);
    }
    return chosen;
}

}  // namespace service
