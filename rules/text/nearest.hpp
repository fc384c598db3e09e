// The nearest right name for a wrong one: what a finding proposes when a name is unknown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// The candidate that differs from `word` by the fewest edits (a letter added, left out, changed, or two swapped; case
/// counts half), or nothing if none is near: at most a third of the word's letters, at least one.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// Whether one letter added, left out or changed, or two swapped, makes `right` of `left`.
bool differ_by_one_slip(std::string_view left, std::string_view right);

/// "Write \"nearest\"." if one is near, else "One of: a, b, c." (at most 12 of them).
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace rules
