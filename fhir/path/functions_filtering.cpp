// Filtering, projection, subsetting and order. Source: FHIRPath N1, 5.2 and 5.3; sort and repeatAll: the STU part.
#include "fhir/path/evaluator.hpp"

#include <algorithm>
#include <numeric>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

bool run_where(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < input.size(); ++i) {
        scope.set(&input[i], i);
        const Truth truth = evaluator.truth(*call.arguments[0]);
        if (truth == Truth::failed) return false;
        if (truth == Truth::yes && !evaluator.push(call, input[i], out)) return false;
    }
    return true;
}

bool filter_where(Evaluator& evaluator, const Node& call, Visit visit) {
    std::size_t index = 0;
    const auto passes = [&](const Value& item) {
        const Evaluator::Scope scope(evaluator, &item, index++);
        return evaluator.truth(*call.arguments[0]);
    };
    return evaluator.visit(*call.input, [&](Value&& item) {
        const Truth truth = passes(item);
        if (truth == Truth::failed) return false;
        return truth != Truth::yes || visit(std::move(item));
    });
}

bool run_select(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < input.size(); ++i) {
        scope.set(&input[i], i);
        if (!evaluator.collect(*call.arguments[0], out)) return false;
    }
    return true;
}

// repeat keeps what is new; repeatAll everything, until the limits on values and steps.
bool run_repeat(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    DistinctValues found(evaluator, call, out);
    std::vector<Value> queue(input.begin(), input.end());
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const Value item = queue[i];
        Collection projected;
        scope.set(&item, i);
        if (!evaluator.collect(*call.arguments[0], projected)) return false;
        for (const Value& value : projected) {
            bool added = false;
            if (!found.add(value, added)) return false;
            if (added) queue.push_back(value);
        }
    }
    return true;
}

bool run_repeat_all(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    std::vector<Value> queue(input.begin(), input.end());
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const Value item = queue[i];
        Collection projected;
        scope.set(&item, i);
        if (!evaluator.collect(*call.arguments[0], projected)) return false;
        for (const Value& value : projected) {
            if (!evaluator.push(call, value, out)) return false;
            queue.push_back(value);
        }
    }
    return true;
}

bool run_of_type(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return std::all_of(input.begin(), input.end(), [&](const Value& item) {
        return !is_exactly_of_type(evaluator.types(), item, call.specifier) || evaluator.push(call, item, out);
    });
}

bool filter_of_type(Evaluator& evaluator, const Node& call, Visit visit) {
    return evaluator.visit(*call.input, [&](Value&& item) {
        return !is_exactly_of_type(evaluator.types(), item, call.specifier) || visit(std::move(item));
    });
}

bool run_single(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value item;
    const Outcome outcome = evaluator.single_item(call, input, item);
    return outcome == Outcome::one ? evaluator.push(call, std::move(item), out) : outcome == Outcome::none;
}

bool push_range(Evaluator& evaluator, const Node& call, const Collection& input, std::size_t first, std::size_t last,
                Collection& out) {
    for (std::size_t i = first; i < std::min(last, input.size()); ++i) {
        if (!evaluator.push(call, input[i], out)) return false;
    }
    return true;
}

bool run_first(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return push_range(evaluator, call, input, 0, 1, out);
}
bool run_last(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return input.empty() || push_range(evaluator, call, input, input.size() - 1, input.size(), out);
}
bool run_tail(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return push_range(evaluator, call, input, 1, input.size(), out);
}

// The number that skip() and take() are given; negative ones count as zero.
Outcome number_argument(Evaluator& evaluator, const Node& call, std::size_t& number) {
    Value value;
    const Outcome outcome = evaluator.argument(call, 0, value);
    if (outcome != Outcome::one) return outcome;
    if (value.kind() != Value::Kind::integer) {
        evaluator.fail_on_type(*call.arguments[0], "an Integer");
        return Outcome::failed;
    }
    number = static_cast<std::size_t>(std::max(value.as_integer(), 0));
    return outcome;
}

bool run_skip(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    std::size_t number = 0;
    const Outcome outcome = number_argument(evaluator, call, number);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return push_range(evaluator, call, input, number, input.size(), out);
}

bool run_take(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    std::size_t number = 0;
    const Outcome outcome = number_argument(evaluator, call, number);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return push_range(evaluator, call, input, 0, number, out);
}

// What sort() compares an item by: one System value, or none, a key.
using SortKeys = std::vector<Value>;

bool sort_keys(Evaluator& evaluator, const Node& call, const Value& item, SortKeys& keys) {
    if (call.arguments.empty()) keys.push_back(item.system_value());
    for (const Node* argument : call.arguments) {
        Value key;
        if (evaluator.system_value(sort_key_of(*argument), key) == Outcome::failed) return false;
        keys.push_back(key);
    }
    return true;
}

// An empty key is lower than all others; a minus in front of a key leaves it empty, and so lower.
Order order_of_keys(const Value& left, const Value& right) {
    if (!left.has_value() || !right.has_value()) {
        if (left.has_value() == right.has_value()) return Order::equal;
        return left.has_value() ? Order::greater : Order::less;
    }
    return order(left, right);
}

bool run_sort(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    std::vector<SortKeys> keys(input.size());
    Evaluator::Scope scope(evaluator);
    for (std::size_t i = 0; i < input.size(); ++i) {
        scope.set(&input[i], i);
        if (!sort_keys(evaluator, call, input[i], keys[i])) return false;
    }
    bool comparable = true;
    const auto comes_first = [&](std::size_t left, std::size_t right) {
        for (std::size_t key = 0; key < keys[left].size(); ++key) {
            const Order found = order_of_keys(keys[left][key], keys[right][key]);
            if (found == Order::wrong_types) comparable = false;
            const Node* const argument = call.arguments.empty() ? nullptr : call.arguments[key];
            const bool has_both = keys[left][key].has_value() && keys[right][key].has_value();
            const bool descending = argument && argument->is_descending && (argument->has_direction || has_both);
            if (found == Order::less || found == Order::greater) return (found == Order::less) != descending;
        }
        return false;
    };
    std::vector<std::size_t> places(input.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::stable_sort(places.begin(), places.end(), comes_first);
    if (!comparable) return evaluator.fail(EvaluationErrorCode::wrong_type, "the items have no common order", call);
    return std::all_of(places.begin(), places.end(),
                       [&](std::size_t place) { return evaluator.push(call, input[place], out); });
}

constexpr Parameter criterion{Form::criterion, kinds::boolean};
constexpr Parameter projection{Form::projection, kinds::anything};
constexpr Parameter integer{Form::value, kinds::integer};

constexpr Function functions[] = {
    {.name = "where",
     .gives = Gives::input,
     .run = run_where,
     .parameters = {criterion},
     .required = 1,
     .allowed = 1,
     .filter = filter_where},
    {.name = "select",
     .gives = Gives::projected,
     .run = run_select,
     .parameters = {projection},
     .required = 1,
     .allowed = 1},
    {.name = "repeat",
     .gives = Gives::projected,
     .run = run_repeat,
     .parameters = {projection},
     .required = 1,
     .allowed = 1},
    {.name = "repeatAll",
     .gives = Gives::projected,
     .run = run_repeat_all,
     .parameters = {projection},
     .required = 1,
     .allowed = 1},
    {.name = "ofType",
     .gives = Gives::typed_items,
     .run = run_of_type,
     .parameters = {Parameter{Form::type}},
     .required = 1,
     .allowed = 1,
     .filter = filter_of_type},
    {.name = "single", .gives = Gives::input_item, .run = run_single},
    {.name = "first", .gives = Gives::input_item, .run = run_first, .needs_order = true},
    {.name = "last", .gives = Gives::input_item, .run = run_last, .needs_order = true},
    {.name = "tail", .gives = Gives::input, .run = run_tail, .needs_order = true},
    {.name = "skip",
     .gives = Gives::input,
     .run = run_skip,
     .parameters = {integer},
     .required = 1,
     .allowed = 1,
     .needs_order = true},
    {.name = "take",
     .gives = Gives::input,
     .run = run_take,
     .parameters = {integer},
     .required = 1,
     .allowed = 1,
     .needs_order = true},
    {.name = "sort",
     .gives = Gives::input,
     .run = run_sort,
     .parameters = {Parameter{Form::sort_key}},
     .allowed = any_number},
};

}  // namespace

std::span<const Function> filtering_functions() {
    return functions;
}

}  // namespace fhir::path
