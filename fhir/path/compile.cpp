// compile(), evaluate(), explain(): the library's doors.
#include "fhir/path/analyser.hpp"
#include "fhir/path/evaluator.hpp"
#include "fhir/path/parser.hpp"

#include <algorithm>
#include <cassert>

namespace fhir::path {
namespace {

constexpr std::size_t shown_characters = 100;

// The line of `text` that `diagnostic` speaks of, without its end.
std::string_view line_of(std::string_view text, const Diagnostic& diagnostic) {
    const std::size_t begin = std::min(diagnostic.offset, text.size()) - (diagnostic.column - 1);
    return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
}

}  // namespace

std::string render(const Diagnostic& diagnostic, std::string_view text) {
    const std::string_view line = line_of(text, diagnostic);
    const std::size_t column = diagnostic.column - 1;
    const std::size_t first = column > shown_characters / 2 ? column - shown_characters / 2 : 0;
    const std::string_view shown = line.substr(std::min(first, line.size()), shown_characters);
    const std::size_t room = shown.size() > column - first ? shown.size() - (column - first) : 1;
    const std::size_t marks = std::clamp<std::size_t>(diagnostic.length, 1, room);
    const std::string number = std::to_string(diagnostic.line);
    std::string out = number + ':' + std::to_string(diagnostic.column);
    out += diagnostic.severity == Severity::error ? ": error: " : ": warning: ";
    out += diagnostic.message + "\n  " + number + " | ";
    std::replace_copy(shown.begin(), shown.end(), std::back_inserter(out), '\t', ' ');
    out += "\n  " + std::string(number.size(), ' ') + " | " + std::string(column - first, ' ') + '^';
    return out + std::string(marks - 1, '~') + '\n';
}

const std::string& Expression::text() const {
    return program_->text;
}
const ResultType& Expression::result_type() const {
    return program_->result_type;
}
const std::vector<Diagnostic>& Expression::warnings() const {
    return program_->warnings;
}
const std::vector<VariableUse>& Expression::variable_uses() const {
    return program_->variable_uses;
}
const std::optional<VariableUse>& Expression::filtered_variable() const {
    return program_->filtered_variable;
}

boost::system::result<Expression, std::vector<Diagnostic>> compile(std::string_view text,
                                                                   const CompileOptions& options) {
    assert(options.types);
    auto program = std::make_shared<Program>();
    program->text = text;
    program->types = options.types;
    program->context = options.context;
    program->variable_count = options.variables.size();
    const auto parsed = parse(*program, options.limits);
    if (!parsed) return std::vector<Diagnostic>{parsed.error()};
    std::vector<Diagnostic> diagnostics = Analyser(*program, options).run();
    for (Diagnostic& found : diagnostics) {
        found = diagnostic_at(program->text, found.severity, std::move(found.message), found.offset, found.length);
    }
    if (has_errors(diagnostics)) return diagnostics;
    program->warnings = std::move(diagnostics);
    return Expression(std::move(program));
}

boost::system::result<Collection, EvaluationError> evaluate(const Expression& expression, const Input& input) {
    Evaluator evaluator(expression.program(), input);
    Collection values;
    if (!evaluator.collect(*expression.program().root, values)) return evaluator.error();
    for (Value& value : values) value.make_lasting();
    return values;
}

boost::system::result<Explanation, EvaluationError> explain(const Expression& expression, const Input& input) {
    Evaluator evaluator(expression.program(), input);
    Explanation whole;
    evaluator.explain_into(whole);
    Collection values;
    if (!evaluator.collect(*expression.program().root, values)) return evaluator.error();
    return std::move(whole.parts.front());
}

}  // namespace fhir::path
