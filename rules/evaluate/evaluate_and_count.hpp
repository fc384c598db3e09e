// An evaluation that also tells what came of each laboratory test: each result is read once for both.
#pragma once

#include "rules/explain/seen_results.hpp"
#include "rules/run/evaluation.hpp"

namespace rules {

/// What evaluate() gives; `seen` is what seen_results() counts.
Evaluation evaluate_and_count(const Program& program, const Record& record, const Call& call, SeenResults& seen);

}  // namespace rules
