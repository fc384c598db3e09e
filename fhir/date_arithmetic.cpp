// Calendar arithmetic of date_time.hpp: `add`. FHIRPath, 6.7 Date/Time arithmetic.
#include "fhir/date_time.hpp"

#include <algorithm>
#include <limits>

namespace fhir {
namespace chrono = std::chrono;
namespace {

constexpr int last_year = 9999;
constexpr std::int64_t days_a_year = 365;  // FHIRPath's conversion factors for partial values
constexpr std::int64_t days_a_month = 30;
constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::int64_t max_days = 10'000LL * 366;

// An amount of one unit, cut off to whole ones.
std::optional<std::int64_t> whole_amount(const Decimal& amount) {
    return truncate(amount).to_int64();
}

// Seconds in one unit, with FHIRPath's factors for month and year; a millisecond counts by its value elsewhere.
std::int64_t seconds_of(CalendarUnit unit) {
    switch (unit) {
        case CalendarUnit::week:
            return 7 * seconds_a_day;
        case CalendarUnit::day:
            return seconds_a_day;
        case CalendarUnit::hour:
            return 3600;
        case CalendarUnit::minute:
            return 60;
        case CalendarUnit::second:
        case CalendarUnit::millisecond:
            return 1;
        case CalendarUnit::year:
            return days_a_year * seconds_a_day;
        case CalendarUnit::month:
            return days_a_month * seconds_a_day;
    }
    return 0;
}

// `amount` in seconds; whole ones, unless the unit is the second or the millisecond.
std::optional<Decimal> in_seconds(const Decimal& amount, CalendarUnit unit) {
    if (unit == CalendarUnit::second) return amount;
    if (unit == CalendarUnit::millisecond) return multiply(amount, *Decimal::of(1, 3));
    return multiply(truncate(amount), seconds_of(unit));
}

// `amount` in whole units of `seconds` each, cut off.
std::optional<std::int64_t> in_whole(const Decimal& amount, CalendarUnit unit, std::int64_t seconds) {
    // Nearly every amount is a small whole number, for which 64 bits are enough.
    if (amount.decimal_places() == 0 && unit != CalendarUnit::millisecond) {
        const std::optional<std::int64_t> whole = amount.to_int64();
        if (whole && *whole > -max_days && *whole < max_days) return *whole * seconds_of(unit) / seconds;
    }
    const std::optional<Decimal> total = in_seconds(amount, unit);
    if (!total) return std::nullopt;
    const std::optional<Decimal> whole = integer_quotient(*total, seconds);
    return whole ? whole->to_int64() : std::nullopt;
}

std::optional<Date> add_months(const Date& date, std::int64_t months) {
    constexpr std::int64_t max_months = 12LL * 20'000;
    if (months < -max_months || months > max_months) return std::nullopt;
    const std::int64_t first_month = date.month == 0 ? 0 : date.month - 1;
    const std::int64_t total = std::int64_t{date.year} * 12 + first_month + months;
    if (total < 12 || total >= 12LL * (last_year + 1)) return std::nullopt;
    Date result{static_cast<int>(total / 12), 0, 0};
    if (date.month != 0) result.month = static_cast<unsigned>(total % 12) + 1;
    if (date.day != 0) {
        const chrono::year_month_day_last last(chrono::year(result.year), chrono::month(result.month) / chrono::last);
        result.day = std::min(date.day, static_cast<unsigned>(last.day()));
    }
    return result;
}

std::optional<Date> add_days(const Date& date, std::int64_t days) {
    if (days < -max_days || days > max_days) return std::nullopt;
    const Date result = Date::of(date.first_day() + chrono::days(days));
    return result.year >= 1 && result.year <= last_year ? std::optional(result) : std::nullopt;
}

// The units of varying length, which act on a date of any precision.
std::optional<Date> add_years_or_months(const Date& date, const Decimal& amount, CalendarUnit unit) {
    const std::optional<std::int64_t> whole = whole_amount(amount);
    if (!whole || *whole < -max_days || *whole > max_days) return std::nullopt;
    if (unit == CalendarUnit::year) return add_months(date, *whole * 12);
    return date.month == 0 ? add_months(date, *whole / 12 * 12) : add_months(date, *whole);
}

bool varies_in_length(CalendarUnit unit) {
    return unit == CalendarUnit::year || unit == CalendarUnit::month;
}

// A clock reading as seconds since midnight, and back. The digits of the fraction are kept, or grow as needed.
std::optional<Decimal> seconds_since_midnight(const Time& time) {
    const std::int64_t whole = std::int64_t{time.hour} * 3600 + std::int64_t{time.minute} * 60 + time.second;
    const std::optional<Decimal> fraction = Decimal::of(static_cast<Int128>(time.fraction), time.fraction_digits);
    return fraction ? add(Decimal(whole), *fraction) : std::nullopt;
}

std::optional<Time> time_at(const Decimal& since_midnight, const Time& like) {
    const std::optional<std::int64_t> whole = truncate(since_midnight).to_int64();
    if (!whole) return std::nullopt;
    Time time;
    time.hour = static_cast<unsigned>(*whole / 3600);
    time.minute = static_cast<unsigned>(*whole / 60 % 60);
    time.second = static_cast<unsigned>(*whole % 60);
    time.precision = like.precision;
    const int needed = since_midnight.without_trailing_zeros().decimal_places();
    const int digits = std::max(like.fraction_digits, needed);
    const std::optional<Decimal> padded = with_decimal_places(since_midnight, digits);
    const std::optional<Decimal> fraction = padded ? subtract(*padded, Decimal(*whole)) : std::nullopt;
    if (!fraction || digits > 18) return std::nullopt;
    if (digits > 0) {
        time.fraction = static_cast<std::uint64_t>(fraction->coefficient());
        time.fraction_digits = digits;
        time.precision = Precision::fraction;
    }
    return time;
}

// A time of day, and the whole days that were carried out of it.
struct Shifted {
    std::int64_t days = 0;
    Time time;
};

std::optional<Shifted> shift(const Time& time, const Decimal& amount, CalendarUnit unit) {
    std::optional<Decimal> seconds = in_seconds(amount, unit);
    if (seconds && time.precision < Precision::second) {
        const std::int64_t unit_seconds = time.precision == Precision::hour ? 3600 : 60;
        const std::optional<std::int64_t> whole = in_whole(amount, unit, unit_seconds);
        seconds = whole ? multiply(Decimal(*whole), unit_seconds) : std::nullopt;
    }
    const std::optional<Decimal> start = seconds_since_midnight(time);
    const std::optional<Decimal> total = seconds && start ? add(*start, *seconds) : std::nullopt;
    const std::optional<Decimal> quotient = total ? integer_quotient(*total, seconds_a_day) : std::nullopt;
    std::optional<std::int64_t> days = quotient ? quotient->to_int64() : std::nullopt;
    if (!days || *days < -max_days || *days > max_days) return std::nullopt;
    if (*total < Decimal(*days * seconds_a_day)) --*days;  // the quotient was cut off toward zero
    const std::optional<Decimal> rest = subtract(*total, Decimal(*days * seconds_a_day));
    const std::optional<Time> clock = rest ? time_at(*rest, time) : std::nullopt;
    return clock ? std::optional(Shifted{*days, *clock}) : std::nullopt;
}

}  // namespace

std::optional<Date> add(const Date& value, const Decimal& amount, CalendarUnit unit) {
    if (varies_in_length(unit)) return add_years_or_months(value, amount, unit);
    const std::optional<std::int64_t> days = in_whole(amount, unit, seconds_a_day);
    if (!days || *days < -max_days || *days > max_days) return std::nullopt;
    if (value.month == 0) return add_months(value, *days / days_a_year * 12);
    if (value.day == 0) return add_months(value, *days / days_a_month);
    return add_days(value, *days);
}

std::optional<DateTime> add(const DateTime& value, const Decimal& amount, CalendarUnit unit) {
    if (!value.time || varies_in_length(unit)) {
        const std::optional<Date> date = add(value.date, amount, unit);
        return date ? std::optional(DateTime{*date, value.time, value.offset}) : std::nullopt;
    }
    const std::optional<Shifted> shifted = shift(*value.time, amount, unit);
    const std::optional<Date> date = shifted ? add_days(value.date, shifted->days) : std::nullopt;
    return date ? std::optional(DateTime{*date, shifted->time, value.offset}) : std::nullopt;
}

std::optional<Time> add(const Time& value, const Decimal& amount, CalendarUnit unit) {
    switch (unit) {
        case CalendarUnit::year:
        case CalendarUnit::month:
        case CalendarUnit::week:
        case CalendarUnit::day:
            return std::nullopt;
        case CalendarUnit::hour:
        case CalendarUnit::minute:
        case CalendarUnit::second:
        case CalendarUnit::millisecond:
            break;
    }
    const std::optional<Shifted> shifted = shift(value, amount, unit);
    return shifted ? std::optional(shifted->time) : std::nullopt;
}

}  // namespace fhir
