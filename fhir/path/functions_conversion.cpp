// iif(), toBoolean() and its kin, convertsToBoolean() and its kin. Source: FHIRPath N1, 5.5.
#include "fhir/path/date_format.hpp"
#include "fhir/path/evaluator.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

// The criterion and the branches see the input's item as $this; only what is needed is evaluated.
bool run_iif(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    if (input.size() > 1) return evaluator.fail_on_several(*call.input);
    const Evaluator::Scope scope(evaluator, input.empty() ? nullptr : &input[0], evaluator.index());
    const Truth truth = evaluator.truth(*call.arguments[0]);
    if (truth == Truth::failed) return false;
    if (truth == Truth::yes) return evaluator.collect(*call.arguments[1], out);
    return call.arguments.size() < 3 || evaluator.collect(*call.arguments[2], out);
}

// The single item of the input as the type wanted; none if there is no item or no conversion.
Outcome convert_input(Evaluator& evaluator, const Node& call, const Collection& input, TypeId type, Value& out) {
    const Outcome outcome = evaluator.single_item(call, input, out);
    if (outcome == Outcome::one) out = converted(out.system_value(), type);
    return outcome;
}

template <TypeId type>
bool run_to(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    if (convert_input(evaluator, call, input, type, value) == Outcome::failed) return false;
    if (!value.has_value()) return true;
    if (type == TypeId::string) return evaluator.push_string(call, std::string(value.as_string()), out);
    return evaluator.push(call, std::move(value), out);
}

template <TypeId type>
bool run_converts_to(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    const Outcome outcome = convert_input(evaluator, call, input, type, value);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return evaluator.push(call, Value::boolean(value.has_value()), out);
}

constexpr const char* unknown_codes =
    "this date format has codes that are not known here: names of months (MMM, MMMM) or of time zones (z)";

// "If the input is not a string, the format parameter is ignored" (3.0, toDate), so it matters if the input is no
// other.
std::string_view refuse_date_format(const KnownArgument& known) {
    const std::vector<TypeId>& inputs = known.call.input->type.types;
    const auto is_string = [](TypeId type) { return system_type_of(type) == TypeId::string; };
    const bool is_read = !inputs.empty() && std::all_of(inputs.begin(), inputs.end(), is_string);
    const bool is_text = known.value.kind() == Value::Kind::string;
    return is_read && is_text && !is_date_format(known.value.as_string()) ? unknown_codes : "";
}

// A String by the form that the argument describes, anything else as ever.
template <TypeId type>
Outcome convert_by_format(Evaluator& evaluator, const Node& call, const Collection& input, Value& out) {
    Value format;
    const Outcome outcome = evaluator.single_item(call, input, out);
    const Outcome has_format = evaluator.argument(call, 0, format);
    if (outcome == Outcome::failed || has_format == Outcome::failed) return Outcome::failed;
    if (outcome == Outcome::none) return outcome;
    out = out.system_value();
    if (has_format == Outcome::none || out.kind() != Value::Kind::string) {
        out = converted(out, type);
        return outcome;
    }
    if (format.kind() != Value::Kind::string) {
        evaluator.fail_on_type(*call.arguments[0], "a String");
        return Outcome::failed;
    }
    if (!is_date_format(format.as_string())) {
        evaluator.fail(EvaluationErrorCode::wrong_argument, unknown_codes, *call.arguments[0]);
        return Outcome::failed;
    }
    const std::optional<DateTime> read = parse_by_format(out.as_string(), format.as_string());
    out = read ? converted(Value::date_time(*read), type) : Value();
    return outcome;
}

template <TypeId type>
bool run_to_formatted(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    if (convert_by_format<type>(evaluator, call, input, value) == Outcome::failed) return false;
    return !value.has_value() || evaluator.push(call, std::move(value), out);
}

template <TypeId type>
bool run_converts_to_formatted(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value;
    const Outcome outcome = convert_by_format<type>(evaluator, call, input, value);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return evaluator.push(call, Value::boolean(value.has_value()), out);
}

// The input as a Quantity, in the unit of the argument if there is one.
bool quantity_in_unit(Evaluator& evaluator, const Node& call, const Collection& input, bool& is_there, Value& out) {
    const Outcome outcome = convert_input(evaluator, call, input, TypeId::quantity, out);
    is_there = outcome == Outcome::one;
    Value unit;
    const Outcome has_unit = evaluator.argument(call, 0, unit);
    if (outcome == Outcome::failed || has_unit == Outcome::failed) return false;
    if (!out.has_value() || has_unit == Outcome::none) return true;
    if (unit.kind() != Value::Kind::string) return evaluator.fail_on_type(*call.arguments[0], "a String");
    std::optional<Measure> measure = converted(out.as_quantity(), unit.as_string());
    out = measure ? Value::quantity(std::move(*measure)) : Value();
    return true;
}

bool run_to_quantity(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    bool is_there = false;
    Value value;
    if (!quantity_in_unit(evaluator, call, input, is_there, value)) return false;
    return !value.has_value() || evaluator.push(call, std::move(value), out);
}

bool run_converts_to_quantity(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    bool is_there = false;
    Value value;
    if (!quantity_in_unit(evaluator, call, input, is_there, value)) return false;
    return !is_there || evaluator.push(call, Value::boolean(value.has_value()), out);
}

constexpr Parameter criterion{Form::criterion, kinds::boolean};
constexpr Parameter branch{Form::projection, kinds::anything};
constexpr Parameter unit{Form::value, kinds::string};
constexpr Parameter format{Form::value, kinds::string};

constexpr Function functions[] = {
    {.name = "iif",
     .gives = Gives::branches,
     .run = run_iif,
     .parameters = {criterion, branch, branch},
     .required = 2,
     .allowed = 3},
    {.name = "toBoolean", .gives = Gives::boolean, .run = run_to<TypeId::boolean>},
    {.name = "convertsToBoolean", .gives = Gives::boolean, .run = run_converts_to<TypeId::boolean>},
    {.name = "toInteger", .gives = Gives::integer, .run = run_to<TypeId::integer>},
    {.name = "convertsToInteger", .gives = Gives::boolean, .run = run_converts_to<TypeId::integer>},
    {.name = "toLong", .gives = Gives::long_integer, .run = run_to<TypeId::long_integer>},
    {.name = "convertsToLong", .gives = Gives::boolean, .run = run_converts_to<TypeId::long_integer>},
    {.name = "toDecimal", .gives = Gives::decimal, .run = run_to<TypeId::decimal>},
    {.name = "convertsToDecimal", .gives = Gives::boolean, .run = run_converts_to<TypeId::decimal>},
    {.name = "toString", .gives = Gives::string, .run = run_to<TypeId::string>},
    {.name = "convertsToString", .gives = Gives::boolean, .run = run_converts_to<TypeId::string>},
    {.name = "toDate",
     .gives = Gives::date,
     .run = run_to_formatted<TypeId::date>,
     .parameters = {format},
     .allowed = 1,
     .refuse = refuse_date_format},
    {.name = "convertsToDate",
     .gives = Gives::boolean,
     .run = run_converts_to_formatted<TypeId::date>,
     .parameters = {format},
     .allowed = 1,
     .refuse = refuse_date_format},
    {.name = "toDateTime",
     .gives = Gives::date_time,
     .run = run_to_formatted<TypeId::date_time>,
     .parameters = {format},
     .allowed = 1,
     .refuse = refuse_date_format},
    {.name = "convertsToDateTime",
     .gives = Gives::boolean,
     .run = run_converts_to_formatted<TypeId::date_time>,
     .parameters = {format},
     .allowed = 1,
     .refuse = refuse_date_format},
    {.name = "toTime", .gives = Gives::time, .run = run_to<TypeId::time>},
    {.name = "convertsToTime", .gives = Gives::boolean, .run = run_converts_to<TypeId::time>},
    {.name = "toQuantity", .gives = Gives::quantity, .run = run_to_quantity, .parameters = {unit}, .allowed = 1},
    {.name = "convertsToQuantity",
     .gives = Gives::boolean,
     .run = run_converts_to_quantity,
     .parameters = {unit},
     .allowed = 1},
};

}  // namespace

std::span<const Function> conversion_functions() {
    return functions;
}

}  // namespace fhir::path
