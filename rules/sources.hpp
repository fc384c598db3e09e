// What a call brings, by prefetch key: the keys that are the same in every pack, because EHRs configure them by name,
// and the Observation groups of the pack.
#pragma once

#include "rules/pack.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace rules {

/// The positions of the fixed sources; the Observation groups follow.
enum FixedSource : std::size_t {
    source_patient,
    source_conditions,
    source_medication_requests,
    source_medication_statements,
    source_procedures,
    source_orders,
    first_observation_source
};

struct SourceKind {
    std::string_view key;
    std::string_view resource_type;
    bool required;  ///< without it nothing can be said (interfaces, HTTP)
};

/// By FixedSource.
inline constexpr std::array<SourceKind, first_observation_source> fixed_sources = {
    {{"patient", "Patient", true},
     {"conditions", "Condition", true},
     {"medicationRequests", "MedicationRequest", false},
     {"medicationStatements", "MedicationStatement", false},
     {"procedures", "Procedure", false},
     {"orders", "ServiceRequest", false}}};

/// Null for an Observation group, or for no key at all.
const SourceKind* find_fixed_source(std::string_view key);

/// The keys of `pack`: the fixed ones, then its Observation groups, each once.
std::vector<std::string_view> source_keys(const Pack& pack);

}  // namespace rules
