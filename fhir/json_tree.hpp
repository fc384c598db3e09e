// Trees in a storage whose memory goes as a whole: of a sound JSON text, for fhir/json_text; and shared parts of them.
#pragma once

#include "fhir/json_text.hpp"

#include <optional>
#include <string_view>

namespace fhir {

/// The tree of `text`; nothing if JsonScan says no. Half the cost in a storage whose memory goes as a whole.
std::optional<boost::json::value> tree_of_sound(std::string_view text, const boost::json::storage_ptr& storage,
                                                const JsonLimits& limits);

/// `value` once more. In a storage whose memory goes as a whole both are the same memory, and neither may be changed
/// after; else it is a copy.
boost::json::value shared(const boost::json::value& value);

}  // namespace fhir
