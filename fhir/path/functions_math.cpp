// Numbers. Source: FHIRPath, 5.7 Math (STU).
#include "fhir/path/evaluator.hpp"

#include <limits>

namespace fhir::path {
namespace {

using Form = Parameter::Form;
using Kind = Value::Kind;

Value integer_or_nothing(const Decimal& whole) {
    const std::optional<std::int64_t> number = whole.to_int64();
    if (!number) return {};
    const bool fits =
        *number >= std::numeric_limits<std::int32_t>::min() && *number <= std::numeric_limits<std::int32_t>::max();
    return fits ? Value::integer(static_cast<std::int32_t>(*number)) : Value::long_integer(*number);
}

Value decimal_or_nothing(const std::optional<Decimal>& number) {
    return number ? Value::decimal(*number) : Value();
}

bool push_if_any(Evaluator& evaluator, const Node& call, Value value, Collection& out) {
    return !value.has_value() || evaluator.push(call, std::move(value), out);
}

// A Quantity keeps its unit.
Value with_amount(const Measure& measure, const Decimal& amount) {
    return Value::quantity({amount, measure.unit, measure.calendar_unit});
}

bool run_abs(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    const Outcome outcome = evaluator.single_input(call, input, kinds::number | kinds::quantity, value);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    bool failed = false;
    if (value.kind() == Kind::quantity) {
        const Measure& measure = value.as_quantity();
        value = with_amount(measure, absolute(measure.value));
    } else if (value.as_decimal().is_negative()) {
        value = negated(value, failed);
    }
    return push_if_any(evaluator, call, std::move(value), out);
}

template <Decimal (*to_whole)(const Decimal&)>
bool run_whole(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    const Outcome outcome = evaluator.single_input(call, input, kinds::number | kinds::quantity, value);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    if (value.kind() == Kind::quantity) {
        const Measure& measure = value.as_quantity();
        return evaluator.push(call, with_amount(measure, to_whole(measure.value)), out);
    }
    return push_if_any(evaluator, call, integer_or_nothing(to_whole(value.as_decimal())), out);
}

template <std::optional<Decimal> (*compute_it)(const Decimal&)>
bool run_decimal(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    const Outcome outcome = evaluator.single_input(call, input, kinds::number, value);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return push_if_any(evaluator, call, decimal_or_nothing(compute_it(value.as_decimal())), out);
}

// The input and the one argument, both numbers.
Outcome two_numbers(Evaluator& evaluator, const Node& call, const Collection& input, Value& first, Value& second) {
    const Outcome outcome = evaluator.single_input(call, input, kinds::number, first);
    const Outcome argument = evaluator.argument(call, 0, second);
    if (outcome == Outcome::failed || argument == Outcome::failed) return Outcome::failed;
    if (argument == Outcome::one && (kind_of(second.type()) & kinds::number) == 0) {
        evaluator.fail_on_type(*call.arguments[0], "a number");
        return Outcome::failed;
    }
    return outcome == Outcome::one ? argument : outcome;
}

bool run_log(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value number;
    Value base;
    const Outcome outcome = two_numbers(evaluator, call, input, number, base);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    if (number.as_decimal() <= Decimal(0) || base.as_decimal() <= Decimal(0)) {
        return evaluator.fail(EvaluationErrorCode::wrong_argument, "only numbers above 0 have a logarithm", call);
    }
    return push_if_any(evaluator, call, decimal_or_nothing(logarithm(number.as_decimal(), base.as_decimal())), out);
}

bool run_power(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value base;
    Value exponent;
    const Outcome outcome = two_numbers(evaluator, call, input, base, exponent);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    const std::optional<Decimal> result = power(base.as_decimal(), exponent.as_decimal());
    if (!result) return true;
    const bool are_whole = base.kind() != Kind::decimal && exponent.kind() != Kind::decimal;
    Value value = are_whole && result->is_whole() ? integer_or_nothing(*result) : Value::decimal(*result);
    return push_if_any(evaluator, call, std::move(value), out);
}

bool run_round(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value number;
    const Outcome outcome = evaluator.single_input(call, input, kinds::number | kinds::quantity, number);
    Value precision;
    const Outcome has_precision = evaluator.argument(call, 0, precision);
    if (outcome == Outcome::failed || has_precision == Outcome::failed) return false;
    if (outcome == Outcome::none) return true;
    if (has_precision == Outcome::one && (precision.kind() != Kind::integer || precision.as_integer() < 0)) {
        return evaluator.fail(EvaluationErrorCode::wrong_argument, "the precision is not a whole number from 0", call);
    }
    const int places = has_precision == Outcome::one ? std::min(precision.as_integer(), Decimal::max_digits) : 0;
    if (number.kind() == Kind::quantity) {
        const Measure& measure = number.as_quantity();
        return evaluator.push(call, with_amount(measure, round(measure.value, places)), out);
    }
    return evaluator.push(call, Value::decimal(round(number.as_decimal(), places)), out);
}

std::string_view refuse_base(const KnownArgument& known) {
    const bool is_number = (kind_of(known.value.type()) & kinds::number) != 0;
    return is_number && known.value.as_decimal() <= Decimal(0) ? "only a number above 0 is the base of a logarithm"
                                                               : "";
}

std::string_view refuse_precision(const KnownArgument& known) {
    const bool is_negative = known.value.kind() == Kind::integer && known.value.as_integer() < 0;
    return is_negative ? "the number of decimal places is a whole number from 0" : "";
}

constexpr Parameter number{Form::value, kinds::number};
constexpr Parameter integer{Form::value, kinds::integer};
constexpr Kinds measured = kinds::number | kinds::quantity;

constexpr Function functions[] = {
    {"abs", measured, Gives::input_number, run_abs},
    {"ceiling", measured, Gives::whole_number, run_whole<ceiling>},
    {"floor", measured, Gives::whole_number, run_whole<floor>},
    {"truncate", measured, Gives::whole_number, run_whole<truncate>},
    {"exp", kinds::number, Gives::decimal, run_decimal<exponential>},
    {"ln", kinds::number, Gives::decimal, run_decimal<natural_logarithm>},
    {"sqrt", kinds::number, Gives::decimal, run_decimal<square_root>},
    {.name = "log",
     .input = kinds::number,
     .gives = Gives::decimal,
     .run = run_log,
     .parameters = {number},
     .required = 1,
     .allowed = 1,
     .refuse = refuse_base},
    {"power", kinds::number, Gives::input_number, run_power, {number}, 1, 1},
    {.name = "round",
     .input = measured,
     .gives = Gives::rounded_number,
     .run = run_round,
     .parameters = {integer},
     .allowed = 1,
     .refuse = refuse_precision},
};

}  // namespace

std::span<const Function> math_functions() {
    return functions;
}

}  // namespace fhir::path
