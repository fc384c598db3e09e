// UTF-8 as FHIRPath's string functions see it: as characters (code points). Bytes that are not UTF-8 count as one
// character each, so that nothing here can fail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fhir::path {

/// Appends `character` in UTF-8. Precondition: it is a Unicode scalar value.
void append_utf8(std::string& out, char32_t character);

/// Bytes of the character that begins at `offset`. Precondition: offset < text.size().
std::size_t character_length(std::string_view text, std::size_t offset);

/// Number of characters.
std::size_t count_characters(std::string_view text);

/// The byte at which character number `index` begins; text.size() if there are no more.
std::size_t byte_offset(std::string_view text, std::size_t index);

/// Letters of the Latin, Greek and Cyrillic alphabets in upper or lower case; everything else stays.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

/// Whether `character` is white space (Unicode's White_Space).
bool is_space(char32_t character);

/// The character that begins at `offset`; a byte that is not UTF-8 as it is.
char32_t character_at(std::string_view text, std::size_t offset);

}  // namespace fhir::path
