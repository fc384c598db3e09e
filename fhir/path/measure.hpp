// Arithmetic, order and conversion of FHIRPath quantities.
#pragma once

#include "fhir/path/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fhir::path {

enum class Order : std::uint8_t;

/// The unit of a calendar duration for date arithmetic: its word, bare or in quotes, or UCUM's code of definite
/// duration from the week down. Nothing for 'a' and 'mo', which are averages, and for what is no time.
std::optional<CalendarUnit> calendar_unit_of(const Measure& measure);

/// As a literal is written: `4.0 'g'`, `3 days`.
std::string literal_text(const Measure& measure);

/// In the finer of the two units. Nothing if they do not measure the same, or a unit is unknown.
std::optional<Measure> add(const Measure& left, const Measure& right);
/// With the units multiplied or divided. Nothing if a unit is unknown or the amount does not fit.
std::optional<Measure> multiply(const Measure& left, const Measure& right);
std::optional<Measure> divide(const Measure& left, const Measure& right);

/// In another unit: a UCUM code or a calendar word. Nothing if it does not measure the same.
std::optional<Measure> converted(const Measure& measure, std::string_view unit);

/// Numbers are equivalent if they are equal when rounded to the places of the one with fewer, zeros at the end aside.
bool equivalent(const Decimal& left, const Decimal& right);

/// FHIRPath's `=`, `~` and order; nothing, false and `undecided` where units do not allow one.
std::optional<bool> equal(const Measure& left, const Measure& right);
bool equivalent(const Measure& left, const Measure& right);
Order order(const Measure& left, const Measure& right);
/// Whether the two measure the same.
bool comparable(const Measure& left, const Measure& right);

}  // namespace fhir::path
