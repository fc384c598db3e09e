#include "fhir/json_writer.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace fhir {
namespace {

/// By character, whether it must be escaped in a string; a table, because each character printed is looked up.
constexpr std::array<bool, 256> escaped_characters = [] {
    std::array<bool, 256> escaped{};
    for (std::size_t control = 0; control < 0x20; ++control) escaped[control] = true;
    escaped['"'] = escaped['\\'] = true;
    return escaped;
}();

bool needs_escape(char c) {
    return escaped_characters[static_cast<unsigned char>(c)];
}

constexpr std::uint64_t in_every_byte(std::uint64_t byte) {
    return byte * 0x0101010101010101U;
}

/// Whether one of eight bytes needs an escape; eight at a time, since the texts of cards are long. May say so wrongly
/// of bytes before which one does.
bool any_needs_escape(std::uint64_t bytes) {
    constexpr std::uint64_t top_bits = in_every_byte(0x80);
    const auto below = [bytes](std::uint64_t bound) { return (bytes - in_every_byte(bound)) & ~bytes; };
    const auto equal_to = [bytes](char c) {
        const std::uint64_t zero_where_equal = bytes ^ in_every_byte(static_cast<unsigned char>(c));
        return (zero_where_equal - in_every_byte(1)) & ~zero_where_equal;
    };
    return ((below(0x20) | equal_to('"') | equal_to('\\')) & top_bits) != 0;
}

/// How much of the beginning of `text` needs no escape.
std::size_t plain_beginning(std::string_view text) {
    std::size_t at = 0;
    for (std::uint64_t bytes = 0; text.size() - at >= sizeof bytes; at += sizeof bytes) {
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        if (any_needs_escape(bytes)) break;
    }
    while (at < text.size() && !needs_escape(text[at])) ++at;
    return at;
}

void append_escape(std::string& json, char c) {
    constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    json += '\\';
    if (const auto at = escaped.find(c); at != std::string_view::npos) {
        json += letters[at];
    } else {
        json.append("u00").append({digits[code >> 4U], digits[code & 0xFU]});
    }
}

}  // namespace

void append_json_string(std::string& json, std::string_view text) {
    json += '"';
    while (!text.empty()) {
        const std::size_t plain = plain_beginning(text);
        json.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        append_escape(json, text.front());
        text.remove_prefix(1);
    }
    json += '"';
}

}  // namespace fhir
