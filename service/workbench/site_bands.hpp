// The bands that a site's results are read by, and moving a limit of them: a site's own are those of its laboratory, in
// the site file; the pack's stay as they were reviewed.
#pragma once

#include "rules/program/program.hpp"
#include "service/workbench/api_answer.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// Borrows the program.
struct BandsInForce {
    const rules::Ruleset* bands = nullptr;  ///< null: results of this test are in no band
    std::optional<std::size_t> laboratory;  ///< of the site, whose own these are; nothing: a ruleset of the pack
};

/// \param laboratory  by name; empty: that of the results that name no other, else the first with bands of its own.
BandsInForce bands_in_force(const rules::Program& program, const rules::Analyte& analyte, std::string_view laboratory);

/// The bands of each kind and unit, with their limits and between which numbers each may be moved:
/// [{ "kind", "unit", "bands": [{ "name", "words", "from", "to" }], "edges": [{ "value", "between", "isSet", "allowed"
/// }] }]
boost::json::array bands_as_json(const BandsInForce& in_force);

/// The text of the site file with one limit moved, and with it that of the units it is linked to. Where the site has no
/// bands of its own yet, those in force are copied for a laboratory first. \param edge  { "analyte", "unit", "index",
/// "value", "kind", "laboratory" }, the last two may be left out. \returns or why it cannot be moved.
boost::system::result<std::string, ApiError> with_moved_edge(const rules::Program& program, std::string text,
                                                             const boost::json::object& edge);

}  // namespace service
