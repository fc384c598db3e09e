// JSON text in, a tree out, and back again, without touching a decimal.
//
// Boost.JSON reads 1.10 as a double and prints 1.1E0. FHIR gives meaning to the digits (FHIR R4, datatypes, decimal),
// so a number with a fraction or an exponent is kept as its text, inside the tree, behind the accessors below. Integers
// that fit 64 bits are int64 (or uint64). Duplicate keys, invalid UTF-8 and deep nesting are refused. No I/O. The tree
// borrows nothing from the text.
#pragma once

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fhir {

/// What keeps hostile text from costing more than it should.
struct JsonLimits {
    std::size_t depth = 64;              ///< arrays and objects inside each other
    std::size_t values = 2'000'000;      ///< values in the whole text
    std::size_t number_characters = 64;  ///< characters of one number
};

/// The texts we write ourselves by hand (configuration, site files) may hold comments and trailing commas; the wire may
/// not.
enum class JsonDialect { strict, with_comments };

enum class JsonErrorCode {
    syntax,            ///< not JSON (RFC 8259), or invalid UTF-8
    duplicate_key,     ///< a member name twice in one object
    too_deep,          ///< JsonLimits::depth
    too_many_values,   ///< JsonLimits::values
    number_too_long,   ///< JsonLimits::number_characters
    control_character  ///< a string that begins with U+0001, which FHIR forbids and this tree keeps for decimals
};

/// Why a text was refused. `message` is fixed text: it never holds a piece of the input.
struct JsonError {
    JsonErrorCode code = JsonErrorCode::syntax;
    std::size_t offset = 0;  ///< bytes from the beginning of the text
    std::string_view message;
};

/// Parses one JSON text; a byte order mark before it is ignored.
/// \param storage  where the tree lives; a monotonic resource makes this twice as fast.
boost::system::result<boost::json::value, JsonError> parse_json(std::string_view text,
                                                                boost::json::storage_ptr storage = {},
                                                                JsonDialect dialect = JsonDialect::strict,
                                                                const JsonLimits& limits = {});

/// How the string begins that stands for a decimal in the tree; no string on the wire begins so.
inline constexpr char decimal_mark = '\x01';

/// Whether `value` is a number with a fraction, an exponent or more than 64 bits, kept as text.
inline bool is_decimal(const boost::json::value& value) noexcept {
    const boost::json::string* string = value.if_string();
    return string && !string->empty() && string->front() == decimal_mark;
}

/// Whether `value` is a JSON string. Use this, never `value.is_string()`, which is also true of decimals.
inline bool is_text(const boost::json::value& value) noexcept {
    return value.is_string() && !is_decimal(value);
}

/// Whether `value` is a JSON number of any kind.
bool is_number(const boost::json::value& value) noexcept;

/// The text of a decimal as received ("1.10"). Precondition: is_decimal(value). Borrowed from `value`.
std::string_view decimal_text(const boost::json::value& value) noexcept;

/// The text of any JSON number as received. Precondition: is_number(value).
std::string number_text(const boost::json::value& value);

/// A JSON number that prints as exactly `text`. Precondition: `text` is a JSON number (RFC 8259, section 6).
boost::json::value make_decimal(std::string_view text, boost::json::storage_ptr storage = {});

/// The text of a JSON string, or nothing if `value` is not one. Borrowed from `value`.
inline std::optional<std::string_view> text_of(const boost::json::value& value) noexcept {
    if (!is_text(value)) return std::nullopt;
    return std::string_view(value.get_string());
}

/// Compact JSON text; decimals as they were received.
std::string print_json(const boost::json::value& value);

/// JSON text for people: two spaces an indent, decimals as they were received, no trailing newline.
std::string print_json_indented(const boost::json::value& value);

/// A place in a text, as editors count: from 1. `column` counts bytes.
struct TextPosition {
    std::size_t line = 1;
    std::size_t column = 1;
    bool operator==(const TextPosition&) const = default;
};

TextPosition position_at(std::string_view text, std::size_t offset) noexcept;

/// Where the value that an RFC 6901 pointer names begins in `text`: a second scan, for messages only. For an object's
/// member this is the offset of its value; if the pointer leads nowhere, of the nearest value above it that exists.
/// Precondition: parse_json accepted `text`.
std::size_t locate(std::string_view text, std::string_view pointer);

/// `token` with "~" and "/" escaped for use in an RFC 6901 pointer.
std::string pointer_token(std::string_view token);

}  // namespace fhir
