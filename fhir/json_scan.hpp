// One pass over a JSON text that tells a handler what stands there: for texts that are sound, which nearly all are.
//
// It says yes or no, and never yes where RFC 8259 or a limit says no. What is wrong, and where, is asked of
// Boost.JSON's parser by who gets a no (fhir/json_text); so are the sound texts whose like is not worth code here:
// member names with escapes, and integers of more than 18 digits. Strings are passed sixteen bytes at a time.
#pragma once

#include "fhir/json_text.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fhir {

/// parse_json by Boost.JSON's parser alone, without a byte order mark: what it says of a text is what holds.
boost::system::result<boost::json::value, JsonError> parse_by_boost(std::string_view text,
                                                                    boost::json::storage_ptr storage,
                                                                    JsonDialect dialect, const JsonLimits& limits);

/// The length of the UTF-8 sequence at `at`, which begins with a byte beyond ASCII; 0 if it is none (RFC 3629).
std::size_t utf8_length(const char* at, const char* end) noexcept;

/// Whether a string of `names` stands there twice. Puts them in another order.
bool has_duplicate(std::string_view* begin, std::string_view* end);

/// Handler has `name`, `string`, `decimal` (each of a string_view that is gone with the call), `integer`, `boolean`,
/// `null`, and `object` and `array` with the number of members, told after these.
template <typename Handler>
class JsonScan {
  public:
    /// All are borrowed.
    JsonScan(std::string_view text, Handler& handler, const JsonLimits& limits)
        : begin_(text.data()),
          end_(text.data() + text.size()),
          handler_(handler),
          limits_(limits),
          values_left_(limits.values) {
        constexpr std::size_t few = 32;
        names_.reserve(few);
    }

    /// A place in the text.
    using Place = const char*;

    /// Whether the text is one JSON value and nothing else; told to the handler as far as it went.
    bool scan() {
        const Place at = values_left_-- == 0 ? nullptr : scan_other_value(begin_, 0);
        return at && pass_space(at) == end_;
    }

  private:
    // Each takes the place to read from and returns the place behind what it read; null: it is not that. Places are in
    // registers, not in a member, which would be written down before each call of the handler.
    bool is_at(Place at, char c) const { return at != end_ && *at == c; }

    Place pass_space(Place at) const {
        while (at != end_ && static_cast<unsigned char>(*at) <= ' ') {
            if (*at != ' ' && *at != '\n' && *at != '\r' && *at != '\t') return at;
            ++at;
        }
        return at;
    }

    /// To the place behind `c`, over the space before it; null if something else stands there. Most texts have none.
    Place pass(Place at, char c) const {
        if (is_at(at, c)) return at + 1;
        at = pass_space(at);
        return is_at(at, c) ? at + 1 : nullptr;
    }

    /// Over a comma and the space before it; else over that space alone.
    bool pass_comma(Place& at) const {
        if (is_at(at, ',')) return ++at, true;
        at = pass_space(at);
        if (!is_at(at, ',')) return false;
        ++at;
        return true;
    }

    /// A value, over the space before it. Most are strings, which are worth no call.
    [[gnu::always_inline]] Place scan_value(Place at, std::size_t depth) {
        if (values_left_-- == 0) return nullptr;
        return is_at(at, '"') ? scan_string(at) : scan_other_value(at, depth);
    }

    Place scan_other_value(Place at, std::size_t depth) {
        at = pass_space(at);
        if (at == end_) return nullptr;
        switch (*at) {
            case '"':
                return scan_string(at);
            case '{':
                return depth < limits_.depth ? scan_object(at, depth) : nullptr;
            case '[':
                return depth < limits_.depth ? scan_array(at, depth) : nullptr;
            case 't':
                handler_.boolean(true);
                return pass_word(at, "true");
            case 'f':
                handler_.boolean(false);
                return pass_word(at, "false");
            case 'n':
                handler_.null();
                return pass_word(at, "null");
            default:
                return scan_number(at);
        }
    }

    Place pass_word(Place at, std::string_view word) const {
        return std::string_view(at, static_cast<std::size_t>(end_ - at)).starts_with(word) ? at + word.size() : nullptr;
    }

    Place scan_array(Place at, std::size_t depth) {
        ++at;
        std::size_t count = 0;
        Place end = pass(at, ']');
        while (!end) {
            at = scan_value(at, depth + 1);
            if (!at) return nullptr;
            ++count;
            if (pass_comma(at)) continue;
            end = pass(at, ']');
            if (!end) return nullptr;
        }
        handler_.array(count);
        return end;
    }

    Place scan_object(Place at, std::size_t depth) {
        ++at;
        const std::size_t first = names_.size();
        Names seen;
        Place end = pass(at, '}');
        while (!end) {
            at = scan_name(at, first, seen);
            at = at ? pass(at, ':') : nullptr;
            at = at ? scan_value(at, depth + 1) : nullptr;
            if (!at) return nullptr;
            if (pass_comma(at)) continue;
            end = pass(at, '}');
            if (!end) return nullptr;
        }
        if (seen.to_be_sorted && has_duplicate(names_.data() + first, names_.data() + names_.size())) return nullptr;
        handler_.object(names_.size() - first);
        names_.resize(first);
        return end;
    }

    /// The names of an object so far: a bit for each kind of name, and whether there are so many that they are compared
    /// at its end.
    struct Names {
        std::uint64_t kinds = 0;
        bool to_be_sorted = false;
    };

    /// Only names of the same length, beginning and end are compared, of which an object seldom has two.
    bool is_new(std::string_view name, std::size_t first, Names& seen) {
        constexpr std::size_t few = 24;
        if (names_.size() - first > few) return seen.to_be_sorted = true;
        const auto byte = [](char c) { return static_cast<unsigned char>(c); };
        const char* const behind = name.data() + name.size();  // of an empty name, the quotes around it are looked at
        const std::uint64_t kind = std::uint64_t(1)
                                   << ((byte(*name.data()) * 7U + byte(behind[-1]) + name.size() * 13) % 64);
        if (seen.kinds & kind) {
            for (std::size_t i = first; i < names_.size(); ++i) {
                if (names_[i] == name) return false;
            }
        }
        seen.kinds |= kind;
        return true;
    }

    Place scan_name(Place at, std::size_t first, Names& seen) {
        const Place begin = pass(at, '"');
        const Place end = begin ? pass_plain(begin) : nullptr;
        if (!end || *end != '"') return nullptr;
        const std::string_view name(begin, static_cast<std::size_t>(end - begin));
        if (!is_new(name, first, seen)) return nullptr;
        names_.push_back(name);
        handler_.name(name);
        return end + 1;
    }

    [[gnu::always_inline]] Place scan_string(Place at) {
        const Place end = pass_plain(at + 1);
        if (!end) return nullptr;
        if (*end != '"') return scan_escaped(at + 1, end);
        handler_.string(std::string_view(at + 1, static_cast<std::size_t>(end - at - 1)));
        return end + 1;
    }

    /// A string with escapes, which begins at `begin`; the first escape is at `at`.
    [[gnu::noinline]] Place scan_escaped(Place begin, Place at) {
        unescaped_.assign(begin, at);
        while (*at == '\\') {
            begin = scan_escape(at + 1);
            at = begin ? pass_plain(begin) : nullptr;
            if (!at) return nullptr;
            unescaped_.append(begin, at);
        }
        if (unescaped_.front() == decimal_mark) return nullptr;
        handler_.string(std::string_view(unescaped_));
        return at + 1;
    }

    Place scan_escape(Place at) {
        if (at == end_) return nullptr;
        constexpr std::string_view written = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        const std::size_t which = written.find(*at);
        if (which == std::string_view::npos) return *at == 'u' ? scan_code_point(at) : nullptr;
        unescaped_.push_back(meant[which]);
        return at + 1;
    }

    /// \uXXXX, or two of them for what UTF-16 writes as a pair; at the "u".
    Place scan_code_point(Place at) {
        std::uint32_t point = 0, low = 0;
        at = scan_unit(at, point);
        if (!at || (point >= 0xDC00 && point <= 0xDFFF)) return nullptr;
        if (point >= 0xD800 && point <= 0xDBFF) {
            if (!is_at(at, '\\') || !is_at(at + 1, 'u')) return nullptr;
            at = scan_unit(at + 1, low);
            if (!at || low < 0xDC00 || low > 0xDFFF) return nullptr;
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        }
        append_utf8(point);
        return at;
    }

    Place scan_unit(Place at, std::uint32_t& unit) const {
        constexpr std::ptrdiff_t digits = 4;
        if (end_ - ++at < digits) return nullptr;
        for (const Place behind = at + digits; at != behind; ++at) {
            const bool is_digit = *at >= '0' && *at <= '9';
            const char lower = static_cast<char>(*at | 0x20);
            if (!is_digit && (lower < 'a' || lower > 'f')) return nullptr;
            unit = unit * 16 + static_cast<std::uint32_t>(is_digit ? *at - '0' : lower - 'a' + 10);
        }
        return at;
    }

    void append_utf8(std::uint32_t point) {
        const auto put = [this](std::uint32_t byte) { unescaped_.push_back(static_cast<char>(byte)); };
        const auto put_rest = [&](unsigned shift) { put(0x80 | ((point >> shift) & 0x3F)); };
        if (point < 0x80) return put(point);
        if (point < 0x800) return put(0xC0 | (point >> 6)), put_rest(0);
        if (point < 0x10000) return put(0xE0 | (point >> 12)), put_rest(6), put_rest(0);
        put(0xF0 | (point >> 18)), put_rest(12), put_rest(6), put_rest(0);
    }

    Place pass_digits(Place at) const {
        while (at != end_ && *at >= '0' && *at <= '9') ++at;
        return at;
    }

    Place scan_number(Place begin) {
        constexpr std::ptrdiff_t most_digits = 18, most_of_exponent = 6;
        const bool is_negative = *begin == '-';
        const Place digits = is_negative ? begin + 1 : begin;
        const Place behind = pass_digits(digits);
        if (behind == digits || (*digits == '0' && behind - digits > 1)) return nullptr;
        Place at = behind;
        if (is_at(at, '.')) {
            at = pass_digits(behind + 1);
            if (at == behind + 1) return nullptr;
        }
        if (is_at(at, 'e') || is_at(at, 'E')) {
            ++at;
            if (is_at(at, '+') || is_at(at, '-')) ++at;
            const Place exponent = at;
            at = pass_digits(at);
            if (at == exponent || at - exponent > most_of_exponent) return nullptr;
        }
        const bool is_decimal = at != behind || (is_negative && *digits == '0');  // "-0" keeps its sign
        if (is_decimal) {
            const std::string_view written(begin, static_cast<std::size_t>(at - begin));
            if (written.size() > limits_.number_characters) return nullptr;
            handler_.decimal(written);
            return at;
        }
        if (at - digits > most_digits) return nullptr;
        std::int64_t number = 0;
        for (Place digit = digits; digit != at; ++digit) number = number * 10 + (*digit - '0');
        handler_.integer(is_negative ? -number : number);
        return at;
    }

    /// To the next quote or backslash, over what may stand in a string; null if something else does, or nothing more.
    Place pass_plain(Place at) const {
        for (;;) {
            at = pass_printable_ascii(at);
            if (at == end_) return nullptr;
            if (*at == '"' || *at == '\\') return at;
            if (static_cast<unsigned char>(*at) < 0x80) return nullptr;
            do {
                const std::size_t length = utf8_length(at, end_);
                if (length == 0) return nullptr;
                at += length;
            } while (at != end_ && static_cast<unsigned char>(*at) >= 0x80);
        }
    }

    /// To what is not printable ASCII, or a quote, or a backslash.
    Place pass_printable_ascii(Place at) const {
#ifdef __SSE2__
        constexpr std::ptrdiff_t block = 16;
        for (; end_ - at >= block; at += block) {
            __m128i bytes;
            static_assert(sizeof bytes == block);
            __builtin_memcpy(&bytes, at, sizeof bytes);
            // Compared as signed numbers, what is beyond ASCII lies below the space, too.
            const __m128i ends = _mm_or_si128(
                _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
            const unsigned found = static_cast<unsigned>(_mm_movemask_epi8(ends));
            if (found != 0) return at + std::countr_zero(found);
        }
#endif
        while (at != end_ && *at != '"' && *at != '\\' && *at >= ' ' && static_cast<unsigned char>(*at) < 0x80) ++at;
        return at;
    }

    const Place begin_, end_;
    Handler& handler_;
    const JsonLimits& limits_;
    std::size_t values_left_;
    std::vector<std::string_view> names_;  ///< of the objects that are open; point into the text
    std::string unescaped_;
};

}  // namespace fhir
