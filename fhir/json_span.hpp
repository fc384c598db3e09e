// Where a value of a JSON text begins and ends, for whoever changes a text that people wrote and leaves the rest as it
// stands: order, spaces, comments.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fhir {

/// Offsets in bytes. `begin` is that of the member's name, in an array that of the value.
struct JsonSpan {
    std::size_t begin = 0, value = 0, end = 0;
};

/// The value that an RFC 6901 pointer names; nothing if there is none. Precondition: parse_json accepted `text`, with
/// comments or without.
std::optional<JsonSpan> span_of(std::string_view text, std::string_view pointer);

/// The text with one value put at `pointer`: in the place of the one that is there, else as a new last member or
/// element
/// ("-" is the element behind the last), with objects around it where they are missing. Without a `value` what is there
/// is taken out, with its comma. All else stays to the byte. \param value  a JSON text. Nothing if the pointer leads
/// through a value that is neither object nor array, or to an element far behind the last. Of a value of several lines
/// those behind the first are indented by as much as the line that it comes to.
/// Precondition: parse_json accepted `text`, with comments or without; it is an object or an array.
std::optional<std::string> with_value_at(std::string_view text, std::string_view pointer,
                                         const std::optional<std::string>& value);

}  // namespace fhir
