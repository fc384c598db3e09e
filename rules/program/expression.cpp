#include "rules/program/expression.hpp"

#include "rules/text/nearest.hpp"
#include "rules/text/place_in_string.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

bool is_name_character(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_';
}

/// Where the string, delimited name or comment that begins at `start` ends; `start` itself if none begins there.
std::size_t end_of_opaque_part(std::string_view text, std::size_t start) {
    const char first = text[start];
    if (first == '\'' || first == '`' || first == '"') {
        std::size_t end = start + 1;
        while (end < text.size() && text[end] != first) end += std::size_t{text[end] == '\\' ? 2U : 1U};
        return std::min(end + 1, text.size());
    }
    if (text.substr(start, 2) == "//") return std::min(text.find('\n', start), text.size());
    if (text.substr(start, 2) == "/*") {
        const std::size_t end = text.find("*/", start + 2);
        return end == std::string_view::npos ? text.size() : end + 2;
    }
    return start;
}

bool is_number(fhir::path::TypeId type) {
    using fhir::path::TypeId;
    return type == TypeId::integer || type == TypeId::long_integer || type == TypeId::decimal;
}

SlotPart part_of(const Slot& slot, std::string_view member) {
    if (!slot.is_analyte || member.empty()) return SlotPart::whole;
    return member == "ordered" ? SlotPart::orders : SlotPart::results;
}

}  // namespace

std::vector<std::string> variables_named_in(std::string_view expression) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < expression.size();) {
        if (const std::size_t end = end_of_opaque_part(expression, at); end != at) {
            at = end;
            continue;
        }
        if (expression[at++] != '%') continue;
        const std::size_t begin = at;
        while (at < expression.size() && is_name_character(expression[at])) ++at;
        std::string name(expression.substr(begin, at - begin));
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    return names;
}

std::vector<fhir::path::Variable> ExpressionCompiler::variables() const {
    std::vector<fhir::path::Variable> variables;
    variables.reserve(slots_.size());
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        const Slot& slot = slots_[index];
        if (index == slot_item) {
            // Outside a forEach the name is kept, so that slots and variables stay in step, but as one nobody writes.
            variables.push_back({item_type_ ? "item" : "item outside forEach", item_type_.value_or(slot.type), false});
        } else {
            variables.push_back({slot.is_defined ? slot.name : slot.name + " not yet", slot.type, slot.is_collection});
        }
    }
    return variables;
}

void ExpressionCompiler::describe_uses(CompiledExpression& compiled) const {
    const std::optional<fhir::path::VariableUse>& filtered = compiled.path.filtered_variable();
    bool subset_found = false;
    for (const fhir::path::VariableUse& use : compiled.path.variable_uses()) {
        const auto slot = std::ranges::find(slots_, use.variable, &Slot::name);
        if (slot == slots_.end()) continue;
        SlotUse described{static_cast<std::uint16_t>(slot - slots_.begin()), part_of(*slot, use.first_member()), false};
        if (filtered && !subset_found && use.offset == filtered->offset) described.is_filtered = subset_found = true;
        if (described.slot == slot_param) compiled.parameters.push_back(use.path);
        compiled.reads |= slot->sources(described.part) | slot->also_reads;
        compiled.uses.push_back(described);
    }
    compiled.is_bare = compiled.uses.size() == 1 && compiled.uses.front().is_filtered &&
                       compiled.path.text() == "%" + slots_[compiled.uses.front().slot].name;
}

std::optional<CompiledExpression> ExpressionCompiler::compile(std::string_view text, const Place& place,
                                                              std::size_t offset) {
    fhir::path::CompileOptions options;
    options.types = &types_;
    options.variables = variables();
    auto compiled = fhir::path::compile(text, options);
    if (compiled.has_value()) {
        CompiledExpression expression{*compiled, {}, false, 0, {}};
        describe_uses(expression);
        report(compiled->warnings(), place, offset);
        report_unknown_words(*compiled, place, offset);
        return expression;
    }
    report(compiled.error(), place, offset);
    return std::nullopt;
}

// A variant shares texts with its rule; what is wrong with them is said once.
void ExpressionCompiler::report(Severity severity, Place place, std::string code, std::string message,
                                std::string mend) {
    Diagnostic finding{severity, std::move(place), std::move(code), std::move(message), std::move(mend)};
    if (std::ranges::find(findings_, finding) == findings_.end()) findings_.push_back(std::move(finding));
}

/// Where byte number `offset` of an expression stands in its file.
Place ExpressionCompiler::place_inside(const Place& written, std::size_t offset) const {
    const auto file = files_.find(written.file);
    return file == files_.end() ? written : place_in_string(written, file->second, offset);
}

void ExpressionCompiler::report(const std::vector<fhir::path::Diagnostic>& faults, const Place& place,
                                std::size_t offset) {
    for (const fhir::path::Diagnostic& fault : faults) {
        report(fault.severity == fhir::path::Severity::error ? Severity::error : Severity::warning,
               place_inside(place, offset + fault.offset), "fhirpath", fault.message, "");
    }
}

void ExpressionCompiler::report_unknown_words(const fhir::path::Expression& expression, const Place& place,
                                              std::size_t offset) {
    for (const UnknownWord& unknown : words_.unknown_in(expression)) {
        report(Severity::error, place_inside(place, offset + unknown.offset), "unknown-word",
               "'" + unknown.word + "' is nothing that " + unknown.subject + " can be.",
               did_you_mean(unknown.word, {unknown.known.begin(), unknown.known.end()}));
    }
}

std::optional<CompiledExpression> ExpressionCompiler::compile_condition(const Authored& written) {
    auto compiled = compile(written);
    if (!compiled) return compiled;
    if (compiled->path.variable_uses().empty()) {
        report(Severity::warning, written.place, "constant",
               "This reads nothing of the patient: it is always the same.",
               "Write what must hold, over facts and results; a rule is switched off in the site file.");
    }
    const std::vector<fhir::path::TypeId>& types = compiled->path.result_type().types;
    if (!types.empty() && std::ranges::all_of(types, is_number)) {
        report(Severity::warning, written.place, "number",
               "This is a number, and a number holds whatever it is, 0 too.",
               "Compare it (\"… > 0\"), or ask for what is counted (\"….exists()\").");
    }
    return compiled;
}

std::optional<CompiledExpression> ExpressionCompiler::compile(const Authored& written) {
    return compile(written.text, written.place, 0);
}

std::optional<TextTemplate> ExpressionCompiler::compile_template(const Authored& written) {
    TextTemplate compiled;
    const std::string_view text = written.text;
    bool is_sound = true;
    std::size_t at = 0;
    for (;;) {
        const std::size_t begin = text.find(opening, at);
        if (begin == std::string_view::npos) break;
        const std::size_t end = text.find(closing, begin);
        if (end == std::string_view::npos) {
            findings_.push_back(
                {Severity::error, written.place, "template", "'{{' without '}}'", "close it with '}}'"});
            return std::nullopt;
        }
        const std::size_t inner = begin + opening.size();
        auto value = compile(text.substr(inner, end - inner), written.place, inner);
        is_sound = is_sound && value.has_value();
        compiled.parts.push_back({std::string(text.substr(at, begin - at)), std::move(value)});
        at = end + closing.size();
    }
    compiled.parts.push_back({std::string(text.substr(at)), std::nullopt});
    if (!is_sound) return std::nullopt;
    return compiled;
}

}  // namespace rules
