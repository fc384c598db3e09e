// Why an item does not pass a filter, in words: "at least 61 days, 84 needed (backPain.chronicDays)".
//
// Looks at the comparisons that stand in the text of the filter and tells those that the item's members fail. It
// explains; it decides nothing.
#pragma once

#include "rules/program/parameters.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A comparison of a member with a number, a text or a parameter.
struct Comparison {
    std::string member;
    std::string operation;  ///< one of < <= = != >= >
    std::string wanted;     ///< the number or text; of a parameter its value
    std::string parameter;  ///< its name, if it is one
};

/// The comparisons in `expression`, in order of appearance.
std::vector<Comparison> comparisons_in(std::string_view expression, const Parameters& parameters);

/// What keeps `item` from passing: one sentence part for each comparison that it fails; empty if it fails none.
std::vector<std::string> failures_of(const boost::json::object& item, const std::vector<Comparison>& comparisons);

}  // namespace rules
