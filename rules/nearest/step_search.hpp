// The smallest step that flips a card, on one axis: steps of one direction away from what is on record.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rules {

/// Rules that have a card.
using ShownRules = std::set<std::string, std::less<>>;

/// What is shown after that many steps; nothing if it cannot be told, or nobody may look any further.
using LookAtStep = std::function<std::optional<ShownRules>(long step)>;

/// A rule whose card flips at `step`, and does not one step nearer.
struct Flip {
    std::string rule;
    long step = 0;
    bool gives = false;
};

/// Of `steps` those of one sign, nearest first.
std::vector<long> of_sign(const std::set<long>& steps, bool is_up);

/// Looks at each of `candidates`, steps of one sign with the nearest first; where a card flips that did not at the
/// candidate before, at the steps between them.
std::vector<Flip> smallest_flips(const ShownRules& shown, const std::vector<long>& candidates, const LookAtStep& look);

}  // namespace rules
