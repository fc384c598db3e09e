// Places inside the strings of a JSON text, for messages: what else there is of places is in json_text.hpp.
#pragma once

#include <cstddef>
#include <string_view>

namespace fhir {

/// Where byte number `inner` of a string stands in `text`, if the string's quotation mark is at `string`: an escape is
/// one character of the string and several of the text. Precondition: parse_json accepted `text`.
std::size_t offset_in_string(std::string_view text, std::size_t string, std::size_t inner) noexcept;

}  // namespace fhir
