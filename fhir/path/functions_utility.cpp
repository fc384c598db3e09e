// trace(), defineVariable() and comparable(). Source: FHIRPath N1, 5.9.1; the others: the STU part.
#include "fhir/path/evaluator.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

bool push_all(Evaluator& evaluator, const Node& call, const Collection& values, Collection& out) {
    return std::all_of(values.begin(), values.end(),
                       [&](const Value& value) { return evaluator.push(call, value, out); });
}

bool run_trace(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    const TraceListener* listener = evaluator.input().trace;
    if (!listener) return push_all(evaluator, call, input, out);
    Collection projected;
    if (call.arguments.size() > 1) {
        Evaluator::Scope scope(evaluator);
        for (std::size_t i = 0; i < input.size(); ++i) {
            scope.set(&input[i], i);
            if (!evaluator.collect(*call.arguments[1], projected)) return false;
        }
    }
    (*listener)(call.arguments[0]->literal.as_string(), call.arguments.size() > 1 ? projected : input);
    return push_all(evaluator, call, input, out);
}

bool run_define_variable(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection values;
    if (call.arguments.size() > 1) {
        const Evaluator::Scope scope(evaluator);
        if (!evaluator.collect(*call.arguments[1], values)) return false;
    } else {
        values = input;
    }
    evaluator.define(call.arguments[0]->literal.as_string(), std::move(values));
    return push_all(evaluator, call, input, out);
}

// A number is a Quantity of unit 1; what is no Quantity leaves the question open.
std::optional<Measure> measure_of(const Value& value) {
    const Value system = value.system_value();
    if (system.kind() == Value::Kind::quantity) return system.as_quantity();
    if ((kind_of(system.type()) & kinds::number) == 0) return std::nullopt;
    return measure_in(system.as_decimal(), "1");
}

bool run_comparable(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection other;
    {
        const Evaluator::Scope scope(evaluator);
        if (!evaluator.collect(*call.arguments[0], other)) return false;
    }
    if (input.size() != 1 || other.size() != 1) return true;
    const std::optional<Measure> left = measure_of(input[0]);
    const std::optional<Measure> right = measure_of(other[0]);
    if (!left || !right) return true;
    return evaluator.push(call, Value::boolean(comparable(*left, *right)), out);
}

constexpr Parameter name{Form::name, kinds::string};
constexpr Parameter projection{Form::projection, kinds::anything};
constexpr Parameter collection{Form::collection, kinds::anything};

constexpr Function functions[] = {
    {"trace", kinds::anything, Gives::input, run_trace, {name, projection}, 1, 2},
    {"defineVariable", kinds::anything, Gives::input, run_define_variable, {name, collection}, 1, 2},
    {"comparable", kinds::anything, Gives::boolean, run_comparable, {collection}, 1, 1},
};

}  // namespace

std::span<const Function> utility_functions() {
    return functions;
}

}  // namespace fhir::path
