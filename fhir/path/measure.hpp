// Arithmetic, order and conversion of FHIRPath quantities: UCUM's units and the calendar's words, which are two systems
// of units (FHIRPath, Time-valued quantities).
#pragma once

#include "fhir/path/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fhir::path {

enum class Order : std::uint8_t;

/// An amount of `unit`: a UCUM code, or a calendar's word, which is one in quotes too (`1 'year'`).
Measure measure_in(const Decimal& amount, std::string unit);

/// An amount of a calendar's unit, with the word that fits it: `1 year`, `2 years`.
Measure measure_in(const Decimal& amount, CalendarUnit unit);

/// The unit that date arithmetic counts with: the calendar's, or UCUM's of the same length. Nothing for 'a' and 'mo',
/// which are averages, and for what is no time.
std::optional<CalendarUnit> calendar_unit_of(const Measure& measure);

/// Whether date arithmetic adds `unit` to a value of the type: a Time has no days, a Date no hours (FHIRPath N1, 6.7).
bool applies_to(CalendarUnit unit, TypeId temporal);

/// As a literal is written: `4.0 'g'`, `3 days`.
std::string literal_text(const Measure& measure);

/// In the finer of the two units, and in the calendar's if only one of them is. Nothing if they do not measure the
/// same, a unit is unknown or a temperature's, or a year or month would have to be converted.
std::optional<Measure> add(const Measure& left, const Measure& right);
/// With the units multiplied or divided. Nothing if a unit is unknown, a temperature's or the calendar's, or if the
/// amount does not fit. A number takes part as one of unit 1, whatever the other unit is.
std::optional<Measure> multiply(const Measure& left, const Measure& right);
std::optional<Measure> divide(const Measure& left, const Measure& right);

/// In another unit: a UCUM code or a calendar's word. Nothing if it does not measure the same.
std::optional<Measure> converted(const Measure& measure, std::string_view unit);

/// Numbers are equivalent if they are equal when rounded to the places of the one with fewer, zeros at the end aside.
bool equivalent(const Decimal& left, const Decimal& right);

/// FHIRPath's `=`, `~` and order; nothing and `undecided` where units do not allow one.
std::optional<bool> equal(const Measure& left, const Measure& right);
std::optional<bool> equivalent(const Measure& left, const Measure& right);
Order order(const Measure& left, const Measure& right);
/// Whether `=` and order decide.
bool comparable(const Measure& left, const Measure& right);

}  // namespace fhir::path
