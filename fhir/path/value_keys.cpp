#include "fhir/path/value_keys.hpp"

#include "fhir/json_text.hpp"
#include "fhir/path/equality.hpp"
#include "fhir/path/unicode.hpp"
#include "fhir/path/value_kinds.hpp"
#include "fhir/ucum.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <bit>
#include <chrono>
#include <cmath>
#include <functional>

namespace fhir::path {
namespace json = boost::json;
namespace {

using Kind = Value::Kind;

std::size_t mixed(std::size_t seed, std::size_t with) {
    return seed ^ (with + 0x9E3779B97F4A7C15U + (seed << 6U) + (seed >> 2U));
}
std::size_t key_of(std::string_view text) {
    return std::hash<std::string_view>{}(text);
}

// By value: 1.10 has the key of 1.1.
std::size_t key_of(const Decimal& number) {
    const Decimal plain = number.without_trailing_zeros();
    const Int128 coefficient = plain.coefficient();
    const std::size_t digits =
        mixed(static_cast<std::size_t>(coefficient), static_cast<std::size_t>(coefficient >> 64));
    return mixed(digits, static_cast<std::size_t>(plain.decimal_places()));
}

// The first moment that a date or time can mean, which those that are equal share.
std::size_t key_of(std::int64_t days, const std::optional<Time>& time, const std::optional<UtcOffset>& offset) {
    std::int64_t seconds = days * 86'400;
    if (!time) return std::hash<std::int64_t>{}(seconds);
    seconds += (std::int64_t{time->hour} * 60 + time->minute) * 60 + time->second;
    if (offset) seconds -= offset->east().count() * 60;
    std::uint64_t fraction = time->fraction;
    int digits = time->fraction_digits;
    for (; digits > 0 && fraction % 10 == 0; --digits) fraction /= 10;
    return mixed(mixed(std::hash<std::int64_t>{}(seconds), fraction),
                 static_cast<std::size_t>(fraction == 0 ? 0 : digits));
}

std::size_t key_of_moment(const Value& value) {
    if (value.kind() == Kind::time) return key_of(0, value.as_time(), std::nullopt);
    const DateTime moment = date_time_of(value);
    return key_of(moment.first_day().time_since_epoch().count(), moment.time, moment.offset);
}

// ---- trees --------------------------------------------------------------------------------------------------------

std::size_t key_of_number(const json::value& number) {
    const std::string text = number_text(number);
    const std::optional<Decimal> decimal = Decimal::parse(text);
    return decimal ? key_of(*decimal) : key_of(std::string_view(text));
}

std::size_t key_of_word(const json::value& node) {
    return node.is_bool() ? 1 + static_cast<std::size_t>(node.get_bool()) : 0;
}

std::size_t key_of_tree(const json::value& node, std::size_t& steps) {
    ++steps;
    if (fhir::is_number(node)) return key_of_number(node);
    if (const auto text = text_of(node)) {
        steps += text->size() / bytes_a_step;
        return key_of(*text);
    }
    std::size_t key = 3;
    if (const json::array* list = node.if_array()) {
        for (const json::value& item : *list) key = mixed(key, key_of_tree(item, steps));
        return key;
    }
    const json::object* object = node.if_object();
    if (!object) return key_of_word(node);
    for (const auto& [name, member] : *object) key += mixed(key_of(name), key_of_tree(member, steps));
    return key;
}

std::size_t key_of_sibling(const Value& value, std::size_t& steps) {
    return value.sibling() ? key_of_tree(*value.sibling(), steps) : 0;
}

// For `~`: lists in any order, without ids.
struct TreeKeys {
    std::size_t exact = 0;
    std::size_t rough = 0;  // whatever the numbers are
    bool has_numbers = false;

    void add(std::size_t seed, const TreeKeys& part) {
        exact += mixed(seed, part.exact);
        rough += mixed(seed, part.rough);
        has_numbers = has_numbers || part.has_numbers;
    }
};

TreeKeys keys_of_tree(const json::value& node, std::size_t& steps) {
    constexpr std::size_t list_seed = 5;
    ++steps;
    if (fhir::is_number(node)) return {key_of_number(node), list_seed, true};
    if (const auto text = text_of(node)) {
        steps += text->size() / bytes_a_step;
        const std::size_t key = key_of(std::string_view(folded(*text)));
        return {key, key, false};
    }
    if (const json::array* list = node.if_array()) {
        TreeKeys keys{list_seed, list_seed, false};
        for (const json::value& item : *list) keys.add(list_seed, keys_of_tree(item, steps));
        return keys;
    }
    const json::object* object = node.if_object();
    if (!object) return {key_of_word(node), key_of_word(node), false};
    TreeKeys keys{7, 7, false};
    for (const auto& [name, member] : *object) {
        if (name != "id") keys.add(key_of(name), keys_of_tree(member, steps));
    }
    return keys;
}

std::string_view text_member(const json::value& node, std::string_view name) {
    const json::object* object = node.if_object();
    const json::value* member = object ? object->if_contains(name) : nullptr;
    return member ? text_of(*member).value_or("") : "";
}

void add_place(Pairable& item, std::size_t place) {
    item.stands.push_back(place);
    item.looks.push_back(place);
}

// Codings are equivalent by system and code, whatever else they say.
void add_coding(Pairable& item, const json::value& coding, std::size_t& steps) {
    const std::string_view code = text_member(coding, "code");
    ++steps;
    add_place(item, code.empty() ? keys_of_tree(coding, steps).rough
                                 : mixed(key_of(text_member(coding, "system")), key_of(code)));
}

// None is settled: one without a type is equivalent to those of two types, which are not so among themselves.
Pairable pairable_element(const Value& value, std::size_t& steps) {
    if (!value.json()) {
        const std::size_t key = key_of_sibling(value, steps);
        return {key, {key}, {key}, false};
    }
    Pairable item = pairable(*value.json(), steps);
    item.is_settled = false;
    const bool is_coding = value.type() == coding_type();
    if (!is_coding && value.type() != codeable_concept_type()) return item;
    if (is_coding) add_coding(item, *value.json(), steps);
    const json::object* object = value.json()->if_object();
    const json::value* list = object && !is_coding ? object->if_contains("coding") : nullptr;
    if (!list || !list->is_array()) return item;
    for (const json::value& coding : list->get_array()) add_coding(item, coding, steps);
    return item;
}

// ---- amounts ------------------------------------------------------------------------------------------------------

double to_double(const Decimal& number) {
    const Decimal plain = number.without_trailing_zeros();
    return static_cast<double>(static_cast<long double>(plain.coefficient()) / std::pow(10.0L, plain.decimal_places()));
}

std::size_t key_of_dimension(const UcumUnit& unit) {
    std::size_t key = 11;
    for (const std::int8_t exponent : unit.exponents) key = mixed(key, static_cast<std::size_t>(exponent + 128));
    return key;
}

constexpr double seconds_a_day = 86'400;

double seconds_in(CalendarUnit unit) {
    constexpr std::array<double, 8> seconds{
        365 * seconds_a_day, 30 * seconds_a_day, 7 * seconds_a_day, seconds_a_day, 3600, 60, 1, 0.001};
    return seconds[static_cast<std::size_t>(unit)];
}

// Conversions are exact, but here they go through floating point: equal amounts have the same step or neighbouring
// ones.
std::uint64_t step_of(double size) {
    constexpr unsigned blurred_bits = 8;  // of 52: several times what a conversion loses
    return std::bit_cast<std::uint64_t>(size) >> blurred_bits;
}

template <std::size_t capacity>
void look_near(Keys<capacity>& looks, std::size_t dimension, std::uint64_t step) {
    for (const std::uint64_t near : {step, step - 1, step + 1}) looks.add(mixed(dimension, near));
}

void add_size(EqualityKeys& found, std::size_t dimension, double size) {
    const std::uint64_t step = step_of(size);
    if (found.stands.count == 0) found.stands.add(mixed(dimension, step));
    look_near(found.looks, dimension, step);
}

std::size_t no_dimension() {
    static const std::size_t key = key_of_dimension(*parse_ucum("1"));
    return key;
}

// Where numbers stand for quantities: numbers find one another by their exact value, of which any number may be near.
constexpr std::size_t numbers = 29;

EqualityKeys keys_of_number(const Decimal& value) {
    EqualityKeys found;
    const std::uint64_t step = step_of(to_double(value));
    found.stands.add(mixed(numbers, key_of(value)));
    found.stands.add(mixed(mixed(numbers, no_dimension()), step));
    found.looks.add(found.stands.front());
    look_near(found.looks, no_dimension(), step);
    return found;
}

// A year is 365 days and 12 months, which are 360 days: it is looked for in both places (FHIRPath, Quantity equality).
EqualityKeys keys_of_duration(const Decimal& value, CalendarUnit unit) {
    static const std::size_t time = key_of_dimension(*parse_ucum("s"));
    constexpr double months_a_year = 12;
    EqualityKeys found;
    const double amount = to_double(value);
    add_size(found, time, amount * seconds_in(unit));
    if (unit == CalendarUnit::year) add_size(found, time, amount * months_a_year * seconds_in(CalendarUnit::month));
    if (unit == CalendarUnit::month) add_size(found, time, amount / months_a_year * seconds_in(CalendarUnit::year));
    return found;
}

EqualityKeys keys_of_quantity(const Measure& measure) {
    if (measure.calendar_unit) return keys_of_duration(measure.value, *measure.calendar_unit);
    EqualityKeys found;
    const std::optional<UcumUnit> unit = parse_ucum(measure.unit);
    if (!unit) {
        add_size(found, key_of(std::string_view(measure.unit)), to_double(measure.value));
        return found;
    }
    const std::optional<Decimal> from_zero = fhir::add(measure.value, unit->offset);
    const double amount = from_zero ? to_double(*from_zero) : to_double(measure.value) + to_double(unit->offset);
    const double size = amount * to_double(unit->numerator) / to_double(unit->denominator);
    add_size(found, key_of_dimension(*unit), size);
    const bool is_like_a_number = key_of_dimension(*unit) == no_dimension();
    if (is_like_a_number) look_near(found.looks, mixed(numbers, no_dimension()), step_of(size));
    return found;
}

// Numbers that are equivalent differ by half of a one at most, so each looks among its whole number's neighbours. What
// a Quantity is equivalent to depends on units: all of them look at all.
Pairable pairable_amount(const Value& value) {
    constexpr std::size_t all_numbers = 13;
    constexpr std::size_t all_quantities = 17;
    constexpr std::size_t large_numbers = 19;
    constexpr std::int64_t large = std::int64_t{1} << 62;
    if (value.kind() == Kind::quantity) {
        const Measure& measure = value.as_quantity();
        const std::size_t exact = mixed(key_of(measure.value), key_of(std::string_view(measure.unit)));
        return {exact, {all_quantities}, {all_quantities, all_numbers}, false};
    }
    const auto place_of = [](const std::optional<std::int64_t>& whole, std::int64_t step) {
        const bool is_small = whole && *whole > -large - step && *whole < large - step;
        return is_small ? mixed(23, std::hash<std::int64_t>{}(*whole + step)) : large_numbers;
    };
    const std::optional<std::int64_t> whole = fhir::floor(value.as_decimal()).to_int64();
    return {key_of(value.as_decimal()),
            {place_of(whole, 0), all_numbers},
            {place_of(whole, -1), place_of(whole, 0), place_of(whole, 1), large_numbers, all_quantities},
            false};
}

// Of a System value that is no amount.
std::size_t key_of_plain(const Value& value) {
    switch (value.kind()) {
        case Kind::string:
            return key_of(value.as_string());
        case Kind::boolean:
            return 1 + static_cast<std::size_t>(value.as_boolean());
        case Kind::date:
        case Kind::date_time:
        case Kind::time:
            return key_of_moment(value);
        default:  // type_info
            return static_cast<std::size_t>(value.type());
    }
}

}  // namespace

std::string folded(std::string_view text) {
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

EqualityKeys equality_keys(const Value& value, std::size_t& steps) {
    const Value system = value.system_value();
    ++steps;
    if (system.kind() == Kind::quantity) return keys_of_quantity(system.as_quantity());
    if (is_number(system.kind())) return keys_of_number(system.as_decimal());
    if (system.kind() == Kind::string) steps += system.as_string().size() / bytes_a_step;
    const std::size_t key = system.has_value() ? key_of_plain(system)
                            : value.json()     ? key_of_tree(*value.json(), steps)
                                               : key_of_sibling(value, steps);
    EqualityKeys found;
    found.stands.add(key);
    found.looks.add(key);
    return found;
}

Pairable pairable(const json::value& node, std::size_t& steps) {
    const TreeKeys keys = keys_of_tree(node, steps);
    return {keys.exact, {keys.rough}, {keys.rough}, !keys.has_numbers};
}

Pairable pairable(const Value& value, std::size_t& steps) {
    const Value system = value.system_value();
    ++steps;
    if (!system.has_value()) return pairable_element(value, steps);
    if (is_amount(system.kind())) return pairable_amount(system);
    if (system.kind() != Kind::string) {
        const std::size_t key = key_of_plain(system);
        return {key, {key}, {key}, true};
    }
    steps += system.as_string().size() / bytes_a_step;
    const std::size_t key = key_of(std::string_view(folded(system.as_string())));
    return {key, {key}, {key}, true};
}

}  // namespace fhir::path
