// What a change of the site's settings can reach: which slots, and which parameters that expressions read. An
// evaluation that looked at none of them (run/trace) gives the same cards under the changed program.
//
// Parameters and bands of laboratories are followed to where they are used; every other change reaches everything.
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/run/trace.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace rules {

struct ChangeReach {
    bool is_everything = false;
    std::set<std::uint16_t> slots;
    std::set<std::string, std::less<>> parameters;
    std::vector<bool> tests;  ///< by analyte: its results may be read otherwise

    bool touches(const Trace& trace) const;
};

/// The parameters that bear on what an evaluation looked at: with another value of any other one it gives the same
/// cards.
std::set<std::string, std::less<>> parameters_behind(const Program::Inner& program, const Trace& trace);

/// What differs between two programs as far as evaluations can see it.
ChangeReach reach_of(const Program::Inner& before, const Program::Inner& after);

}  // namespace rules
