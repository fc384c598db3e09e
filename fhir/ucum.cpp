#include "fhir/ucum.hpp"

#include "fhir/characters.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace fhir {
namespace {

constexpr std::size_t max_code_size = 64;
constexpr int max_nesting = 8;
constexpr int max_unit_exponent = 100;

constexpr std::array<std::string_view, UcumUnit::dimensions> base_symbols{"m",  "s",   "g",  "rad", "K",    "C",
                                                                          "cd", "mol", "eq", "osm", "[IU]", "[arb'U]"};

struct Prefix {
    std::string_view symbol;
    int power_of_ten;
};

constexpr std::array<Prefix, 20> prefixes{{
    {"Y", 24}, {"Z", 21}, {"E", 18}, {"P", 15}, {"T", 12}, {"G", 9},   {"M", 6},   {"k", 3},   {"h", 2},   {"da", 1},
    {"d", -1}, {"c", -2}, {"m", -3}, {"u", -6}, {"n", -9}, {"p", -12}, {"f", -15}, {"a", -18}, {"z", -21}, {"y", -24},
}};

// One unit is numerator / denominator times `definition`, a UCUM code. `metric` units take prefixes.
struct Atom {
    std::string_view symbol;
    bool metric;
    std::int64_t numerator;
    std::int64_t denominator;
    std::string_view definition;
};

// Values from the UCUM tables. To add a unit, add a line: nothing else knows the list.
constexpr Atom atoms[] = {
    // numbers
    {"%", false, 1, 100, "1"},
    {"[ppth]", false, 1, 1000, "1"},
    {"[ppm]", false, 1, 1'000'000, "1"},
    {"[ppb]", false, 1, 1'000'000'000, "1"},
    {"[pi]", false, 3'141'592'653'589'793'238, 1'000'000'000'000'000'000, "1"},
    {"[HPF]", false, 1, 1, "1"},
    {"[LPF]", false, 100, 1, "1"},
    // time
    {"min", false, 60, 1, "s"},
    {"h", false, 3600, 1, "s"},
    {"d", false, 86'400, 1, "s"},
    {"wk", false, 604'800, 1, "s"},
    {"mo", false, 2'629'800, 1, "s"},
    {"a", false, 31'557'600, 1, "s"},
    {"Hz", true, 1, 1, "s-1"},
    // mass, length, area, volume
    {"t", true, 1000, 1, "kg"},
    {"L", true, 1, 1, "dm3"},
    {"l", true, 1, 1, "dm3"},
    {"[gr]", false, 6'479'891, 100'000, "mg"},
    {"[oz_av]", false, 28'349'523'125, 1'000'000'000, "g"},
    {"[lb_av]", false, 45'359'237, 100'000, "g"},
    {"[in_i]", false, 254, 100, "cm"},
    {"[ft_i]", false, 3048, 100, "cm"},
    {"[yd_i]", false, 9144, 100, "cm"},
    {"[mi_i]", false, 1'609'344, 1000, "m"},
    {"[gal_us]", false, 3'785'411'784, 1'000'000, "mL"},
    {"[pt_us]", false, 473'176'473, 1'000'000, "mL"},
    {"[cup_us]", false, 2'365'882'365, 10'000'000, "mL"},
    {"[foz_us]", false, 295'735'295'625, 10'000'000'000, "mL"},
    {"[tbs_us]", false, 1'478'676'478'125, 100'000'000'000, "mL"},
    {"[tsp_us]", false, 492'892'159'375, 100'000'000'000, "mL"},
    {"[drp]", false, 1, 20, "mL"},
    // mechanics, energy, pressure
    {"N", true, 1, 1, "kg.m/s2"},
    {"dyn", true, 1, 1, "g.cm/s2"},
    {"J", true, 1, 1, "N.m"},
    {"W", true, 1, 1, "J/s"},
    {"cal", true, 4184, 1000, "J"},
    {"[Cal]", false, 4184, 1, "J"},
    {"Pa", true, 1, 1, "N/m2"},
    {"bar", true, 100'000, 1, "Pa"},
    {"atm", false, 101'325, 1, "Pa"},
    {"m[Hg]", true, 133'322, 1, "Pa"},
    {"m[H2O]", true, 980'665, 100, "Pa"},
    // electricity, light, radiation, angle
    {"A", true, 1, 1, "C/s"},
    {"V", true, 1, 1, "J/C"},
    {"Ohm", true, 1, 1, "V/A"},
    {"S", true, 1, 1, "A/V"},
    {"F", true, 1, 1, "C/V"},
    {"Wb", true, 1, 1, "V.s"},
    {"T", true, 1, 1, "Wb/m2"},
    {"H", true, 1, 1, "Wb/A"},
    {"lm", true, 1, 1, "cd.sr"},
    {"lx", true, 1, 1, "lm/m2"},
    {"sr", true, 1, 1, "rad2"},
    {"Bq", true, 1, 1, "s-1"},
    {"Ci", true, 37'000'000'000, 1, "Bq"},
    {"Gy", true, 1, 1, "J/kg"},
    {"Sv", true, 1, 1, "J/kg"},
    {"deg", false, 2, 360, "[pi].rad"},
    {"[diop]", false, 1, 1, "m-1"},
    // laboratory
    {"kat", true, 1, 1, "mol/s"},
    {"U", true, 1, 1, "umol/min"},
    {"[iU]", true, 1, 1, "[IU]"},
    {"g%", true, 1, 1, "g/dL"},
    {"[MET]", false, 35, 10, "mL/min/kg"},
};

// Keeps a quotient of whole numbers small: mmol/L is 1/1, not 1000/1000.
void reduce(UcumUnit& unit) {
    unit.numerator = unit.numerator.without_trailing_zeros();
    unit.denominator = unit.denominator.without_trailing_zeros();
    Int128 over = unit.numerator.coefficient();
    Int128 under = unit.denominator.coefficient();
    if (unit.numerator.decimal_places() != 0 || unit.denominator.decimal_places() != 0) return;
    while (over % 10 == 0 && under % 10 == 0) over /= 10, under /= 10;
    unit.numerator = *Decimal::of(over, 0);
    unit.denominator = *Decimal::of(under, 0);
}

bool add_exponents(UcumUnit& unit, const UcumUnit& other, int times) {
    for (std::size_t i = 0; i < UcumUnit::dimensions; ++i) {
        const int sum = unit.exponents[i] + times * other.exponents[i];
        if (sum < -max_unit_exponent || sum > max_unit_exponent) return false;
        unit.exponents[i] = static_cast<std::int8_t>(sum);
    }
    return true;
}

std::optional<UcumUnit> product(const UcumUnit& left, const UcumUnit& right, bool divided) {
    if (!left.offset.is_zero() || !right.offset.is_zero()) return std::nullopt;
    UcumUnit result = left;
    if (!add_exponents(result, right, divided ? -1 : 1)) return std::nullopt;
    const auto numerator = multiply(left.numerator, divided ? right.denominator : right.numerator);
    const auto denominator = multiply(left.denominator, divided ? right.numerator : right.denominator);
    if (!numerator || !denominator || numerator->is_zero() || denominator->is_zero()) return std::nullopt;
    result.numerator = *numerator;
    result.denominator = *denominator;
    reduce(result);
    return result;
}

std::optional<UcumUnit> raise(const UcumUnit& unit, int exponent) {
    std::optional<UcumUnit> result = UcumUnit();
    if (!unit.offset.is_zero()) return exponent == 1 ? std::optional(unit) : std::nullopt;
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent) && result; ++i) {
        result = product(*result, unit, exponent < 0);
    }
    return result;
}

std::optional<UcumUnit> base_unit(std::string_view symbol) {
    const auto found = std::find(base_symbols.begin(), base_symbols.end(), symbol);
    if (symbol.empty() || found == base_symbols.end()) return std::nullopt;
    UcumUnit unit;
    unit.exponents[static_cast<std::size_t>(found - base_symbols.begin())] = 1;
    return unit;
}

// Kelvin from degrees: K = Cel + 273.15 = ([degF] + 459.67) * 5/9.
std::optional<UcumUnit> special_unit(std::string_view symbol) {
    if (symbol != "Cel" && symbol != "[degF]") return std::nullopt;
    std::optional<UcumUnit> unit = base_unit("K");
    unit->offset = symbol == "Cel" ? *Decimal::of(27'315, 2) : *Decimal::of(45'967, 2);
    if (symbol == "[degF]") {
        unit->numerator = 5;
        unit->denominator = 9;
    }
    return unit;
}

struct Sized {
    UcumUnit unit;
    bool metric = false;
};

std::optional<Sized> plain_unit(std::string_view symbol) {
    if (const std::optional<UcumUnit> base = base_unit(symbol)) return Sized{*base, true};
    if (const std::optional<UcumUnit> special = special_unit(symbol)) return Sized{*special, false};
    const auto* atom = std::find_if(std::begin(atoms), std::end(atoms),
                                    [symbol](const Atom& candidate) { return candidate.symbol == symbol; });
    if (atom == std::end(atoms)) return std::nullopt;
    UcumUnit factor;
    factor.numerator = atom->numerator;
    factor.denominator = atom->denominator;
    // The definitions are ours and lead to base units, so this recursion ends.
    const std::optional<UcumUnit> unit = product(factor, *parse_ucum(atom->definition), false);
    return Sized{*unit, atom->metric};
}

// A symbol with or without prefix. A whole symbol goes first: "cd" is the candela, not a centi-day.
std::optional<UcumUnit> symbol_unit(std::string_view symbol) {
    if (symbol == "10*" || symbol == "10^") {
        UcumUnit ten;
        ten.numerator = 10;
        return ten;
    }
    if (const std::optional<Sized> whole = plain_unit(symbol)) return whole->unit;
    for (const Prefix& prefix : prefixes) {
        if (!symbol.starts_with(prefix.symbol)) continue;
        const std::optional<Sized> rest = plain_unit(symbol.substr(prefix.symbol.size()));
        if (!rest || !rest->metric) continue;
        UcumUnit ten;
        ten.numerator = 10;
        const std::optional<UcumUnit> factor = raise(ten, prefix.power_of_ten);
        return product(*factor, rest->unit, false);
    }
    return std::nullopt;
}

// UCUM's grammar (section 2.2), by descent.
class UcumParser {
  public:
    explicit UcumParser(std::string_view code) : rest_(code) {}

    std::optional<UcumUnit> parse() {
        std::optional<UcumUnit> unit = term(0);
        return rest_.empty() ? unit : std::nullopt;
    }

  private:
    std::optional<UcumUnit> term(int depth) {
        std::optional<UcumUnit> unit = UcumUnit();
        bool divided = take('/');
        bool first = true;
        do {
            const std::optional<UcumUnit> next = component(depth);
            if (!next) return std::nullopt;
            // A lone component passes through untouched, so that Cel may stand alone.
            unit = first && !divided ? next : product(*unit, *next, divided);
            first = false;
            if (!unit || !(starts_with('.') || starts_with('/'))) return unit;
            divided = rest_.front() == '/';
            rest_.remove_prefix(1);
        } while (true);
    }

    std::optional<UcumUnit> component(int depth) {
        if (take('(')) {
            if (depth >= max_nesting) return std::nullopt;
            const std::optional<UcumUnit> inner = term(depth + 1);
            return inner && take(')') ? inner : std::nullopt;
        }
        if (starts_with('{')) return take_annotation() ? std::optional(UcumUnit()) : std::nullopt;
        const bool is_number = !rest_.empty() && is_digit(rest_.front()) && !starts_with_power_of_ten();
        const std::optional<UcumUnit> unit = is_number ? factor() : simple_unit();
        if (unit && starts_with('{') && !take_annotation()) return std::nullopt;
        return unit;
    }

    std::optional<UcumUnit> factor() {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (error != std::errc() || number == 0) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        UcumUnit unit;
        unit.numerator = number;
        reduce(unit);
        return unit;
    }

    std::optional<UcumUnit> simple_unit() {
        const std::size_t size = starts_with_power_of_ten() ? 3 : symbol_size();
        const std::string_view symbol = rest_.substr(0, size);
        rest_.remove_prefix(symbol.size());
        const std::optional<UcumUnit> unit = symbol_unit(symbol);
        const std::optional<int> exponent = take_exponent();
        return unit && exponent ? raise(*unit, *exponent) : std::nullopt;
    }

    // Letters and such up to a digit, sign or operator; between square brackets digits belong to the symbol.
    std::size_t symbol_size() const {
        bool in_brackets = false;
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            const char c = rest_[i];
            if (c == '[') in_brackets = true;
            if (c == ']') in_brackets = false;
            const bool ends = is_digit(c) || std::string_view("+-./(){}").find(c) != std::string_view::npos;
            if (ends && !in_brackets) return i;
        }
        return rest_.size();
    }

    std::optional<int> take_exponent() {
        if (rest_.empty() || !(is_digit(rest_.front()) || starts_with('+') || starts_with('-'))) return 1;
        if (take('+') && starts_with('-')) return std::nullopt;
        int exponent = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), exponent);
        if (error != std::errc() || exponent < -max_unit_exponent || exponent > max_unit_exponent) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return exponent;
    }

    bool take_annotation() {
        const std::size_t end = rest_.find('}');
        if (end == std::string_view::npos || rest_.substr(1, end - 1).find('{') != std::string_view::npos) return false;
        rest_.remove_prefix(end + 1);
        return true;
    }

    bool starts_with_power_of_ten() const { return rest_.starts_with("10*") || rest_.starts_with("10^"); }
    bool starts_with(char c) const { return rest_.starts_with(c); }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view rest_;
};

// A code as it was read the last time. A record says the same few units again and again, and to read one costs some
// sixteen thousand instructions; what the codes of others push out is only read once more.
struct ReadCode {
    std::array<char, max_code_size> code;
    std::size_t size = 0;
    std::optional<UcumUnit> unit;

    std::string_view text() const { return {code.data(), size}; }
};

}  // namespace

std::optional<UcumUnit> parse_ucum(std::string_view code) {
    if (code.empty() || code.size() > max_code_size) return std::nullopt;
    thread_local std::array<ReadCode, 64> read;
    ReadCode& found = read[std::hash<std::string_view>()(code) % read.size()];
    if (found.text() != code) {
        found.unit = UcumParser(code).parse();
        found.size = code.copy(found.code.data(), code.size());
    }
    return found.unit;
}

bool comparable(const UcumUnit& left, const UcumUnit& right) {
    return left.exponents == right.exponents;
}

bool same_unit(const UcumUnit& left, const UcumUnit& right) {
    return left.offset == right.offset && compare(Decimal(1), left, Decimal(1), right) == std::strong_ordering::equal;
}

std::optional<Decimal> convert(const Decimal& value, const UcumUnit& from, const UcumUnit& to) {
    if (!comparable(from, to)) return std::nullopt;
    const std::optional<Decimal> shifted = add(value, from.offset);
    const std::optional<UcumUnit> ratio = [&] {
        UcumUnit numerator = from, denominator = to;
        numerator.offset = denominator.offset = Decimal();
        return product(numerator, denominator, true);
    }();
    const std::optional<Decimal> scaled = shifted && ratio ? multiply(*shifted, ratio->numerator) : std::nullopt;
    const std::optional<Decimal> converted = scaled ? divide(*scaled, ratio->denominator) : std::nullopt;
    return converted ? subtract(*converted, to.offset) : std::nullopt;
}

std::optional<Decimal> convert(const Decimal& value, std::string_view from, std::string_view to) {
    const std::optional<UcumUnit> from_unit = parse_ucum(from);
    const std::optional<UcumUnit> to_unit = parse_ucum(to);
    return from_unit && to_unit ? convert(value, *from_unit, *to_unit) : std::nullopt;
}

std::optional<std::strong_ordering> compare(const Decimal& left, const UcumUnit& left_unit, const Decimal& right,
                                            const UcumUnit& right_unit) {
    if (!comparable(left_unit, right_unit)) return std::nullopt;
    // The scale of an angle is pi to so many digits that no product with another such scale finds room.
    if (left_unit == right_unit) return left <=> right;
    const auto size = [](const Decimal& value, const UcumUnit& unit, const UcumUnit& other) -> std::optional<Decimal> {
        const std::optional<Decimal> shifted = add(value, unit.offset);
        const std::optional<Decimal> scaled = shifted ? multiply(*shifted, unit.numerator) : std::nullopt;
        return scaled ? multiply(*scaled, other.denominator) : std::nullopt;
    };
    const std::optional<Decimal> left_size = size(left, left_unit, right_unit);
    const std::optional<Decimal> right_size = size(right, right_unit, left_unit);
    if (!left_size || !right_size) return std::nullopt;
    return *left_size <=> *right_size;
}

std::optional<UcumUnit> multiply(const UcumUnit& left, const UcumUnit& right) {
    return product(left, right, false);
}

std::optional<UcumUnit> divide(const UcumUnit& left, const UcumUnit& right) {
    return product(left, right, true);
}

UcumUnit base_of(const UcumUnit& unit) {
    UcumUnit base;
    base.exponents = unit.exponents;
    return base;
}

std::string base_code(const UcumUnit& unit) {
    std::string code;
    for (std::size_t i = 0; i < UcumUnit::dimensions; ++i) {
        if (unit.exponents[i] == 0) continue;
        if (!code.empty()) code += '.';
        code += base_symbols[i];
        if (unit.exponents[i] != 1) code += std::to_string(unit.exponents[i]);
    }
    return code.empty() ? "1" : code;
}

}  // namespace fhir
