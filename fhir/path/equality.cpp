// FHIRPath's `=` and order of values. Source: FHIRPath N1, 6.1 Equality and 6.2 Comparison.
#include "fhir/path/equality.hpp"

#include "fhir/json_text.hpp"
#include "fhir/path/evaluator.hpp"
#include "fhir/path/value_keys.hpp"
#include "fhir/path/value_kinds.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace fhir::path {
namespace json = boost::json;
namespace {

using Kind = Value::Kind;

bool equal_numbers(const json::value& left, const json::value& right) {
    const auto first = Decimal::parse(number_text(left));
    const auto second = Decimal::parse(number_text(right));
    return first && second ? *first == *second : number_text(left) == number_text(right);
}

// Trees member by member. Depth is bounded by what the JSON parser let in.
bool is_same_tree(const json::value& left, const json::value& right, std::size_t& steps) {
    ++steps;
    if (fhir::is_number(left) && fhir::is_number(right)) return equal_numbers(left, right);
    if (const auto text = text_of(left)) {
        steps += text->size() / bytes_a_step;
        return text == text_of(right);
    }
    const auto are_the_same = [&](const json::value& one, const json::value& other) {
        return is_same_tree(one, other, steps);
    };
    if (left.is_array() && right.is_array()) {
        return std::equal(left.get_array().begin(), left.get_array().end(), right.get_array().begin(),
                          right.get_array().end(), are_the_same);
    }
    if (!left.is_object() || !right.is_object()) return left == right;
    if (left.get_object().size() != right.get_object().size()) return false;
    return std::all_of(left.get_object().begin(), left.get_object().end(), [&](const auto& member) {
        const json::value* other = right.get_object().if_contains(member.key());
        return other && are_the_same(member.value(), *other);
    });
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

// A primitive or a Quantity that says nothing that could be compared: only extensions, not of its type, with a
// comparator.
bool is_unknown(const Value& value, const Value& system) {
    return value.is_element() && !system.has_value() && system_type_of(value.type()) != TypeId::none;
}

// Elements that have no System value.
bool are_the_same(const Value& left, const Value& right, std::size_t& steps) {
    if (!left.json() != !right.json()) return false;
    if (left.json()) return left.json() == right.json() || is_same_tree(*left.json(), *right.json(), steps);
    if (!left.sibling() || !right.sibling()) return left.sibling() == right.sibling();
    return is_same_tree(*left.sibling(), *right.sibling(), steps);
}

}  // namespace

// Primitives that have no value, whose types System knows, are compared by what is written.
bool have_types_that_fit(const Value& left, const Value& right) {
    if (left.type() == right.type() || left.type() == TypeId::none || right.type() == TypeId::none) return true;
    const TypeId first = system_type_of(left.type());
    const TypeId second = system_type_of(right.type());
    const auto is_complex = [](TypeId system) { return system == TypeId::none || system == TypeId::quantity; };
    if (!is_complex(first) && !is_complex(second)) return true;
    return first == TypeId::quantity && second == TypeId::quantity;  // an Age is a Quantity
}

std::optional<bool> equal(const Value& left, const Value& right, std::size_t& steps) {
    ++steps;
    const Value first = left.system_value();
    const Value second = right.system_value();
    if (first.kind() == Kind::type_info && second.kind() == Kind::type_info) return left.type() == right.type();
    if (first.has_value() && second.has_value()) return equal_system_values(first, second);
    if (!first.has_value() && !second.has_value() && !have_types_that_fit(left, right)) return false;
    if (is_unknown(left, first) != is_unknown(right, second)) return std::nullopt;
    return !first.has_value() && !second.has_value() && are_the_same(left, right, steps);
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
    if (is_amount(left.kind()) && is_amount(right.kind())) return order(measure_of(left), measure_of(right));
    return Order::wrong_types;
}

namespace {

using Places = std::unordered_multimap<std::size_t, std::size_t>;

// Whether whatever equals one of the two equals the other. `=` alone does not say so: 1 year is 12 months and 365 days.
bool are_one(const Value& left, const Value& right, std::size_t& steps) {
    if (left.type() != right.type() || !equal(left, right, steps).value_or(false)) return false;
    const Value first = left.system_value();
    if (first.kind() != Kind::quantity) return true;
    return first.as_quantity().unit == right.system_value().as_quantity().unit;
}

// Calls `visit` for the places under `key` until it says yes. equal_range() would walk over all of them first.
template <typename Visit>
bool any_place(const Places& places, std::size_t key, Visit visit) {
    for (auto place = places.find(key); place != places.end() && place->first == key; ++place) {
        if (visit(place->second)) return true;
    }
    return false;
}

}  // namespace

bool ValueIndex::find(const Value& value, bool& found) {
    constexpr std::size_t few = 16;
    std::size_t steps = 0;
    found = false;
    if (values_.size() - first_ <= few || lookups_++ == 0) {
        for (std::size_t i = first_; i < values_.size() && !found; ++i) {
            steps = 0;
            found = equal(values_[i], value, steps).value_or(false);
            if (!evaluator_.spend(node_, steps)) return false;
        }
        return true;
    }
    for (; indexed_ < values_.size(); ++indexed_) {
        steps = 1;
        const Value& item = values_[indexed_];
        const EqualityKeys own = equality_keys(item, steps);
        const bool is_there = any_place(places_, own.stands.front(),
                                        [&](std::size_t place) { return are_one(values_[place], item, steps); });
        if (!is_there) {
            for (const std::size_t key : own.stands) places_.emplace(key, indexed_);
        }
        if (!evaluator_.spend(node_, steps)) return false;
    }
    steps = 0;
    const EqualityKeys wanted = equality_keys(value, steps);
    bool failed = !evaluator_.spend(node_, steps);
    for (const std::size_t key : wanted.looks) {
        if (failed || found) break;
        any_place(places_, key, [&](std::size_t place) {
            steps = 0;
            found = equal(values_[place], value, steps).value_or(false);
            failed = !evaluator_.spend(node_, steps);
            return failed || found;
        });
    }
    return !failed;
}

bool DistinctValues::add(const Value& value, bool& added) {
    bool found = false;
    if (!index_.find(value, found)) return false;
    added = !found;
    return found || evaluator_.push(node_, value, out_);
}

bool append_distinct(Evaluator& evaluator, const Node& node, const Collection& values, Collection& out) {
    DistinctValues distinct(evaluator, node, out);
    bool added = false;
    return std::all_of(values.begin(), values.end(), [&](const Value& value) { return distinct.add(value, added); });
}

}  // namespace fhir::path
