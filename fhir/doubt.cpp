#include "fhir/doubt.hpp"

#include <string_view>

namespace fhir {
namespace json = boost::json;
namespace {

bool holds_one(const json::value& value);  // JSON is no deeper than its parser lets it be (JsonLimits)

bool is_empty(const json::value& value) {
    const json::array* list = value.if_array();
    return value.is_null() || (list && list->empty());
}

bool holds_one(const json::object& object) {
    for (const auto& member : object) {
        if (member.key() == "modifierExtension" && !is_empty(member.value())) return true;
        if (member.value().is_structured() && holds_one(member.value())) return true;
    }
    return false;
}

bool holds_one(const json::value& value) {
    if (const json::object* object = value.if_object()) return holds_one(*object);
    const json::array* list = value.if_array();
    if (!list) return false;
    for (const json::value& element : *list) {
        if (element.is_structured() && holds_one(element)) return true;
    }
    return false;
}

}  // namespace

bool has_modifier_extension(const json::object& resource) {
    for (const auto& member : resource) {
        if (member.key() == "contained") continue;
        if (member.key() == "modifierExtension" && !is_empty(member.value())) return true;
        if (member.value().is_structured() && holds_one(member.value())) return true;
    }
    return false;
}

}  // namespace fhir
