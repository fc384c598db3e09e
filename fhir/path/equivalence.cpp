// FHIRPath's `~`. Source: FHIRPath N1, 6.1.2 Equivalent; FHIR R4, FHIRPath, Changes to operators.
#include "fhir/json_text.hpp"
#include "fhir/path/equality.hpp"
#include "fhir/path/evaluator.hpp"
#include "fhir/path/value_keys.hpp"
#include "fhir/path/value_kinds.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace fhir::path {
namespace json = boost::json;
namespace {

using Kind = Value::Kind;

bool are_equivalent_texts(std::string_view left, std::string_view right) {
    return left == right || folded(left) == folded(right);
}

std::optional<bool> are_equivalent_system_values(const Value& left, const Value& right) {
    const Kind first = left.kind();
    const Kind second = right.kind();
    if (first == Kind::string && second == Kind::string) {
        return are_equivalent_texts(left.as_string(), right.as_string());
    }
    if (is_number(first) && is_number(second)) return equivalent(left.as_decimal(), right.as_decimal());
    if (is_amount(first) && is_amount(second)) return equivalent(measure_of(left), measure_of(right));
    if (is_day_or_time(first) && is_day_or_time(second)) return equivalent(date_time_of(left), date_time_of(right));
    if (first == Kind::time && second == Kind::time) return equivalent(left.as_time(), right.as_time());
    std::size_t steps = 0;  // of values that have no trees
    return equal(left, right, steps).value_or(false);
}

std::string_view text_member(const json::value& node, std::string_view name) {
    const json::object* object = node.if_object();
    const json::value* member = object ? object->if_contains(name) : nullptr;
    return member ? text_of(*member).value_or("") : "";
}

const json::array* codings_of(const json::value& concept_node) {
    const json::object* object = concept_node.if_object();
    const json::value* list = object ? object->if_contains("coding") : nullptr;
    return list ? list->if_array() : nullptr;
}

// Nothing where `spend`, which is asked for the steps of each item, says no.
template <typename List, typename Spend>
std::optional<std::vector<Pairable>> pairables(const List& list, Spend spend) {
    std::vector<Pairable> items;
    items.reserve(list.size());
    for (const auto& item : list) {
        std::size_t steps = 0;
        items.push_back(pairable(item, steps));
        if (!spend(steps)) return std::nullopt;
    }
    return items;
}

// For lists so short that looking at all pairs is cheaper than keys: each has one place, where all stand and look.
template <typename List>
std::vector<Pairable> in_one_place(const List& list) {
    return std::vector<Pairable>(list.size(), Pairable{0, {0}, {0}, false});
}

}  // namespace

bool equivalent(const Decimal& left, const Decimal& right) {
    const Decimal first = left.without_trailing_zeros();
    const Decimal second = right.without_trailing_zeros();
    const int places = std::min(first.decimal_places(), second.decimal_places());
    return round(first, places) == round(second, places);
}

Truth Equivalence::of(const Value& left, const Value& right) {
    const std::optional<bool> answer = are_equivalent(left, right);
    if (failed_) return Truth::failed;
    return answer ? truth_of(*answer) : Truth::unknown;
}

Truth Equivalence::of(const Collection& left, const Collection& right) {
    if (left.size() == 1 && right.size() == 1) return of(left[0], right[0]);
    const bool answer = can_be_paired(left, right, [this](const Value& first, const Value& second) {
        return are_equivalent(first, second).value_or(false);
    });
    return failed_ ? Truth::failed : truth_of(answer);
}

// The first that is free for each, where that works; else whether it works at all.
template <typename List, typename Fits>
bool Equivalence::can_be_paired(const List& left, const List& right, Fits fits) {
    constexpr std::size_t few = 16;
    if (left.size() != right.size()) return false;
    if (left.size() <= few) {
        std::array<bool, few> taken{};
        const auto take = [&](const auto& item) {
            std::size_t i = 0;
            while (i < right.size() && (taken[i] || !fits(item, right[i]))) ++i;
            if (i < right.size()) taken[i] = true;
            return i < right.size();
        };
        if (std::all_of(left.begin(), left.end(), take)) return true;
        if (left.size() <= 1 || failed_) return false;
    }
    const PairingQuestions questions{[&](std::size_t i, std::size_t j) { return fits(left[i], right[j]); },
                                     [&] { return spend(); }};
    if (left.size() <= few) return path::can_be_paired(in_one_place(left), in_one_place(right), questions);
    const auto spend_steps = [&](std::size_t steps) { return spend(steps); };
    const auto first = pairables(left, spend_steps);
    const auto second = first ? pairables(right, spend_steps) : std::nullopt;
    return second && path::can_be_paired(*first, *second, questions);
}

std::optional<bool> Equivalence::are_equivalent(const Value& left, const Value& right) {
    if (!spend()) return false;
    const Value first = left.system_value();
    const Value second = right.system_value();
    if (first.has_value() && second.has_value()) return are_equivalent_system_values(first, second);
    return !first.has_value() && !second.has_value() && are_equivalent_elements(left, right);
}

bool Equivalence::are_equivalent_elements(const Value& left, const Value& right) {
    if (!left.json() != !right.json() || !have_types_that_fit(left, right)) return false;
    if (!left.json()) {
        std::size_t steps = 0;
        const bool are_equal = equal(left, right, steps).value_or(false);
        return spend(steps) && are_equal;
    }
    if (left.json() == right.json()) return true;
    const bool are_of_one_type = left.type() == right.type();
    if (are_of_one_type && left.type() == coding_type()) return are_equivalent_codings(*left.json(), *right.json());
    if (are_of_one_type && left.type() == codeable_concept_type()) {
        return are_equivalent_concepts(*left.json(), *right.json());
    }
    return are_equivalent_trees(*left.json(), *right.json());
}

// System and code of a Coding, any two codings of CodeableConcepts. Those that are words alone have neither to go by:
// all that they say is compared.
bool Equivalence::are_equivalent_codings(const json::value& left, const json::value& right) {
    if (text_member(left, "code").empty() && text_member(right, "code").empty()) {
        return are_equivalent_trees(left, right);
    }
    return text_member(left, "system") == text_member(right, "system") &&
           text_member(left, "code") == text_member(right, "code");
}

bool Equivalence::are_equivalent_concepts(const json::value& left, const json::value& right) {
    const json::array* first = codings_of(left);
    const json::array* second = codings_of(right);
    if (!first || !second) return are_equivalent_trees(left, right);
    return std::any_of(first->begin(), first->end(), [&](const json::value& coding) {
        return std::any_of(second->begin(), second->end(),
                           [&](const json::value& other) { return spend() && are_equivalent_codings(coding, other); });
    });
}

// Depth is bounded by what the JSON parser let in.
bool Equivalence::are_equivalent_trees(const json::value& left, const json::value& right) {
    if (!spend()) return false;
    const std::optional<std::string_view> text = text_of(left);
    const std::optional<std::string_view> other = text_of(right);
    if (text && other) return are_equivalent_texts(*text, *other);
    if (left.is_array() && right.is_array()) {
        return can_be_paired(
            left.get_array(), right.get_array(),
            [this](const json::value& one, const json::value& two) { return are_equivalent_trees(one, two); });
    }
    if (left.is_object() && right.is_object()) return are_equivalent_objects(left.get_object(), right.get_object());
    if (!fhir::is_number(left) || !fhir::is_number(right)) return left == right;
    const auto first = Decimal::parse(number_text(left));
    const auto second = Decimal::parse(number_text(right));
    return first && second && equivalent(*first, *second);
}

// Ids do not count.
bool Equivalence::are_equivalent_objects(const json::object& left, const json::object& right) {
    const auto counted = [](const json::object& object) { return object.size() - (object.contains("id") ? 1 : 0); };
    if (counted(left) != counted(right)) return false;
    return std::all_of(left.begin(), left.end(), [&](const auto& member) {
        if (member.key() == "id") return true;
        const json::value* other = right.if_contains(member.key());
        return other && are_equivalent_trees(member.value(), *other);
    });
}

}  // namespace fhir::path
