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

bool run_comparable(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value left;
    Value right;
    const Outcome outcome = evaluator.single_input(call, input, kinds::quantity, left);
    const Outcome other = evaluator.argument(call, 0, right);
    if (outcome == Outcome::failed || other == Outcome::failed) return false;
    if (outcome == Outcome::none || other == Outcome::none) return true;
    if (right.kind() != Value::Kind::quantity) return evaluator.fail_on_type(*call.arguments[0], "a Quantity");
    return evaluator.push(call, Value::boolean(comparable(left.as_quantity(), right.as_quantity())), out);
}

constexpr Parameter name{Form::name, kinds::string};
constexpr Parameter projection{Form::projection, kinds::anything};
constexpr Parameter collection{Form::collection, kinds::anything};
constexpr Parameter quantity{Form::value, kinds::quantity};

constexpr Function functions[] = {
    {"trace", kinds::anything, Gives::input, run_trace, {name, projection}, 1, 2},
    {"defineVariable", kinds::anything, Gives::input, run_define_variable, {name, collection}, 1, 2},
    {"comparable", kinds::quantity, Gives::boolean, run_comparable, {quantity}, 1, 1},
};

}  // namespace

std::span<const Function> utility_functions() {
    return functions;
}

}  // namespace fhir::path
