// Where the bands of a test begin, as a plot of its values marks them.
#pragma once

#include "rules/page/value_plot.hpp"
#include "rules/program/analyte.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace rules {

/// "low from 12", …: of the laboratory that stands for all others where it has bands of its own, else of the ruleset.
std::vector<ValueMark> band_edges(const CompiledAnalyte& analyte, std::size_t kind, std::size_t unit);

/// The same of a kind and a unit by their names, which two packs may list in another order; none if it lacks one.
std::vector<ValueMark> band_edges(const CompiledAnalyte& analyte, std::string_view kind, std::string_view unit);

}  // namespace rules
