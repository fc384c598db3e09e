#include "rules/record/dose_text.hpp"

#include "fhir/characters.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rules {
namespace {

constexpr std::size_t longest_text = 1000;
constexpr std::size_t most_digits = 12;

bool names_units(std::string_view word) {
    std::string small(word);
    for (char& character : small) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    }
    constexpr std::array<std::string_view, 6> names{"iu", "unit", "units", "unt", "[iu]", "international"};
    return std::ranges::find(names, small) != names.end();
}

/// A number at the beginning of `text`, with "," between groups of three digits, and what follows it.
struct Counted {
    std::string digits;
    std::size_t length = 0;
};

Counted take_number(std::string_view text) {
    Counted counted;
    std::size_t at = 0;
    const auto is_group = [&](std::size_t from) {
        const bool is_three = from + 3 <= text.size() && std::ranges::all_of(text.substr(from, 3), fhir::is_digit);
        return is_three && (from + 3 == text.size() || !fhir::is_digit(text[from + 3]));
    };
    while (at < text.size() && counted.digits.size() <= most_digits) {
        if (fhir::is_digit(text[at])) {
            counted.digits += text[at++];
        } else if (text[at] == ',' && is_group(at + 1)) {
            ++at;
        } else {
            break;
        }
    }
    counted.length = at;
    return counted;
}

std::string_view word_behind(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '-')) text.remove_prefix(1);
    std::size_t length = 0;
    while (length < text.size() && (fhir::is_letter(text[length]) || text[length] == '[' || text[length] == ']'))
        ++length;
    return text.substr(0, length);
}

}  // namespace

std::optional<fhir::Decimal> units_in_text(std::string_view text) {
    text = text.substr(0, longest_text);
    std::optional<fhir::Decimal> largest;
    for (std::size_t at = 0; at < text.size();) {
        if (!fhir::is_digit(text[at])) {
            ++at;
            continue;
        }
        const Counted counted = take_number(text.substr(at));
        at += counted.length;
        const auto number = fhir::Decimal::parse(counted.digits);
        if (!number || !names_units(word_behind(text.substr(at)))) continue;
        if (!largest || *number > *largest) largest = number;
    }
    return largest;
}

std::optional<fhir::Decimal> dose_in(const fhir::UcumUnit& unit, const fhir::Quantity& dose) {
    if (!dose.value || dose.comparator != fhir::Comparator::none) return std::nullopt;
    const std::string_view written = dose.code.empty() ? dose.unit : dose.code;
    const auto own = names_units(written) ? fhir::parse_ucum("[iU]") : fhir::parse_ucum(written);
    return own ? fhir::convert(*dose.value, *own, unit) : std::nullopt;
}

}  // namespace rules
