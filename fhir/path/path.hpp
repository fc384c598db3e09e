// FHIRPath over FHIR R4 JSON: compile an expression once, evaluate it often.
//
//   fhir::path::Types types;
//   auto expression = fhir::path::compile("name.where(use = 'official').given.first()", {.types = &types, .context =
//   …}); auto given = fhir::path::evaluate(*expression, {.context = fhir::path::Value::resource(json, types)});
//
// FHIRPath N1 (2.0.0) with the STU functions that HL7's R4 suite exercises. No I/O, no clock, no globals, no exceptions
// for anything an expression or a resource can do. An Expression is immutable, cheap to copy and shared between
// threads.
#pragma once

#include "fhir/date_time.hpp"
#include "fhir/path/types.hpp"
#include "fhir/path/value.hpp"

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::path {

/// What keeps hostile expressions and hostile resources from costing more than they should.
struct Limits {
    std::size_t expression_bytes = 16 * 1024;  ///< length of an expression
    std::size_t depth = 64;                    ///< parentheses, arguments and operators inside each other
    std::size_t collection_size = 200'000;     ///< values in any one collection
    std::size_t steps = 5'000'000;             ///< nodes evaluated, values produced and compared, in one evaluation
    std::size_t string_bytes = 1024 * 1024;    ///< length of any one string that an expression makes
    std::size_t pattern_bytes = 1024;          ///< length of a regular expression
};

enum class Severity { error, warning };

/// What is wrong with an expression, and where. `line` and `column` count from 1, columns in bytes.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string message;     ///< "Patient has no member 'nmae'; did you mean 'name'?"
    std::size_t offset = 0;  ///< bytes from the beginning of the expression
    std::size_t length = 0;
    std::size_t line = 1;
    std::size_t column = 1;
};

/// `diagnostic` with the line of `text` it speaks of and a caret under the place:
///   1:9: error: Patient has no member 'nmae'; did you mean 'name'?
///     1 | Patient.nmae.given
///       |         ^~~~
std::string render(const Diagnostic& diagnostic, std::string_view text);

/// A variable that the caller gives a value at each evaluation: %name.
struct Variable {
    std::string name;
    TypeId type = TypeId::none;  ///< none: anything
    bool is_collection = true;
};

struct CompileOptions {
    const Types* types = nullptr;   ///< required; must outlive the Expression
    TypeId context = TypeId::none;  ///< type of the context item; none: anything, or nothing
    std::vector<Variable>
        variables{};  ///< beside %context, %resource, %rootResource, %ucum, %sct, %loinc, %`ext-…`, %`vs-…`
    Limits limits{};
    /// Unknown members are empty, criteria need not be Boolean, and an argument that fails fails when it is come to;
    /// each with a warning: for expressions of elsewhere.
    bool is_lenient = false;
    bool has_terminology = false;  ///< every Input has a `terminology`; without it memberOf() and its kin are refused
};

/// What a collection can hold, as known before evaluation.
struct ResultType {
    std::vector<TypeId> types;  ///< any of these; empty: not known
    bool is_collection = true;  ///< false: at most one
};

/// A reading of a variable: `%param.vitaminD.validDays` is {"param", "vitaminD.validDays"}, `%backPain.where(…)` is
/// {"backPain", ""}. Members behind a function are not followed.
struct VariableUse {
    std::string variable;
    std::string path;
    std::size_t offset = 0;

    /// "vitaminD" of "vitaminD.validDays".
    std::string_view first_member() const { return std::string_view(path).substr(0, path.find('.')); }
};

struct Program;

/// A compiled expression.
class Expression {
  public:
    const std::string& text() const;
    const ResultType& result_type() const;

    /// What the compiler would say without refusing.
    const std::vector<Diagnostic>& warnings() const;

    /// Every reading of a variable of the caller's, in order of appearance; the same one twice only if it stands twice.
    const std::vector<VariableUse>& variable_uses() const;

    /// The variable (or a member of it) of whose items the result is a subset, if the expression is nothing but
    /// `%x` or `%x.member` with where, first, last, tail, skip, take, single, distinct, ofType, [index] behind it.
    const std::optional<VariableUse>& filtered_variable() const;

    const Program& program() const { return *program_; }
    explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  private:
    std::shared_ptr<const Program> program_;
};

/// Compiles `text`. Refused are: what does not parse, unknown members (unless lenient), functions, variables and types,
/// arguments that do not fit, comparisons and arithmetic that could never succeed, and order-dependent functions on
/// what has no order. \returns the expression, or everything that is wrong with it (never empty, at least one error).
boost::system::result<Expression, std::vector<Diagnostic>> compile(std::string_view text,
                                                                   const CompileOptions& options);

enum class EvaluationErrorCode {
    not_a_single_value,  ///< several values where one is needed
    wrong_type,          ///< a value that the operation is not defined for
    wrong_argument,      ///< an argument out of range, an unknown encoding, a pattern that does not compile
    too_many_values,     ///< Limits::collection_size
    too_many_steps,      ///< Limits::steps
    too_long_string      ///< Limits::string_bytes
};

/// Why an evaluation ended without a result. The message never holds a piece of the data.
struct EvaluationError {
    EvaluationErrorCode code = EvaluationErrorCode::wrong_type;
    std::string message;
    std::size_t offset = 0;  ///< of the part of the expression that failed
    std::size_t length = 0;
};

/// Gives the resource that a reference means, or nothing. Contained resources ("#id") are found without it.
using Resolver = std::function<std::optional<Value>(std::string_view reference)>;

/// What a caller knows of value sets and of code systems' hierarchies. Nothing where it does not know the value set,
/// the code system, or enough of it.
struct Terminology {
    /// Whether `code` is in the value set of the canonical URL. `system` is "" for a code that stands without one; then
    /// the value set may be asked only if it is of one code system.
    std::function<std::optional<bool>(std::string_view value_set, std::string_view system, std::string_view code)>
        is_member{};
    /// Whether `ancestor` is above `code` in the hierarchy of `system`. Never asked for the same code twice.
    std::function<std::optional<bool>(std::string_view system, std::string_view ancestor, std::string_view code)>
        subsumes{};
};

/// Receives what trace() is given.
using TraceListener = std::function<void(std::string_view name, const Collection& values)>;

/// What an expression is evaluated on. Everything is borrowed for the time of the evaluation; the result borrows the
/// JSON trees.
struct Input {
    Value context{};        ///< $this and %context; none: nothing
    Value resource{};       ///< %resource; none: the context
    Value root_resource{};  ///< %rootResource; none: the resource
    /// One for each CompileOptions::variables, in their order; nullptr where the expression does not read it.
    std::span<const Collection* const> variables{};
    std::optional<DateTime> now{};  ///< now(), today(), timeOfDay(); with an offset. Without it they are errors
    const Resolver* resolver = nullptr;
    const Terminology* terminology = nullptr;
    const TraceListener* trace = nullptr;
    Limits limits{};
};

boost::system::result<Collection, EvaluationError> evaluate(const Expression& expression, const Input& input);

/// One part of an expression with the values it gave. Parts that are evaluated for each item (criteria, projections)
/// stand once for each evaluation.
struct Explanation {
    std::string text;
    std::size_t offset = 0;
    Collection values{};
    std::vector<Explanation> parts{};
};

/// Evaluates and keeps the value of every part.
boost::system::result<Explanation, EvaluationError> explain(const Expression& expression, const Input& input);

/// Plain words for a card: a string as it is, a date in FHIR's form, `5 mg`; nothing but the type's name for a complex
/// element.
std::string to_text(const Value& value, const Types& types);

/// As a FHIRPath literal would write it, without quotes around a string or @ before a date: what toString() gives.
/// Nothing for a complex element.
std::optional<std::string> literal_text(const Value& value);

/// JSON: dates and times in FHIR's form, decimals as received, Quantities as FHIR Quantities.
boost::json::value to_json(const Value& value, const Types& types);
boost::json::array to_json(const Collection& values, const Types& types);

/// {"type": "Decimal", "value": "1.10"}: the System or FHIR type, and the text of a primitive, the literal of a
/// Quantity (`4.0 'g'`), the JSON of anything else.
boost::json::object to_typed_json(const Value& value, const Types& types);

}  // namespace fhir::path
