// What is wrong with JSON that a person wrote, in words: the parser says where it stopped, this says why.
#pragma once

#include "fhir/json_text.hpp"

#include <string>

namespace fhir {

/// A fault of a text, and where it is; for a string or a bracket that nothing closes, where it begins.
struct JsonAdvice {
    std::size_t offset = 0;
    std::string
        says;  ///< the middle of a sentence, as JsonError's: "a comma is missing before this". No piece of the text
};

/// Says more of `error`, with which parse_json refused `text`; where it cannot, its own offset and message.
JsonAdvice advise(std::string_view text, const JsonError& error, JsonDialect dialect = JsonDialect::strict);

}  // namespace fhir
