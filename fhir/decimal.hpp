// A decimal number with the digits it was written with.
//
// FHIR gives meaning to trailing zeros (R4, datatypes, decimal) and FHIRPath compares by value; a Decimal does both. It
// holds up to 38 digits, at most 38 of them after the point. No binary floating point takes part in reading, comparing,
// adding, multiplying or dividing; only the transcendental functions at the end use it, and say so.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fhir {

__extension__ typedef __int128 Int128;

/// What becomes of the digits that are dropped.
enum class Rounding {
    half_away_from_zero,  ///< 2.5 gives 3, -2.5 gives -3 (FHIRPath, round)
    toward_zero,
    down,  ///< toward minus infinity
    up     ///< toward plus infinity
};

class Decimal {
  public:
    static constexpr int max_digits = 38;

    /// Zero.
    constexpr Decimal() = default;

    /// The whole number `value`, written without a point.
    constexpr Decimal(std::int64_t value) : coefficient_(value) {}  // NOLINT: a whole number is a decimal

    /// Reads a JSON number (RFC 8259, section 6) or a FHIRPath number, which may begin with zeros.
    /// \returns nothing if `text` is no number, or needs more than 38 digits or 38 decimal places.
    static std::optional<Decimal> parse(std::string_view text);

    /// `coefficient` / 10^`scale`. Nothing if it does not fit.
    static std::optional<Decimal> of(Int128 coefficient, int scale);

    /// Plain notation, never an exponent; trailing zeros as written or computed ("1.10"). Zero carries no sign.
    std::string text() const;

    constexpr Int128 coefficient() const { return coefficient_; }

    /// Digits after the point, trailing zeros included: 2 for 1.10.
    constexpr int decimal_places() const { return scale_; }

    constexpr bool is_zero() const { return coefficient_ == 0; }
    constexpr bool is_negative() const { return coefficient_ < 0; }

    /// Whether the value is a whole number, however it was written: 2.00 is.
    bool is_whole() const;

    /// The value as an integer, if it is whole and fits.
    std::optional<std::int64_t> to_int64() const;

    /// The same value without trailing zeros after the point.
    Decimal without_trailing_zeros() const;

    /// By value: 1.10 == 1.1.
    friend std::strong_ordering operator<=>(const Decimal& left, const Decimal& right);
    friend bool operator==(const Decimal& left, const Decimal& right) { return (left <=> right) == 0; }

  private:
    constexpr Decimal(Int128 coefficient, int scale) : coefficient_(coefficient), scale_(scale) {}

    // The value is coefficient_ / 10^scale_, with |coefficient_| < 10^38 and 0 <= scale_ <= 38.
    Int128 coefficient_ = 0;
    int scale_ = 0;
};

Decimal negate(const Decimal& value);
Decimal absolute(const Decimal& value);

/// Sum, difference and product are exact; where an exact result has more than 38 digits, its last decimal places are
/// rounded off. Nothing if the digits before the point do not fit.
std::optional<Decimal> add(const Decimal& left, const Decimal& right);
std::optional<Decimal> subtract(const Decimal& left, const Decimal& right);
std::optional<Decimal> multiply(const Decimal& left, const Decimal& right);

/// The quotient, exact if it has at most 28 digits, else rounded to 28 digits (more only before the point). Nothing
/// when divided by zero, or if it does not fit.
std::optional<Decimal> divide(const Decimal& left, const Decimal& right);

/// FHIRPath div and mod: the quotient cut off toward zero, and what it leaves. Nothing when divided by zero.
std::optional<Decimal> integer_quotient(const Decimal& left, const Decimal& right);
std::optional<Decimal> remainder(const Decimal& left, const Decimal& right);

/// `value` with at most `places` digits after the point (`places` from 0). A value with fewer is left as it is.
Decimal round(const Decimal& value, int places, Rounding rounding = Rounding::half_away_from_zero);

/// `value` with exactly `places` digits after the point, padded with zeros or rounded. Nothing if it does not fit.
std::optional<Decimal> with_decimal_places(const Decimal& value, int places,
                                           Rounding rounding = Rounding::half_away_from_zero);

Decimal floor(const Decimal& value);
Decimal ceiling(const Decimal& value);
Decimal truncate(const Decimal& value);

/// FHIRPath math functions. A whole exponent is computed by multiplication; everything else through `long double`, so
/// that at most 16 significant digits are meant. Nothing where the result is not a real number or does not fit.
std::optional<Decimal> power(const Decimal& base, const Decimal& exponent);
std::optional<Decimal> square_root(const Decimal& value);
std::optional<Decimal> natural_logarithm(const Decimal& value);
std::optional<Decimal> logarithm(const Decimal& value, const Decimal& base);
std::optional<Decimal> exponential(const Decimal& value);

}  // namespace fhir
