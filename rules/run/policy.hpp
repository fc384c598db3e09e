// Which cards survive. All of it is decided here, by what pack.json says.
//
// A card that another takes the place of goes first; then a suggestion joins the card from whose finding it follows
// (one decision, one card); then of the cards of one topic the loudest stays; then critical comes before warning before
// info, within them the pack's ranks, and within a rank the order that the pack declares; then at most so many beside
// the critical ones. Where nothing is left and something was unknown for lack of data, one card says so
// (rules/packs/back-pain-labs/REFERENCE.md D.6, policy).
#pragma once

#include "rules/run/judge.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rules {

/// Why a candidate is not shown.
struct Dropped {
    std::size_t candidate = 0;  ///< position in the list that was given
    Outcome outcome = Outcome::crowded_out;
    std::string sentence;
    bool by_limit = false;  ///< crowded out by the number of cards, not by another of its topic
};

/// A suggestion that stands on another rule's card.
struct Joined {
    std::size_t guest = 0, host = 0;  ///< positions in the list that was given
};

struct SelectedCards {
    std::vector<std::size_t> shown;  ///< positions, in the order shown
    std::vector<Joined> joined;
    std::vector<Dropped> dropped;
};

SelectedCards select_cards(const Program::Inner& program, const std::vector<Candidate>& candidates);

/// What `data-unavailable` has to say; nothing is missing if it has nothing to say.
struct Unknowns {
    SourceSet missing = 0;
    std::vector<std::string> advice;  ///< words for the tests on which advice may be missing, each once
};

/// Gathers the unknowns of the rules of the call's hook. Nothing if a gate clearly stands before such a card, or if all
/// that is missing is what this site never provides.
Unknowns unknowns_to_tell(Judge& judge);

}  // namespace rules
