// What is told of an impact: exact counts as JSON, for programs and for adding parts up (impact_report.cpp); and a page
// that may be shared, with its small counts left out and the others rounded (impact_page.cpp).
#pragma once

#include "rules/compare/impact.hpp"
#include "rules/page/html_page.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>

namespace rules {

/// Exact. Its first member says that it is not for sharing. Same counts, same bytes.
boost::json::object impact_as_json(const Impact& impact);

/// Reads what impact_as_json() gives; nothing if `json` is something else.
std::optional<Impact> impact_from_json(const boost::json::object& json);

/// For people, and fit to be shared: see shared_count.hpp.
Page impact_page(const Impact& impact);

/// Why nobody can be touched: both sides are the same; empty where they are not.
std::string why_nothing_was_compared(const Impact& impact);

/// Cards of a side.
std::uint64_t cards_of(const Impact& impact, Side side);

}  // namespace rules
