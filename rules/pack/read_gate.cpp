#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Kinds criteria = kind::list | kind::text | kind::object;
constexpr Kinds criterion = kind::text | kind::object;
constexpr std::size_t deepest_criterion = 8;

constexpr Field gate_fields[] = {{"for", kind::text, true},
                                 {"when", criteria, false, criterion},
                                 {"unless", criteria, false, criterion},
                                 {"except", kind::list | kind::text, false, kind::text},
                                 {"because", kind::text, true},
                                 {"passes"}};
constexpr Form gate_form = {"a gate", gate_fields};

constexpr Field first_fields[] = {{"name", kind::text, true},
                                  {"of", criteria, true, criterion},
                                  {"hooks", kind::list | kind::text, true, kind::text}};
constexpr Form first_form = {"an element of \"explainFirst\"", first_fields};

constexpr Field expression_fields[] = {{"if", kind::text, true}, {"because"}, {"ifUnknown"}};
constexpr Field all_fields[] = {{"all", kind::list, true, criterion}, {"because"}, {"ifUnknown"}};
constexpr Field any_fields[] = {{"any", kind::list, true, criterion}, {"because"}, {"ifUnknown"}};
constexpr Field none_fields[] = {{"none", kind::list, true, criterion}, {"because"}, {"ifUnknown"}};

struct CriterionForm {
    std::string_view key;
    Criterion::Form form;
    Form table;
};
constexpr CriterionForm criterion_forms[] = {
    {"all", Criterion::Form::all, {"a criterion by \"all\"", all_fields}},
    {"any", Criterion::Form::any, {"a criterion by \"any\"", any_fields}},
    {"none", Criterion::Form::none, {"a criterion by \"none\"", none_fields}},
    {"if", Criterion::Form::expression, {"a criterion", expression_fields}},
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

const CriterionForm& form_of(const Node& node) {
    for (const CriterionForm& form : criterion_forms) {
        if (node.member(form.key)) return form;
    }
    // What reports that its member is missing.
    return *std::ranges::find(criterion_forms, Criterion::Form::expression, &CriterionForm::form);
}

Criterion read_criterion_at(const Node& node, std::size_t depth) {
    Criterion read;
    read.place = node.place();
    if (node.is(kind::text)) {
        read.expression = node.authored();
        return read;
    }
    const CriterionForm& form = form_of(node);
    const Object object(node, form.table);
    read.form = form.form;
    read.because = object.text("because");
    if (const std::optional<Node> word = object.at("ifUnknown")) {
        read.if_unknown = meaning_of(*word, unknown_words).value_or(Criterion::IfUnknown::stop);
    }
    if (read.form == Criterion::Form::expression) {
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
