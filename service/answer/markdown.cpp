#include "service/answer/markdown.hpp"

#include "fhir/characters.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace service {
namespace {

/// What stands for itself in a line of text, and needs no closer look.
bool is_plain(char c) {
    return c >= ' ' && c <= '~';
}

/// Whether all of `text` is plain, as nearly every text is; without an early end, which vector instructions cannot do.
bool is_all_plain(std::string_view text) {
    unsigned char others = 0;
    for (const char c : text) others |= static_cast<unsigned char>(!is_plain(c));
    return others == 0;
}

struct Character {
    char32_t code;
    std::string_view bytes;
};

/// The character at the beginning of `text`, which is not empty. An invalid byte stands for itself as U+FFFD.
Character first_of(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (size == 0 || size > text.size()) return {0xFFFD, text.substr(0, 1)};
    char32_t code = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {0xFFFD, text.substr(0, 1)};
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    return {code, text.substr(0, size)};
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/// Characters that change how their neighbours are shown: bidirectional marks, embeddings, overrides and isolates, and
/// the byte order mark (UAX #9).
bool is_direction_trick(char32_t code) {
    return code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

bool is_combining(char32_t code) {
    return (code >= 0x300 && code <= 0x36F) || code == 0x200D || (code >= 0x1AB0 && code <= 0x1AFF) ||
           (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE00 && code <= 0xFE0F) ||
           (code >= 0x1F3FB && code <= 0x1F3FF);
}

/// Whether a character can begin or end something in Markdown; a table, because each character of a card is looked up.
constexpr std::array<bool, 256> special_characters = [] {
    std::array<bool, 256> special{};
    for (const char c : std::string_view(R"([]*_`~\@&<)")) special[static_cast<unsigned char>(c)] = true;
    return special;
}();

bool is_special(char c) {
    return special_characters[static_cast<unsigned char>(c)];
}

/// Escapes `c` where it would mean something: a card is read as plain text too. \param next  what follows; 0: nothing.
void append_escaped(std::string& markdown, char c, char next) {
    switch (c) {
        case '&':
            markdown += fhir::is_letter(next) || next == '#' ? "&amp;" : "&";
            return;
        case '<':
            markdown +=
                fhir::is_letter(next) || std::string_view("/!?").find(next) != std::string_view::npos ? "&lt;" : "<";
            return;
        default:
            markdown += '\\';
            markdown += c;
    }
}

/// Addresses become links by themselves in GitHub's Markdown (GFM, 6.9): an escape inside keeps them text. So does one
/// at the beginning of a line for what would begin a list or a rule. \param begin  of the line.
void escape_openings(std::string& markdown, std::size_t begin) {
    constexpr std::pair<std::string_view, std::size_t> starts[] = {{"://", 1}, {"www.", 3}};
    for (const auto& [start, cut] : starts) {
        for (auto at = markdown.find(start, begin); at != std::string::npos; at = markdown.find(start, at + 1)) {
            markdown.insert(at + cut, "\\");
        }
    }
    if (begin < markdown.size() && std::string_view("-+=>#|").find(markdown[begin]) != std::string_view::npos) {
        markdown.insert(begin, "\\");
    }
    const auto period = std::min(markdown.find_first_not_of("0123456789", begin), markdown.size());
    const std::string_view after = std::string_view(markdown).substr(period);
    if (period != begin && (after == "." || after.starts_with(". "))) markdown.insert(period, "\\");
}

}  // namespace

std::string plain_line(std::string_view text) {
    if (is_all_plain(text)) return std::string(text);
    std::string line;
    line.reserve(text.size());
    while (!text.empty()) {
        const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
        line += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto [code, bytes] = first_of(text);
        if (is_control(code) || code == 0x2028 || code == 0x2029) {
            if (!line.empty() && line.back() != ' ') line += ' ';
        } else if (code == 0xFFFD) {
            line += "\xEF\xBF\xBD";
        } else if (!is_direction_trick(code)) {
            line += bytes;
        }
        text.remove_prefix(bytes.size());
    }
    return line;
}

void append_markdown(std::string& markdown, std::string_view text) {
    std::string made_plain;
    std::string_view line = text;
    if (!is_all_plain(text)) {
        made_plain = plain_line(text);
        line = made_plain;
    }
    // Four spaces at the beginning would begin a block of code, which shows the escapes.
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    line.remove_suffix(line.size() - (line.find_last_not_of(' ') + 1));
    const std::size_t begin = markdown.size();
    for (auto at = line.begin(); at != line.end();) {
        const auto special = std::find_if(at, line.end(), is_special);
        markdown.append(at, special);
        at = special;
        if (at == line.end()) break;
        const char c = *at++;
        append_escaped(markdown, c, at == line.end() ? '\0' : *at);
    }
    escape_openings(markdown, begin);
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() < limit) return std::string(text);  // a character has no more UTF-16 units than bytes
    // A UTF-16 unit is never more than a code point, so UTF-16 decides.
    std::size_t units = 0, kept = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto [code, bytes] = first_of(text.substr(at));
        if (units + 1 < limit && !is_combining(code)) kept = at;
        units += code > 0xFFFF ? 2 : 1;
        at += bytes.size();
    }
    if (units < limit) return std::string(text);
    return std::string(text.substr(0, kept)) + "…";
}

}  // namespace service
