// Existence: how many there are, and whether all, any or none of them are true. Source: FHIRPath N1, 5.1; hasValue:
// FHIR R4, FHIRPath, 2.9.1.5.
#include "fhir/path/evaluator.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

bool push_truth(Evaluator& evaluator, const Node& call, Truth truth, Collection& out) {
    if (truth == Truth::failed) return false;
    return truth == Truth::unknown || evaluator.push(call, Value::boolean(truth == Truth::yes), out);
}

// Whether `criterion` gives `wanted` for any item; without criterion, whether there is any item.
Truth any_item(Evaluator& evaluator, const Node& call, const Node* criterion, bool wanted) {
    Truth found = Truth::no;
    std::size_t index = 0;
    const auto look = [&](Value&& item) {
        if (!criterion) {
            found = Truth::yes;
            return false;
        }
        const Evaluator::Scope scope(evaluator, &item, index++);
        const Truth truth = evaluator.truth(*criterion);
        if (truth == Truth::failed) found = truth;
        if (wanted ? truth == Truth::yes : truth == Truth::no || truth == Truth::unknown) found = Truth::yes;
        return found == Truth::no;
    };
    if (evaluator.visit(*call.input, look) || found != Truth::no) return found;
    return Truth::failed;
}

Truth decide_exists(Evaluator& evaluator, const Node& call) {
    return any_item(evaluator, call, call.arguments.empty() ? nullptr : call.arguments[0], true);
}

Truth opposite(Truth truth) {
    if (truth == Truth::yes) return Truth::no;
    return truth == Truth::no ? Truth::yes : truth;
}

Truth decide_empty(Evaluator& evaluator, const Node& call) {
    return opposite(any_item(evaluator, call, nullptr, true));
}

Truth decide_not(Evaluator& evaluator, const Node& call) {
    return opposite(evaluator.truth(*call.input));
}

Truth decide_all(Evaluator& evaluator, const Node& call) {
    return opposite(any_item(evaluator, call, call.arguments[0], false));
}

// Functions that decide without a collection are run for explanations only, where the input has its values already.
bool run_exists(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    if (call.arguments.empty()) return evaluator.push(call, Value::boolean(!input.empty()), out);
    bool found = false;
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < input.size() && !found; ++i) {
        scope.set(&input[i], i);
        const Truth truth = evaluator.truth(*call.arguments[0]);
        if (truth == Truth::failed) return false;
        found = truth == Truth::yes;
    }
    return evaluator.push(call, Value::boolean(found), out);
}

bool run_empty(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return evaluator.push(call, Value::boolean(input.empty()), out);
}

bool run_not(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    if (input.size() > 1) return evaluator.fail_on_several(*call.input);
    if (input.empty()) return true;
    const Value value = input[0].system_value();
    const bool is_boolean = system_type_of(input[0].type()) == TypeId::boolean;
    if (is_boolean && !value.has_value()) return true;
    return evaluator.push(call, Value::boolean(is_boolean && !value.as_boolean()), out);
}

bool run_all(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    bool all = true;
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < input.size() && all; ++i) {
        scope.set(&input[i], i);
        const Truth truth = evaluator.truth(*call.arguments[0]);
        if (truth == Truth::failed) return false;
        all = truth == Truth::yes;
    }
    return evaluator.push(call, Value::boolean(all), out);
}

// allTrue, anyTrue, allFalse, anyFalse: `any` asks whether some item is `wanted`, else whether all are.
bool run_booleans(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out, bool any,
                  bool wanted) {
    bool result = !any;
    for (const Value& item : input) {
        const Value value = item.system_value();
        if (value.kind() != Value::Kind::boolean)
            return evaluator.fail_on_type(*call.input, "a collection of Booleans");
        const bool fits = value.as_boolean() == wanted;
        if (any && fits) result = true;
        if (!any && !fits) result = false;
    }
    return evaluator.push(call, Value::boolean(result), out);
}

bool run_all_true(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return run_booleans(evaluator, call, input, out, false, true);
}
bool run_any_true(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return run_booleans(evaluator, call, input, out, true, true);
}
bool run_all_false(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return run_booleans(evaluator, call, input, out, false, false);
}
bool run_any_false(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return run_booleans(evaluator, call, input, out, true, false);
}

bool push_is_subset(Evaluator& evaluator, const Node& call, const Collection& small, const Collection& large,
                    Collection& out) {
    ValueIndex index(evaluator, call, large);
    bool found = true;
    for (std::size_t i = 0; i < small.size() && found; ++i) {
        if (!index.find(small[i], found)) return false;
    }
    return evaluator.push(call, Value::boolean(found), out);
}

bool run_subset_of(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection other;
    const Evaluator::Scope scope(evaluator);
    return evaluator.collect(*call.arguments[0], other) && push_is_subset(evaluator, call, input, other, out);
}

bool run_superset_of(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection other;
    const Evaluator::Scope scope(evaluator);
    return evaluator.collect(*call.arguments[0], other) && push_is_subset(evaluator, call, other, input, out);
}

bool run_count(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return evaluator.push(call, Value::integer(static_cast<std::int32_t>(input.size())), out);
}

bool run_distinct(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return append_distinct(evaluator, call, input, out);
}

bool run_is_distinct(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection distinct;
    if (!append_distinct(evaluator, call, input, distinct)) return false;
    return evaluator.push(call, Value::boolean(distinct.size() == input.size()), out);
}

bool run_has_value(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    const bool is_primitive = input.size() == 1 && input[0].is_element() && input[0].json() &&
                              evaluator.types().is_primitive(input[0].type());
    return push_truth(evaluator, call, truth_of(is_primitive || (input.size() == 1 && is_system(input[0].type()))),
                      out);
}

constexpr Parameter criterion{Form::criterion, kinds::boolean};
constexpr Parameter collection{Form::collection, kinds::anything};

constexpr Function functions[] = {
    {.name = "empty", .gives = Gives::boolean, .run = run_empty, .decide = decide_empty},
    {.name = "exists",
     .gives = Gives::boolean,
     .run = run_exists,
     .parameters = {criterion},
     .allowed = 1,
     .decide = decide_exists},
    {.name = "not", .gives = Gives::boolean, .run = run_not, .decide = decide_not},
    {.name = "all",
     .gives = Gives::boolean,
     .run = run_all,
     .parameters = {criterion},
     .required = 1,
     .allowed = 1,
     .decide = decide_all},
    {.name = "allTrue", .input = kinds::boolean, .gives = Gives::boolean, .run = run_all_true},
    {.name = "anyTrue", .input = kinds::boolean, .gives = Gives::boolean, .run = run_any_true},
    {.name = "allFalse", .input = kinds::boolean, .gives = Gives::boolean, .run = run_all_false},
    {.name = "anyFalse", .input = kinds::boolean, .gives = Gives::boolean, .run = run_any_false},
    {.name = "subsetOf",
     .gives = Gives::boolean,
     .run = run_subset_of,
     .parameters = {collection},
     .required = 1,
     .allowed = 1},
    {.name = "supersetOf",
     .gives = Gives::boolean,
     .run = run_superset_of,
     .parameters = {collection},
     .required = 1,
     .allowed = 1},
    {.name = "count", .gives = Gives::integer, .run = run_count},
    {.name = "distinct", .gives = Gives::input, .run = run_distinct},
    {.name = "isDistinct", .gives = Gives::boolean, .run = run_is_distinct},
    {.name = "hasValue", .gives = Gives::boolean, .run = run_has_value},
};

}  // namespace

std::span<const Function> existence_functions() {
    return functions;
}

}  // namespace fhir::path
