// FHIRPath's `=`, `~` and order of values. Source: FHIRPath N1, 6.1 Equality and 6.2 Comparison.
#include "fhir/json_text.hpp"
#include "fhir/path/evaluator.hpp"
#include "fhir/path/unicode.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <functional>

namespace fhir::path {
namespace json = boost::json;
namespace {

using Kind = Value::Kind;

bool is_whole(Kind kind) {
    return kind == Kind::integer || kind == Kind::long_integer;
}
bool is_number(Kind kind) {
    return is_whole(kind) || kind == Kind::decimal;
}
bool is_day_or_time(Kind kind) {
    return kind == Kind::date || kind == Kind::date_time;
}

DateTime date_time_of(const Value& value) {
    return value.kind() == Kind::date ? DateTime{value.as_date(), std::nullopt, std::nullopt} : value.as_date_time();
}

Measure measure_of(const Value& value) {
    return value.kind() == Kind::quantity ? value.as_quantity() : Measure{value.as_decimal(), "1", std::nullopt};
}

bool are_quantities(const Value& left, const Value& right) {
    const auto fits = [](Kind kind) { return is_number(kind) || kind == Kind::quantity; };
    return fits(left.kind()) && fits(right.kind());
}

// Letters in lower case, each character of white space as a blank; several stay several (FHIRPath, String equivalence).
std::string normalised(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = character_length(text, i);
        if (is_space(character_at(text, i))) {
            out += ' ';
        } else {
            out += text.substr(i, length);
        }
        i += length;
    }
    return to_lower(out);
}

bool are_equivalent_texts(std::string_view left, std::string_view right) {
    return left == right || normalised(left) == normalised(right);
}

bool equal_numbers(const json::value& left, const json::value& right) {
    const auto first = Decimal::parse(number_text(left));
    const auto second = Decimal::parse(number_text(right));
    return first && second ? *first == *second : number_text(left) == number_text(right);
}

// Trees member by member. Depth is bounded by what the JSON parser let in.
bool is_same_tree(const json::value& left, const json::value& right) {
    if (fhir::is_number(left) && fhir::is_number(right)) return equal_numbers(left, right);
    if (left.is_string() && right.is_string()) return *text_of(left) == *text_of(right);
    if (left.is_array() && right.is_array()) {
        return std::equal(left.get_array().begin(), left.get_array().end(), right.get_array().begin(),
                          right.get_array().end(), is_same_tree);
    }
    if (!left.is_object() || !right.is_object()) return left == right;
    if (left.get_object().size() != right.get_object().size()) return false;
    return std::all_of(left.get_object().begin(), left.get_object().end(), [&](const auto& member) {
        const json::value* other = right.get_object().if_contains(member.key());
        return other && is_same_tree(member.value(), *other);
    });
}

bool are_equivalent_trees(const json::value& left, const json::value& right);

// In any order; each item of one side is taken for one of the other.
bool are_equivalent_lists(const json::array& left, const json::array& right) {
    if (left.size() != right.size()) return false;
    std::vector<bool> taken(right.size(), false);
    return std::all_of(left.begin(), left.end(), [&](const json::value& item) {
        std::size_t i = 0;
        while (i < right.size() && (taken[i] || !are_equivalent_trees(item, right[i]))) ++i;
        if (i < right.size()) taken[i] = true;
        return i < right.size();
    });
}

// FHIR R4, FHIRPath, Changes to operators: ids do not count.
bool are_equivalent_objects(const json::object& left, const json::object& right) {
    const auto counted = [](const json::object& object) { return object.size() - (object.contains("id") ? 1 : 0); };
    if (counted(left) != counted(right)) return false;
    return std::all_of(left.begin(), left.end(), [&](const auto& member) {
        if (member.key() == "id") return true;
        const json::value* other = right.if_contains(member.key());
        return other && are_equivalent_trees(member.value(), *other);
    });
}

bool are_equivalent_trees(const json::value& left, const json::value& right) {
    if (left.is_string() && right.is_string()) return are_equivalent_texts(*text_of(left), *text_of(right));
    if (left.is_array() && right.is_array()) return are_equivalent_lists(left.get_array(), right.get_array());
    if (left.is_object() && right.is_object()) return are_equivalent_objects(left.get_object(), right.get_object());
    const bool are_numbers = fhir::is_number(left) && fhir::is_number(right);
    if (!are_numbers) return left == right;
    const auto first = Decimal::parse(number_text(left));
    const auto second = Decimal::parse(number_text(right));
    return first && second && equivalent(*first, *second);
}

std::string_view text_member(const json::value& node, std::string_view name) {
    const json::object* object = node.if_object();
    const json::value* member = object ? object->if_contains(name) : nullptr;
    return member ? text_of(*member).value_or("") : "";
}

// FHIR R4, FHIRPath, Changes to operators: system and code of a Coding, any two codings of CodeableConcepts. Those that
// are words alone have neither to go by: all that they say is compared.
bool are_equivalent_codings(const json::value& left, const json::value& right) {
    if (text_member(left, "code").empty() && text_member(right, "code").empty())
        return are_equivalent_trees(left, right);
    return text_member(left, "system") == text_member(right, "system") &&
           text_member(left, "code") == text_member(right, "code");
}

const json::array* codings_of(const json::value& concept_node) {
    const json::object* object = concept_node.if_object();
    const json::value* list = object ? object->if_contains("coding") : nullptr;
    return list ? list->if_array() : nullptr;
}

bool are_equivalent_concepts(const json::value& left, const json::value& right) {
    const json::array* first = codings_of(left);
    const json::array* second = codings_of(right);
    if (!first || !second) return are_equivalent_trees(left, right);
    return std::any_of(first->begin(), first->end(), [&](const json::value& coding) {
        return std::any_of(second->begin(), second->end(),
                           [&](const json::value& other) { return are_equivalent_codings(coding, other); });
    });
}

bool are_equivalent_nodes(const Value& left, const Value& right) {
    if (left.type() == right.type() && left.type() == coding_type()) {
        return are_equivalent_codings(*left.json(), *right.json());
    }
    if (left.type() == right.type() && left.type() == codeable_concept_type()) {
        return are_equivalent_concepts(*left.json(), *right.json());
    }
    return are_equivalent_trees(*left.json(), *right.json());
}

// Elements that have no System value: `are_same` decides on what stands in the JSON of both.
template <typename Decide>
bool are_same_elements(const Value& left, const Value& right, Decide are_same) {
    if (left.kind() == Kind::type_info && right.kind() == Kind::type_info) return left.type() == right.type();
    if (!left.is_element() || !right.is_element()) return false;
    if (left.json() && right.json()) return left.json() == right.json() || are_same(left, right);
    if (left.json() || right.json()) return false;
    if (!left.sibling() || !right.sibling()) return left.sibling() == right.sibling();
    return is_same_tree(*left.sibling(), *right.sibling());
}

std::optional<bool> equal_system_values(const Value& left, const Value& right) {
    const Kind first = left.kind();
    const Kind second = right.kind();
    if (first == Kind::string && second == Kind::string) return left.as_string() == right.as_string();
    if (first == Kind::boolean && second == Kind::boolean) return left.as_boolean() == right.as_boolean();
    const Order found = order(left, right);
    if (found == Order::wrong_types) return false;
    return found == Order::undecided ? std::nullopt : std::optional(found == Order::equal);
}

Order order_of(std::optional<std::strong_ordering> ordering) {
    if (!ordering) return Order::undecided;
    if (*ordering < 0) return Order::less;
    return *ordering > 0 ? Order::greater : Order::equal;
}

std::optional<bool> equivalent_system_values(const Value& left, const Value& right) {
    const Kind first = left.kind();
    const Kind second = right.kind();
    if (first == Kind::string && second == Kind::string) {
        return are_equivalent_texts(left.as_string(), right.as_string());
    }
    if (is_number(first) && is_number(second)) return equivalent(left.as_decimal(), right.as_decimal());
    if (are_quantities(left, right)) return equivalent(measure_of(left), measure_of(right));
    if (is_day_or_time(first) && is_day_or_time(second)) {
        return equivalent(date_time_of(left), date_time_of(right));
    }
    if (first == Kind::time && second == Kind::time) return equivalent(left.as_time(), right.as_time());
    return equal_system_values(left, right).value_or(false);
}

// Equal values have equal keys; others mostly not.
std::size_t key_of(const Value& value) {
    const Value system = value.system_value();
    if (system.kind() == Kind::string) return std::hash<std::string_view>{}(system.as_string());
    if (is_number(system.kind()))
        return std::hash<std::int64_t>{}(truncate(system.as_decimal()).to_int64().value_or(0));
    if (system.kind() == Kind::none && value.is_element() && value.json() && value.json()->is_object()) {
        const json::value* id = value.json()->get_object().if_contains("id");
        const auto text = id ? text_of(*id) : std::nullopt;
        return value.json()->get_object().size() + (text ? std::hash<std::string_view>{}(*text) : 0);
    }
    return static_cast<std::size_t>(system.kind()) % static_cast<std::size_t>(Kind::integer);
}

}  // namespace

namespace {

// A primitive or a Quantity that says nothing that could be compared: only extensions, not of its type, with a
// comparator.
bool is_unknown(const Value& value, const Value& system) {
    return value.is_element() && !system.has_value() && system_type_of(value.type()) != TypeId::none;
}

}  // namespace

bool equivalent(const Decimal& left, const Decimal& right) {
    const Decimal first = left.without_trailing_zeros();
    const Decimal second = right.without_trailing_zeros();
    const int places = std::min(first.decimal_places(), second.decimal_places());
    return round(first, places) == round(second, places);
}

std::optional<bool> equal(const Value& left, const Value& right) {
    const Value first = left.system_value();
    const Value second = right.system_value();
    if (first.has_value() && second.has_value() && first.kind() != Kind::type_info) {
        return equal_system_values(first, second);
    }
    if (is_unknown(left, first) != is_unknown(right, second)) return std::nullopt;
    return are_same_elements(left, right,
                             [](const Value& a, const Value& b) { return is_same_tree(*a.json(), *b.json()); });
}

std::optional<bool> equivalent(const Value& left, const Value& right) {
    const Value first = left.system_value();
    const Value second = right.system_value();
    if (first.has_value() && second.has_value() && first.kind() != Kind::type_info) {
        return equivalent_system_values(first, second);
    }
    return are_same_elements(left, right, are_equivalent_nodes);
}

std::optional<bool> equal(const Collection& left, const Collection& right) {
    if (left.size() != right.size()) return false;
    bool decided = true;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const std::optional<bool> same = equal(left[i], right[i]);
        if (same == false) return false;
        if (!same) decided = false;
    }
    return decided ? std::optional(true) : std::nullopt;
}

std::optional<bool> equivalent(const Collection& left, const Collection& right) {
    if (left.size() != right.size()) return false;
    if (left.size() == 1) return equivalent(left[0], right[0]);
    std::vector<bool> taken(right.size(), false);
    for (const Value& value : left) {
        std::size_t i = 0;
        while (i < right.size() && (taken[i] || !equivalent(value, right[i]).value_or(false))) ++i;
        if (i == right.size()) return false;
        taken[i] = true;
    }
    return true;
}

bool holds(const Collection& values, const Value& value, std::size_t first) {
    return std::any_of(values.begin() + first, values.end(),
                       [&](const Value& other) { return equal(other, value).value_or(false); });
}

Order order(const Value& left, const Value& right) {
    const Kind first = left.kind();
    const Kind second = right.kind();
    if (is_whole(first) && is_whole(second)) return order_of(left.as_long() <=> right.as_long());
    if (is_number(first) && is_number(second)) return order_of(left.as_decimal() <=> right.as_decimal());
    if (first == Kind::string && second == Kind::string) return order_of(left.as_string() <=> right.as_string());
    if (first == Kind::date && second == Kind::date) return order_of(compare(left.as_date(), right.as_date()));
    if (is_day_or_time(first) && is_day_or_time(second)) {
        return order_of(compare(date_time_of(left), date_time_of(right)));
    }
    if (first == Kind::time && second == Kind::time) return order_of(compare(left.as_time(), right.as_time()));
    if (are_quantities(left, right)) return order(measure_of(left), measure_of(right));
    return Order::wrong_types;
}

bool DistinctValues::add(const Value& value, bool& added) {
    constexpr std::size_t few = 16;
    const std::size_t count = out_.size() - first_;
    added = false;
    if (count <= few) {
        if (!evaluator_.spend(node_, count)) return false;
        if (holds(out_, value, first_)) return true;
    }
    if (count == few) {
        for (std::size_t i = first_; i < out_.size(); ++i) places_.emplace(key_of(out_[i]), i);
    }
    if (count >= few) {
        const std::size_t key = key_of(value);
        const auto [begin, end] = places_.equal_range(key);
        if (!evaluator_.spend(node_, static_cast<std::size_t>(std::distance(begin, end)))) return false;
        for (auto place = begin; place != end; ++place) {
            if (equal(out_[place->second], value).value_or(false)) return true;
        }
        places_.emplace(key, out_.size());
    }
    added = true;
    return evaluator_.push(node_, value, out_);
}

bool append_distinct(Evaluator& evaluator, const Node& node, const Collection& values, Collection& out) {
    DistinctValues distinct(evaluator, node, out);
    bool added = false;
    return std::all_of(values.begin(), values.end(), [&](const Value& value) { return distinct.add(value, added); });
}

}  // namespace fhir::path
