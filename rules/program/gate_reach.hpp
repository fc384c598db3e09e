// Which gates of a pack stand before which cards.
#pragma once

#include "rules/pack/pack.hpp"

namespace rules {

/// Whether `gate` stands before every card of `rule`, for what the rule is.
bool stands_before(const Gate& gate, const Rule& rule);

/// Whether it stands before a card of `rule` because the card is of this indicator.
bool stands_before(const Gate& gate, const Rule& rule, Indicator indicator);

}  // namespace rules
