#include "rules/compare/card_difference.hpp"

#include "rules/run/card_layout.hpp"

#include <algorithm>
#include <tuple>

namespace rules {

namespace {

/// What a card says, whoever shows it.
std::string text_of(const Card& card) {
    std::string text = card.summary;
    for (const DetailLine& line : detail_of(card)) {
        text.append("\n").append(line.heading).append(": ").append(line.text);
    }
    for (const Link& link : card.links) text.append("\n").append(link.label).append(" ").append(link.url);
    return text;
}

bool same_coding(const Coding& one, const Coding& other) {
    return std::tie(one.system, one.code, one.display) == std::tie(other.system, other.code, other.display);
}

bool same_order(const Proposal::Create& one, const Proposal::Create& other) {
    return std::tie(one.loinc, one.display, one.reason_references, one.supporting_references, one.reason_texts) ==
               std::tie(other.loinc, other.display, other.reason_references, other.supporting_references,
                        other.reason_texts) &&
           std::ranges::equal(one.codings, other.codings, same_coding);
}

bool same_suggestion(const std::optional<Proposal>& one, const std::optional<Proposal>& other) {
    if (one.has_value() != other.has_value()) return false;
    return !one || (one->label == other->label && one->remove == other->remove &&
                    std::ranges::equal(one->create, other->create, same_order));
}

}  // namespace

CardDifference difference_of(const Card& before, const Card& after) {
    return {before.indicator != after.indicator, text_of(before) != text_of(after),
            !same_suggestion(before.proposal, after.proposal)};
}

}  // namespace rules
