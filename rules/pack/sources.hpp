// What a call brings, by prefetch key. EHRs configure the keys by name, so they are the same in every pack; which of
// the Observation groups there are is the pack's to say.
#pragma once

#include "rules/pack/pack.hpp"

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
    source_medication_administrations,
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
     {"medicationAdministrations", "MedicationAdministration", false},
     {"procedures", "Procedure", false},
     {"orders", "ServiceRequest", false}}};

/// The keys under which a pack may ask for Observations, one for each group of tests. EHRs are told to configure these
/// (service/README.md), so a pack invents none.
inline constexpr std::array<std::string_view, 5> observation_groups = {"vitaminD", "b12", "bone", "blood", "pregnancy"};

/// Null for an Observation group, or for no key at all.
const SourceKind* find_fixed_source(std::string_view key);

/// The keys of `pack`: the fixed ones, then its Observation groups, each once.
std::vector<std::string_view> source_keys(const Pack& pack);

}  // namespace rules
