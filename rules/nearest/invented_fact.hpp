// What would be on record, did a fact find what it looks for.
#pragma once

#include "rules/program/program_inner.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace rules {

/// How many days ago: today; and, for what has to last before it counts, long ago.
std::vector<long> days_to_invent(const CompiledFact& fact);

/// By the first code of the fact's first value set; nothing where a fact looks for no resource. \param patient
/// "Patient/1"
std::optional<boost::json::value> invented_for(const Program::Inner& program, const CompiledFact& fact,
                                               const std::string& patient, const std::string& day);

}  // namespace rules
