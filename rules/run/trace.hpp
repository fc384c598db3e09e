// What of a program an evaluation looked at. It is a pure function: another program of the same pack that differs
// elsewhere alone gives the same cards for the same record. So a change that reaches nothing of a trace need not be
// evaluated.
#pragma once

#include "rules/program/expression.hpp"
#include "rules/run/evaluation.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>

namespace rules {

struct Trace {
    std::set<std::uint16_t> slots;  ///< that were filled; of analytes also those whose results were read
    std::set<std::string, std::less<>> parameters;  ///< that expressions read, as they name them

    void note(const CompiledExpression& expression) {
        parameters.insert(expression.parameters.begin(), expression.parameters.end());
    }
    auto operator<=>(const Trace&) const = default;
};

/// evaluate(), and what it looked at is added to `trace`.
Evaluation evaluate(const Program& program, const Record& record, const Call& call, Trace& trace);

}  // namespace rules
