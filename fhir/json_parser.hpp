// The grammar of JSON (RFC 8259) in one pass over a text that is all there; what it finds it tells a Tree.
//
// Used by json_text alone, which says what is owed to hostile text: depth, number of values, length of numbers,
// duplicate names, UTF-8, U+0001 at the beginning of a string. A Tree is told of values from the inside out, as a stack
// would be, and of decimals as they were written:
//
//     key(name), text(string), integer(int64), integer(uint64), decimal(digits), boolean(b), null(),
//     end_object(members), end_array(elements)
//
// The place is handed from step to step instead of being kept, so that it stays in a register: a step takes where it
// begins and returns where it ended, or null once the text is refused. Blanks are looked for only where what is
// expected does not stand, since texts for machines have none.
#pragma once

#include "fhir/json_characters.hpp"
#include "fhir/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace fhir {

template <class Tree>
class JsonParser {
  public:
    /// All arguments are borrowed.
    JsonParser(std::string_view text, Tree& tree, JsonDialect dialect, const JsonLimits& limits)
        : begin_(text.data()),
          end_(begin_ + text.size()),
          tree_(tree),
          lenient_(dialect == JsonDialect::with_comments),
          limits_(limits),
          depth_left_(limits.depth) {}

    /// Whether the text is one JSON value; if not, `error` says why.
    bool parse() {
        const Place after = value(begin_);
        const Place last = after ? past_blank(after) : nullptr;
        if (!last) return false;
        if (last == end_) return true;
        return fail(JsonErrorCode::syntax, last, "there is text after the JSON value");
    }
    const JsonError& error() const { return error_; }

  private:
    using Place = const char*;

    [[gnu::cold]] Place fail(JsonErrorCode code, Place at, std::string_view message) {
        error_ = {code, static_cast<std::size_t>(at - begin_), message};
        return nullptr;
    }
    [[gnu::cold]] Place refuse(Place at) { return fail(JsonErrorCode::syntax, at, "this is not JSON"); }

    bool is(Place at, char c) const { return at != end_ && *at == c; }

    /// Where a value ended, once it is counted.
    Place counted(Place at) {
        if (++values_ <= limits_.values) return at;
        return fail(JsonErrorCode::too_many_values, at, "the text holds too many values");
    }

    // ---- between the values -----------------------------------------------------------------------------------------

    [[gnu::noinline]] Place past_blank(Place at) {
        at = blank_end(at, end_);
        return lenient_ ? past_comments(at) : at;
    }

    /// Behind comments and the blanks behind them. A line of comment ends with the text, too.
    Place past_comments(Place at) {
        while (is(at, '/')) {
            const std::string_view rest(at, end_);
            const auto close = rest.find("*/", 2);
            if (rest.starts_with("//")) {
                at += std::min(rest.find('\n'), rest.size());
            } else if (!rest.starts_with("/*")) {
                return refuse(at + 1);
            } else if (close == std::string_view::npos) {
                return refuse(end_);
            } else {
                at += close + 2;
            }
            at = blank_end(at, end_);
        }
        return at;
    }

    /// Where `expected` should stand: here, or behind blanks.
    Place to(Place at, char expected) { return is(at, expected) ? at : past_blank(at); }

    /// Behind an element: at the next one, which most often begins with `usual`, or at `close`. Null if neither
    /// follows.
    template <char close, char usual>
    Place to_next(Place at) {
        if (at == end_ || (*at != ',' && *at != close)) [[unlikely]]
            at = past_blank(at);
        if (!at || is(at, close)) return at;
        if (!is(at, ',')) return refuse(at);
        at = to(at + 1, usual);
        return at && is(at, close) && !lenient_ ? refuse(at) : at;
    }

    // ---- values -----------------------------------------------------------------------------------------------------

    Place value(Place at) {
        switch (at != end_ ? *at : '\0') {
            case '"':
                return text(at);
            case '{':
                return object(at);
            case '[':
                return array(at);
            case 't':
                at = literal(at, "true");
                return at ? (tree_.boolean(true), counted(at)) : nullptr;
            case 'f':
                at = literal(at, "false");
                return at ? (tree_.boolean(false), counted(at)) : nullptr;
            case 'n':
                at = literal(at, "null");
                return at ? (tree_.null(), counted(at)) : nullptr;
            case ' ':
            case '\n':
            case '\r':
            case '\t':
            case '/': {
                const Place next = past_blank(at);
                if (!next) return nullptr;
                return next == at ? refuse(at) : value(next);
            }
            default:
                return number(at);
        }
    }

    Place literal(Place at, std::string_view word) {
        const auto differs = std::mismatch(word.begin(), word.end(), at, end_);
        return differs.first == word.end() ? differs.second : refuse(differs.second);
    }

    Place text(Place at) {
        std::string_view string;
        at = read_string(at, string);
        if (!at) return nullptr;
        if (!string.empty() && string.front() == decimal_mark) {
            return fail(JsonErrorCode::control_character, at - 1, "a string begins with the control character U+0001");
        }
        tree_.text(string);
        return counted(at);
    }

    [[gnu::noinline]] Place array(Place at) {
        if (depth_left_ == 0) return fail(JsonErrorCode::too_deep, at, "the text is nested too deep");
        --depth_left_;
        at = to(at + 1, '{');
        std::size_t count = 0;
        while (at && !is(at, ']')) {
            at = value(at);
            if (at) at = to_next<']', '{'>(at);
            ++count;
        }
        if (!at) return nullptr;
        ++depth_left_;
        tree_.end_array(count);
        return counted(at + 1);
    }

    [[gnu::noinline]] Place object(Place at) {
        if (depth_left_ == 0) return fail(JsonErrorCode::too_deep, at, "the text is nested too deep");
        --depth_left_;
        at = to(at + 1, '"');
        Names names{names_.size()};
        while (at && !is(at, '}')) {
            at = member(at, names);
            if (at) at = to_next<'}', '"'>(at);
        }
        if (!at) return nullptr;
        ++depth_left_;
        if (const Place twice = stands_twice(names)) {
            return fail(JsonErrorCode::duplicate_key, twice, "a member name stands twice in one object");
        }
        const std::size_t count = names_.size() - names.first;
        names_.resize(names.first);
        tree_.end_object(count);
        return counted(at + 1);
    }

    // ---- members ----------------------------------------------------------------------------------------------------

    /// A name, and where it stands: behind its quote.
    struct Name {
        std::string_view text;
        Place at = nullptr;
    };

    /// Those of one object: from `first` on in names_. Which names were there is remembered as bits, so that most names
    /// need not be compared with those before.
    struct Names {
        std::size_t first;
        std::uint64_t seen = 0;
        Place twice = nullptr;
    };
    static constexpr std::size_t few_names = 24;  // more are sorted instead, when all are there

    Place member(Place at, Names& names) {
        if (!is(at, '"')) return refuse(at);
        std::string_view name;
        const Place after = read_string(at, name);
        if (!after) return nullptr;
        tree_.key(name);
        remember({name, at + 1}, names);
        at = to(after, ':');
        if (!at) return nullptr;
        if (!is(at, ':')) return refuse(at);
        return is(at + 1, '"') ? text(at + 1) : value(at + 1);
    }

    void remember(Name name, Names& names) {
        if (name.text.data() != name.at) name.text = copied_names_.emplace_back(name.text);
        const std::uint64_t bit = bit_of(name.text);
        if ((names.seen & bit) != 0 && !names.twice) [[unlikely]]
            look_for_twice(name, names);
        names.seen |= bit;
        names_.push_back(name);
    }

    static std::uint64_t bit_of(std::string_view name) {
        if (name.empty()) return 1;
        const unsigned ends = static_cast<unsigned char>(name.front()) * 7U + static_cast<unsigned char>(name.back());
        return std::uint64_t(1) << ((name.size() * 11 + ends) % 64);
    }

    void look_for_twice(const Name& name, Names& names) {
        if (names_.size() - names.first > few_names) return;
        for (std::size_t index = names.first; index < names_.size(); ++index) {
            if (names_[index].text == name.text) names.twice = name.at;
        }
    }

    Place stands_twice(const Names& names) {
        if (names.twice || names_.size() - names.first <= few_names) return names.twice;
        const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(names.first);
        std::sort(begin, names_.end(), [](const Name& left, const Name& right) {
            const int order = left.text.compare(right.text);
            return order < 0 || (order == 0 && left.at < right.at);
        });
        const auto twice = std::adjacent_find(
            begin, names_.end(), [](const Name& left, const Name& right) { return left.text == right.text; });
        return twice == names_.end() ? nullptr : std::next(twice)->at;
    }

    // ---- strings ----------------------------------------------------------------------------------------------------

    /// The string whose quote stands here, unescaped: borrowed from the text, or from unescaped_ until the next one.
    Place read_string(Place at, std::string_view& string) {
        const Place beginning = at + 1;
        at = plain_end(beginning, end_);
        if (!is(at, '"')) [[unlikely]]
            return read_rest_of_string(beginning, at, string);
        string = {beginning, at};
        return at + 1;
    }

    /// The same for what is not all plain, from the first byte that is not.
    [[gnu::noinline]] Place read_rest_of_string(Place beginning, Place at, std::string_view& string) {
        bool is_escaped = false;
        Place copied = beginning;
        for (; at != end_; at = plain_end(at, end_)) {
            const bool is_ascii = static_cast<unsigned char>(*at) < 0x80;
            if (*at == '"') {
                if (is_escaped) unescaped_.append(copied, at);
                string = is_escaped ? std::string_view(unescaped_) : std::string_view(beginning, at);
                return at + 1;
            }
            if (is_ascii && *at != '\\') return refuse(at);  // a control character
            if (!is_ascii) {
                const std::size_t length = utf8_length(at, end_);
                if (length == 0) return refuse(at);
                at += length;
                continue;
            }
            if (!is_escaped) unescaped_.clear();
            is_escaped = true;
            unescaped_.append(copied, at);
            const std::size_t length = append_unescaped(at, end_, unescaped_);
            if (length == 0) return refuse(at);
            copied = at += length;
        }
        return refuse(end_);
    }

    // ---- numbers ----------------------------------------------------------------------------------------------------

    [[gnu::noinline]] Place number(Place at) {
        const Place beginning = at;
        if (is(at, '-')) ++at;
        if (!is_digit(at)) return refuse(at);
        at = *at == '0' ? at + 1 : past_digits(at);
        bool is_whole = true;
        if (is(at, '.')) {
            is_whole = false;
            if (!is_digit(++at)) return refuse(at);
            at = past_digits(at);
        }
        if (is(at, 'e') || is(at, 'E')) {
            is_whole = false;
            at = past_exponent(at);
            if (!at) return nullptr;
        }
        const std::string_view digits(beginning, at);
        return (is_whole && push_whole(digits)) || push_decimal(digits, at) ? counted(at) : nullptr;
    }

    bool is_digit(Place at) const { return at != end_ && is_json_digit(*at); }

    Place past_digits(Place at) const {
        while (is_digit(at)) ++at;
        return at;
    }

    /// An exponent of more than 32 bits is refused, so that it can be counted with.
    Place past_exponent(Place at) {
        ++at;
        if (is(at, '+') || is(at, '-')) ++at;
        if (!is_digit(at)) return refuse(at);
        std::int64_t exponent = 0;
        for (; is_digit(at); ++at) {
            exponent = 10 * exponent + (*at - '0');
            if (exponent > std::numeric_limits<std::int32_t>::max()) return refuse(at);
        }
        return at;
    }

    bool push_whole(std::string_view digits) {
        if (digits == "-0") return false;  // an integer would lose the sign
        return push_as<std::int64_t>(digits) || push_as<std::uint64_t>(digits);
    }

    template <class Integer>
    bool push_as(std::string_view digits) {
        Integer integer = 0;
        const char* const end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, integer);
        if (error != std::errc() || stop != end) return false;
        tree_.integer(integer);
        return true;
    }

    bool push_decimal(std::string_view digits, Place at) {
        if (digits.size() > limits_.number_characters) {
            return fail(JsonErrorCode::number_too_long, at, "a number has too many digits");
        }
        tree_.decimal(digits);
        return true;
    }

    const char* begin_;
    const char* end_;
    Tree& tree_;
    bool lenient_;
    const JsonLimits& limits_;
    std::size_t depth_left_;
    std::size_t values_ = 0;
    std::vector<Name> names_;
    std::deque<std::string> copied_names_;
    std::string unescaped_;
    JsonError error_;
};

}  // namespace fhir
