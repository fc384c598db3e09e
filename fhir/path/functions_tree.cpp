// Through the tree and across references: children, descendants, extension, getValue, resolve. Source: FHIRPath
// N1, 5.8; FHIR R4, FHIRPath, 2.9.1.5.
#include "fhir/json_text.hpp"
#include "fhir/path/evaluator.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace fhir::path {
namespace json = boost::json;
namespace {

using Form = Parameter::Form;

bool run_children(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    const auto take = [&](Value&& child) { return evaluator.push(call, std::move(child), out); };
    return std::all_of(input.begin(), input.end(),
                       [&](const Value& item) { return evaluator.visit_children(item, take); });
}

// Every child before its own children's children; as deep as the JSON, which the parser bounds.
bool push_descendants(Evaluator& evaluator, const Node& call, const Value& item, std::size_t depth, Collection& out) {
    constexpr std::size_t max_depth = 200;
    if (depth > max_depth) {
        return evaluator.fail(EvaluationErrorCode::too_many_values, "the resource is nested too deep", call);
    }
    return evaluator.visit_children(item, [&](Value&& child) {
        return evaluator.push(call, child, out) && push_descendants(evaluator, call, child, depth + 1, out);
    });
}

bool run_descendants(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return std::all_of(input.begin(), input.end(),
                       [&](const Value& item) { return push_descendants(evaluator, call, item, 0, out); });
}

std::string_view text_member(const Value& element, std::string_view name) {
    const json::object* object = element.json() ? element.json()->if_object() : nullptr;
    const json::value* member = object ? object->if_contains(name) : nullptr;
    return member ? text_of(*member).value_or("") : "";
}

bool run_extension(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value url;
    const Outcome outcome = evaluator.argument(call, 0, url);
    if (outcome != Outcome::one) return outcome == Outcome::none;
    if (url.kind() != Value::Kind::string) return evaluator.fail_on_type(*call.arguments[0], "a String");
    const NameId name = *evaluator.types().find_name("extension");
    return std::all_of(input.begin(), input.end(), [&](const Value& item) {
        if (!item.is_element()) return true;
        const std::optional<MemberView> view = evaluator.types().member(item.type(), name);
        const json::value* holder = item.json() && item.json()->is_object() ? item.json() : item.sibling();
        if (!view || !holder || !holder->is_object()) return true;
        return evaluator.visit_member(*view, holder->get_object(), [&](Value&& extension) {
            return text_member(extension, "url") != url.as_string() || evaluator.push(call, std::move(extension), out);
        });
    });
}

bool run_get_value(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    if (input.size() != 1) return true;  // several have none (FHIR R4, FHIRPath, getValue)
    const Value& item = input[0];
    const bool is_complex = item.is_element() && !evaluator.types().is_primitive(item.type());
    Value value = is_complex ? Value() : item.system_value();
    return !value.has_value() || evaluator.push(call, std::move(value), out);
}

// The contained resource with this id.
Value contained(const Evaluator& evaluator, std::string_view id) {
    const Input& input = evaluator.input();
    const Value& resource = input.resource.has_value() ? input.resource : input.context;
    const Value& root = input.root_resource.has_value() ? input.root_resource : resource;
    const json::object* object = root.is_element() && root.json() ? root.json()->if_object() : nullptr;
    const json::value* list = object ? object->if_contains("contained") : nullptr;
    if (!list || !list->is_array()) return {};
    for (const json::value& candidate : list->get_array()) {
        const Value found = Value::resource(candidate, evaluator.types());
        if (text_member(found, "id") == id) return found;
    }
    return {};
}

// A Reference's or a uri's target; what cannot be resolved is left out (FHIR R4, 2.9.1.5).
bool run_resolve(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return std::all_of(input.begin(), input.end(), [&](const Value& item) {
        const Value text = item.system_value();
        const bool is_text = text.kind() == Value::Kind::string;
        const std::string_view reference = is_text             ? text.as_string()
                                           : item.is_element() ? text_member(item, "reference")
                                                               : std::string_view();
        if (reference.empty()) return true;
        Value target;
        if (reference.starts_with('#')) {
            target = contained(evaluator, reference.substr(1));
        } else if (evaluator.input().resolver) {
            target = (*evaluator.input().resolver)(reference).value_or(Value());
        }
        return !target.has_value() || evaluator.push(call, std::move(target), out);
    });
}

constexpr Parameter string{Form::value, kinds::string};

constexpr Function functions[] = {
    {"children", kinds::anything, Gives::anything, run_children},
    {"descendants", kinds::anything, Gives::anything, run_descendants},
    {"extension", kinds::anything, Gives::extensions, run_extension, {string}, 1, 1},
    {"getValue", kinds::anything, Gives::input_temporal, run_get_value},
    {"resolve", kinds::anything, Gives::resources, run_resolve},
};

}  // namespace

std::span<const Function> tree_functions() {
    return functions;
}

}  // namespace fhir::path
