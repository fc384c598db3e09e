// is(), as(), type() and conformsTo(). Source: FHIRPath N1, 6.3 and 10 (reflection); FHIR R4, FHIRPath, 2.9.1.5.
#include "fhir/path/evaluator.hpp"

#include <algorithm>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

bool run_is(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value item;
    const Outcome outcome = evaluator.single_item(call, input, item);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return evaluator.push(call, Value::boolean(is_of_type(evaluator.types(), item, call.specifier)), out);
}

bool run_as(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value item;
    const Outcome outcome = evaluator.single_item(call, input, item);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    return !is_exactly_of_type(evaluator.types(), item, call.specifier) || evaluator.push(call, std::move(item), out);
}

bool run_type(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return std::all_of(input.begin(), input.end(),
                       [&](const Value& item) { return evaluator.push(call, Value::type_info(item.type()), out); });
}

// The type of R4 that a definition's URL means. Profiles, R4's own too, are not known.
std::optional<TypeId> defined_type(const Types& types, std::string_view url) {
    constexpr std::string_view base = "http://hl7.org/fhir/StructureDefinition/";
    return url.starts_with(base) ? types.find_in("FHIR", url.substr(base.size())) : std::nullopt;
}

constexpr const char* unknown_profile =
    "profiles are not known here, only R4's types are, as in 'http://hl7.org/fhir/StructureDefinition/Patient'";

std::string_view refuse_profile(const KnownArgument& known) {
    const bool is_text = known.value.kind() == Value::Kind::string;
    return is_text && !defined_type(known.types, known.value.as_string()) ? unknown_profile : "";
}

// Whether an item is of the type that they define.
bool run_conforms_to(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value item;
    Value url;
    const Outcome outcome = evaluator.single_item(call, input, item);
    const Outcome has_url = evaluator.argument(call, 0, url);
    if (outcome == Outcome::failed || has_url == Outcome::failed) return false;
    if (outcome == Outcome::none || has_url == Outcome::none) return true;
    if (url.kind() != Value::Kind::string) return evaluator.fail_on_type(*call.arguments[0], "a String");
    const std::optional<TypeId> type = defined_type(evaluator.types(), url.as_string());
    if (!type) return evaluator.fail(EvaluationErrorCode::wrong_argument, unknown_profile, call);
    return evaluator.push(call, Value::boolean(item.is_element() && evaluator.types().is_a(item.type(), *type)), out);
}

constexpr Parameter type{Form::type};
constexpr Parameter string{Form::value, kinds::string};

constexpr Function functions[] = {
    {"is", kinds::anything, Gives::boolean, run_is, {type}, 1, 1},
    {"as", kinds::anything, Gives::typed_item, run_as, {type}, 1, 1},
    {"type", kinds::anything, Gives::type_info, run_type},
    {.name = "conformsTo",
     .gives = Gives::boolean,
     .run = run_conforms_to,
     .parameters = {string},
     .required = 1,
     .allowed = 1,
     .refuse = refuse_profile},
};

}  // namespace

bool is_of_type(const Types& types, const Value& value, const TypeSpecifier& specifier) {
    if (value.kind() == Value::Kind::type_info) return false;
    return std::any_of(specifier.types.begin(), specifier.types.end(),
                       [&](TypeId wanted) { return types.is_a(value.type(), wanted); });
}

bool is_exactly_of_type(const Types& types, const Value& value, const TypeSpecifier& specifier) {
    if (!types.is_primitive(value.type())) return is_of_type(types, value, specifier);
    return std::any_of(specifier.types.begin(), specifier.types.end(), [&](TypeId wanted) {
        const bool is_system_string = wanted == TypeId::string && types.is_a(value.type(), wanted);
        return wanted == types.written_type(value.type()) || is_system_string;
    });
}

std::span<const Function> type_functions() {
    return functions;
}

}  // namespace fhir::path
