// Places inside the strings of a JSON text, for messages: what else there is of places is in json_text.hpp.
#pragma once

#include "fhir/json_text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fhir {

/// Where each value of a text stands, found by one walk: for whoever asks for many places. Borrows nothing.
class JsonPlaces {
  public:
    /// Precondition: parse_json accepted `text`, with comments or without.
    explicit JsonPlaces(std::string_view text);

    /// As `locate`: the place of the value that an RFC 6901 pointer names, or of the nearest above it that exists.
    TextPosition of(std::string pointer) const;

  private:
    std::unordered_map<std::string, TextPosition> by_pointer_;
};

/// Where byte number `inner` of a string stands in `text`, if the string's quotation mark is at `string`: an escape is
/// one character of the string and several of the text. Precondition: parse_json accepted `text`.
std::size_t offset_in_string(std::string_view text, std::size_t string, std::size_t inner) noexcept;

}  // namespace fhir
