#include "fhir/path/evaluator.hpp"

namespace fhir::path {

Evaluator::Evaluator(const Program& program, const Input& input)
    : program_(program),
      input_(input),
      focus_(input.context.has_value() ? &input.context : nullptr),
      steps_left_(input.limits.steps) {}

// ---- scopes, work and errors ----------------------------------------------------------------------------------------

Evaluator::Scope::Scope(Evaluator& evaluator, const Value* focus, std::size_t index) : Scope(evaluator) {
    set(focus, index);
}

Evaluator::Scope::Scope(Evaluator& evaluator)
    : evaluator_(evaluator), focus_(evaluator.focus_), index_(evaluator.index_), defined_(evaluator.defined_.size()) {}

Evaluator::Scope::~Scope() {
    set(focus_, index_);
}

void Evaluator::Scope::set(const Value* focus, std::size_t index) {
    evaluator_.focus_ = focus;
    evaluator_.index_ = index;
    if (evaluator_.defined_.size() > defined_) {
        evaluator_.defined_.erase(evaluator_.defined_.begin() + static_cast<std::ptrdiff_t>(defined_),
                                  evaluator_.defined_.end());
    }
}

bool Evaluator::fail_on_steps(const Node& node) {
    return fail(EvaluationErrorCode::too_many_steps, "the evaluation takes too many steps", node);
}

bool Evaluator::fail_on_size(const Node& node) {
    return fail(EvaluationErrorCode::too_many_values, "a collection grows too large", node);
}

bool Evaluator::push_string(const Node& node, std::string text, Collection& out) {
    constexpr std::size_t bytes_a_step = 64;
    if (text.size() > limits().string_bytes) {
        return fail(EvaluationErrorCode::too_long_string, "a string grows too long", node);
    }
    return spend(node, text.size() / bytes_a_step) && push(node, Value::string(std::move(text)), out);
}

bool Evaluator::fail(EvaluationErrorCode code, std::string message, const Node& node) {
    error_ = {code, std::move(message), node.offset, node.length};
    return false;
}

bool Evaluator::fail_on_several(const Node& node) {
    return fail(EvaluationErrorCode::not_a_single_value, "there are several values where one is needed", node);
}

bool Evaluator::fail_on_type(const Node& node, std::string_view needed) {
    return fail(EvaluationErrorCode::wrong_type, std::string(needed) + " is needed here", node);
}

// ---- collections ----------------------------------------------------------------------------------------------------

bool Evaluator::collect(const Node& node, Collection& out) {
    return explanation_ ? collect_explained(node, out) : collect_unobserved(node, out);
}

bool Evaluator::collect_unobserved(const Node& node, Collection& out) {
    if (!spend(node)) return false;
    switch (node.kind) {
        case NodeKind::literal:
            return push(node, node.literal, out);
        case NodeKind::empty:
            return true;
        case NodeKind::focus:
            return !focus_ || push(node, *focus_, out);
        case NodeKind::index:
            return push(node, Value::integer(static_cast<std::int32_t>(index_)), out);
        case NodeKind::total:
        case NodeKind::variable:
            return collect_variable(node, out);
        case NodeKind::root_type:
            return !focus_ || !is_of_type(types(), *focus_, node.specifier) || push(node, *focus_, out);
        case NodeKind::member:
            return visit(node, [&](Value&& value) { return push(node, std::move(value), out); });
        case NodeKind::indexer:
            return collect_indexer(node, out);
        case NodeKind::call:
            return collect_call(node, out);
        case NodeKind::is:
        case NodeKind::less:
        case NodeKind::less_or_equal:
        case NodeKind::greater:
        case NodeKind::greater_or_equal:
        case NodeKind::equal:
        case NodeKind::not_equal:
        case NodeKind::equivalent:
        case NodeKind::not_equivalent:
        case NodeKind::in:
        case NodeKind::contains:
        case NodeKind::logical_and:
        case NodeKind::logical_or:
        case NodeKind::logical_xor:
        case NodeKind::implies:
            return collect_truth(node, out);
        case NodeKind::identity:
        case NodeKind::negate:
        case NodeKind::multiply:
        case NodeKind::divide:
        case NodeKind::integer_divide:
        case NodeKind::modulo:
        case NodeKind::add:
        case NodeKind::subtract:
        case NodeKind::concatenate:
        case NodeKind::as:
        case NodeKind::unite:
            return collect_operator(node, out);
    }
    return false;
}

bool Evaluator::collect_explained(const Node& node, Collection& out) {
    Explanation* const parent = explanation_;
    if (!node.is_written) return collect_unobserved(node, out);
    Explanation part{std::string(text_of_node(program_, node)), node.offset, {}, {}};
    explanation_ = &part;
    const bool done = collect_unobserved(node, part.values);
    explanation_ = parent;
    if (!done) return false;
    for (const Value& value : part.values) out.push_back(value);
    for (Value& value : part.values) value.make_lasting();
    parent->parts.push_back(std::move(part));
    return out.size() <= limits().collection_size || fail_on_size(node);
}

bool Evaluator::collect_variable(const Node& node, Collection& out) {
    const Collection* values = nullptr;
    if (node.kind == NodeKind::total) {
        values = total_;
    } else if (node.variable) {
        if (*node.variable < input_.variables.size()) values = input_.variables[*node.variable];
    } else if (!node.defined.empty()) {
        for (const auto& [name, defined] : defined_) {
            if (name == node.defined) values = &defined;
        }
    } else if (node.built_in != BuiltIn::none) {
        const Value& resource = input_.resource.has_value() ? input_.resource : input_.context;
        const Value& root = input_.root_resource.has_value() ? input_.root_resource : resource;
        const Value& value = node.built_in == BuiltIn::context    ? input_.context
                             : node.built_in == BuiltIn::resource ? resource
                                                                  : root;
        return !value.has_value() || push(node, value, out);
    } else {
        return push(node, node.literal, out);
    }
    if (!values) return true;
    for (const Value& value : *values) {
        if (!push(node, value, out)) return false;
    }
    return true;
}

bool Evaluator::collect_call(const Node& node, Collection& out) {
    if (node.function->decide && !explanation_) return collect_truth(node, out);
    if (node.function->filter && !explanation_) {
        return node.function->filter(*this, node, [&](Value&& value) { return push(node, std::move(value), out); });
    }
    Collection items;
    return collect(*node.input, items) && node.function->run(*this, node, items, out);
}

bool Evaluator::collect_indexer(const Node& node, Collection& out) {
    Collection items;
    if (!collect(*node.input, items)) return false;
    Value index;
    const Outcome outcome = argument(node, 0, index);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    if (index.kind() != Value::Kind::integer) return fail_on_type(*node.arguments[0], "an Integer");
    const std::int32_t place = index.as_integer();
    if (place < 0 || static_cast<std::size_t>(place) >= items.size()) return true;
    return push(node, items[static_cast<std::size_t>(place)], out);
}

bool Evaluator::collect_truth(const Node& node, Collection& out) {
    const Truth truth = node.kind == NodeKind::call ? node.function->decide(*this, node) : truth_of_operator(node);
    if (truth == Truth::failed) return false;
    return truth == Truth::unknown || push(node, Value::boolean(truth == Truth::yes), out);
}

bool Evaluator::collect_operator(const Node& node, Collection& out) {
    if (node.kind == NodeKind::as || node.kind == NodeKind::identity) {
        Value item;
        const Outcome outcome = node.kind == NodeKind::as ? single(*node.input, item) : system_value(*node.input, item);
        if (outcome != Outcome::one) return outcome == Outcome::none;
        if (node.kind == NodeKind::as && !is_exactly_of_type(types(), item, node.specifier)) return true;
        return push(node, std::move(item), out);
    }
    if (node.kind == NodeKind::unite) {
        Collection both;
        const Scope scope(*this);
        return collect(*node.input, both) && collect(*node.arguments[0], both) &&
               append_distinct(*this, node, both, out);
    }
    Value left;
    Value right;
    const Outcome first = system_value(*node.input, left);
    const Outcome second = node.arguments.empty() ? Outcome::one : argument(node, 0, right);
    if (first == Outcome::failed || second == Outcome::failed) return false;
    const bool takes_nothing = node.kind == NodeKind::concatenate;
    if (!takes_nothing && (first == Outcome::none || second == Outcome::none)) return true;
    bool failed = false;
    Value result = node.kind == NodeKind::negate ? negated(left, failed) : compute(node.kind, left, right, failed);
    if (failed) return fail(EvaluationErrorCode::wrong_type, "the operator is not defined for these values", node);
    if (result.kind() == Value::Kind::string) return push_string(node, std::string(result.as_string()), out);
    return !result.has_value() || push(node, std::move(result), out);
}

// ---- single values --------------------------------------------------------------------------------------------------

Outcome Evaluator::single(const Node& node, Value& out) {
    if (explanation_) return single_of(node, out);
    switch (node.kind) {
        case NodeKind::literal:
            out = node.literal;
            return Outcome::one;
        case NodeKind::focus:
            if (!focus_) return Outcome::none;
            out = *focus_;
            return Outcome::one;
        case NodeKind::member:
            return node.input->type.is_collection ? single_of(node, out) : single_visited(node, out);
        default:
            return single_of(node, out);
    }
}

Outcome Evaluator::single_of(const Node& node, Value& out) {
    Collection values;
    if (!collect(node, values)) return Outcome::failed;
    if (values.empty()) return Outcome::none;
    if (values.size() > 1) {
        fail_on_several(node);
        return Outcome::failed;
    }
    out = std::move(values[0]);
    return Outcome::one;
}

Outcome Evaluator::single_visited(const Node& node, Value& out) {
    std::size_t count = 0;
    const bool done = visit(node, [&](Value&& value) {
        if (++count > 1) return fail_on_several(node);
        out = std::move(value);
        return true;
    });
    if (!done) return Outcome::failed;
    return count == 0 ? Outcome::none : Outcome::one;
}

Outcome Evaluator::system_value(const Node& node, Value& out) {
    const Outcome outcome = single(node, out);
    if (outcome != Outcome::one || !out.is_element()) return outcome;
    const TypeId system = system_type_of(out.type());
    if (system == TypeId::none && out.type() != TypeId::none) {
        fail_on_type(node, "a value, not an element with parts,");
        return Outcome::failed;
    }
    out = out.system_value();
    return out.has_value() ? Outcome::one : Outcome::none;
}

Outcome Evaluator::argument(const Node& call, std::size_t index, Value& out) {
    if (index >= call.arguments.size()) return Outcome::none;
    const Scope scope(*this);
    return system_value(*call.arguments[index], out);
}

Outcome Evaluator::single_item(const Node& call, const Collection& input, Value& out) {
    if (input.empty()) return Outcome::none;
    if (input.size() > 1) {
        fail_on_several(*call.input);
        return Outcome::failed;
    }
    out = input[0];
    return Outcome::one;
}

Outcome Evaluator::single_input(const Node& call, const Collection& input, Kinds allowed, Value& out) {
    const Outcome outcome = single_item(call, input, out);
    if (outcome != Outcome::one) return outcome;
    const bool is_primitive = system_type_of(out.type()) != TypeId::none || out.type() == TypeId::none;
    out = out.system_value();
    if (!out.has_value() && is_primitive) return Outcome::none;
    if (out.has_value() && (kind_of(out.type()) & allowed) != 0) return Outcome::one;
    fail(EvaluationErrorCode::wrong_type, "the function is not defined for a value of this type", call);
    return Outcome::failed;
}

}  // namespace fhir::path
