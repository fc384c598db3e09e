// Expressions as conditions: three-valued logic, equality, order and membership.
#include "fhir/path/equality.hpp"
#include "fhir/path/evaluator.hpp"

#include <algorithm>
#include <span>

namespace fhir::path {
namespace {

// `=` of at least one item each, item by item; unknown if one pair is and none differs.
Truth truth_of_pairs(Evaluator& evaluator, const Node& node, std::span<const Value> left,
                     std::span<const Value> right) {
    if (left.size() != right.size()) return Truth::no;
    Truth answer = Truth::yes;
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t steps = 0;
        const std::optional<bool> same = equal(left[i], right[i], steps);
        if (!evaluator.spend(node, steps)) return Truth::failed;
        if (same == false) return Truth::no;
        if (!same) answer = Truth::unknown;
    }
    return answer;
}

Truth opposite(Truth truth) {
    if (truth == Truth::yes) return Truth::no;
    return truth == Truth::no ? Truth::yes : truth;
}

}  // namespace

Truth Evaluator::truth(const Node& node) {
    if (explanation_) return truth_of_collection(node);
    const bool is_decided_by_function = node.kind == NodeKind::call && node.function->decide;
    if (!is_decided_by_function && !decides(node.kind)) return truth_of_collection(node);
    if (!spend(node)) return Truth::failed;
    return is_decided_by_function ? node.function->decide(*this, node) : truth_of_operator(node);
}

Truth Evaluator::truth_of_collection(const Node& node) {
    Value value;
    const Outcome outcome = single(node, value);
    if (outcome == Outcome::failed) return Truth::failed;
    return outcome == Outcome::none ? Truth::unknown : truth_of_value(value);
}

Truth Evaluator::truth_of_value(const Value& value) const {
    const bool is_of_any_type = value.is_element() && value.type() == TypeId::none;
    if (!is_of_any_type && system_type_of(value.type()) != TypeId::boolean) return Truth::yes;
    const Value boolean = value.system_value();
    if (is_of_any_type && boolean.kind() != Value::Kind::boolean) return Truth::yes;
    return boolean.has_value() ? fhir::path::truth_of(boolean.as_boolean()) : Truth::unknown;
}

Truth Evaluator::truth_of_operator(const Node& node) {
    const Scope scope(*this);
    switch (node.kind) {
        case NodeKind::is: {
            Value item;
            const Outcome outcome = single(*node.input, item);
            if (outcome == Outcome::failed) return Truth::failed;
            return outcome == Outcome::none ? Truth::unknown
                                            : fhir::path::truth_of(is_of_type(types(), item, node.specifier));
        }
        case NodeKind::equal:
        case NodeKind::equivalent:
            return truth_of_equality(node);
        case NodeKind::not_equal:
        case NodeKind::not_equivalent:
            return opposite(truth_of_equality(node));
        case NodeKind::in:
            return truth_of_membership(node, *node.input, *node.arguments[0]);
        case NodeKind::contains:
            return truth_of_membership(node, *node.arguments[0], *node.input);
        case NodeKind::less:
        case NodeKind::less_or_equal:
        case NodeKind::greater:
        case NodeKind::greater_or_equal:
            return truth_of_order(node);
        default:
            return truth_of_logic(node);
    }
}

// FHIRPath N1, 6.5. An operand that settles the matter spares the other.
Truth Evaluator::truth_of_logic(const Node& node) {
    const Truth left = truth(*node.input);
    if (left == Truth::failed) return left;
    if (node.kind == NodeKind::logical_and && left == Truth::no) return Truth::no;
    if (node.kind == NodeKind::logical_or && left == Truth::yes) return Truth::yes;
    if (node.kind == NodeKind::implies && left == Truth::no) return Truth::yes;
    const Truth right = truth(*node.arguments[0]);
    if (right == Truth::failed) return right;
    switch (node.kind) {
        case NodeKind::logical_and:
            if (right == Truth::no) return Truth::no;
            return left == Truth::yes ? right : Truth::unknown;
        case NodeKind::logical_or:
            if (right == Truth::yes) return Truth::yes;
            return left == Truth::no ? right : Truth::unknown;
        case NodeKind::logical_xor:
            if (left == Truth::unknown || right == Truth::unknown) return Truth::unknown;
            return fhir::path::truth_of(left != right);
        default:  // implies
            if (right == Truth::yes) return Truth::yes;
            return left == Truth::yes ? right : Truth::unknown;
    }
}

Truth Evaluator::truth_of_equality(const Node& node) {
    const bool exact = node.kind == NodeKind::equal || node.kind == NodeKind::not_equal;
    const Node& second = *node.arguments[0];
    if (!explanation_ && !node.input->type.is_collection && !second.type.is_collection) {
        Value left;
        Value right;
        const Outcome first_outcome = single(*node.input, left);
        const Outcome second_outcome = single(second, right);
        if (first_outcome == Outcome::failed || second_outcome == Outcome::failed) return Truth::failed;
        if (first_outcome == Outcome::one && second_outcome == Outcome::one) {
            if (!exact) return Equivalence(*this, node).of(left, right);
            return truth_of_pairs(*this, node, {&left, 1}, {&right, 1});
        }
        return exact ? Truth::unknown : fhir::path::truth_of(first_outcome == second_outcome);
    }
    Collection left;
    Collection right;
    if (!collect(*node.input, left)) return Truth::failed;
    {
        const Scope scope(*this);
        if (!collect(second, right)) return Truth::failed;
    }
    if (!exact) return Equivalence(*this, node).of(left, right);
    if (left.empty() || right.empty()) return Truth::unknown;
    return truth_of_pairs(*this, node, {left.begin(), left.size()}, {right.begin(), right.size()});
}

Truth Evaluator::truth_of_order(const Node& node) {
    Value left;
    Value right;
    const Outcome first = system_value(*node.input, left);
    const Outcome second = argument(node, 0, right);
    if (first == Outcome::failed || second == Outcome::failed) return Truth::failed;
    if (first == Outcome::none || second == Outcome::none) return Truth::unknown;
    const Order found = order(left, right);
    if (found == Order::undecided) return Truth::unknown;
    if (found == Order::wrong_types) {
        fail(EvaluationErrorCode::wrong_type, "these values have no order", node);
        return Truth::failed;
    }
    switch (node.kind) {
        case NodeKind::less:
            return fhir::path::truth_of(found == Order::less);
        case NodeKind::less_or_equal:
            return fhir::path::truth_of(found != Order::greater);
        case NodeKind::greater:
            return fhir::path::truth_of(found == Order::greater);
        default:  // greater_or_equal
            return fhir::path::truth_of(found != Order::less);
    }
}

Truth Evaluator::truth_of_membership(const Node& node, const Node& item, const Node& list) {
    Value wanted;
    Outcome outcome = Outcome::none;
    {
        const Scope scope(*this);
        outcome = single(item, wanted);
    }
    if (outcome != Outcome::one) return outcome == Outcome::failed ? Truth::failed : Truth::unknown;
    bool found = false;
    const auto look = [&](Value&& value) {
        std::size_t steps = 1;
        if (!found && equal(value, wanted, steps).value_or(false)) found = true;
        return spend(node, steps);
    };
    if (!explanation_) return visit(list, look) ? fhir::path::truth_of(found) : Truth::failed;
    Collection values;
    const bool done = collect(list, values) &&
                      std::all_of(values.begin(), values.end(), [&](const Value& value) { return look(Value(value)); });
    return done ? fhir::path::truth_of(found) : Truth::failed;
}

}  // namespace fhir::path
