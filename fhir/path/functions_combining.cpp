// Collections out of collections, and one value out of many. Source: FHIRPath N1, 5.3.8, 5.4 and 7 (aggregate);
// coalesce, sum, min, max and avg: the STU part.
#include "fhir/path/evaluator.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

bool collect_other(Evaluator& evaluator, const Node& call, Collection& other) {
    const Evaluator::Scope scope(evaluator);
    return evaluator.collect(*call.arguments[0], other);
}

bool push_all(Evaluator& evaluator, const Node& call, const Collection& values, Collection& out) {
    return std::all_of(values.begin(), values.end(),
                       [&](const Value& value) { return evaluator.push(call, value, out); });
}

bool run_union(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection both(input);
    return collect_other(evaluator, call, both) && append_distinct(evaluator, call, both, out);
}

bool run_combine(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection other;
    return collect_other(evaluator, call, other) && push_all(evaluator, call, input, out) &&
           push_all(evaluator, call, other, out);
}

bool run_intersect(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection other;
    if (!collect_other(evaluator, call, other)) return false;
    ValueIndex others(evaluator, call, other);
    DistinctValues common(evaluator, call, out);
    bool is_other = false;
    bool added = false;
    return std::all_of(input.begin(), input.end(), [&](const Value& value) {
        return others.find(value, is_other) && (!is_other || common.add(value, added));
    });
}

bool run_exclude(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection other;
    if (!collect_other(evaluator, call, other)) return false;
    ValueIndex others(evaluator, call, other);
    bool is_other = false;
    return std::all_of(input.begin(), input.end(), [&](const Value& value) {
        return others.find(value, is_other) && (is_other || evaluator.push(call, value, out));
    });
}

bool run_coalesce(Evaluator& evaluator, const Node& call, const Collection&, Collection& out) {
    for (const Node* argument : call.arguments) {
        const std::size_t before = out.size();
        const Evaluator::Scope scope(evaluator);
        if (!evaluator.collect(*argument, out)) return false;
        if (out.size() > before) return true;
    }
    return true;
}

bool run_aggregate(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection total;
    if (call.arguments.size() > 1) {
        const Evaluator::Scope scope(evaluator);
        if (!evaluator.collect(*call.arguments[1], total)) return false;
    }
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < input.size(); ++i) {
        Collection next;
        scope.set(&input[i], i);
        const Collection* const outer = evaluator.exchange_total(&total);
        const bool done = evaluator.collect(*call.arguments[0], next);
        evaluator.exchange_total(outer);
        if (!done) return false;
        total = std::move(next);
    }
    return push_all(evaluator, call, total, out);
}

// Adds the System values of the input; false if one is no number.
bool add_up(Evaluator& evaluator, const Node& call, const Collection& input, Value& sum) {
    for (const Value& item : input) {
        const Value value = item.system_value();
        bool failed = !value.has_value();
        if (!failed) sum = sum.has_value() ? compute(NodeKind::add, sum, value, failed) : value;
        if (failed) return evaluator.fail(EvaluationErrorCode::wrong_type, "the items cannot be added", call);
        if (!sum.has_value()) return true;  // overflow
    }
    return true;
}

bool run_sum(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value sum;
    if (!add_up(evaluator, call, input, sum)) return false;
    return !sum.has_value() || evaluator.push(call, std::move(sum), out);
}

bool run_avg(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value sum;
    if (!add_up(evaluator, call, input, sum)) return false;
    if (!sum.has_value()) return true;
    bool failed = false;
    const Value count = Value::integer(static_cast<std::int32_t>(input.size()));
    Value mean = compute(NodeKind::divide, sum, count, failed);
    if (failed) return evaluator.fail(EvaluationErrorCode::wrong_type, "the items have no mean", call);
    return !mean.has_value() || evaluator.push(call, std::move(mean), out);
}

bool push_extreme(Evaluator& evaluator, const Node& call, const Collection& input, Order wanted, Collection& out) {
    Value best;
    for (const Value& item : input) {
        const Value value = item.system_value();
        const Order found = best.has_value() ? order(value, best) : wanted;
        if (!value.has_value() || found == Order::wrong_types) {
            return evaluator.fail(EvaluationErrorCode::wrong_type, "the items have no common order", call);
        }
        if (found == Order::undecided) return true;
        if (found == wanted) best = value;
    }
    return !best.has_value() || evaluator.push(call, std::move(best), out);
}

bool run_min(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return push_extreme(evaluator, call, input, Order::less, out);
}
bool run_max(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return push_extreme(evaluator, call, input, Order::greater, out);
}

constexpr Parameter collection{Form::collection, kinds::anything};
constexpr Parameter projection{Form::projection, kinds::anything};
constexpr Parameter boolean{Form::value, kinds::boolean};  // preserveOrder: order is preserved always
constexpr Kinds addable = kinds::number | kinds::quantity;
constexpr Kinds ordered = addable | kinds::temporal | kinds::string;

constexpr Function functions[] = {
    {.name = "union",
     .gives = Gives::input_and_argument,
     .run = run_union,
     .parameters = {collection},
     .required = 1,
     .allowed = 1},
    {.name = "combine",
     .gives = Gives::input_and_argument,
     .run = run_combine,
     .parameters = {collection, boolean},
     .required = 1,
     .allowed = 2},
    {.name = "intersect",
     .gives = Gives::input,
     .run = run_intersect,
     .parameters = {collection},
     .required = 1,
     .allowed = 1},
    {.name = "exclude",
     .gives = Gives::input,
     .run = run_exclude,
     .parameters = {collection},
     .required = 1,
     .allowed = 1},
    {.name = "coalesce",
     .gives = Gives::arguments,
     .run = run_coalesce,
     .parameters = {collection},
     .required = 1,
     .allowed = any_number},
    {.name = "aggregate",
     .gives = Gives::accumulated,
     .run = run_aggregate,
     .parameters = {projection, collection},
     .required = 1,
     .allowed = 2},
    {.name = "sum", .input = addable, .gives = Gives::input_number, .run = run_sum},
    {.name = "avg", .input = addable, .gives = Gives::input_number, .run = run_avg},
    {.name = "min", .input = ordered, .gives = Gives::input_temporal, .run = run_min},
    {.name = "max", .input = ordered, .gives = Gives::input_temporal, .run = run_max},
};

}  // namespace

std::span<const Function> combining_functions() {
    return functions;
}

}  // namespace fhir::path
