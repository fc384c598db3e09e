// What operators ask of System values: which of them are numbers, amounts, days; and what each is worth as the wider
// one.
#pragma once

#include "fhir/path/value.hpp"

#include <optional>

namespace fhir::path {

constexpr bool is_whole(Value::Kind kind) noexcept {
    return kind == Value::Kind::integer || kind == Value::Kind::long_integer;
}
constexpr bool is_number(Value::Kind kind) noexcept {
    return is_whole(kind) || kind == Value::Kind::decimal;
}
/// A quantity, or a number, which is one of unit 1.
constexpr bool is_amount(Value::Kind kind) noexcept {
    return is_number(kind) || kind == Value::Kind::quantity;
}
constexpr bool is_day_or_time(Value::Kind kind) noexcept {
    return kind == Value::Kind::date || kind == Value::Kind::date_time;
}

/// Of a Date or DateTime.
inline DateTime date_time_of(const Value& value) {
    return value.kind() == Value::Kind::date ? DateTime{value.as_date(), std::nullopt, std::nullopt}
                                             : value.as_date_time();
}

/// Of an amount.
inline Measure measure_of(const Value& value) {
    return value.kind() == Value::Kind::quantity ? value.as_quantity() : Measure{value.as_decimal(), "1", std::nullopt};
}

}  // namespace fhir::path
