#include "fhir/path/lexer.hpp"

#include "fhir/characters.hpp"
#include "fhir/path/unicode.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace fhir::path {
namespace {

bool begins_name(char c) {
    return is_letter(c) || c == '_';
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The code unit of "\\uXXXX" at the beginning of `text`.
std::optional<char32_t> escaped_unit(std::string_view text) {
    if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
    char32_t unit = 0;
    for (const char c : text.substr(2, 4)) {
        const int digit = hex_digit(c);
        if (digit < 0) return std::nullopt;
        unit = unit * 16 + static_cast<char32_t>(digit);
    }
    return unit;
}

}  // namespace

Token Lexer::next() {
    if (!skip_blank()) return fail(at_, 2, "this comment does not end");
    if (at_ >= text_.size()) return {TokenKind::end, text_.size(), 0, ""};
    const char c = peek();
    if (begins_name(c)) {
        std::size_t length = 1;
        while (begins_name(peek(length)) || is_digit(peek(length))) ++length;
        return take(TokenKind::identifier, length);
    }
    if (is_digit(c)) return take_number();
    if (c == '\'' || c == '`') return take_quoted(c);
    if (c == '@') return take_date_or_time();
    for (const std::string_view special : {"$this", "$index", "$total"}) {
        if (text_.substr(at_).starts_with(special)) return take(TokenKind::special, special.size());
    }
    for (const std::string_view symbol : {"<=", ">=", "!=", "!~"}) {
        if (text_.substr(at_, 2) == symbol) return take(TokenKind::symbol, 2);
    }
    if (std::string_view("+-*/&|<>=~.,()[]{}%").find(c) != std::string_view::npos) return take(TokenKind::symbol, 1);
    return fail(at_, 1, "this character has no meaning here");
}

// False if a comment does not end.
bool Lexer::skip_blank() {
    while (at_ < text_.size()) {
        if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
            ++at_;
        } else if (text_.substr(at_, 2) == "//") {
            at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        } else if (text_.substr(at_, 2) == "/*") {
            const std::size_t end = text_.find("*/", at_ + 2);
            if (end == std::string_view::npos) return false;
            at_ = end + 2;
        } else {
            break;
        }
    }
    return true;
}

Token Lexer::take(TokenKind kind, std::size_t length) {
    Token token{kind, at_, length, std::string(text_.substr(at_, length))};
    at_ += length;
    return token;
}

Token Lexer::fail(std::size_t offset, std::size_t length, std::string message) {
    at_ = text_.size();
    return {TokenKind::error, offset, std::min(length, text_.size() - offset), std::move(message)};
}

Token Lexer::take_quoted(char quote) {
    const std::size_t begin = at_++;
    std::string content;
    while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] != '\\') {
            content += text_[at_++];
        } else if (ends_with_backslash(quote)) {
            skip_idle_backslash();
        } else if (!unescape(content)) {
            return fail(at_, 6, "half of a character: \\uD800 to \\uDFFF stand in pairs");
        }
    }
    if (at_ >= text_.size()) return fail(begin, 1, "the closing quote is missing");
    ++at_;
    const TokenKind kind = quote == '`' ? TokenKind::delimited : TokenKind::string;
    return {kind, begin, at_ - begin, std::move(content)};
}

// Whether the quote behind the backslash here ends the expression: it closes then (`'\'`; FHIRPath N1, 4.1.2).
bool Lexer::ends_with_backslash(char quote) const {
    return peek(1) == quote && text_.find_first_not_of(" \t\r\n", at_ + 2) == std::string_view::npos;
}

// The escape that begins here. A pair of surrogates gives one character, half of one is refused; a backslash before
// anything else is left out (FHIRPath N1, 4.1.2).
bool Lexer::unescape(std::string& out) {
    constexpr std::array<std::pair<char, char>, 9> escapes{{{'\'', '\''},
                                                            {'"', '"'},
                                                            {'`', '`'},
                                                            {'\\', '\\'},
                                                            {'/', '/'},
                                                            {'f', '\f'},
                                                            {'n', '\n'},
                                                            {'r', '\r'},
                                                            {'t', '\t'}}};
    for (const auto& [letter, meaning] : escapes) {
        if (peek(1) != letter) continue;
        out += meaning;
        at_ += 2;
        return true;
    }
    const std::optional<char32_t> unit = escaped_unit(text_.substr(at_));
    if (!unit) {
        skip_idle_backslash();
        return true;
    }
    at_ += 6;
    if (*unit < 0xD800 || *unit > 0xDFFF) {
        append_utf8(out, *unit);
        return true;
    }
    const std::optional<char32_t> low = escaped_unit(text_.substr(at_));
    if (*unit > 0xDBFF || !low || *low < 0xDC00 || *low > 0xDFFF) return false;
    at_ += 6;
    append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
    return true;
}

void Lexer::skip_idle_backslash() {
    constexpr std::size_t worth_telling = 20;
    if (idle_backslashes_.size() < worth_telling) idle_backslashes_.push_back(at_);
    ++at_;
}

Token Lexer::take_number() {
    std::size_t length = 1;
    while (is_digit(peek(length))) ++length;
    if (peek(length) == 'L' && !begins_name(peek(length + 1)) && !is_digit(peek(length + 1))) {
        Token token = take(TokenKind::long_number, length);
        ++at_;
        ++token.length;
        return token;
    }
    if (peek(length) == '.' && is_digit(peek(length + 1))) {
        length += 2;
        while (is_digit(peek(length))) ++length;
    }
    return take(TokenKind::number, length);
}

// How many of the `count` characters wanted at `from` are digits, if all of them are; else 0.
std::size_t Lexer::digits(std::size_t from, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_digit(peek(from + i))) return 0;
    }
    return count;
}

std::size_t Lexer::date_length() const {
    std::size_t length = 1 + digits(1, 4);
    if (length == 1) return 0;
    for (int group = 0; group < 2 && peek(length) == '-' && digits(length + 1, 2) > 0; ++group) length += 3;
    return length;
}

std::size_t Lexer::time_length(std::size_t from) const {
    std::size_t length = digits(from, 2);
    if (length == 0) return 0;
    int groups = 1;
    for (; groups < 3 && peek(from + length) == ':' && digits(from + length + 1, 2) > 0; ++groups) length += 3;
    if (groups == 3 && peek(from + length) == '.' && is_digit(peek(from + length + 1))) {
        ++length;
        while (is_digit(peek(from + length))) ++length;
    }
    return length;
}

std::size_t Lexer::offset_length(std::size_t from) const {
    if (peek(from) == 'Z') return 1;
    const bool signed_offset = peek(from) == '+' || peek(from) == '-';
    return signed_offset && digits(from + 1, 2) > 0 && peek(from + 3) == ':' && digits(from + 4, 2) > 0 ? 6 : 0;
}

Token Lexer::take_date_or_time() {
    if (peek(1) == 'T') {
        const std::size_t length = time_length(2);
        return length == 0 ? fail(at_, 2, "a time is written @Thh:mm:ss") : take(TokenKind::time, 2 + length);
    }
    std::size_t length = date_length();
    if (length == 0) return fail(at_, 1, "a date is written @YYYY-MM-DD");
    if (peek(length) != 'T') return take(TokenKind::date, length);
    ++length;
    const std::size_t clock = time_length(length);
    length += clock;
    if (clock > 0) length += offset_length(length);
    return take(TokenKind::date_time, length);
}

}  // namespace fhir::path
