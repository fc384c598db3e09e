#include "fhir/json_advice.hpp"

#include "fhir/characters.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace fhir {

namespace {

/// What may come next.
enum class Expects { value, value_or_end, colon, name, name_or_end, comma_or_end, nothing };

bool is_in_word(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

/// Words that other languages write for JSON's three.
constexpr std::array<std::string_view, 9> foreign_words{"True", "False", "None", "TRUE", "FALSE",
                                                        "NULL", "Null",  "yes",  "no"};
constexpr std::array<std::string_view, 4> no_numbers{"NaN", "Infinity", "inf", "nan"};

/// Walks a text as a parser would, until the first thing that is no JSON.
class Walk {
  public:
    Walk(std::string_view text, JsonDialect dialect)
        : text_(text), comments_allowed_(dialect == JsonDialect::with_comments) {
        if (text.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark
    }

    /// The first fault; its sentence is empty if there is none that this knows.
    JsonAdvice first_fault() {
        while (fault_.says.empty()) {
            skip_blank();
            if (!fault_.says.empty() || (at_ == text_.size() && !end_is_missing())) break;
            if (at_ < text_.size()) step(text_[at_]);
        }
        return std::move(fault_);
    }

  private:
    void say(std::size_t offset, std::string says) {
        if (fault_.says.empty()) fault_ = {offset, std::move(says)};
    }
    void say(std::string says) { say(at_, std::move(says)); }

    std::string line_of(std::size_t offset) const { return std::to_string(position_at(text_, offset).line); }

    /// At the end of the text: false if that is as it should be.
    bool end_is_missing() {
        if (!open_.empty()) {
            const bool object = text_[open_.back()] == '{';
            say(open_.back(),
                object ? "the { here is never closed: a } is missing" : "the [ here is never closed: a ] is missing");
        } else if (expects_ != Expects::nothing) {
            say("there is nothing in it");
        }
        return !fault_.says.empty();
    }

    void skip_blank() {
        while (at_ < text_.size() && fault_.says.empty()) {
            if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
                ++at_;
            } else if (text_.substr(at_).starts_with("//") || text_.substr(at_).starts_with("/*")) {
                skip_comment();
            } else {
                return;
            }
        }
    }

    void skip_comment() {
        if (!comments_allowed_) return say("comments are not allowed here");
        const bool line = text_[at_ + 1] == '/';
        const std::size_t end = text_.find(line ? "\n" : "*/", at_ + 2);
        if (end == std::string_view::npos && !line) return say("the comment that begins here has no end");
        at_ = end == std::string_view::npos ? text_.size() : end + (line ? 1 : 2);
    }

    void step(char c) {
        if (c == '#') return say("a # begins no comment in JSON");
        switch (expects_) {
            case Expects::value_or_end:
                return c == ']' ? close(c) : take_value(c);
            case Expects::value:
                return take_value(c);
            case Expects::name_or_end:
                return c == '}' ? close(c) : take_name(c);
            case Expects::name:
                return take_name(c);
            case Expects::colon:
                return take_colon(c);
            case Expects::comma_or_end:
                return take_comma_or_end(c);
            case Expects::nothing:
                return say("there is text after the end");
        }
    }

    void close(char c) {
        const char opened = text_[open_.back()];
        if ((c == ']') != (opened == '[')) {
            return say(std::string("this is a ") + c + ", but what it would close is the " + opened + " in line " +
                       line_of(open_.back()));
        }
        open_.pop_back();
        ++at_;
        expects_ = open_.empty() ? Expects::nothing : Expects::comma_or_end;
    }

    void take_comma_or_end(char c) {
        if (c == '}' || c == ']') return close(c);
        if (c != ',')
            return say(c == ':' || c == '='
                           ? "a value can have no value of its own: is a comma or a quote missing before this?"
                           : "a comma is missing before this");
        const bool object = text_[open_.back()] == '{';
        last_comma_ = at_++;
        if (comments_allowed_) {
            expects_ = object ? Expects::name_or_end : Expects::value_or_end;
        } else {
            expects_ = object ? Expects::name : Expects::value;
        }
    }

    void take_colon(char c) {
        if (c == '=') return say("a name and its value have a colon between them, not a =");
        if (c != ':') return say("a colon is missing before this");
        ++at_;
        expects_ = Expects::value;
    }

    /// "2,5": the comma here has a digit on either side.
    bool stands_behind_decimal_comma(char c) const {
        return is_digit(c) && last_comma_ > 0 && last_comma_ + 1 == at_ && is_digit(text_[last_comma_ - 1]);
    }

    void take_name(char c) {
        if (c == '"') return take_string(Expects::colon);
        if (stands_behind_decimal_comma(c)) return say(last_comma_, "a number has a decimal point, not a comma: 2.5");
        if (has_curly_quote()) return say_straight_quotes();
        if (c == '}') return say(last_comma_, "the comma here has nothing behind it");
        if (c == ',') return say("there is a comma too many here");
        if (c == '\'') return say("JSON has double quotes only");
        if (is_in_word(c)) return say("the name of a member stands in double quotes");
        say("here should be the name of a member, in double quotes");
    }

    /// Of a word processor, single or double, high or low (U+2018 to U+201F), or an angle (U+00AB, U+00BB).
    bool has_curly_quote() const {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("\xC2\xAB") || rest.starts_with("\xC2\xBB")) return true;
        return rest.size() > 2 && rest.starts_with("\xE2\x80") && rest[2] >= '\x98' && rest[2] <= '\x9F';
    }
    void say_straight_quotes() { say("JSON has straight double quotes only"); }

    void take_value(char c) {
        if (c == '"') return take_string(Expects::comma_or_end);
        if (has_curly_quote()) return say_straight_quotes();
        if (c == '{' || c == '[') {
            open_.push_back(at_++);
            expects_ = c == '{' ? Expects::name_or_end : Expects::value_or_end;
            return;
        }
        if (c == '\'' || c == '`') return say("JSON has double quotes only");
        if (is_in_word(c)) return take_word();
        if (is_digit(c) || c == '-') return take_number();
        if (c == ',' || c == '}' || c == ']') return say_what_is_missing(c);
        if (c == '+' || c == '.') return say("a number begins with a digit, or with - and a digit");
        say("here should be a value");
    }

    void say_what_is_missing(char c) {
        if (c == ']' && !open_.empty() && text_[open_.back()] == '[')
            return say(last_comma_, "the comma here has nothing behind it");
        say("a value is missing before this");
    }

    void take_word() {
        const auto end = std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.end(),
                                          [](char c) { return is_in_word(c) || is_digit(c); });
        const std::string_view word(text_.data() + at_, static_cast<std::size_t>(end - text_.begin()) - at_);
        const auto is_among = [&](const auto& words) { return std::ranges::find(words, word) != words.end(); };
        if (is_among(foreign_words)) return say("JSON writes true, false and null, in small letters");
        if (is_among(no_numbers)) return say("JSON has no such number");
        if (word != "true" && word != "false" && word != "null") return say("a text stands in double quotes");
        at_ += word.size();
        take_end_of_value();
    }

    void take_number() {
        const std::size_t start = at_;
        if (text_[at_] == '-') ++at_;
        const std::string_view digits = text_.substr(at_);
        if (digits.empty() || !is_digit(digits.front()))
            return say(start, "a number begins with a digit, or with - and a digit");
        if (digits.size() > 1 && digits.front() == '0' && is_digit(digits[1]))
            return say(start, "a number has no 0 before its other digits");
        if (!take_digits()) return;
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            if (!take_digits()) return say(start, "a number has a digit behind its decimal point");
        }
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
            if (!take_digits()) return say(start, "a number has a digit behind its exponent's e");
        }
        if (at_ < text_.size() && (is_in_word(text_[at_]) || text_[at_] == '.'))
            return say(start, "this is no number: a text stands in double quotes");
        take_end_of_value();
    }

    bool take_digits() {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        return at_ > start;
    }

    void take_end_of_value() { expects_ = open_.empty() ? Expects::nothing : Expects::comma_or_end; }

    /// \param then  what comes behind the string.
    void take_string(Expects then) {
        const std::size_t start = at_++;
        while (at_ < text_.size() && text_[at_] != '"') {
            const char c = text_[at_];
            if (c == '\n' || c == '\r') return say(start, "the text that begins here has no closing quote in its line");
            if (static_cast<unsigned char>(c) < 0x20)
                return say("a text holds no control characters: a tab is written \\t");
            if (c == '\\' && !take_escape()) return say("a backslash in a text is written \\\\");
            ++at_;
        }
        if (at_ == text_.size()) return say(start, "the text that begins here has no closing quote");
        ++at_;
        expects_ = then;
        if (then != Expects::colon) take_end_of_value();
    }

    /// Stands on the backslash, and moves to the last character of the escape if it is one.
    bool take_escape() {
        constexpr std::size_t hexadecimal_digits = 4;
        const std::string_view rest = text_.substr(at_ + 1);
        if (rest.empty()) return false;
        if (rest.front() != 'u') {
            if (std::string_view("\"\\/bfnrt").find(rest.front()) == std::string_view::npos) return false;
            ++at_;
            return true;
        }
        const std::string_view code = rest.substr(1, hexadecimal_digits);
        if (code.size() < hexadecimal_digits ||
            !std::ranges::all_of(code, [](unsigned char c) { return std::isxdigit(c) != 0; }))
            return false;
        at_ += 1 + hexadecimal_digits;
        return true;
    }

    std::string_view text_;
    bool comments_allowed_;
    std::size_t at_ = 0, last_comma_ = 0;
    std::vector<std::size_t> open_;  ///< where each { and [ stands that is still open
    Expects expects_ = Expects::value;
    JsonAdvice fault_;
};

/// Where the string that begins at `start` ends: behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t start) {
    std::size_t at = start + 1;
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2U : 1U;
    return std::min(at + 1, text.size());
}

/// The first of the two members of one name of which the second stands at `offset`. The text is JSON up to there;
/// what stands in a comment is none of its members, and may be taken for one.
std::optional<std::size_t> first_of_two(std::string_view text, std::size_t offset) {
    std::vector<std::map<std::string_view, std::size_t>> open(1);
    for (std::size_t at = 0; at < text.size() && at <= offset;) {
        if (text[at] == '{' || text[at] == '[') open.emplace_back();
        if ((text[at] == '}' || text[at] == ']') && open.size() > 1) open.pop_back();
        if (text[at] != '"') {
            ++at;
            continue;
        }
        const std::size_t end = end_of_string(text, at);
        const std::size_t behind = std::min(text.find_first_not_of(" \t\r\n", end), text.size());
        if (behind < text.size() && text[behind] == ':') {
            const auto [first, is_new] = open.back().try_emplace(text.substr(at, end - at), at);
            if (!is_new && end >= offset) return first->second;
        }
        at = end;
    }
    return std::nullopt;
}

}  // namespace

JsonAdvice advise(std::string_view text, const JsonError& error, JsonDialect dialect) {
    JsonAdvice advice;
    if (error.code == JsonErrorCode::duplicate_key) {
        const auto first = first_of_two(text, error.offset);
        const std::string where =
            first ? "; the first is in line " + std::to_string(position_at(text, *first).line) : "";
        return {error.offset, std::string(error.message) + where};
    }
    if (error.code == JsonErrorCode::syntax) advice = Walk(text, dialect).first_fault();
    if (advice.says.empty()) return {error.offset, std::string(error.message)};
    return advice;
}

}  // namespace fhir
