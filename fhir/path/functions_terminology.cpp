// memberOf(), subsumes() and subsumedBy(), which ask the caller's Terminology, and ordinal(). Source: FHIR R4,
// FHIRPath, Additional functions; ordinal: R4's extension ordinalValue, and itemWeight, which followed it.
#include "fhir/json_text.hpp"
#include "fhir/path/evaluator.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <vector>

namespace fhir::path {
namespace json = boost::json;
namespace {

using Form = Parameter::Form;

struct Code {
    std::string_view system;
    std::string_view code;
};

std::string_view text_member(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member ? text_of(*member).value_or("") : "";
}

void add_coding(const json::value& node, std::vector<Code>& codes) {
    const json::object* object = node.if_object();
    if (!object || text_member(*object, "code").empty()) return;
    codes.push_back({text_member(*object, "system"), text_member(*object, "code")});
}

// The codings of a CodeableConcept, a Coding itself. \returns whether it is one of the two
bool add_codings(const Value& item, std::vector<Code>& codes) {
    if (!item.is_element() || !item.json()) return false;
    if (item.type() == coding_type()) {
        add_coding(*item.json(), codes);
        return true;
    }
    if (item.type() != codeable_concept_type()) return false;
    const json::object* object = item.json()->if_object();
    const json::value* list = object ? object->if_contains("coding") : nullptr;
    if (list && list->is_array()) {
        for (const json::value& coding : list->get_array()) add_coding(coding, codes);
    }
    return true;
}

bool push_answer(Evaluator& evaluator, const Node& call, std::optional<bool> answer, Collection& out) {
    return !answer || evaluator.push(call, Value::boolean(*answer), out);
}

// True if one is in it, else nothing if one is not known to be or not.
std::optional<bool> any_member(const Terminology& terminology, std::string_view value_set,
                               const std::vector<Code>& codes) {
    std::optional<bool> answer = false;
    for (const Code& code : codes) {
        const std::optional<bool> is_member = terminology.is_member(value_set, code.system, code.code);
        if (is_member == true) return true;
        if (!is_member) answer = std::nullopt;
    }
    return answer;
}

bool run_member_of(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Value value_set;
    const Outcome outcome = evaluator.argument(call, 0, value_set);
    if (outcome == Outcome::failed) return false;
    const Terminology* const terminology = evaluator.input().terminology;
    if (outcome == Outcome::none || input.size() != 1 || !terminology || !terminology->is_member) return true;
    if (value_set.kind() != Value::Kind::string) return evaluator.fail_on_type(*call.arguments[0], "a String");
    std::vector<Code> codes;
    if (!add_codings(input[0], codes)) {
        const Value text = input[0].system_value();
        if (text.kind() != Value::Kind::string) return true;
        return push_answer(evaluator, call, terminology->is_member(value_set.as_string(), "", text.as_string()), out);
    }
    return push_answer(evaluator, call, any_member(*terminology, value_set.as_string(), codes), out);
}

// Codes of different systems have no relation that is known.
std::optional<bool> is_at_or_below(const Terminology* terminology, const Code& ancestor, const Code& code) {
    if (ancestor.system != code.system) return std::nullopt;
    if (ancestor.code == code.code) return true;
    return terminology && terminology->subsumes ? terminology->subsumes(code.system, ancestor.code, code.code)
                                                : std::nullopt;
}

std::optional<bool> any_at_or_below(const Terminology* terminology, const std::vector<Code>& ancestors,
                                    const std::vector<Code>& codes) {
    bool is_known = false;
    for (const Code& ancestor : ancestors) {
        for (const Code& code : codes) {
            const std::optional<bool> found = is_at_or_below(terminology, ancestor, code);
            if (found == true) return true;
            if (found) is_known = true;
        }
    }
    return is_known ? std::optional(false) : std::nullopt;
}

enum class Direction { input_is_above, input_is_below };

template <Direction direction>
bool run_subsumes(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    Collection given;
    {
        const Evaluator::Scope scope(evaluator);
        if (!evaluator.collect(*call.arguments[0], given)) return false;
    }
    if (input.size() != 1 || given.size() != 1) return true;
    std::vector<Code> mine;
    std::vector<Code> others;
    if (!add_codings(input[0], mine) || !add_codings(given[0], others)) {
        return evaluator.fail(EvaluationErrorCode::wrong_type, call.name + "() compares Codings and CodeableConcepts",
                              call);
    }
    const Terminology* const terminology = evaluator.input().terminology;
    const bool is_above = direction == Direction::input_is_above;
    if (!evaluator.spend(call, mine.size() * others.size())) return false;
    return push_answer(
        evaluator, call,
        is_above ? any_at_or_below(terminology, mine, others) : any_at_or_below(terminology, others, mine), out);
}

// The decimal that an item's extension gives it.
Value ordinal_of(const Value& item) {
    if (!item.is_element()) return {};
    const json::value* const holder = item.json() && item.json()->is_object() ? item.json() : item.sibling();
    const json::object* const object = holder ? holder->if_object() : nullptr;
    const json::value* const list = object ? object->if_contains("extension") : nullptr;
    if (!list || !list->is_array()) return {};
    for (const json::value& entry : list->get_array()) {
        const json::object* const extension = entry.if_object();
        if (!extension) continue;
        const std::string_view url = text_member(*extension, "url");
        const json::value* const value = extension->if_contains("valueDecimal");
        if (value && (url == "http://hl7.org/fhir/StructureDefinition/ordinalValue" ||
                      url == "http://hl7.org/fhir/StructureDefinition/itemWeight")) {
            return system_value_of(*value, TypeId::decimal);
        }
    }
    return {};
}

bool run_ordinal(Evaluator& evaluator, const Node& call, const Collection& input, Collection& out) {
    return std::all_of(input.begin(), input.end(), [&](const Value& item) {
        Value ordinal = ordinal_of(item);
        return !ordinal.has_value() || evaluator.push(call, std::move(ordinal), out);
    });
}

constexpr Parameter string{Form::value, kinds::string};
constexpr Parameter collection{Form::collection, kinds::anything};

constexpr Function functions[] = {
    {.name = "memberOf",
     .gives = Gives::boolean,
     .run = run_member_of,
     .parameters = {string},
     .required = 1,
     .allowed = 1,
     .needs_terminology = true},
    {.name = "subsumes",
     .gives = Gives::boolean,
     .run = run_subsumes<Direction::input_is_above>,
     .parameters = {collection},
     .required = 1,
     .allowed = 1,
     .needs_terminology = true},
    {.name = "subsumedBy",
     .gives = Gives::boolean,
     .run = run_subsumes<Direction::input_is_below>,
     .parameters = {collection},
     .required = 1,
     .allowed = 1,
     .needs_terminology = true},
    {.name = "ordinal", .gives = Gives::decimals, .run = run_ordinal},
};

}  // namespace

std::span<const Function> terminology_functions() {
    return functions;
}

}  // namespace fhir::path
