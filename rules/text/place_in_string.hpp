// Places inside a text that an author wrote as a JSON string: of a part of an expression, for instance.
#pragma once

#include "rules/text/diagnostic.hpp"

#include <cstddef>
#include <string_view>

namespace rules {

/// The place of byte number `inner` of the string whose place is `string`, as its file writes it, escapes and all.
/// \param text  the whole file.
Place place_in_string(Place string, std::string_view text, std::size_t inner);

}  // namespace rules
