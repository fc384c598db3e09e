#include "rules/text/check_digit.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace rules {

namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t digit(char c) {
    return static_cast<std::size_t>(c - '0');
}

// The dihedral group of order 10, and the permutation that is applied once more with each place.
constexpr std::array<std::array<std::size_t, 10>, 10> product = {{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                                                                  {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                                                  {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
                                                                  {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                                                  {4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
                                                                  {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                                                  {6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
                                                                  {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                                                  {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
                                                                  {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}}};
constexpr std::array<std::size_t, 10> permutation = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};

}  // namespace

bool is_loinc_code(std::string_view code) {
    const std::size_t hyphen = code.find('-');
    if (hyphen == std::string_view::npos || code.size() != hyphen + 2) return false;
    const std::string_view number = code.substr(0, hyphen);
    if (!all_digits(number) || !all_digits(code.substr(hyphen + 1))) return false;
    std::size_t sum = 0;
    for (std::size_t i = 0; i < number.size(); ++i) {
        const std::size_t value = digit(number[number.size() - 1 - i]) * (i % 2 == 0 ? 2 : 1);
        sum += value / 10 + value % 10;
    }
    return (10 - sum % 10) % 10 == digit(code.back());
}

bool is_snomed_code(std::string_view code) {
    constexpr std::size_t shortest = 6, longest = 18;
    if (code.size() < shortest || code.size() > longest || !all_digits(code)) return false;
    std::size_t check = 0;
    for (std::size_t place = 0; place < code.size(); ++place) {
        std::size_t value = digit(code[code.size() - 1 - place]);
        for (std::size_t times = 0; times < place % 8; ++times) value = permutation[value];
        check = product[check][value];
    }
    return check == 0;
}

}  // namespace rules
