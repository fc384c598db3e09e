// lowBoundary(), highBoundary() and precision(): the values that one written to some precision can mean. Source:
// FHIRPath, utility functions (STU). Digits of precision: 4 6 8 for a date, 10 12 14 17 with a time, 2 4 6 9 for a time
// alone.
#include "fhir/path/evaluator.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

using Form = Parameter::Form;
using Kind = Value::Kind;

enum class Boundary { low, high };

constexpr int default_places = 8;
constexpr int max_places = 28;
constexpr int date_digits = 8;
constexpr int date_time_digits = 17;
constexpr int time_digits = 9;

// The boundary itself is half a unit of the last place away. With fewer places asked for than that needs, the boundary
// nearer to zero is cut off and the other is rounded, so that both stay next to the value as it would be written there.
std::optional<Decimal> boundary_of(const Decimal& value, int places, Boundary boundary) {
    if (places < 0 || places > max_places) return std::nullopt;
    const std::optional<Decimal> half = Decimal::of(5, value.decimal_places() + 1);
    if (!half) return std::nullopt;
    const std::optional<Decimal> exact = boundary == Boundary::low ? subtract(value, *half) : add(value, *half);
    const bool is_nearer_to_zero = !value.is_zero() && value.is_negative() == (boundary == Boundary::high);
    const Rounding rounding = is_nearer_to_zero ? Rounding::toward_zero : Rounding::half_away_from_zero;
    return exact ? with_decimal_places(*exact, places, rounding) : std::nullopt;
}

// The date to exactly `digits`: cut off, or filled up with the first or last month and day.
std::optional<Date> boundary_of(const Date& value, int digits, Boundary boundary) {
    if (digits != 4 && digits != 6 && digits != date_digits) return std::nullopt;
    Date date = Date::of(boundary == Boundary::low ? value.first_day() : value.last_day());
    if (digits < date_digits) date.day = 0;
    if (digits < 6) date.month = 0;
    return date;
}

// The time to exactly `digits`; a fraction has three of them.
std::optional<Time> boundary_of(const Time& value, int digits, Boundary boundary) {
    constexpr unsigned last_minute = 59;
    constexpr std::uint64_t last_millisecond = 999;
    if (digits != 2 && digits != 4 && digits != 6 && digits != time_digits) return std::nullopt;
    const bool high = boundary == Boundary::high;
    Time time = value;
    if (value.precision < Precision::minute) time.minute = high ? last_minute : 0;
    if (value.precision < Precision::second) time.second = high ? last_minute : 0;
    if (value.precision < Precision::fraction) {
        time.fraction = high ? last_millisecond : 0;
        time.fraction_digits = 3;
    }
    for (; time.fraction_digits < 3; ++time.fraction_digits) time.fraction = time.fraction * 10 + (high ? 9 : 0);
    for (; time.fraction_digits > 3; --time.fraction_digits) time.fraction /= 10;
    time.precision = digits == 2   ? Precision::hour
                     : digits == 4 ? Precision::minute
                     : digits == 6 ? Precision::second
                                   : Precision::fraction;
    if (digits < 4) time.minute = 0;
    if (digits < 6) time.second = 0;
    if (digits < time_digits) time.fraction = 0, time.fraction_digits = 0;
    return time;
}

// An unknown offset is taken at its extremes: +14:00 is the earliest, -12:00 the latest.
std::optional<DateTime> boundary_of(const DateTime& value, int digits, Boundary boundary) {
    const std::optional<Date> date = boundary_of(value.date, std::min(digits, date_digits), boundary);
    if (!date) return std::nullopt;
    if (digits <= date_digits) return DateTime{*date, std::nullopt, std::nullopt};
    Time clock;
    clock.hour = boundary == Boundary::high ? 23 : 0;
    if (!value.time && boundary == Boundary::high) clock.minute = 59;
    const std::optional<Time> time = boundary_of(value.time.value_or(clock), digits - date_digits, boundary);
    if (!time) return std::nullopt;
    const auto unknown = std::chrono::hours(boundary == Boundary::low ? 14 : -12);
    return DateTime{*date, *time, value.offset.value_or(UtcOffset::of(unknown))};
}

int default_digits(const Value& value) {
    if (value.kind() == Kind::date) return date_digits;
    if (value.kind() == Kind::date_time) return date_time_digits;
    return value.kind() == Kind::time ? time_digits : default_places;
}

Value boundary_of(const Value& value, int digits, Boundary boundary) {
    switch (value.kind()) {
        case Kind::date: {
            const auto date = boundary_of(value.as_date(), digits, boundary);
            return date ? Value::date(*date) : Value();
        }
        case Kind::date_time: {
            const auto date_time = boundary_of(value.as_date_time(), digits, boundary);
            return date_time ? Value::date_time(*date_time) : Value();
        }
        case Kind::time: {
            const auto time = boundary_of(value.as_time(), digits, boundary);
            return time ? Value::time(*time) : Value();
        }
        case Kind::quantity: {
            Measure measure = value.as_quantity();
            const auto amount = boundary_of(measure.value, digits, boundary);
            if (!amount) return {};
            measure.value = *amount;
            return Value::quantity(std::move(measure));
        }
        default: {
            const auto number = boundary_of(value.as_decimal(), digits, boundary);
            return number ? Value::decimal(*number) : Value();
        }
    }
}

template <Boundary boundary>
bool run_boundary(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    Value precision;
    const Outcome outcome = evaluator.single_input(call, input, call.function->input, value);
    const Outcome has_precision = evaluator.argument(call, 0, precision);
    if (outcome == Outcome::failed || has_precision == Outcome::failed) return false;
    if (outcome == Outcome::none) return true;
    if (has_precision == Outcome::one && precision.kind() != Kind::integer) {
        return evaluator.fail_on_type(*call.arguments[0], "an Integer");
    }
    const int digits = has_precision == Outcome::one ? precision.as_integer() : default_digits(value);
    Value result = boundary_of(value, digits, boundary);
    return !result.has_value() || evaluator.push(call, std::move(result), out);
}

int digits_of(const Time& time) {
    if (time.precision == Precision::hour) return 2;
    if (time.precision == Precision::minute) return 4;
    return 6 + time.fraction_digits;
}

int digits_of(const Date& date) {
    if (date.month == 0) return 4;
    return date.day == 0 ? 6 : date_digits;
}

int digits_of(const Value& value) {
    if (value.kind() == Kind::date) return digits_of(value.as_date());
    if (value.kind() == Kind::time) return digits_of(value.as_time());
    if (value.kind() == Kind::date_time) {
        const DateTime& date_time = value.as_date_time();
        return digits_of(date_time.date) + (date_time.time ? digits_of(*date_time.time) : 0);
    }
    return (value.kind() == Kind::quantity ? value.as_quantity().value : value.as_decimal()).decimal_places();
}

bool run_precision(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    const Outcome outcome = evaluator.single_input(call, input, call.function->input, value);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return evaluator.push(call, Value::integer(digits_of(value)), out);
}

constexpr Parameter integer{Form::value, kinds::integer};
constexpr Kinds bounded = kinds::number | kinds::quantity | kinds::temporal;

constexpr Function functions[] = {
    {"lowBoundary", bounded, Gives::input_temporal, run_boundary<Boundary::low>, {integer}, 0, 1},
    {"highBoundary", bounded, Gives::input_temporal, run_boundary<Boundary::high>, {integer}, 0, 1},
    {"precision", bounded, Gives::integer, run_precision},
};

}  // namespace

std::span<const Function> boundary_functions() {
    return functions;
}

}  // namespace fhir::path
