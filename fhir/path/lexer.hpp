// The words of an expression. Source: FHIRPath N1, Appendix B, lexical rules; the suffix L of a Long is of the STU
// part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::path {

enum class TokenKind : std::uint8_t {
    end,
    error,       ///< `text` says what is wrong
    identifier,  ///< keywords too: `text` decides
    delimited,   ///< `identifier`, unescaped
    string,      ///< unescaped
    number,
    long_number,  ///< without the L
    date,
    date_time,
    time,
    special,  ///< $this, $index, $total
    symbol    ///< operators and punctuation
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::size_t offset = 0;
    std::size_t length = 0;
    std::string text;

    bool is(TokenKind wanted, std::string_view wanted_text) const { return kind == wanted && text == wanted_text; }
};

/// Hands out one token after the other; after an error or the end, the same one again.
class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}
    Token next();

    /// Where a backslash stood that begins no escape and is left out: the first ones, as many as are worth telling.
    const std::vector<std::size_t>& idle_backslashes() const { return idle_backslashes_; }

  private:
    bool skip_blank();
    Token take(TokenKind kind, std::size_t length);
    Token take_quoted(char quote);
    Token take_number();
    Token take_date_or_time();
    Token fail(std::size_t offset, std::size_t length, std::string message);
    bool ends_with_backslash(char quote) const;
    bool unescape(std::string& out);
    void skip_idle_backslash();
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    std::size_t digits(std::size_t from, std::size_t count) const;
    std::size_t date_length() const;
    std::size_t time_length(std::size_t from) const;
    std::size_t offset_length(std::size_t from) const;

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::size_t> idle_backslashes_;
};

}  // namespace fhir::path
