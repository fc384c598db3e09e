#include "fhir/json_writer.hpp"

#include <array>

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

/// How much of the beginning of `text` needs no escape. Whole blocks first, without an early end: that compiles to
/// vector instructions, and the texts of cards are long.
std::size_t plain_beginning(std::string_view text) {
    constexpr std::size_t block = 16;
    std::size_t at = 0;
    for (; text.size() - at >= block; at += block) {
        unsigned char others = 0;
        for (std::size_t i = 0; i < block; ++i) {
            const auto c = static_cast<unsigned char>(text[at + i]);
            others |= static_cast<unsigned char>(c < 0x20) | static_cast<unsigned char>(c == '"') |
                      static_cast<unsigned char>(c == '\\');
        }
        if (others != 0) break;
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
