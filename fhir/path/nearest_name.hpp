// "Did you mean": the known name that a mistyped one comes nearest to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fhir::path {

/// The candidate with the fewest letters inserted, left out, changed or swapped; "" if that is more than a third of
/// them.
std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& candidates);

/// "; did you mean 'name'?", or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace fhir::path
