// What differs between two cards of one rule: what a person sees and may press, not where it comes from.
#pragma once

#include "rules/run/evaluation.hpp"

namespace rules {

struct CardDifference {
    bool indicator = false;
    bool text = false;  ///< summary, detail, links
    bool suggestion = false;

    bool any() const { return indicator || text || suggestion; }
};

CardDifference difference_of(const Card& before, const Card& after);

}  // namespace rules
