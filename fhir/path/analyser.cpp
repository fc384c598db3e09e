#include "fhir/path/analyser.hpp"

#include "fhir/path/nearest_name.hpp"

#include <algorithm>

namespace fhir::path {

Analyser::Analyser(Program& program, const CompileOptions& options)
    : program_(program), options_(options), diagnostics_(std::move(program.warnings)) {
    surroundings_.focus.is_collection = false;
    if (options.context != TypeId::none) surroundings_.focus.types = {options.context};
}

std::vector<Diagnostic> Analyser::run() {
    Node& root = *program_.root;
    analyse(root);
    program_.result_type = root.type;
    find_variable_uses(root, "");
    std::sort(program_.variable_uses.begin(), program_.variable_uses.end(),
              [](const VariableUse& left, const VariableUse& right) { return left.offset < right.offset; });
    find_filtered_variable();
    std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                     [](const Diagnostic& left, const Diagnostic& right) { return left.offset < right.offset; });
    return std::move(diagnostics_);
}

void Analyser::report(Severity severity, std::size_t offset, std::size_t length, std::string message) {
    constexpr std::size_t enough = 50;
    const auto is_alike = [severity](const Diagnostic& found) { return found.severity == severity; };
    // Of each severity: many warnings must not hide an error.
    if (std::count_if(diagnostics_.begin(), diagnostics_.end(), is_alike) >= std::ptrdiff_t{enough}) return;
    Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.message = std::move(message);
    diagnostic.offset = offset;
    diagnostic.length = length;
    diagnostics_.push_back(std::move(diagnostic));
}

// "Quantity", "Quantity or Range", "one of 11 types".
std::string Analyser::describe(const ResultType& type) const {
    constexpr std::size_t readable = 3;
    if (type.types.empty()) return "anything";
    if (type.types.size() > readable) return "one of " + std::to_string(type.types.size()) + " types";
    std::string text;
    for (const TypeId id : type.types) {
        if (!text.empty()) text += " or ";
        text += types().path(id);
    }
    return text;
}

ResultType joined(const ResultType& left, const ResultType& right) {
    ResultType both{{}, left.is_collection || right.is_collection};
    if (left.types.empty() || right.types.empty()) return both;
    both.types = left.types;
    for (const TypeId type : right.types) {
        if (std::find(both.types.begin(), both.types.end(), type) == both.types.end()) both.types.push_back(type);
    }
    return both;
}

void Analyser::analyse(Node& node) {
    switch (node.kind) {
        case NodeKind::literal:
            node.type = {{node.literal.type()}, false};
            return;
        case NodeKind::empty:
            node.type = {{}, false};
            return;
        case NodeKind::focus:
            node.type = surroundings_.focus;
            return;
        case NodeKind::index:
            node.type = {{TypeId::integer}, false};
            return;
        case NodeKind::total:
            node.type = {{}, true};
            if (!surroundings_.has_total) {
                report(Severity::error, node.offset, node.length, "$total has a value only inside aggregate()");
            }
            return;
        case NodeKind::variable:
            return analyse_variable(node);
        case NodeKind::root_type:
        case NodeKind::member:
            return analyse_member(node);
        case NodeKind::indexer:
            return analyse_indexer(node);
        case NodeKind::call:
            return analyse_call(node);
        default:
            return analyse_operator(node);
    }
}

// ---- variables ------------------------------------------------------------------------------------------------------

void Analyser::analyse_variable(Node& node) {
    struct Constant {
        std::string_view name;
        std::string_view value;
    };
    constexpr Constant constants[] = {
        {"ucum", "http://unitsofmeasure.org"}, {"sct", "http://snomed.info/sct"}, {"loinc", "http://loinc.org"}};
    const auto make_literal = [&](std::string text) {
        node.literal = program_.literals.emplace_back(Value::string(std::move(text))).literal();
        node.type = {{TypeId::string}, false};
    };
    for (const Constant& constant : constants) {
        if (constant.name == node.name) return make_literal(std::string(constant.value));
    }
    if (node.name.starts_with("ext-")) {
        return make_literal("http://hl7.org/fhir/StructureDefinition/" + node.name.substr(4));
    }
    if (node.name.starts_with("vs-")) return make_literal("http://hl7.org/fhir/ValueSet/" + node.name.substr(3));
    if (node.name == "context" || node.name == "resource" || node.name == "rootResource") {
        node.built_in = node.name == "context"    ? BuiltIn::context
                        : node.name == "resource" ? BuiltIn::resource
                                                  : BuiltIn::root_resource;
        const bool is_context = node.built_in == BuiltIn::context || types().is_resource(options_.context);
        node.type = {{}, false};
        if (!is_context) node.type.types = {resource_type()};
        if (is_context && options_.context != TypeId::none) node.type.types = {options_.context};
        return;
    }
    for (auto known = defined_.rbegin(); known != defined_.rend(); ++known) {
        if (known->name != node.name) continue;
        node.defined = known->name;
        node.type = known->type;
        return;
    }
    std::vector<std::string_view> names{"context", "resource", "rootResource", "ucum", "sct", "loinc"};
    for (std::size_t i = 0; i < options_.variables.size(); ++i) {
        const Variable& variable = options_.variables[i];
        names.push_back(variable.name);
        if (variable.name != node.name) continue;
        node.variable = i;
        node.type.is_collection = variable.is_collection;
        if (variable.type != TypeId::none) node.type.types = {variable.type};
        return;
    }
    report_name(node, "there is no variable %" + node.name + did_you_mean(node.name, names));
}

// `members` is what follows the node, joined by dots.
void Analyser::find_variable_uses(const Node& node, const std::string& members) {
    if (node.kind == NodeKind::variable && node.variable) {
        program_.variable_uses.push_back({node.name, members, node.offset});
        return;
    }
    const bool is_member = node.kind == NodeKind::member;
    if (node.input) {
        const std::string behind = members.empty() ? node.name : node.name + '.' + members;
        find_variable_uses(*node.input, is_member ? behind : "");
    }
    for (const Node* argument : node.arguments) find_variable_uses(*argument, "");
}

void Analyser::find_filtered_variable() {
    constexpr std::string_view filters[] = {"where", "first",  "last",     "tail",  "skip",
                                            "take",  "single", "distinct", "ofType"};
    const Node* node = program_.root;
    while (node->kind == NodeKind::indexer ||
           (node->kind == NodeKind::call &&
            std::find(std::begin(filters), std::end(filters), node->name) != std::end(filters))) {
        node = node->input;
    }
    std::string members;
    for (; node->kind == NodeKind::member; node = node->input) {
        members = members.empty() ? node->name : node->name + '.' + members;
    }
    if (node->kind == NodeKind::variable && node->variable) {
        program_.filtered_variable = VariableUse{node->name, members, node->offset};
    }
}

// ---- type specifiers ------------------------------------------------------------------------------------------------

// `Quantity` alone means FHIR's and System's. Asking whether something is a System type that does not exist is no
// error, since nothing can be of it.
void Analyser::resolve_specifier(Node& node, std::string_view name, std::size_t offset, std::size_t length,
                                 bool is_question) {
    node.specifier.types.clear();
    const std::size_t dot = name.find('.');
    if (dot != std::string_view::npos) {
        const std::string_view name_space = name.substr(0, dot);
        if (name_space == "System" || name_space == "FHIR") {
            if (const auto type = types().find_in(name_space, name.substr(dot + 1))) {
                node.specifier.types = {*type};
            } else {
                const bool is_harmless = is_question && name_space == "System";
                report(is_harmless ? Severity::warning : Severity::error, offset, length,
                       "there is no type '" + std::string(name) + "'");
            }
            return;
        }
    }
    for (const std::string_view name_space : {"FHIR", "System"}) {
        if (const auto type = types().find_in(name_space, name)) node.specifier.types.push_back(*type);
    }
    if (!node.specifier.types.empty()) return;
    std::vector<std::string_view> names;
    for (std::size_t i = 1; i < types().count(); ++i)
        names.push_back(types().path(TypeId{static_cast<std::uint16_t>(i)}));
    report(Severity::error, offset, length, "there is no type '" + std::string(name) + "'" + did_you_mean(name, names));
}

}  // namespace fhir::path
