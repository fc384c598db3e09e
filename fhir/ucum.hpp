// Units of measure by UCUM (The Unified Code for Units of Measure, version 2.1), case-sensitive codes.
//
// Reads the whole grammar (prefixes, products, quotients, exponents, annotations, parentheses) over a table of the
// units that laboratories, vital signs and FHIRPath need; an unknown unit is refused, never guessed. Conversion is
// exact: a unit's size is a quotient of two decimals. Cel and [degF] convert when they stand alone and are refused in
// products.
//
// Stricter than UCUM in one point: mol, eq, osm and the arbitrary units [IU] and [arb'U] are dimensions of their own,
// so that a count, an equivalent or an activity is never taken for an amount of substance.
#pragma once

#include "fhir/decimal.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fhir {

inline constexpr std::string_view ucum_system = "http://unitsofmeasure.org";

/// What a unit measures, as exponents of the base dimensions, and how large it is in base units.
struct UcumUnit {
    /// Metre, second, gram, radian, kelvin, coulomb, candela; then our own: mole, equivalent, osmole, arbitrary units.
    static constexpr std::size_t dimensions = 12;
    std::array<std::int8_t, dimensions> exponents{};
    Decimal numerator = 1;    ///< one unit is numerator / denominator base units
    Decimal denominator = 1;  ///< not zero
    Decimal offset;           ///< added to the value in this unit before it is scaled; not zero for Cel and [degF] only

    bool operator==(const UcumUnit&) const = default;
};

/// Reads a UCUM code such as "mmol/L", "kg/m2", "10*3/uL", "mL/min/{1.73_m2}". The empty code is refused; "1" is a
/// unit. \returns nothing if it is not UCUM, or has a unit that the table lacks, or is longer than 64 characters.
std::optional<UcumUnit> parse_ucum(std::string_view code);

/// Whether quantities in the two units can be compared: they measure the same.
bool comparable(const UcumUnit& left, const UcumUnit& right);

/// Whether the two are one unit in two spellings: ug/L and ng.mL-1.
bool same_unit(const UcumUnit& left, const UcumUnit& right);

/// `value` of unit `from` in unit `to`: exact where the quotient is, else to 28 digits. Nothing if they are not
/// comparable or the result does not fit a Decimal.
std::optional<Decimal> convert(const Decimal& value, const UcumUnit& from, const UcumUnit& to);
std::optional<Decimal> convert(const Decimal& value, std::string_view from, std::string_view to);

/// Orders two quantities by exact value, without converting either. Nothing if they are not comparable.
std::optional<std::strong_ordering> compare(const Decimal& left, const UcumUnit& left_unit, const Decimal& right,
                                            const UcumUnit& right_unit);

/// The unit of a product or a quotient. Nothing for Cel and [degF], or if an exponent leaves ±100.
std::optional<UcumUnit> multiply(const UcumUnit& left, const UcumUnit& right);
std::optional<UcumUnit> divide(const UcumUnit& left, const UcumUnit& right);

/// The same dimension in base units with size 1, whose code `base_code` prints: "m2", "g.m-3", "1".
UcumUnit base_of(const UcumUnit& unit);
std::string base_code(const UcumUnit& unit);

}  // namespace fhir
