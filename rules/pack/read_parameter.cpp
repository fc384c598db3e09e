#include "rules/pack/readers.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr Field fields[] = {{"type", kind::text, true},
                            {"default", kind::text | kind::integer | kind::boolean, true},
                            {"range", kind::list, false, kind::integer},
                            {"values", kind::list, false, kind::text},
                            {"unit"},
                            {"says", kind::text, true},
                            {"source", kind::text, true}};
constexpr Form form = {"a parameter", fields};

constexpr Words<Parameter::Type, 3> type_words = {
    {{"integer", Parameter::Type::integer}, {"boolean", Parameter::Type::boolean}, {"code", Parameter::Type::code}}};

void read_range(const Object& object, Parameter& parameter) {
    const std::optional<Node> node = object.at("range");
    if (!node) return;
    const std::vector<Node> bounds = object.list("range");
    if (bounds.size() != 2 || bounds[0].value().get_int64() > bounds[1].value().get_int64()) {
        return node->error("range", "A range is its smallest and its largest value.", "Write [1, 365].");
    }
    parameter.range = {bounds[0].value().get_int64(), bounds[1].value().get_int64()};
}

void check_limits_fit_type(const Object& object, const Parameter& parameter) {
    using enum Parameter::Type;
    if (parameter.type != integer && parameter.range) {
        object.at("range")->error("range", "Only an integer has a range.", "Take the range away.");
    }
    if (parameter.type != code && !parameter.values.empty()) {
        object.at("values")->error("values", "Only a code has values.", "Take the values away.");
    }
    if (parameter.type == code && parameter.values.empty()) {
        object.node().error("missing-member", "A code needs the values it can take.", "Add \"values\": [\"…\"].");
    }
}

std::optional<std::string> read_integer(const Parameter& parameter, const Node& node) {
    if (!node.require(kind::integer, '"' + parameter.name + '"')) return std::nullopt;
    const std::int64_t number = node.value().get_int64();
    if (parameter.range && (number < parameter.range->first || number > parameter.range->second)) {
        node.error("out-of-range", std::to_string(number) + " is not in the range of \"" + parameter.name + "\".",
                   "Write a number from " + std::to_string(parameter.range->first) + " to " +
                       std::to_string(parameter.range->second) + '.');
        return std::nullopt;
    }
    return std::to_string(number);
}

std::optional<std::string> read_code(const Parameter& parameter, const Node& node) {
    if (!node.require(kind::text, '"' + parameter.name + '"')) return std::nullopt;
    const std::string value = node.text();
    if (std::find(parameter.values.begin(), parameter.values.end(), value) == parameter.values.end()) {
        node.error("unknown-value", '"' + value + "\" is not a value of \"" + parameter.name + "\".",
                   did_you_mean(value, {parameter.values.begin(), parameter.values.end()}));
        return std::nullopt;
    }
    return value;
}

}  // namespace

Parameter read_parameter(const std::string& name, const Node& node) {
    const Object object(node, form);
    Parameter parameter;
    parameter.name = name;
    parameter.place = node.place();
    if (name.find('.') == std::string::npos) {
        node.error("parameter-name", "The name of a parameter has two parts: what it is about, and what it says.",
                   "Write \"vitaminD.validDays\".");
    }
    const std::optional<Node> type = object.at("type");
    if (const auto meaning = type ? meaning_of(*type, type_words) : std::nullopt) parameter.type = *meaning;
    read_range(object, parameter);
    parameter.values = object.texts("values");
    parameter.unit = object.text("unit");
    parameter.says = object.text("says");
    parameter.source = object.text("source");
    check_limits_fit_type(object, parameter);
    if (const std::optional<Node> value = object.at("default")) {
        parameter.default_value = read_parameter_value(parameter, *value).value_or("");
    }
    return parameter;
}

std::optional<std::string> read_parameter_value(const Parameter& parameter, const Node& node) {
    switch (parameter.type) {
        case Parameter::Type::integer:
            return read_integer(parameter, node);
        case Parameter::Type::code:
            return read_code(parameter, node);
        case Parameter::Type::boolean:
            if (!node.require(kind::boolean, '"' + parameter.name + '"')) return std::nullopt;
            return node.value().get_bool() ? "true" : "false";
    }
    return std::nullopt;
}

}  // namespace rules
