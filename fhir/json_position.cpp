// Places in a JSON text, for messages: the second half of json_text.hpp.
#include "fhir/json_position.hpp"

#include "fhir/json_scanner.hpp"
#include "fhir/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace fhir {

TextPosition position_at(std::string_view text, std::size_t offset) noexcept {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const std::size_t last_break = before.rfind('\n');
    return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
            last_break == std::string_view::npos ? before.size() + 1 : before.size() - last_break};
}

std::string unescape_pointer_token(std::string_view token) {
    std::string plain;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] == '~' && i + 1 < token.size()) {
            plain += token[++i] == '1' ? '/' : '~';
        } else {
            plain += token[i];
        }
    }
    return plain;
}

std::string pointer_token(std::string_view token) {
    std::string escaped;
    for (const char c : token) {
        if (c == '~') {
            escaped += "~0";
        } else if (c == '/') {
            escaped += "~1";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

namespace {

// Bytes of UTF-8 that the escape at the beginning of `text` stands for, and how long it is written.
struct Escape {
    std::size_t bytes = 1, written = 2;
};

Escape escape_at(std::string_view text) {
    constexpr std::size_t unicode_escape = 6;  // a backslash, a "u", four digits
    if (text.size() < unicode_escape || text[1] != 'u') return {};
    unsigned unit = 0;
    std::from_chars(text.data() + 2, text.data() + unicode_escape, unit, 16);
    if (unit < 0x80) return {1, unicode_escape};
    if (unit < 0x800) return {2, unicode_escape};
    const bool is_first_of_a_pair = unit >= 0xD800 && unit < 0xDC00;
    return is_first_of_a_pair ? Escape{4, 2 * unicode_escape} : Escape{3, unicode_escape};
}

}  // namespace

std::size_t offset_in_string(std::string_view text, std::size_t string, std::size_t inner) noexcept {
    std::size_t at = std::min(string + 1, text.size());
    for (std::size_t passed = 0; at < text.size() && text[at] != '"';) {
        const Escape step = text[at] == '\\' ? escape_at(text.substr(at)) : Escape{1, 1};
        passed += step.bytes;
        if (passed > inner) break;
        at += step.written;
    }
    return std::min(at, text.size());
}

JsonPlaces::JsonPlaces(std::string_view text) {
    std::string pointer;
    TextPosition line{1, 0};  // its column is where in the text it begins
    std::size_t counted = 0;
    JsonScanner(text).walk(pointer, [&](const std::string& of, std::size_t offset) {
        for (; counted < offset; ++counted) {
            if (text[counted] == '\n') line = {line.line + 1, counted + 1};
        }
        by_pointer_.emplace(of, TextPosition{line.line, offset - line.column + 1});
    });
}

TextPosition JsonPlaces::of(std::string pointer) const {
    for (auto found = by_pointer_.find(pointer);; found = by_pointer_.find(pointer)) {
        if (found != by_pointer_.end()) return found->second;
        pointer.resize(std::min(pointer.rfind('/'), pointer.size() - 1));  // the empty pointer is there
    }
}

std::size_t locate(std::string_view text, std::string_view pointer) {
    JsonScanner scanner(text);
    while (!pointer.empty()) {
        pointer.remove_prefix(1);  // the slash
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        if (!scanner.enter(unescape_pointer_token(pointer.substr(0, end)))) break;
        pointer.remove_prefix(end);
    }
    return scanner.offset();
}

}  // namespace fhir
