// How a card is laid out: which lines its detail has, and how much of it fits.
//
// A card is read in two seconds, at 384 pixels in 8 lines (info) or 12 (warning, critical). What does not fit is a
// caution, the last one first: it is still said, in the extension.
#pragma once

#include "rules/run/evaluation.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A line of the detail; without a heading the text stands alone.
struct DetailLine {
    std::string_view heading;
    std::string text;
};

/// Not a word of a card that nobody has approved is left to chance.
inline constexpr std::string_view not_approved = "Not approved by a clinical owner.";

/// The lines of the detail in their order, without those that have nothing to say.
std::vector<DetailLine> detail_of(const Card& card);

/// Characters of the detail as a person sees them.
std::size_t detail_length(const Card& card);

/// How long the detail may be.
constexpr std::size_t longest_detail(Indicator indicator) {
    return indicator == Indicator::info ? 420 : 600;
}

/// How many cautions may stand, besides those that are for every card of their kind.
constexpr std::size_t most_cautions(Indicator indicator) {
    return indicator == Indicator::info ? 1 : 2;
}

/// Takes cautions from the end until the detail fits; they are then among those left out.
void fit_detail(Card& card);

/// `text` with a capital, but where its first word has one behind a small letter: eGFR.
std::string with_capital(std::string text);

/// `text` as a sentence: with a capital, and a full stop if it ends without one.
std::string as_sentence(std::string text);

/// `parts` one after the other with `between` between them.
std::string joined(const std::vector<std::string>& parts, std::string_view between);

}  // namespace rules
