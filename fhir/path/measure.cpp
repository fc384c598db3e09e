// Quantities of FHIRPath: UCUM units and the calendar's words. Source: FHIRPath N1, 6.1.1 Quantity equality, 6.1.2
// Quantity equivalence, 6.2 Comparison, 6.6 Math.
#include "fhir/path/measure.hpp"

#include "fhir/path/evaluator.hpp"
#include "fhir/ucum.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

// The UCUM code that comes nearest to a calendar's word.
std::string_view code_of(CalendarUnit unit) {
    switch (unit) {
        case CalendarUnit::year:
            return "a";
        case CalendarUnit::month:
            return "mo";
        case CalendarUnit::week:
            return "wk";
        case CalendarUnit::day:
            return "d";
        case CalendarUnit::hour:
            return "h";
        case CalendarUnit::minute:
            return "min";
        case CalendarUnit::second:
            return "s";
        case CalendarUnit::millisecond:
            return "ms";
    }
    return "";
}

bool varies(const Measure& measure) {
    return measure.calendar_unit == CalendarUnit::year || measure.calendar_unit == CalendarUnit::month;
}

std::string_view code_of(const Measure& measure) {
    return measure.calendar_unit ? code_of(*measure.calendar_unit) : std::string_view(measure.unit);
}

// Years and months have no length in days, and are not UCUM's averages: each kind compares with itself only.
bool are_commensurable(const Measure& left, const Measure& right) {
    return varies(left) == varies(right);
}

struct Pair {
    UcumUnit left;
    UcumUnit right;
};

std::optional<Pair> units_of(const Measure& left, const Measure& right) {
    const std::optional<UcumUnit> first = parse_ucum(code_of(left));
    const std::optional<UcumUnit> second = parse_ucum(code_of(right));
    if (!first || !second || !fhir::comparable(*first, *second)) return std::nullopt;
    return Pair{*first, *second};
}

Order order_of(std::strong_ordering ordering) {
    if (ordering < 0) return Order::less;
    return ordering > 0 ? Order::greater : Order::equal;
}

// Both amounts in the finer of the two units, and that unit.
struct InOneUnit {
    Decimal left;
    Decimal right;
    const Measure* unit = nullptr;
};

std::optional<InOneUnit> in_finer_unit(const Measure& left, const Measure& right) {
    if (code_of(left) == code_of(right)) return InOneUnit{left.value, right.value, &left};
    const std::optional<Pair> units = units_of(left, right);
    if (!units) return std::nullopt;
    const auto sizes = fhir::compare(Decimal(1), units->left, Decimal(1), units->right);
    if (!sizes) return std::nullopt;
    const bool left_is_finer = *sizes < 0;
    const std::optional<Decimal> other = left_is_finer ? convert(right.value, units->right, units->left)
                                                       : convert(left.value, units->left, units->right);
    if (!other) return std::nullopt;
    return left_is_finer ? InOneUnit{left.value, *other, &left} : InOneUnit{*other, right.value, &right};
}

bool is_one(const Measure& measure) {
    return !measure.calendar_unit && measure.unit == "1";
}

std::string product_code(const Measure& left, const Measure& right) {
    const std::string first(code_of(left));
    const std::string second(code_of(right));
    if (is_one(right)) return first;
    if (is_one(left)) return second;
    const bool is_square = first == second && std::all_of(first.begin(), first.end(), [](unsigned char c) {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                           });
    return is_square ? first + '2' : first + '.' + second;
}

std::string quotient_code(const Measure& left, const Measure& right) {
    const std::string first(code_of(left));
    const std::string second(code_of(right));
    if (is_one(right)) return first;
    if (first == second) return "1";
    const bool is_compound = second.find_first_of("./") != std::string::npos;
    return (is_one(left) ? "" : first) + '/' + (is_compound ? '(' + second + ')' : second);
}

// A unit that the calendar has a word for stays a word only if nothing else takes part in it.
std::optional<Measure> scaled(const Measure& measure, const std::optional<Decimal>& amount) {
    if (!amount) return std::nullopt;
    return Measure{*amount, measure.unit, measure.calendar_unit};
}

}  // namespace

std::optional<CalendarUnit> calendar_unit_of(const Measure& measure) {
    if (measure.calendar_unit) return measure.calendar_unit;
    if (const auto word = calendar_unit(measure.unit)) return word;
    return calendar_unit_of_ucum(measure.unit);
}

std::string literal_text(const Measure& measure) {
    if (measure.calendar_unit) return measure.value.text() + ' ' + measure.unit;
    return measure.value.text() + " '" + measure.unit + '\'';
}

Order order(const Measure& left, const Measure& right) {
    if (!are_commensurable(left, right)) return Order::undecided;
    if (left.unit == right.unit || code_of(left) == code_of(right)) return order_of(left.value <=> right.value);
    const std::optional<Pair> units = units_of(left, right);
    if (!units) return Order::undecided;
    const auto found = fhir::compare(left.value, units->left, right.value, units->right);
    return found ? order_of(*found) : Order::undecided;
}

std::optional<bool> equal(const Measure& left, const Measure& right) {
    const Order found = order(left, right);
    return found == Order::undecided ? std::nullopt : std::optional(found == Order::equal);
}

// `4 'g' ~ 4040 'mg'`: rounding only means something in the unit in which the less precise amount was written, so each
// side is expressed in the other's unit, and one agreement is enough.
bool equivalent(const Measure& left, const Measure& right) {
    if (code_of(left) == code_of(right)) return equivalent(left.value, right.value);
    const std::optional<Pair> units = units_of(left, right);
    if (!units) return false;
    const std::optional<Decimal> right_in_left = convert(right.value, units->right, units->left);
    const std::optional<Decimal> left_in_right = convert(left.value, units->left, units->right);
    return (right_in_left && equivalent(left.value, *right_in_left)) ||
           (left_in_right && equivalent(*left_in_right, right.value));
}

bool comparable(const Measure& left, const Measure& right) {
    return code_of(left) == code_of(right) || units_of(left, right).has_value();
}

std::optional<Measure> converted(const Measure& measure, std::string_view unit) {
    const std::optional<CalendarUnit> word = calendar_unit(unit);
    const Measure wanted{Decimal(), std::string(unit), word};
    if (code_of(measure) == code_of(wanted)) return Measure{measure.value, wanted.unit, word};
    const std::optional<Decimal> amount = convert(measure.value, code_of(measure), code_of(wanted));
    return amount ? std::optional(Measure{*amount, wanted.unit, word}) : std::nullopt;
}

std::optional<Measure> add(const Measure& left, const Measure& right) {
    if (!are_commensurable(left, right)) return std::nullopt;
    const std::optional<InOneUnit> common = in_finer_unit(left, right);
    return common ? scaled(*common->unit, fhir::add(common->left, common->right)) : std::nullopt;
}

std::optional<Measure> multiply(const Measure& left, const Measure& right) {
    const std::optional<Decimal> amount = fhir::multiply(left.value, right.value);
    if (is_one(right)) return scaled(left, amount);
    if (is_one(left)) return scaled(right, amount);
    if (!amount || !parse_ucum(code_of(left)) || !parse_ucum(code_of(right))) return std::nullopt;
    return Measure{*amount, product_code(left, right), std::nullopt};
}

std::optional<Measure> divide(const Measure& left, const Measure& right) {
    const std::optional<Decimal> amount = fhir::divide(left.value, right.value);
    if (is_one(right)) return scaled(left, amount);
    if (!amount || !parse_ucum(code_of(left)) || !parse_ucum(code_of(right))) return std::nullopt;
    return Measure{*amount, quotient_code(left, right), std::nullopt};
}

}  // namespace fhir::path
