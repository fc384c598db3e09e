// A file of expansions (rules/text/expansion.hpp) held against the pack whose value sets it expands: what is taken of
// it, of which release it is, and how old.
#pragma once

#include "fhir/date_time.hpp"
#include "rules/pack/pack.hpp"
#include "rules/text/expansion.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rules {

struct ExpansionReading {
    Expansions expansions;
    Diagnostics findings;
};

/// Reads the file. Refused are a file of another kind or broken off, a set that the pack does not have expanded, or has
/// of other roots; one without a version, of fewer concepts than its total, or without its roots. A set of the pack
/// that is not there is a warning.
ExpansionReading read_expansions(std::string text, std::string file_name, const Pack& pack);

/// What a value set of the pack asks a terminology server for, in SNOMED CT's expression constraint language; empty if
/// it names no root.
std::string constraint_of(const Pack& pack, std::string_view value_set);

/// "http://snomed.info/sct/731000124108 of 2025-03-01, 365 days old: 13 value sets, 9876 concepts"; without a day no
/// age. Empty without expansions.
std::string words_for(const Expansions& expansions, const std::optional<fhir::Date>& today);

}  // namespace rules
