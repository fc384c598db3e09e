// Calls: the function, its arguments, and what it gives.
#include "fhir/path/analyser.hpp"
#include "fhir/path/nearest_name.hpp"
#include "fhir/path/regex.hpp"

#include <algorithm>
#include <array>

namespace fhir::path {
namespace {

using Form = Parameter::Form;

const Parameter& parameter_of(const Function& function, std::size_t index) {
    const std::size_t last = function.allowed == any_number ? 0 : function.parameters.size() - 1;
    return function.parameters[std::min(index, last)];
}

// Words for a set of kinds: "a String", "a number or a Quantity".
std::string words_of(Kinds kinds) {
    constexpr std::array<std::pair<Kinds, std::string_view>, 9> words{{{kinds::number, "a number"},
                                                                       {kinds::boolean, "a Boolean"},
                                                                       {kinds::integer, "an Integer"},
                                                                       {kinds::decimal, "a Decimal"},
                                                                       {kinds::string, "a String"},
                                                                       {kinds::date, "a Date"},
                                                                       {kinds::date_time, "a DateTime"},
                                                                       {kinds::time, "a Time"},
                                                                       {kinds::quantity, "a Quantity"}}};
    std::string text;
    for (const auto& [kind, word] : words) {
        if ((kinds & kind) != kind) continue;
        if (!text.empty()) text += " or ";
        text += word;
        kinds = static_cast<Kinds>(kinds & ~kind);
    }
    return text;
}

// "one argument", "1 to 2 arguments".
std::string arguments_of(const Function& function) {
    if (function.allowed == any_number) return "at least " + std::to_string(function.required) + " arguments";
    if (function.allowed == 0) return "no arguments";
    if (function.required == function.allowed) {
        return std::to_string(function.allowed) + (function.allowed == 1 ? " argument" : " arguments");
    }
    return std::to_string(function.required) + " to " + std::to_string(function.allowed) + " arguments";
}

// What a value may be turned into on the way into an argument.
Kinds with_implicit_conversions(Kinds allowed) {
    if ((allowed & kinds::decimal) != 0) allowed |= kinds::whole;
    if ((allowed & kinds::quantity) != 0) allowed |= kinds::number;
    if ((allowed & kinds::date_time) != 0) allowed |= kinds::date;
    return allowed;
}

// The name a type argument is written as: `Patient`, `FHIR.Patient`. "" if it is something else.
std::string type_name(const Node& node) {
    if (node.kind != NodeKind::member) return "";
    if (!node.input->is_written) return node.name;
    const std::string name_space = type_name(*node.input);
    return name_space.empty() ? "" : name_space + '.' + node.name;
}

}  // namespace

void Analyser::analyse_call(Node& node) {
    analyse(*node.input);
    node.type = {{}, true};
    node.function = find_function(node.name);
    if (!node.function) {
        return report_name(node,
                           "there is no function " + node.name + "()" + did_you_mean(node.name, function_names()));
    }
    const Function& function = *node.function;
    if (function.needs_terminology && !options_.has_terminology) {
        report_name(node, node.name + "() needs value sets or code systems, of which nothing is known here");
    }
    if (node.arguments.size() < function.required || node.arguments.size() > function.allowed) {
        return report_name(
            node, node.name + "() takes " + arguments_of(function) + ", not " + std::to_string(node.arguments.size()));
    }
    check_input(node);
    if (function.gives == Gives::projected && function.name != "select") {
        analyse_repeat(node);
    } else {
        for (std::size_t i = 0; i < node.arguments.size(); ++i) analyse_argument(node, i);
    }
    check_pattern(node);
    if (function.needs_order) require_order(node, node.name + "()");
    node.type = result_of(node);
    node.is_ordered = is_ordered_result(node);
}

void Analyser::check_input(const Node& call) {
    const Kinds allowed = with_implicit_conversions(call.function->input);
    const ResultType& input = call.input->type;
    if (call.function->input == kinds::anything || input.types.empty() || (kinds_of(input) & allowed) != 0) return;
    report_name(call, call.name + "() works on " + words_of(call.function->input) + ", not on " + describe(input));
}

void Analyser::require_order(const Node& node, std::string_view what) {
    if (node.input->is_ordered) return;
    report_name(node, std::string(what) + " depends on an order that children() and descendants() do not have");
}

void Analyser::analyse_argument(Node& call, std::size_t index) {
    Node& argument = *call.arguments[index];
    const Parameter& parameter = parameter_of(*call.function, index);
    switch (parameter.form) {
        case Form::type:
            return take_type_argument(call, argument);
        case Form::name:
            return take_name_argument(call, argument);
        case Form::value:
        case Form::collection: {
            const Scope scope(*this);
            analyse(argument);
            if (parameter.form == Form::value) check_value_argument(call, argument, parameter.kinds);
            check_known_argument(call, index);
            break;
        }
        case Form::criterion:
            analyse_in_item(call, argument);
            return check_criterion(call, argument);
        case Form::projection:
            return analyse_in_item(call, argument);
        case Form::sort_key:
            if (!argument.has_direction) argument.is_descending = argument.kind == NodeKind::negate;
            return analyse_in_item(call,
                                   argument.is_descending && !argument.has_direction ? *argument.input : argument);
    }
    if (call.function->name == "defineVariable") defined_.back().type = argument.type;
}

// With $this as one item of the input. iif() without anything before it leaves $this and $index as they are.
void Analyser::analyse_in_item(Node& call, Node& argument) {
    const Scope scope(*this);
    const bool is_condition = call.function->gives == Gives::branches;
    if (!is_condition || call.input->is_written) {
        surroundings_.focus = call.input->type;
        surroundings_.focus.is_collection = false;
    }
    if (call.function->gives == Gives::accumulated) surroundings_.has_total = true;
    analyse(argument);
}

// repeat() goes through what it gives itself, so its argument is looked at again with those types added. Inside others
// of its kind it is looked at once, without types: each level would double the work.
void Analyser::analyse_repeat(Node& call) {
    constexpr std::size_t deep = 3;
    Node& argument = *call.arguments[0];
    const auto look = [&](std::vector<TypeId> focus) {
        const Scope scope(*this);
        surroundings_.focus = {std::move(focus), false};
        ++repeats_;
        analyse(argument);
        --repeats_;
    };
    if (repeats_ >= deep || call.input->type.types.empty()) return look({});
    const std::size_t findings = diagnostics_.size();
    look(call.input->type.types);
    const bool is_right = std::none_of(diagnostics_.begin() + static_cast<std::ptrdiff_t>(findings), diagnostics_.end(),
                                       [](const Diagnostic& found) { return found.severity == Severity::error; });
    if (!is_right) return;
    diagnostics_.resize(findings);
    look(joined(call.input->type, argument.type).types);
}

void Analyser::check_value_argument(const Node& call, const Node& argument, Kinds allowed) {
    const ResultType& type = argument.type;
    if (allowed == kinds::anything || type.types.empty()) return;
    if ((kinds_of(type) & with_implicit_conversions(allowed)) != 0) return;
    report(Severity::error, argument.offset, argument.length,
           call.name + "() needs " + words_of(allowed) + " here, not " + describe(type));
}

// An expression of elsewhere may never come to such a call.
void Analyser::check_known_argument(const Node& call, std::size_t index) {
    const Node& argument = *call.arguments[index];
    const std::optional<Value> value = call.function->refuse ? constant_of(argument) : std::nullopt;
    if (!value) return;
    const std::string_view why = call.function->refuse({call, index, *value, types()});
    if (why.empty()) return;
    report(options_.is_lenient ? Severity::warning : Severity::error, argument.offset, argument.length,
           std::string(why));
}

void Analyser::check_criterion(const Node& call, const Node& argument) {
    const ResultType& type = argument.type;
    if (type.types.empty() || (kinds_of(type) & kinds::boolean) != 0) return;
    report(options_.is_lenient ? Severity::warning : Severity::error, argument.offset, argument.length,
           "the criterion of " + call.name + "() must be a Boolean, not " + describe(type) +
               "; to ask whether there is one, write .exists()");
}

void Analyser::check_pattern(Node& call) {
    const bool has_pattern = call.name == "matches" || call.name == "matchesFull" || call.name == "replaceMatches";
    if (!has_pattern || call.arguments[0]->kind != NodeKind::literal) return;
    const Node& argument = *call.arguments[0];
    if (argument.literal.kind() != Value::Kind::string) return;
    const std::size_t flags_index = call.name == "replaceMatches" ? 2 : 1;
    std::string_view flags;
    if (call.arguments.size() > flags_index) {
        const Node& given = *call.arguments[flags_index];
        if (given.kind != NodeKind::literal || given.literal.kind() != Value::Kind::string) return;
        flags = given.literal.as_string();
    }
    if (!are_flags(flags)) return;  // which is said of them
    std::string why;
    call.pattern = compile_pattern(argument.literal.as_string(), flags, options_.limits, why);
    if (call.pattern) return;
    report(Severity::error, argument.offset, argument.length, "this regular expression is not valid: " + why);
}

void Analyser::take_type_argument(Node& call, Node& argument) {
    const std::string name = type_name(argument);
    if (name.empty()) {
        return report(Severity::error, argument.offset, argument.length, "the name of a type is needed here");
    }
    resolve_specifier(call, name, argument.offset, argument.length, call.name == "is");
}

void Analyser::take_name_argument(Node& call, Node& argument) {
    analyse(argument);
    const bool is_text = argument.kind == NodeKind::literal && argument.literal.kind() == Value::Kind::string;
    if (!is_text) {
        return report(Severity::error, argument.offset, argument.length, "a string literal is needed here");
    }
    if (call.function->name != "defineVariable") return;
    const std::string_view name = argument.literal.as_string();
    const auto is_named = [name](const auto& known) { return known.name == name; };
    const bool is_taken = std::any_of(defined_.begin(), defined_.end(), is_named) ||
                          std::any_of(options_.variables.begin(), options_.variables.end(), is_named) ||
                          name == "context" || name == "resource" || name == "rootResource" || name == "ucum" ||
                          name == "sct" || name == "loinc";
    if (is_taken) {
        report(Severity::error, argument.offset, argument.length, "there is a variable of this name already");
    }
    defined_.push_back({name, call.input->type});
}

// `number` for what is one, a Quantity for what may be one.
ResultType Analyser::number_or_quantity(const ResultType& input, TypeId number) const {
    const Kinds kinds = kinds_of(input);
    ResultType result{{}, false};
    if ((kinds & kinds::number) != 0) result.types.push_back(number);
    if ((kinds & kinds::quantity) != 0) result.types.push_back(TypeId::quantity);
    return result;
}

ResultType Analyser::branches_of(const Node& call) const {
    const Node& first = *call.arguments[1];
    if (call.arguments.size() < 3) return first.type;
    const Node& second = *call.arguments[2];
    if (first.kind == NodeKind::empty) return second.type;
    return second.kind == NodeKind::empty ? first.type : joined(first.type, second.type);
}

ResultType Analyser::input_with(const Node& call, const Node& argument) const {
    ResultType both = joined(call.input->type, argument.type);
    if (call.input->kind == NodeKind::empty) both.types = argument.type.types;
    if (argument.kind == NodeKind::empty) both.types = call.input->type.types;
    both.is_collection = true;
    return both;
}

ResultType Analyser::result_of(const Node& call) const {
    const ResultType& input = call.input->type;
    const auto one = [](TypeId type) { return ResultType{{type}, false}; };
    switch (call.function->gives) {
        case Gives::boolean:
            return one(TypeId::boolean);
        case Gives::integer:
            return one(TypeId::integer);
        case Gives::long_integer:
            return one(TypeId::long_integer);
        case Gives::decimal:
            return one(TypeId::decimal);
        case Gives::decimals:
            return {{TypeId::decimal}, input.is_collection};
        case Gives::string:
            return one(TypeId::string);
        case Gives::strings:
            return {{TypeId::string}, true};
        case Gives::date:
            return one(TypeId::date);
        case Gives::date_time:
            return one(TypeId::date_time);
        case Gives::time:
            return one(TypeId::time);
        case Gives::quantity:
            return one(TypeId::quantity);
        case Gives::type_info:
            return {{TypeId::type_info}, input.is_collection};
        case Gives::anything:
            return {{}, true};
        case Gives::input:
            return input;
        case Gives::input_item:
            return {input.types, false};
        case Gives::input_number:
        case Gives::input_temporal:
            return system_types_of(input);
        case Gives::whole_number:
            return number_or_quantity(input, TypeId::integer);
        case Gives::rounded_number:
            return number_or_quantity(input, TypeId::decimal);
        case Gives::typed_items:
            return {call.specifier.types, input.is_collection};
        case Gives::typed_item:
            return {call.specifier.types, false};
        case Gives::projected:
            return {call.arguments[0]->type.types,
                    input.is_collection || call.arguments[0]->type.is_collection || call.function->name != "select"};
        case Gives::input_and_argument:
            return input_with(call, *call.arguments[0]);
        case Gives::arguments: {
            ResultType any = call.arguments[0]->type;
            for (const Node* argument : call.arguments) any = joined(any, argument->type);
            return any;
        }
        case Gives::branches:
            return branches_of(call);
        case Gives::accumulated:
            return {{}, true};
        case Gives::extensions:
            return {{extension_type()}, true};
        case Gives::resources:
            return {{resource_type()}, input.is_collection};
    }
    return {};
}

// A number keeps its kind, but power() and avg() of whole numbers may have places; so whole ones are joined by Decimal.
ResultType Analyser::system_types_of(const ResultType& type) const {
    ResultType result{{}, false};
    for (const TypeId id : type.types) {
        const TypeId system = system_type_of(id);
        if (system == TypeId::none) return {{}, false};
        if (std::find(result.types.begin(), result.types.end(), system) == result.types.end())
            result.types.push_back(system);
    }
    const bool is_whole = (kinds_of(result) & kinds::whole) != 0 && (kinds_of(result) & kinds::decimal) == 0;
    if (is_whole) result.types.push_back(TypeId::decimal);
    return result;
}

bool Analyser::is_ordered_result(const Node& call) const {
    switch (call.function->gives) {
        case Gives::anything:
            return false;
        case Gives::input:
            return call.function->name == "sort" || call.input->is_ordered;
        case Gives::typed_items:
        case Gives::extensions:
            return call.input->is_ordered;
        case Gives::projected:
        case Gives::input_and_argument:
            return call.input->is_ordered && call.arguments[0]->is_ordered;
        default:
            return true;
    }
}

}  // namespace fhir::path
