// From an element to its members: what JSON has under a name, as values with their types.
#include "fhir/member.hpp"
#include "fhir/path/evaluator.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace fhir::path {
namespace json = boost::json;
namespace {

// Both a member and its sibling in one pass: objects of FHIR are small, and most keys differ in length or first letter.
struct Found {
    const json::value* node = nullptr;
    const json::value* sibling = nullptr;
};

// Of names of the same length most differ in the first letter. Precondition: key.size() == name.size() > 0
bool is_same(json::string_view key, std::string_view name) {
    return key.front() == name.front() && std::string_view(key) == name;
}

Found find_member(const json::object& object, const MemberView& view) {
    constexpr std::size_t small = 24;
    const bool has_sibling = !view.sibling.empty();
    if (object.size() > small) {
        return {fhir::find_member(object, view.name), has_sibling ? fhir::find_member(object, view.sibling) : nullptr};
    }
    const std::size_t name_size = view.name.size();
    const std::size_t sibling_size = has_sibling ? name_size + 1 : std::size_t(-1);
    Found found;
    for (const json::key_value_pair& member : object) {
        const json::string_view key = member.key();
        if (key.size() == name_size) {
            if (!is_same(key, view.name)) continue;
            found.node = &member.value();
            if (!has_sibling) break;
        } else if (key.size() == sibling_size && is_same(key, view.sibling)) {
            found.sibling = &member.value();
        }
    }
    return found;
}

// One node of JSON as a value of the declared type. A resource says itself what it is.
Value value_of(const json::value* node, const json::value* sibling, TypeId type, const Types& types) {
    if (node && node->is_null()) node = nullptr;
    if (sibling && !sibling->is_object()) sibling = nullptr;
    if (is_system(type)) return node ? system_value_of(*node, type) : Value();
    if (!node && !sibling) return {};
    if (node && type == resource_type()) return Value::resource(*node, types);
    return Value::element(node, type, sibling);
}

const json::value* at(const json::value* list, std::size_t index) {
    const json::array* array = list ? list->if_array() : nullptr;
    return array && index < array->size() ? &(*array)[index] : nullptr;
}

// Items whose type is the declared one, and which no sibling adds to.
bool visit_items(const json::array& items, TypeId type, Visit visit) {
    for (const json::value& item : items) {
        if (!item.is_null() && !visit(Value::element(&item, type))) return false;
    }
    return true;
}

bool visit_one(const json::value* node, const json::value* sibling, TypeId type, const Types& types, Visit visit) {
    Value value = value_of(node, sibling, type, types);
    return !value.has_value() || visit(std::move(value));
}

// What stands under a name: one value or an array, with or without siblings of the same form.
bool visit_json(const json::value* node, const json::value* sibling, TypeId type, const Types& types, Visit visit) {
    if (node && !sibling && node->is_array()) {
        if (!is_system(type) && type != resource_type()) return visit_items(node->get_array(), type, visit);
        for (const json::value& item : node->get_array()) {
            if (!visit_one(&item, nullptr, type, types, visit)) return false;
        }
        return true;
    }
    const bool is_list = (node && node->is_array()) || (sibling && sibling->is_array());
    if (!is_list) return visit_one(node, sibling, type, types, visit);
    const auto size = [](const json::value* list) { return list && list->is_array() ? list->get_array().size() : 0; };
    const std::size_t count = std::max(size(node), size(sibling));
    for (std::size_t i = 0; i < count; ++i) {
        if (!visit_one(at(node, i), at(sibling, i), type, types, visit)) return false;
    }
    return true;
}

// The choice whose name stands behind `name` in `key`: "valueQuantity" is value of Quantity.
TypeId choice_of(std::string_view key, std::string_view name, std::span<const TypeId> choices, const Types& types) {
    if (!key.starts_with(name) || key.size() == name.size()) return TypeId::none;
    key.remove_prefix(name.size());
    const auto fits = [key](std::string_view type) {
        const bool same_first =
            type[0] == key[0] || (type[0] >= 'a' && type[0] <= 'z' && type[0] - 'a' + 'A' == key[0]);
        return type.size() == key.size() && same_first && type.substr(1) == key.substr(1);
    };
    const auto found =
        std::find_if(choices.begin(), choices.end(), [&](TypeId type) { return fits(types.name(type)); });
    return found == choices.end() ? TypeId::none : *found;
}

const json::value* sibling_of(std::string_view name, const json::object& object) {
    std::string sibling(1, '_');
    sibling += name;
    return object.if_contains(sibling);
}

bool visit_choice(const MemberView& view, const json::object& object, const Types& types, Visit visit) {
    for (const auto& [key, node] : object) {
        const bool is_sibling = key.starts_with('_');
        const std::string_view plain = std::string_view(key).substr(is_sibling ? 1 : 0);
        const TypeId type = choice_of(plain, view.name, view.choices, types);
        if (type == TypeId::none) continue;
        if (!is_sibling) {
            const json::value* sibling = types.is_primitive(type) ? sibling_of(plain, object) : nullptr;
            if (!visit_json(&node, sibling, type, types, visit)) return false;
        } else if (!object.contains(plain)) {
            if (!visit_json(nullptr, &node, type, types, visit)) return false;
        }
    }
    return true;
}

// The object that has an element's members: of a primitive its sibling, which holds id and extensions.
const json::object* members_of(const Value& item) {
    if (!item.is_element()) return nullptr;
    if (item.json()) {
        if (const json::object* object = item.json()->if_object()) return object;
    }
    return item.sibling() ? item.sibling()->if_object() : nullptr;
}

// SimpleTypeInfo and ClassInfo: what type() gives has a name, a namespace and a base type.
Value member_of_type_info(const Value& item, std::string_view name, const Types& types) {
    const TypeId type = item.type();
    const std::string_view name_space = is_system(type) ? "System" : "FHIR";
    if (name == "namespace") return Value::borrowed_string(name_space);
    if (name == "name") return Value::borrowed_string(types.name(type));
    if (name != "baseType") return {};
    if (is_system(type)) return Value::borrowed_string("System.Any");
    const TypeId base = types.base(type);
    return Value::string(base == TypeId::none ? "System.Any" : "FHIR." + std::string(types.name(base)));
}

}  // namespace

bool Evaluator::visit(const Node& node, Visit visit) {
    if (node.kind == NodeKind::member && !explanation_) {
        return this->visit(*node.input, [&](Value&& item) { return visit_member(node, item, visit); });
    }
    if (node.kind == NodeKind::call && node.function->filter && !explanation_) {
        return spend(node) && node.function->filter(*this, node, visit);
    }
    if (node.kind == NodeKind::focus) return !focus_ || visit(Value(*focus_));
    if (node.kind == NodeKind::root_type && !explanation_) {
        return !focus_ || !is_of_type(types(), *focus_, node.specifier) || visit(Value(*focus_));
    }
    if (node.kind == NodeKind::variable && node.variable) {
        const std::size_t index = *node.variable;
        const Collection* values = index < input_.variables.size() ? input_.variables[index] : nullptr;
        if (!values) return true;
        return std::all_of(values->begin(), values->end(), [&](const Value& value) { return visit(Value(value)); });
    }
    Collection values;
    if (!collect(node.kind == NodeKind::member ? *node.input : node, values)) return false;
    for (Value& value : values) {
        if (node.kind == NodeKind::member ? !visit_member(node, value, visit) : !visit(std::move(value))) return false;
    }
    return true;
}

bool Evaluator::visit_member(const Node& member, const Value& item, Visit visit) {
    if (!spend(member)) return false;
    if (item.kind() == Value::Kind::type_info) {
        Value value = member_of_type_info(item, member.name, types());
        return !value.has_value() || visit(std::move(value));
    }
    const json::object* object = members_of(item);
    if (!object) return true;
    if (member.member) return visit_member(*member.member, *object, visit);
    if (!member.name_id) return true;
    const std::optional<MemberView> view = types().member(item.type(), *member.name_id);
    return !view || visit_member(*view, *object, visit);
}

bool Evaluator::visit_member(const MemberView& view, const json::object& object, Visit visit) {
    if (!view.choices.empty()) return visit_choice(view, object, types(), visit);
    const Found found = find_member(object, view);
    return (!found.node && !found.sibling) || visit_json(found.node, found.sibling, view.type, types(), visit);
}

bool Evaluator::visit_children(const Value& item, Visit visit) {
    const json::object* object = members_of(item);
    if (!object) return true;
    for (const MemberView& view : types().members(item.type())) {
        if (!visit_member(view, *object, visit)) return false;
    }
    return true;
}

}  // namespace fhir::path
