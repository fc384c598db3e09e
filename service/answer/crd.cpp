#include "service/answer/crd.hpp"

#include <algorithm>

namespace service::crd {

namespace json = boost::json;

namespace {

constexpr std::int64_t most_cards_unless_told = 10;  // more than the pack ever shows

json::object option(std::string_view code, std::string_view type, std::string_view name, std::string_view description,
                    json::value fallback) {
    return {{"code", code}, {"type", type}, {"name", name}, {"description", description}, {"default", fallback}};
}

}  // namespace

const CardType& card_type_of(rules::RuleKind kind) {
    return *std::ranges::find(card_types, kind, &CardType::kind);
}

json::object discovery_extension(std::span<const rules::RuleKind> kinds) {
    json::array options;
    for (const CardType& type : card_types) {
        if (std::ranges::find(kinds, type.kind) == kinds.end()) continue;
        options.push_back(option(type.code, "boolean", type.name, type.description, true));
    }
    options.push_back(option(most_cards, "integer", "Maximum cards",
                             "The most cards that one answer may have; the most urgent come first.",
                             most_cards_unless_told));
    return {{"davinci-crd.version", json::array{"2.2"}}, {"davinci-crd.configuration-options", std::move(options)}};
}

}  // namespace service::crd
