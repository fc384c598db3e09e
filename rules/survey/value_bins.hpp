// The steps in which values of a test are counted: between the bounds of its bands, so that no bar lies in two bands.
// They depend on the pack and the site alone, never on the values: parts of a population are counted alike.
#pragma once

#include "rules/program/banding.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rules {

struct ValueBins {
    struct Edge {
        fhir::Decimal at;
        bool included = true;  ///< whether `at` itself lies above the edge
        std::string band;      ///< what begins here; empty for a mere step
    };
    std::vector<Edge> edges;  ///< ascending; one bin more than edges

    std::size_t size() const { return edges.size() + 1; }
    std::size_t bin_of(const fhir::Decimal& value) const;
    /// "12 to 14", "over 150".
    std::string label(std::size_t bin) const;
};

/// Without bands the steps are 1, 2, 5, 10, 20, … of any unit.
ValueBins value_bins(const BandScale& scale);

}  // namespace rules
