#include "fhir/decimal.hpp"

#include "fhir/characters.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace fhir {
namespace {

// Room for the product of two coefficients, and for a numerator that yields 28 digits of quotient.
using Wide = boost::multiprecision::int512_t;

constexpr int quotient_digits = 28;
constexpr int long_double_digits = 16;
constexpr std::int64_t max_exponent = 1024;  // of a power that is multiplied out

constexpr std::array<Int128, Decimal::max_digits + 1> powers_of_ten = [] {
    std::array<Int128, Decimal::max_digits + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

constexpr Int128 power_of_ten(int exponent) {
    return powers_of_ten[static_cast<std::size_t>(exponent)];
}
constexpr Int128 limit = powers_of_ten.back();  // the first coefficient that is too large

Wide wide_power_of_ten(int exponent) {
    Wide power = 1;
    for (; exponent > Decimal::max_digits; exponent -= Decimal::max_digits) power *= Wide(limit);
    return power * Wide(power_of_ten(exponent));
}

int digits_of(Wide value) {
    if (value < 0) value = -value;
    int digits = 0;
    for (Wide rest = value; rest != 0; rest /= 10) ++digits;
    return digits;
}

// `value` / `divisor`, rounded; works for Int128 and Wide.
template <typename Integer>
Integer divide_rounded(const Integer& value, const Integer& divisor, Rounding rounding) {
    const Integer quotient = value / divisor;
    const Integer rest = value - quotient * divisor;
    if (rest == 0) return quotient;
    const bool negative = (rest < 0) != (divisor < 0);
    const Integer size = rest < 0 ? Integer(-rest) : rest;
    const Integer whole = divisor < 0 ? Integer(-divisor) : divisor;
    bool away = false;
    switch (rounding) {
        case Rounding::half_away_from_zero:
            away = size >= whole - size;
            break;
        case Rounding::toward_zero:
            break;
        case Rounding::down:
            away = negative;
            break;
        case Rounding::up:
            away = !negative;
            break;
    }
    if (!away) return quotient;
    return negative ? Integer(quotient - 1) : Integer(quotient + 1);
}

// coefficient / 10^scale, brought into a Decimal by rounding off decimal places where there are too many.
std::optional<Decimal> fit(Wide coefficient, int scale) {
    const int excess = std::max({digits_of(coefficient) - Decimal::max_digits, scale - Decimal::max_digits, 0});
    if (excess > scale) return std::nullopt;
    if (excess > 0) {
        coefficient = divide_rounded<Wide>(coefficient, wide_power_of_ten(excess), Rounding::half_away_from_zero);
        scale -= excess;
    }
    return Decimal::of(static_cast<Int128>(coefficient), scale);  // nothing if rounding gave one digit more
}

// Whether sums and products of such numbers, and one brought to the other's scale, fit 128 bits: nearly all numbers.
bool is_short(const Decimal& value) {
    constexpr Int128 bound = power_of_ten(18);
    return value.coefficient() < bound && value.coefficient() > -bound && value.decimal_places() <= 18;
}

// The digits and the point at the beginning of `text`, which lose themselves from it.
struct Digits {
    Int128 coefficient = 0;
    int scale = 0;
    bool fits = true;
    bool well_formed = false;
};

Digits take_digits(std::string_view& text) {
    Digits read;
    const auto take_run = [&] {
        std::size_t length = 0;
        for (; length < text.size() && is_digit(text[length]); ++length) {
            if (read.coefficient > (limit - 1) / 10) {
                read.fits = false;
            } else {
                read.coefficient = read.coefficient * 10 + (text[length] - '0');
            }
            if (read.coefficient >= limit) read.fits = false;
        }
        text.remove_prefix(length);
        return static_cast<int>(length);
    };
    const int before = take_run();
    read.well_formed = before > 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        read.scale = take_run();
        read.well_formed = before > 0 && read.scale > 0;
    }
    return read;
}

// The exponent that fills the rest of `text`; zero if nothing is left.
std::optional<int> read_exponent(std::string_view text) {
    if (text.empty()) return 0;
    if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return exponent;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const Digits digits = take_digits(text);
    const std::optional<int> exponent = read_exponent(text);
    if (!digits.well_formed || !digits.fits || !exponent) return std::nullopt;
    if (*exponent < -max_digits || *exponent > 2 * max_digits) return std::nullopt;
    const Int128 coefficient = negative ? -digits.coefficient : digits.coefficient;
    const int scale = digits.scale - *exponent;
    if (scale >= 0) return of(coefficient, scale);
    if (coefficient == 0) return Decimal();
    if (scale < -max_digits) return std::nullopt;
    return fit(Wide(coefficient) * Wide(power_of_ten(-scale)), 0);
}

std::optional<Decimal> Decimal::of(Int128 coefficient, int scale) {
    if (coefficient <= -limit || coefficient >= limit || scale < 0 || scale > max_digits) return std::nullopt;
    return Decimal(coefficient, scale);
}

namespace {

// The digits of a number that is not negative. Halves of 18 digits fit 64 bits; dividing 128 bits digit by digit is
// slow.
std::string digits_text(Int128 number) {
    constexpr int half_digits = 18;
    constexpr Int128 half = power_of_ten(half_digits);
    std::string text = number < half ? std::string() : digits_text(number / half);
    std::array<char, 20> digits;
    const auto low = static_cast<std::uint64_t>(number < half ? number : number % half);
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), low).ptr;
    const auto size = end - digits.data();
    if (!text.empty()) text.append(static_cast<std::size_t>(half_digits - size), '0');
    return text.append(digits.data(), static_cast<std::size_t>(size));
}

}  // namespace

std::string Decimal::text() const {
    std::string text = digits_text(coefficient_ < 0 ? -coefficient_ : coefficient_);
    const auto scale = static_cast<std::size_t>(scale_);
    if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
    if (scale > 0) text.insert(text.size() - scale, 1, '.');
    if (coefficient_ < 0) text.insert(0, 1, '-');
    return text;
}

bool Decimal::is_whole() const {
    return coefficient_ % power_of_ten(scale_) == 0;
}

std::optional<std::int64_t> Decimal::to_int64() const {
    if (!is_whole()) return std::nullopt;
    const Int128 whole = coefficient_ / power_of_ten(scale_);
    if (whole < std::numeric_limits<std::int64_t>::min() || whole > std::numeric_limits<std::int64_t>::max())
        return std::nullopt;
    return static_cast<std::int64_t>(whole);
}

Decimal Decimal::without_trailing_zeros() const {
    Decimal stripped = *this;
    while (stripped.scale_ > 0 && stripped.coefficient_ % 10 == 0) {
        stripped.coefficient_ /= 10;
        --stripped.scale_;
    }
    return stripped;
}

std::strong_ordering operator<=>(const Decimal& left, const Decimal& right) {
    if (left.scale_ == right.scale_) return left.coefficient_ <=> right.coefficient_;
    if (is_short(left) && is_short(right)) {
        return left.coefficient_ * power_of_ten(std::max(right.scale_ - left.scale_, 0)) <=>
               right.coefficient_ * power_of_ten(std::max(left.scale_ - right.scale_, 0));
    }
    // Aligning the scales could overflow; whole part and fraction apart cannot.
    const Int128 left_unit = power_of_ten(left.scale_);
    const Int128 right_unit = power_of_ten(right.scale_);
    const Int128 left_whole = left.coefficient_ / left_unit;
    const Int128 right_whole = right.coefficient_ / right_unit;
    if (left_whole != right_whole) return left_whole <=> right_whole;
    return (left.coefficient_ % left_unit) * power_of_ten(Decimal::max_digits - left.scale_) <=>
           (right.coefficient_ % right_unit) * power_of_ten(Decimal::max_digits - right.scale_);
}

Decimal negate(const Decimal& value) {
    return *Decimal::of(-value.coefficient(), value.decimal_places());
}

Decimal absolute(const Decimal& value) {
    return value.is_negative() ? negate(value) : value;
}

std::optional<Decimal> add(const Decimal& left, const Decimal& right) {
    const int scale = std::max(left.decimal_places(), right.decimal_places());
    if (is_short(left) && is_short(right)) {
        const auto shifted = [&](const Decimal& value) {
            return value.coefficient() * power_of_ten(scale - value.decimal_places());
        };
        return Decimal::of(shifted(left) + shifted(right), scale);
    }
    const auto aligned = [&](const Decimal& value) {
        return Wide(value.coefficient()) * Wide(power_of_ten(scale - value.decimal_places()));
    };
    return fit(aligned(left) + aligned(right), scale);
}

std::optional<Decimal> subtract(const Decimal& left, const Decimal& right) {
    return add(left, negate(right));
}

std::optional<Decimal> multiply(const Decimal& left, const Decimal& right) {
    if (is_short(left) && is_short(right)) {
        return Decimal::of(left.coefficient() * right.coefficient(), left.decimal_places() + right.decimal_places());
    }
    return fit(Wide(left.coefficient()) * Wide(right.coefficient()), left.decimal_places() + right.decimal_places());
}

namespace {

// Both as whole numbers of the same tiny unit, so that their quotient is the decimals' quotient.
struct Fraction {
    Wide numerator;
    Wide denominator;
};

Fraction fraction_of(const Decimal& left, const Decimal& right) {
    const int shift = right.decimal_places() - left.decimal_places();
    return {Wide(left.coefficient()) * Wide(power_of_ten(std::max(shift, 0))),
            Wide(right.coefficient()) * Wide(power_of_ten(std::max(-shift, 0)))};
}

}  // namespace

std::optional<Decimal> divide(const Decimal& left, const Decimal& right) {
    if (right.is_zero()) return std::nullopt;
    if (left.is_zero()) return Decimal();
    const Fraction fraction = fraction_of(left, right);
    const int size = digits_of(fraction.numerator) - digits_of(fraction.denominator);  // or one more before the point
    const int places = std::clamp(quotient_digits - size, 0, Decimal::max_digits);
    const Wide quotient = divide_rounded<Wide>(fraction.numerator * wide_power_of_ten(places), fraction.denominator,
                                               Rounding::half_away_from_zero);
    std::optional<Decimal> result = fit(quotient, places);
    if (!result) return std::nullopt;
    // `places` was chosen for the shorter of two possible lengths; drop the digit too many.
    if (digits_of(Wide(result->coefficient())) > quotient_digits && result->decimal_places() > 0) {
        const Wide shorter = divide_rounded<Wide>(fraction.numerator * wide_power_of_ten(places - 1),
                                                  fraction.denominator, Rounding::half_away_from_zero);
        result = fit(shorter, places - 1);
    }
    return result ? std::optional(result->without_trailing_zeros()) : std::nullopt;
}

std::optional<Decimal> integer_quotient(const Decimal& left, const Decimal& right) {
    if (right.is_zero()) return std::nullopt;
    const Fraction fraction = fraction_of(left, right);
    return fit(fraction.numerator / fraction.denominator, 0);
}

std::optional<Decimal> remainder(const Decimal& left, const Decimal& right) {
    if (right.is_zero()) return std::nullopt;
    const Fraction fraction = fraction_of(left, right);
    return fit(fraction.numerator % fraction.denominator, std::max(left.decimal_places(), right.decimal_places()));
}

std::optional<Decimal> with_decimal_places(const Decimal& value, int places, Rounding rounding) {
    if (places < 0 || places > Decimal::max_digits) return std::nullopt;
    const int dropped = value.decimal_places() - places;
    if (dropped > 0) return Decimal::of(divide_rounded(value.coefficient(), power_of_ten(dropped), rounding), places);
    const Wide padded = Wide(value.coefficient()) * Wide(power_of_ten(-dropped));
    return digits_of(padded) > Decimal::max_digits ? std::nullopt : fit(padded, places);
}

Decimal round(const Decimal& value, int places, Rounding rounding) {
    if (places >= value.decimal_places()) return value;
    return with_decimal_places(value, std::max(places, 0), rounding).value_or(value);
}

Decimal floor(const Decimal& value) {
    return round(value, 0, Rounding::down);
}
Decimal ceiling(const Decimal& value) {
    return round(value, 0, Rounding::up);
}
Decimal truncate(const Decimal& value) {
    return round(value, 0, Rounding::toward_zero);
}

namespace {

long double to_long_double(const Decimal& value) {
    const std::string text = value.text();
    long double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::optional<Decimal> from_long_double(long double number) {
    if (!std::isfinite(number)) return std::nullopt;
    std::array<char, 64> text;
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number,
                                            std::chars_format::scientific, long_double_digits - 1);
    if (error != std::errc()) return std::nullopt;
    std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
    const std::size_t e = digits.find('e');
    const std::optional<Decimal> mantissa = Decimal::parse(digits.substr(0, e));
    const std::string shortest = mantissa->without_trailing_zeros().text() + std::string(digits.substr(e));
    return Decimal::parse(shortest);
}

std::optional<Decimal> whole_power(const Decimal& base, std::int64_t exponent) {
    Decimal result = 1;
    Decimal square = base;
    for (std::int64_t rest = exponent < 0 ? -exponent : exponent;;) {
        if (rest % 2 == 1) {
            const std::optional<Decimal> product = multiply(result, square);
            if (!product) return std::nullopt;
            result = *product;
        }
        rest /= 2;
        if (rest == 0) break;
        const std::optional<Decimal> next = multiply(square, square);
        if (!next) return std::nullopt;
        square = *next;
    }
    return exponent < 0 ? divide(1, result) : result;
}

}  // namespace

std::optional<Decimal> power(const Decimal& base, const Decimal& exponent) {
    const std::optional<std::int64_t> whole = exponent.to_int64();
    if (whole && *whole >= -max_exponent && *whole <= max_exponent) return whole_power(base, *whole);
    return from_long_double(std::pow(to_long_double(base), to_long_double(exponent)));
}

std::optional<Decimal> square_root(const Decimal& value) {
    return from_long_double(std::sqrt(to_long_double(value)));
}

std::optional<Decimal> natural_logarithm(const Decimal& value) {
    return from_long_double(std::log(to_long_double(value)));
}

std::optional<Decimal> logarithm(const Decimal& value, const Decimal& base) {
    return from_long_double(std::log(to_long_double(value)) / std::log(to_long_double(base)));
}

std::optional<Decimal> exponential(const Decimal& value) {
    return from_long_double(std::exp(to_long_double(value)));
}

}  // namespace fhir
