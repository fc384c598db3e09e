// Quantities of FHIRPath. Source: FHIRPath N1, 6.1.1 Quantity equality, 6.1.2 Quantity equivalence, 6.2 Comparison, 6.6
// Math, and what the 3.0 text corrects there: calendar durations compare with UCUM's from the week down, and their
// factors (12 months or 365 days a year, 30 days a month) hold among themselves.
#include "fhir/path/measure.hpp"

#include "fhir/path/evaluator.hpp"
#include "fhir/path/unit_text.hpp"
#include "fhir/ucum.hpp"

#include <algorithm>
#include <array>

namespace fhir::path {
namespace {

struct CalendarRow {
    CalendarUnit unit;  // from long to short
    std::string_view word;
    std::string_view code;      // UCUM's counterpart: of equal length from the week down, an average above
    std::int64_t milliseconds;  // FHIRPath, toQuantity: conversion factors
};
constexpr std::int64_t day = 86'400'000;
constexpr std::array<CalendarRow, 8> calendar{{{CalendarUnit::year, "year", "a", 365 * day},
                                               {CalendarUnit::month, "month", "mo", 30 * day},
                                               {CalendarUnit::week, "week", "wk", 7 * day},
                                               {CalendarUnit::day, "day", "d", day},
                                               {CalendarUnit::hour, "hour", "h", 3'600'000},
                                               {CalendarUnit::minute, "minute", "min", 60'000},
                                               {CalendarUnit::second, "second", "s", 1000},
                                               {CalendarUnit::millisecond, "millisecond", "ms", 1}}};

const CalendarRow& row_of(CalendarUnit unit) {
    return calendar[static_cast<std::size_t>(unit)];
}

std::optional<CalendarUnit> counterpart_of(std::string_view code) {
    const auto found =
        std::find_if(calendar.begin(), calendar.end(), [code](const CalendarRow& row) { return row.code == code; });
    return found == calendar.end() ? std::nullopt : std::optional(found->unit);
}

bool is_year_or_month(CalendarUnit unit) {
    return unit == CalendarUnit::year || unit == CalendarUnit::month;
}

// The calendar's unit or that of UCUM's counterpart.
std::optional<CalendarUnit> kin_of(const Measure& measure) {
    return measure.calendar_unit ? measure.calendar_unit : counterpart_of(measure.unit);
}

bool is_year_or_month(const Measure& measure) {
    const std::optional<CalendarUnit> kin = kin_of(measure);
    return kin && is_year_or_month(*kin);
}

std::string_view code_of(const Measure& measure) {
    return measure.calendar_unit ? row_of(*measure.calendar_unit).code : std::string_view(measure.unit);
}

bool are_of_one_unit(const Measure& left, const Measure& right) {
    return left.calendar_unit == right.calendar_unit && (left.calendar_unit || left.unit == right.unit);
}

// A calendar's and one of UCUM.
bool are_of_two_systems(const Measure& left, const Measure& right) {
    return left.calendar_unit.has_value() != right.calendar_unit.has_value();
}

// Calendar years and months are not UCUM's averages, so across the systems neither is compared.
bool are_incomparable(const Measure& left, const Measure& right) {
    return are_of_two_systems(left, right) && (is_year_or_month(left) || is_year_or_month(right));
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

// How many of `to` one `from` is, as a quotient; the conversion between year and month is the direct one.
struct Factor {
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
};

Factor factor_of(CalendarUnit from, CalendarUnit to) {
    constexpr std::int64_t months_a_year = 12;
    if (from == to) return {};
    if (from == CalendarUnit::year && to == CalendarUnit::month) return {months_a_year, 1};
    if (from == CalendarUnit::month && to == CalendarUnit::year) return {1, months_a_year};
    return {row_of(from).milliseconds, row_of(to).milliseconds};
}

// An amount of one calendar's unit in another's.
std::optional<Decimal> convert(const Decimal& amount, CalendarUnit from, CalendarUnit to) {
    const Factor factor = factor_of(from, to);
    const std::optional<Decimal> product = fhir::multiply(amount, factor.numerator);
    if (!product || factor.denominator == 1) return product;
    return fhir::divide(*product, factor.denominator);
}

Order calendar_order(const Measure& left, const Measure& right) {
    const Factor factor = factor_of(*left.calendar_unit, *right.calendar_unit);
    const std::optional<Decimal> first = fhir::multiply(left.value, factor.numerator);
    const std::optional<Decimal> second = fhir::multiply(right.value, factor.denominator);
    return first && second ? order_of(*first <=> *second) : Order::undecided;
}

// An amount in a unit of UCUM's that has a counterpart in the calendar, each conversion within the system of the
// source, from which then only the name changes.
std::optional<Decimal> amount_in(const Measure& measure, CalendarUnit unit) {
    if (measure.calendar_unit) return convert(measure.value, *measure.calendar_unit, unit);
    if (measure.unit == row_of(unit).code) return measure.value;
    return fhir::convert(measure.value, measure.unit, row_of(unit).code);
}

// Both amounts in the unit of one of them.
struct InOneUnit {
    Decimal left;
    Decimal right;
    Measure unit;  // whose amount says nothing
};

enum class Grain { finer, coarser };

std::optional<InOneUnit> in_calendar_unit(const Measure& left, const Measure& right, Grain grain) {
    const std::optional<CalendarUnit> first = kin_of(left);
    const std::optional<CalendarUnit> second = kin_of(right);
    // A unit of UCUM's without counterpart takes the calendar's of the other.
    const CalendarUnit one = first.value_or(second.value_or(CalendarUnit::second));
    const CalendarUnit other = second.value_or(one);
    const CalendarUnit unit = grain == Grain::finer ? std::max(one, other) : std::min(one, other);
    const std::optional<Decimal> left_amount = amount_in(left, unit);
    const std::optional<Decimal> right_amount = amount_in(right, unit);
    if (!left_amount || !right_amount) return std::nullopt;
    return InOneUnit{*left_amount, *right_amount, measure_in(*left_amount, unit)};
}

std::optional<InOneUnit> in_one_unit(const Measure& left, const Measure& right, Grain grain) {
    if (are_of_one_unit(left, right)) return InOneUnit{left.value, right.value, left};
    if (left.calendar_unit || right.calendar_unit) return in_calendar_unit(left, right, grain);
    const std::optional<Pair> units = units_of(left, right);
    if (!units) return std::nullopt;
    const auto sizes = fhir::compare(Decimal(1), units->left, Decimal(1), units->right);
    if (!sizes) return std::nullopt;
    const bool takes_left = *sizes == 0 || (*sizes < 0) == (grain == Grain::finer);
    const std::optional<Decimal> other = takes_left ? fhir::convert(right.value, units->right, units->left)
                                                    : fhir::convert(left.value, units->left, units->right);
    if (!other) return std::nullopt;
    return takes_left ? InOneUnit{left.value, *other, left} : InOneUnit{*other, right.value, right};
}

bool is_one(const Measure& measure) {
    return !measure.calendar_unit && measure.unit == "1";
}

// Degrees have a zero of their own, so that sums and products of them mean nothing (UCUM, special units).
bool can_be_computed_with(const Measure& measure) {
    if (measure.calendar_unit) return true;
    const std::optional<UcumUnit> unit = parse_ucum(measure.unit);
    return !unit || unit->offset.is_zero();
}

std::optional<Measure> with_amount(const Measure& measure, const std::optional<Decimal>& amount) {
    if (!amount) return std::nullopt;
    if (measure.calendar_unit) return measure_in(*amount, *measure.calendar_unit);
    return Measure{*amount, measure.unit, std::nullopt};
}

bool have_ucum_units(const Measure& left, const Measure& right) {
    return !left.calendar_unit && !right.calendar_unit && parse_ucum(left.unit) && parse_ucum(right.unit);
}

}  // namespace

Measure measure_in(const Decimal& amount, std::string unit) {
    const std::optional<CalendarUnit> word = calendar_unit(unit);
    return {amount, std::move(unit), word};
}

Measure measure_in(const Decimal& amount, CalendarUnit unit) {
    std::string word(row_of(unit).word);
    if (amount != Decimal(1)) word += 's';
    return {amount, std::move(word), unit};
}

std::optional<CalendarUnit> calendar_unit_of(const Measure& measure) {
    return measure.calendar_unit ? measure.calendar_unit : calendar_unit_of_ucum(measure.unit);
}

bool applies_to(CalendarUnit unit, TypeId temporal) {
    const bool is_of_days = unit <= CalendarUnit::day;
    if (temporal == TypeId::time) return !is_of_days;
    return is_of_days || temporal != TypeId::date;
}

std::string literal_text(const Measure& measure) {
    if (measure.calendar_unit) return measure.value.text() + ' ' + measure.unit;
    return measure.value.text() + " '" + measure.unit + '\'';
}

Order order(const Measure& left, const Measure& right) {
    if (are_of_one_unit(left, right)) return order_of(left.value <=> right.value);
    if (are_incomparable(left, right)) return Order::undecided;
    if (left.calendar_unit && right.calendar_unit) return calendar_order(left, right);
    const std::optional<Pair> units = units_of(left, right);
    if (!units) return Order::undecided;
    const auto found = fhir::compare(left.value, units->left, right.value, units->right);
    return found ? order_of(*found) : Order::undecided;
}

std::optional<bool> equal(const Measure& left, const Measure& right) {
    const Order found = order(left, right);
    return found == Order::undecided ? std::nullopt : std::optional(found == Order::equal);
}

// In the coarser unit, so that the conversion adds no places: `4 'g' ~ 4040 'mg'`.
std::optional<bool> equivalent(const Measure& left, const Measure& right) {
    const std::optional<InOneUnit> common = in_one_unit(left, right, Grain::coarser);
    return common ? std::optional(equivalent(common->left, common->right)) : std::nullopt;
}

bool comparable(const Measure& left, const Measure& right) {
    if (are_of_one_unit(left, right)) return true;
    if (are_incomparable(left, right)) return false;
    return (left.calendar_unit && right.calendar_unit) || units_of(left, right).has_value();
}

std::optional<Measure> converted(const Measure& measure, std::string_view unit) {
    if (const std::optional<CalendarUnit> word = calendar_unit(unit)) {
        const std::optional<Decimal> amount = amount_in(measure, *word);
        return amount ? std::optional(Measure{*amount, std::string(unit), word}) : std::nullopt;
    }
    std::optional<Decimal> amount;
    if (!measure.calendar_unit) {
        amount = measure.unit == unit ? measure.value : fhir::convert(measure.value, measure.unit, unit);
    } else if (const std::optional<CalendarUnit> counterpart = counterpart_of(unit)) {
        amount = amount_in(measure, *counterpart);
    } else if (const std::optional<Decimal> seconds = amount_in(measure, CalendarUnit::second)) {
        amount = fhir::convert(*seconds, "s", unit);
    }
    return amount ? std::optional(Measure{*amount, std::string(unit), std::nullopt}) : std::nullopt;
}

std::optional<Measure> add(const Measure& left, const Measure& right) {
    const bool involves_calendar = left.calendar_unit || right.calendar_unit;
    const bool varies = involves_calendar && (is_year_or_month(left) || is_year_or_month(right));
    if (varies && !are_of_one_unit(left, right)) return std::nullopt;
    if (!can_be_computed_with(left) || !can_be_computed_with(right)) return std::nullopt;
    const std::optional<InOneUnit> common = in_one_unit(left, right, Grain::finer);
    if (!common) return std::nullopt;
    const std::optional<Decimal> sum = fhir::add(common->left, common->right);
    if (sum && are_of_two_systems(left, right)) return measure_in(*sum, *common->unit.calendar_unit);
    return with_amount(common->unit, sum);
}

std::optional<Measure> multiply(const Measure& left, const Measure& right) {
    if (!can_be_computed_with(left) || !can_be_computed_with(right)) return std::nullopt;
    const std::optional<Decimal> amount = fhir::multiply(left.value, right.value);
    if (is_one(right)) return with_amount(left, amount);
    if (is_one(left)) return with_amount(right, amount);
    if (!amount || !have_ucum_units(left, right)) return std::nullopt;
    return Measure{*amount, product_of_units(left.unit, right.unit), std::nullopt};
}

// Amounts of one dimension have a quotient without unit, taken in the finer of their units, in which both are exact.
std::optional<Measure> divide(const Measure& left, const Measure& right) {
    if (!can_be_computed_with(left) || !can_be_computed_with(right)) return std::nullopt;
    const std::optional<Decimal> amount = fhir::divide(left.value, right.value);
    if (is_one(right)) return with_amount(left, amount);
    if (!amount || !have_ucum_units(left, right)) return std::nullopt;
    if (units_of(left, right)) {
        const std::optional<InOneUnit> common = in_one_unit(left, right, Grain::finer);
        const std::optional<Decimal> quotient = common ? fhir::divide(common->left, common->right) : std::nullopt;
        return quotient ? std::optional(Measure{*quotient, "1", std::nullopt}) : std::nullopt;
    }
    return Measure{*amount, quotient_of_units(left.unit, right.unit), std::nullopt};
}

}  // namespace fhir::path
