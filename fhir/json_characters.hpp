// The bytes of JSON text (RFC 8259) and UTF-8 (RFC 3629), looked at as many at a time as the processor can.
//
// What a parser spends most on are the insides of strings and the blanks of indented text. Both are passed over sixteen
// bytes at a time where there is SSE2 (on every x86-64), and one by one elsewhere. Nothing reads beyond `end`.
#pragma once

#include <bit>
#include <cstddef>
#include <string>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace fhir {

inline bool is_json_blank(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

inline bool is_json_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Whether a string holds `c` as it stands: ASCII, no quote, no backslash, no control character.
inline bool is_plain_in_string(char c) noexcept {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\';
}

/// The first byte from `at` on that is not plain in a string; `end` if there is none.
inline const char* plain_end(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        // Signed, the bytes that are not ASCII are negative: below the blank, as control characters are.
        const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
        const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash))));
        if (found != 0) return at + std::countr_zero(found);
    }
#endif
    while (at != end && is_plain_in_string(*at)) ++at;
    return at;
}

/// The first byte from `at` on that is no blank; `end` if there is none.
inline const char* blank_end(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto equal = [&bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
        const __m128i blank =
            _mm_or_si128(_mm_or_si128(equal(' '), equal('\n')), _mm_or_si128(equal('\r'), equal('\t')));
        const auto blanks = static_cast<unsigned>(_mm_movemask_epi8(blank));
        if (blanks != 0xFFFFU) return at + std::countr_zero(~blanks);
    }
#endif
    while (at != end && is_json_blank(*at)) ++at;
    return at;
}

/// How many bytes the character takes that begins at `at`, which is not ASCII; 0 if it is not UTF-8: overlong, a
/// surrogate, above U+10FFFF, cut off.
std::size_t utf8_length(const char* at, const char* end) noexcept;

/// What the escape at `at`, a backslash, stands for is appended to `text`.
/// \returns how many bytes the escape takes, a pair of surrogates being one; 0 if it is none, or half of a pair.
std::size_t append_unescaped(const char* at, const char* end, std::string& text);

}  // namespace fhir
