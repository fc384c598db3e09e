#include "rules/pack/gate.hpp"

#include "rules/pack/readers.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace rules {

namespace {

constexpr Kinds one_criterion = kind::text | kind::object;
constexpr std::size_t deepest_criterion = 8;

constexpr Field gate_fields[] = {{"for", kind::text, true},
                                 {"when", kind::criteria, false, one_criterion},
                                 {"unless", kind::criteria, false, one_criterion},
                                 {"except", kind::list | kind::text, false, kind::text},
                                 {"because", kind::text, true},
                                 {"passes"}};
constexpr Form gate_form = {"a gate", gate_fields};

constexpr Field first_fields[] = {{"name", kind::text, true},
                                  {"of", kind::criteria, true, one_criterion},
                                  {"hooks", kind::list | kind::text, true, kind::text}};
constexpr Form first_form = {"an element of \"explainFirst\"", first_fields};

using Parts = CriterionForm::Parts;
constexpr CriterionForm criterion_forms[] = {
    {Criterion::Form::all, "all", "all", "", " and "},
    {Criterion::Form::any, "any", "any", "", " or ", Parts::may_hold},
    {Criterion::Form::none, "none", "none", "none of: ", ", ", Parts::must_fail},
    {Criterion::Form::expression, "if", "", "", ""},  // the last
};

constexpr Words<GateFor, 8> gate_words = {{{"every card", GateFor::every_card},
                                           {"suggestion", GateFor::suggestion},
                                           {"result", GateFor::result},
                                           {"order-check", GateFor::order_check},
                                           {"notice", GateFor::notice},
                                           {"info", GateFor::info},
                                           {"warning", GateFor::warning},
                                           {"critical", GateFor::critical}}};

constexpr Words<Criterion::IfUnknown, 2> unknown_words = {
    {{"stop", Criterion::IfUnknown::stop}, {"say so", Criterion::IfUnknown::say_so}}};

/// The form whose member the object has; without one that of an expression, which reports that its own is missing.
const CriterionForm& form_written_at(const Node& node) {
    const auto found = std::ranges::find_if(
        criterion_forms, [&node](const CriterionForm& form) { return node.member(form.key).has_value(); });
    return found == std::end(criterion_forms) ? *std::prev(std::end(criterion_forms)) : *found;
}

Criterion read_criterion_at(const Node& node, std::size_t depth) {
    Criterion read;
    read.place = node.place();
    if (node.is(kind::text)) {
        read.expression = node.authored();
        return read;
    }
    const CriterionForm& form = form_written_at(node);
    read.form = form.form;
    const bool has_parts = form.form != Criterion::Form::expression;
    const Field fields[] = {{form.key, has_parts ? kind::list : kind::text, true, has_parts ? one_criterion : Kinds()},
                            {"because"},
                            {"ifUnknown"}};
    const std::string what = has_parts ? "a criterion by \"" + std::string(form.key) + '"' : "a criterion";
    const Form members = {what, fields};
    const Object object(node, members);
    read.because = object.text("because");
    if (const std::optional<Node> word = object.at("ifUnknown")) {
        read.if_unknown = meaning_of(*word, unknown_words).value_or(Criterion::IfUnknown::stop);
    }
    if (!has_parts) {
        read.expression = object.authored("if").value_or(Authored{});
        return read;
    }
    if (depth == deepest_criterion) {
        node.error("too-deep", "Criteria lie too deep inside each other.", "Make a fact of the inner ones.");
        return read;
    }
    for (const Node& part : object.list(form.key)) read.parts.push_back(read_criterion_at(part, depth + 1));
    if (read.parts.empty()) node.error("empty", "\"" + std::string(form.key) + "\" holds no criterion.");
    return read;
}

}  // namespace

const CriterionForm& form_of(const Criterion& criterion) {
    return *std::ranges::find(criterion_forms, criterion.form, &CriterionForm::form);
}

Criterion read_criterion(const Node& node) {
    return read_criterion_at(node, 0);
}

std::vector<Criterion> read_criteria(const Object& object, std::string_view name) {
    std::vector<Criterion> all;
    for (const Node& node : object.list(name)) all.push_back(read_criterion(node));
    return all;
}

Gate read_gate(const Node& node) {
    const Object object(node, gate_form);
    Gate gate;
    gate.place = node.place();
    if (const std::optional<Node> word = object.at("for")) {
        gate.stands_before = meaning_of(*word, gate_words).value_or(GateFor::every_card);
    }
    gate.when = read_criteria(object, "when");
    gate.unless = read_criteria(object, "unless");
    gate.except = object.authored_list("except");
    gate.because = object.text("because");
    gate.passes = object.text("passes");
    if (gate.when.empty() && gate.unless.empty()) {
        node.error("empty", "This gate keeps nobody out.", "Add \"when\" or \"unless\".");
    }
    return gate;
}

ExplainFirst read_explain_first(const Node& node) {
    const Object object(node, first_form);
    ExplainFirst first;
    first.name = object.text("name");
    first.of = read_criteria(object, "of");
    first.hooks = read_hooks(object);
    return first;
}

}  // namespace rules
