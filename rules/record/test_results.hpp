// Which of the results of one test count: versions and repetitions of one specimen reduced to one, fractions added,
// calcium adjusted, the newest readable one chosen, and what is awaited or cannot be read beside it.
//
// Source: rules/packs/back-pain-labs/REFERENCE.md A.2 (fractions), B.5, D.3, D.6.
#pragma once

#include "rules/record/reading.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace rules {

/// Positions are those of `all`, which is sorted newest first.
struct TestResults {
    std::vector<Measurement> all;   ///< of the window; undated ones that cannot be read count as within it
    std::vector<Banding> bandings;  ///< by position; of one that cannot be read without meaning
    std::optional<std::size_t> result;
    std::vector<std::size_t> pending, unreadable;  ///< not older than `result`; the newest of each kind
    std::vector<std::size_t> newer;                ///< pending or unreadable, and newer than `result`
    std::vector<std::size_t> readable;             ///< the newest of each kind
};

/// Chooses among `measurements`, all of `analyte`.
/// \param others  the measurements of the test that adjusts this one, with its description; null if there is none.
TestResults choose_results(const CompiledAnalyte& analyte, std::vector<Measurement> measurements,
                           const std::vector<Measurement>* others, const CompiledAnalyte* other_analyte);

}  // namespace rules
