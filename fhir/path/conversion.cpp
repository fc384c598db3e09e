// From one System type to another. Source: FHIRPath N1, 5.5 Conversion; Long: the STU part.
#include "fhir/characters.hpp"
#include "fhir/path/evaluator.hpp"
#include "fhir/path/unicode.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace fhir::path {
namespace {

using Kind = Value::Kind;

// (\+|-)?\d+
std::optional<std::int64_t> parse_whole(std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('+') || text.starts_with('-') ? 1 : 0);
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
    const std::optional<Decimal> number = Decimal::parse(text.starts_with('+') ? digits : text);
    return number ? number->to_int64() : std::nullopt;
}

// (\+|-)?\d+(\.\d+)?
std::optional<Decimal> parse_decimal(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.find_first_of("eE") != std::string_view::npos || text.starts_with('+')) return std::nullopt;
    return Decimal::parse(text);
}

Value to_boolean(const Value& value) {
    if (value.kind() == Kind::boolean) return value;
    if (value.kind() == Kind::integer || value.kind() == Kind::long_integer || value.kind() == Kind::decimal) {
        const Decimal number = value.as_decimal();
        if (number == Decimal(1)) return Value::boolean(true);
        return number.is_zero() ? Value::boolean(false) : Value();
    }
    if (value.kind() != Kind::string) return {};
    constexpr std::array<std::string_view, 6> yes{"true", "t", "yes", "y", "1", "1.0"};
    constexpr std::array<std::string_view, 6> no{"false", "f", "no", "n", "0", "0.0"};
    const std::string word = to_lower(value.as_string());
    if (std::find(yes.begin(), yes.end(), word) != yes.end()) return Value::boolean(true);
    return std::find(no.begin(), no.end(), word) != no.end() ? Value::boolean(false) : Value();
}

Value to_long(const Value& value) {
    if (value.kind() == Kind::integer || value.kind() == Kind::long_integer)
        return Value::long_integer(value.as_long());
    if (value.kind() == Kind::boolean) return Value::long_integer(value.as_boolean() ? 1 : 0);
    if (value.kind() != Kind::string) return {};
    const std::optional<std::int64_t> number = parse_whole(value.as_string());
    return number ? Value::long_integer(*number) : Value();
}

Value to_integer(const Value& value) {
    const Value number = to_long(value);
    if (!number.has_value() || number.as_long() < std::numeric_limits<std::int32_t>::min()) return {};
    if (number.as_long() > std::numeric_limits<std::int32_t>::max()) return {};
    return Value::integer(static_cast<std::int32_t>(number.as_long()));
}

Value to_decimal(const Value& value) {
    if (value.kind() == Kind::boolean) return Value::decimal(*Decimal::of(value.as_boolean() ? 10 : 0, 1));
    if (value.kind() == Kind::string) {
        const std::optional<Decimal> number = parse_decimal(value.as_string());
        return number ? Value::decimal(*number) : Value();
    }
    const bool is_number =
        value.kind() == Kind::integer || value.kind() == Kind::long_integer || value.kind() == Kind::decimal;
    return is_number ? Value::decimal(value.as_decimal()) : Value();
}

bool is_marked(std::string_view text) {
    return text.starts_with('@') || text.starts_with('T') || text.ends_with('T');
}

Value to_date(const Value& value) {
    if (value.kind() == Kind::date) return value;
    if (value.kind() == Kind::date_time) return Value::date(value.as_date_time().date);
    if (value.kind() != Kind::string || is_marked(value.as_string())) return {};
    const std::optional<DateTime> read = DateTime::parse_fhirpath(value.as_string());
    return read ? Value::date(read->date) : Value();
}

Value to_date_time(const Value& value) {
    if (value.kind() == Kind::date_time) return value;
    if (value.kind() == Kind::date) return Value::date_time({value.as_date(), std::nullopt, std::nullopt});
    if (value.kind() != Kind::string || is_marked(value.as_string())) return {};
    const std::optional<DateTime> read = DateTime::parse_fhirpath(value.as_string());
    return read ? Value::date_time(*read) : Value();
}

Value to_time(const Value& value) {
    if (value.kind() == Kind::time) return value;
    if (value.kind() != Kind::string || is_marked(value.as_string())) return {};
    const std::optional<Time> read = Time::parse_fhirpath(value.as_string());
    return read ? Value::time(*read) : Value();
}

// (?'value'(\+|-)?\d+(\.\d+)?)\s*('(?'unit'[^']+)'|(?'time'[a-zA-Z]+))?
std::optional<Measure> parse_quantity(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("+-.0123456789"), text.size());
    const std::optional<Decimal> amount = parse_decimal(text.substr(0, end));
    if (!amount) return std::nullopt;
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n", end), text.size()));
    if (text.empty()) return Measure{*amount, "1", std::nullopt};
    if (text.size() > 2 && text.starts_with('\'') && text.find('\'', 1) == text.size() - 1) {
        return measure_in(*amount, std::string(text.substr(1, text.size() - 2)));
    }
    return calendar_unit(text) ? std::optional(measure_in(*amount, std::string(text))) : std::nullopt;
}

Value to_quantity(const Value& value) {
    if (value.kind() == Kind::quantity) return value;
    if (value.kind() == Kind::string) {
        std::optional<Measure> read = parse_quantity(value.as_string());
        return read ? Value::quantity(std::move(*read)) : Value();
    }
    const Value number = to_decimal(value);
    return number.has_value() ? Value::quantity({number.as_decimal(), "1", std::nullopt}) : Value();
}

}  // namespace

Value converted(const Value& value, TypeId type) {
    switch (type) {
        case TypeId::boolean:
            return to_boolean(value);
        case TypeId::integer:
            return to_integer(value);
        case TypeId::long_integer:
            return to_long(value);
        case TypeId::decimal:
            return to_decimal(value);
        case TypeId::string: {
            std::optional<std::string> text = literal_text(value);
            return text ? Value::string(std::move(*text)) : Value();
        }
        case TypeId::date:
            return to_date(value);
        case TypeId::date_time:
            return to_date_time(value);
        case TypeId::time:
            return to_time(value);
        case TypeId::quantity:
            return to_quantity(value);
        case TypeId::none:
        case TypeId::type_info:
        case TypeId::first_fhir:
            break;
    }
    return {};
}

}  // namespace fhir::path
