// Values for people and programs: literals, plain text, JSON, typed JSON.
#include "fhir/json_text.hpp"
#include "fhir/path/evaluator.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace fhir::path {
namespace json = boost::json;
namespace {

using Kind = Value::Kind;

// FHIR R4 has UCUM codes for the calendar's words; a plain number has no unit.
json::object quantity_json(const Measure& measure) {
    json::object quantity;
    quantity["value"] = make_decimal(measure.value.text());
    if (measure.calendar_unit) {
        quantity["unit"] = measure.unit;
    } else if (measure.unit != "1") {
        quantity["unit"] = measure.unit;
        quantity["system"] = "http://unitsofmeasure.org";
        quantity["code"] = measure.unit;
    }
    return quantity;
}

// "FHIR.Patient", what an element of type_info is worth outside of an expression.
std::string qualified_name(TypeId type, const Types& types) {
    return (is_system(type) ? "System." : "FHIR.") + std::string(types.name(type));
}

// A JSON string. FHIR has no control characters in strings, and a leading U+0001 would make this one a decimal.
json::value text_json(std::string_view text) {
    return json::value(text.substr(std::min(text.find_first_not_of('\x01'), text.size())));
}

std::optional<std::string> primitive_text(const json::value& node) {
    if (const std::optional<std::string_view> text = text_of(node)) return std::string(*text);
    if (is_number(node)) return number_text(node);
    if (const bool* boolean = node.if_bool()) return *boolean ? "true" : "false";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> literal_text(const Value& value) {
    switch (value.kind()) {
        case Kind::boolean:
            return value.as_boolean() ? "true" : "false";
        case Kind::integer:
        case Kind::long_integer:
            return std::to_string(value.as_long());
        case Kind::decimal:
            return value.as_decimal().text();
        case Kind::string:
            return std::string(value.as_string());
        case Kind::date:
            return value.as_date().text();
        case Kind::date_time:
            return value.as_date_time().text();
        case Kind::time:
            return value.as_time().text();
        case Kind::quantity:
            return literal_text(value.as_quantity());
        case Kind::element: {
            const Value system = value.system_value();
            return system.has_value() ? literal_text(system) : std::nullopt;
        }
        case Kind::none:
        case Kind::type_info:
            break;
    }
    return std::nullopt;
}

std::string to_text(const Value& value, const Types& types) {
    if (value.kind() == Kind::type_info) return qualified_name(value.type(), types);
    const Value system = value.system_value();
    if (system.kind() == Kind::quantity) {
        const Measure& measure = system.as_quantity();
        return measure.unit == "1" ? measure.value.text() : measure.value.text() + ' ' + measure.unit;
    }
    if (const std::optional<std::string> text = literal_text(system)) return *text;
    return std::string(types.name(value.type()));
}

json::value to_json(const Value& value, const Types& types) {
    switch (value.kind()) {
        case Kind::boolean:
            return value.as_boolean();
        case Kind::integer:
        case Kind::long_integer:
            return value.as_long();
        case Kind::decimal:
            return make_decimal(value.as_decimal().text());
        case Kind::quantity:
            return quantity_json(value.as_quantity());
        case Kind::element:
            return value.json() ? *value.json() : json::value(nullptr);
        case Kind::type_info:
            return json::value(qualified_name(value.type(), types));
        case Kind::string:
        case Kind::date:
        case Kind::date_time:
        case Kind::time:
        case Kind::none:
            break;
    }
    return text_json(literal_text(value).value_or(""));
}

json::array to_json(const Collection& values, const Types& types) {
    json::array array;
    for (const Value& value : values) array.push_back(to_json(value, types));
    return array;
}

json::object to_typed_json(const Value& value, const Types& types) {
    json::object typed;
    typed["type"] = value.kind() == Kind::type_info ? "TypeInfo" : types.name(value.type());
    if (!value.is_element()) {
        const std::optional<std::string> text = literal_text(value);
        typed["value"] = text_json(text ? *text : qualified_name(value.type(), types));
        return typed;
    }
    const bool is_primitive = value.json() && types.is_primitive(value.type());
    const std::optional<std::string> text = is_primitive ? primitive_text(*value.json()) : std::nullopt;
    typed["value"] = text ? json::value(*text) : to_json(value, types);
    return typed;
}

}  // namespace fhir::path
