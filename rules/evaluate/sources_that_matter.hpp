// Which sources of the record are worth having for a call, told from those that are at hand.
#pragma once

#include "rules/run/evaluation.hpp"

#include <string>
#include <vector>

namespace rules {

/// The prefetch keys that may still matter: those behind each rule of the call's hook that `record` does not settle.
/// What it lacks counts as unknown, so a record of the patient and the problems alone tells which of the others are
/// worth having.
std::vector<std::string> sources_that_matter(const Program& program, const Record& record, const Call& call);

}  // namespace rules
