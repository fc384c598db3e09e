#include "fhir/path/unit_text.hpp"

#include "fhir/characters.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace fhir::path {
namespace {

// Symbols with their exponents, in the order in which they were first written.
using Factors = std::vector<std::pair<std::string, int>>;

// `cm-2` as cm to the power of -2. Nothing for what is not a plain symbol: a number, 10*3, an annotation.
std::optional<std::pair<std::string, int>> factor_of(std::string_view component) {
    std::size_t end = component.size();
    while (end > 0 && is_digit(component[end - 1])) --end;
    const std::string_view digits = component.substr(end);
    const bool is_negative = !digits.empty() && end > 0 && component[end - 1] == '-';
    const std::string_view symbol = component.substr(0, is_negative ? end - 1 : end);
    if (symbol.empty() || symbol.find_first_of("(){}*^+") != std::string_view::npos) return std::nullopt;
    int exponent = 1;
    if (!digits.empty() && std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc()) {
        return std::nullopt;
    }
    return std::pair(std::string(symbol), is_negative ? -exponent : exponent);
}

void multiply_into(Factors& factors, const std::string& symbol, int exponent) {
    const auto found =
        std::find_if(factors.begin(), factors.end(), [&](const auto& known) { return known.first == symbol; });
    if (found == factors.end()) {
        factors.emplace_back(symbol, exponent);
    } else {
        found->second += exponent;
    }
}

// False if the code has parts that are not plain symbols. Every slash divides by the one component behind it.
bool read_into(Factors& factors, std::string_view code, int sign) {
    if (code == "1") return true;
    while (!code.empty()) {
        const bool divides = code.front() == '/';
        if (divides || code.front() == '.') code.remove_prefix(1);
        const std::size_t end = std::min(code.find_first_of("./"), code.size());
        const std::string_view component = code.substr(0, end);
        code.remove_prefix(end);
        if (component == "1") continue;
        const auto factor = factor_of(component);
        if (!factor) return false;
        multiply_into(factors, factor->first, divides ? -sign * factor->second : sign * factor->second);
    }
    return true;
}

std::string text_of(const Factors& factors) {
    std::string above;
    std::string below;
    for (const auto& [symbol, exponent] : factors) {
        if (exponent == 0) continue;
        const int size = exponent < 0 ? -exponent : exponent;
        if (exponent < 0) below += '/';
        if (exponent > 0 && !above.empty()) above += '.';
        (exponent > 0 ? above : below) += size == 1 ? symbol : symbol + std::to_string(size);
    }
    return above.empty() && below.empty() ? "1" : above + below;
}

std::string in_parentheses(std::string_view code) {
    const bool is_compound = code.find_first_of("./") != std::string_view::npos;
    return is_compound ? '(' + std::string(code) + ')' : std::string(code);
}

}  // namespace

std::string product_of_units(std::string_view left, std::string_view right) {
    Factors factors;
    if (read_into(factors, left, 1) && read_into(factors, right, 1)) return text_of(factors);
    return std::string(left) + '.' + in_parentheses(right);
}

std::string quotient_of_units(std::string_view left, std::string_view right) {
    Factors factors;
    if (read_into(factors, left, 1) && read_into(factors, right, -1)) return text_of(factors);
    return (left == "1" ? "" : std::string(left)) + '/' + in_parentheses(right);
}

}  // namespace fhir::path
