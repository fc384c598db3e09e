// FHIRPath's `=`, and what it costs.
#pragma once

#include "fhir/path/value.hpp"

#include <cstddef>
#include <optional>

namespace fhir::path {

/// Comparing or hashing so much of a text takes as long as most steps of an evaluation.
inline constexpr std::size_t bytes_a_step = 64;

/// FHIRPath N1, 6.1: elements of two complex types that are known are neither equal nor equivalent, whatever they hold.
bool have_types_that_fit(const Value& left, const Value& right);

/// FHIRPath's `=` of two items: true, false, or undecided. Adds to `steps` what it cost: one, and one for each node of
/// a tree.
std::optional<bool> equal(const Value& left, const Value& right, std::size_t& steps);

}  // namespace fhir::path
