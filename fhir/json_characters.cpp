#include "fhir/json_characters.hpp"

#include <charconv>
#include <string_view>

namespace fhir {
namespace {

/// The first byte of a character, and what its second may be (RFC 3629, section 4).
struct Lead {
    unsigned char first, last;
    std::size_t length;
    unsigned char second_from, second_to;
};
constexpr Lead leads[] = {{0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF}, {0xE1, 0xEC, 3, 0x80, 0xBF},
                          {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF}, {0xF0, 0xF0, 4, 0x90, 0xBF},
                          {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F}};

constexpr std::size_t unicode_escape = 6;  // a backslash, a "u", four digits

/// The UTF-16 unit that a \u escape at `at` writes, or -1 if there is none.
int utf16_unit(const char* at, const char* end) noexcept {
    if (end - at < static_cast<std::ptrdiff_t>(unicode_escape) || at[0] != '\\' || at[1] != 'u') return -1;
    unsigned unit = 0;
    const auto [stop, error] = std::from_chars(at + 2, at + unicode_escape, unit, 16);
    return error == std::errc() && stop == at + unicode_escape ? static_cast<int>(unit) : -1;
}

void append_utf8(unsigned character, std::string& text) {
    const auto trail = [&](unsigned shift) { return static_cast<char>(0x80U | ((character >> shift) & 0x3FU)); };
    if (character < 0x80) return text.push_back(static_cast<char>(character));
    if (character < 0x800) {
        text += {static_cast<char>(0xC0U | (character >> 6U)), trail(0)};
    } else if (character < 0x10000) {
        text += {static_cast<char>(0xE0U | (character >> 12U)), trail(6), trail(0)};
    } else {
        text += {static_cast<char>(0xF0U | (character >> 18U)), trail(12), trail(6), trail(0)};
    }
}

std::size_t append_unicode_escape(const char* at, const char* end, std::string& text) {
    const int unit = utf16_unit(at, end);
    if (unit < 0 || (unit >= 0xDC00 && unit < 0xE000)) return 0;
    if (unit < 0xD800 || unit >= 0xE000) {
        append_utf8(static_cast<unsigned>(unit), text);
        return unicode_escape;
    }
    const int second = utf16_unit(at + unicode_escape, end);
    if (second < 0xDC00 || second >= 0xE000) return 0;
    append_utf8(static_cast<unsigned>(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00)), text);
    return 2 * unicode_escape;
}

}  // namespace

std::size_t utf8_length(const char* at, const char* end) noexcept {
    const auto byte = [at](std::size_t index) { return static_cast<unsigned char>(at[index]); };
    for (const Lead& lead : leads) {
        if (byte(0) < lead.first || byte(0) > lead.last) continue;
        if (static_cast<std::size_t>(end - at) < lead.length) return 0;
        if (byte(1) < lead.second_from || byte(1) > lead.second_to) return 0;
        for (std::size_t index = 2; index < lead.length; ++index) {
            if (byte(index) < 0x80 || byte(index) > 0xBF) return 0;
        }
        return lead.length;
    }
    return 0;
}

std::size_t append_unescaped(const char* at, const char* end, std::string& text) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    if (end - at < 2) return 0;
    if (at[1] == 'u') return append_unicode_escape(at, end, text);
    const auto letter = letters.find(at[1]);
    if (letter == std::string_view::npos) return 0;
    text += meant[letter];
    return 2;
}

}  // namespace fhir
