// The numbers that a patient's results and days are held against: where a small step may decide.
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/record/measurement.hpp"
#include "rules/run/trace.hpp"

#include <set>
#include <vector>

namespace rules {

/// Edges of bands, named limits, the laboratory's own range and what is plausible, of the kind and unit of a result.
std::vector<fhir::Decimal> numbers_beside(const Measurement& measurement, const CompiledAnalyte& analyte);

/// How many decimal places a result is moved by: those of its own last digit, or of any number beside it that has more.
/// No more than four, which no laboratory prints.
int places_of_grid(const fhir::Decimal& number, const std::vector<fhir::Decimal>& beside);

/// Days that ages and treatments are compared with: parameters, windows, and numbers in filters of what was looked at.
std::set<long> days_compared(const Program::Inner& program, const Trace& trace);

}  // namespace rules
