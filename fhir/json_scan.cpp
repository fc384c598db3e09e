#include "fhir/json_scan.hpp"

#include <algorithm>

namespace fhir {

std::size_t utf8_length(const char* at, const char* end) noexcept {
    const auto byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
    const unsigned first = byte(0);
    const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || static_cast<std::size_t>(end - at) < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    // Neither longer than needed, nor half of a UTF-16 pair, nor beyond U+10FFFF.
    const unsigned second = byte(1);
    const bool is_wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                          (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return is_wrong ? 0 : length;
}

bool has_duplicate(std::string_view* begin, std::string_view* end) {
    std::sort(begin, end);
    return std::adjacent_find(begin, end) != end;
}

}  // namespace fhir
