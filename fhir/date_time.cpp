#include "fhir/date_time.hpp"

#include "fhir/characters.hpp"

#include <array>
#include <utility>

namespace fhir {
namespace chrono = std::chrono;
namespace {

constexpr int max_fraction_digits = 18;
constexpr unsigned max_offset_hours = 14;

constexpr std::array<std::uint64_t, max_fraction_digits + 1> fraction_scales = [] {
    std::array<std::uint64_t, max_fraction_digits + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

std::uint64_t fraction_scale(int exponent) {
    return fraction_scales[static_cast<std::size_t>(exponent)];
}

// Exactly `length` digits at the beginning of `text`, which lose themselves from it.
template <std::size_t length>
std::optional<unsigned> take_number(std::string_view& text) {
    if (text.size() < length) return std::nullopt;
    unsigned number = 0;
    for (std::size_t i = 0; i < length; ++i) {
        if (!is_digit(text[i])) return std::nullopt;
        number = number * 10 + static_cast<unsigned>(text[i] - '0');
    }
    text.remove_prefix(length);
    return number;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// The optional group "`mark`DD" after which a partial value may stop. False if it begins and is not right.
template <char mark, unsigned highest>
bool take_group(std::string_view& text, unsigned& number, bool& present) {
    present = take(text, mark);
    if (!present) return true;
    const std::optional<unsigned> read = take_number<2>(text);
    if (!read || *read > highest) return false;
    number = *read;
    return true;
}

std::optional<Date> take_date(std::string_view& text) {
    Date date;
    const std::optional<unsigned> year = take_number<4>(text);
    if (!year || *year == 0) return std::nullopt;
    date.year = static_cast<int>(*year);
    bool present = false;
    if (!take_group<'-', 12>(text, date.month, present)) return std::nullopt;
    if (!present) return date;
    if (date.month == 0 || !take_group<'-', 31>(text, date.day, present)) return std::nullopt;
    if (!present) return date;
    const chrono::year_month_day day{chrono::year(date.year), chrono::month(date.month), chrono::day(date.day)};
    return day.ok() ? std::optional(date) : std::nullopt;
}

bool take_fraction(std::string_view& text, Time& time) {
    if (!take(text, '.')) return true;
    int digits = 0;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        if (++digits > max_fraction_digits) return false;
        time.fraction = time.fraction * 10 + static_cast<std::uint64_t>(text.front() - '0');
    }
    time.fraction_digits = digits;
    time.precision = Precision::fraction;
    return digits > 0;
}

std::optional<Time> take_time(std::string_view& text) {
    Time time;
    const std::optional<unsigned> hour = take_number<2>(text);
    if (!hour || *hour > 23) return std::nullopt;
    time.hour = *hour;
    bool present = false;
    if (!take_group<':', 59>(text, time.minute, present)) return std::nullopt;
    if (!present) return time;
    time.precision = Precision::minute;
    if (!take_group<':', 60>(text, time.second, present)) return std::nullopt;
    if (!present) return time;
    time.precision = Precision::second;
    return take_fraction(text, time) ? std::optional(time) : std::nullopt;
}

bool has_seconds(const Time& time) {
    return time.precision >= Precision::second;
}

void append_padded(std::string& text, std::uint64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    if (digits.size() < width) text.append(width - digits.size(), '0');
    text += digits;
}

}  // namespace

std::optional<CalendarUnit> calendar_unit(std::string_view keyword) {
    static constexpr std::array<std::pair<std::string_view, CalendarUnit>, 8> words{{
        {"year", CalendarUnit::year},
        {"month", CalendarUnit::month},
        {"week", CalendarUnit::week},
        {"day", CalendarUnit::day},
        {"hour", CalendarUnit::hour},
        {"minute", CalendarUnit::minute},
        {"second", CalendarUnit::second},
        {"millisecond", CalendarUnit::millisecond},
    }};
    if (keyword.ends_with('s')) keyword.remove_suffix(1);
    for (const auto& [word, unit] : words) {
        if (word == keyword) return unit;
    }
    return std::nullopt;
}

std::optional<CalendarUnit> calendar_unit_of_ucum(std::string_view code) {
    static constexpr std::array<std::pair<std::string_view, CalendarUnit>, 6> codes{{
        {"wk", CalendarUnit::week},
        {"d", CalendarUnit::day},
        {"h", CalendarUnit::hour},
        {"min", CalendarUnit::minute},
        {"s", CalendarUnit::second},
        {"ms", CalendarUnit::millisecond},
    }};
    for (const auto& [known, unit] : codes) {
        if (known == code) return unit;
    }
    return std::nullopt;
}

std::optional<Date> Date::parse(std::string_view text) {
    take(text, '@');
    const std::optional<Date> date = take_date(text);
    return text.empty() ? date : std::nullopt;
}

Date Date::of(chrono::sys_days day) {
    const chrono::year_month_day date(day);
    return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())};
}

std::string Date::text() const {
    std::string text;
    append_padded(text, static_cast<std::uint64_t>(year), 4);
    for (const unsigned field : {month, day}) {
        if (field == 0) break;
        text += '-';
        append_padded(text, field, 2);
    }
    return text;
}

Precision Date::precision() const {
    if (month == 0) return Precision::year;
    return day == 0 ? Precision::month : Precision::day;
}

chrono::sys_days Date::first_day() const {
    return chrono::year(year) / chrono::month(month == 0 ? 1 : month) / chrono::day(day == 0 ? 1 : day);
}

chrono::sys_days Date::last_day() const {
    const chrono::year_month month_of_year = chrono::year(year) / chrono::month(month == 0 ? 12 : month);
    if (day == 0) return month_of_year / chrono::last;
    return month_of_year / chrono::day(day);
}

std::optional<Time> Time::parse(std::string_view text) {
    const std::optional<Time> time = take_time(text);
    return time && text.empty() && has_seconds(*time) ? time : std::nullopt;
}

std::optional<Time> Time::parse_fhirpath(std::string_view text) {
    take(text, '@');
    take(text, 'T');
    const std::optional<Time> time = take_time(text);
    return text.empty() ? time : std::nullopt;
}

std::string Time::text() const {
    std::string text;
    append_padded(text, hour, 2);
    if (precision >= Precision::minute) {
        text += ':';
        append_padded(text, minute, 2);
    }
    if (precision >= Precision::second) {
        text += ':';
        append_padded(text, second, 2);
    }
    if (precision == Precision::fraction) {
        text += '.';
        append_padded(text, fraction, static_cast<std::size_t>(fraction_digits));
    }
    return text;
}

std::optional<UtcOffset> UtcOffset::parse(std::string_view text) {
    if (text == "Z") return UtcOffset();
    const bool minus = text.starts_with('-');
    if (!minus && !text.starts_with('+')) return std::nullopt;
    text.remove_prefix(1);
    const std::optional<unsigned> hours = take_number<2>(text);
    if (!hours || *hours > max_offset_hours || !take(text, ':')) return std::nullopt;
    const std::optional<unsigned> minutes = take_number<2>(text);
    if (!minutes || *minutes > 59 || !text.empty() || (*hours == max_offset_hours && *minutes > 0)) return std::nullopt;
    return UtcOffset{chrono::minutes(*hours * 60 + *minutes), minus ? Spelling::minus : Spelling::plus};
}

UtcOffset UtcOffset::of(chrono::minutes east) {
    return {chrono::abs(east), east < chrono::minutes(0) ? Spelling::minus : Spelling::plus};
}

std::string UtcOffset::text() const {
    if (spelling == Spelling::zulu) return "Z";
    std::string text = spelling == Spelling::minus ? "-" : "+";
    const auto minutes = static_cast<std::uint64_t>(size.count());
    append_padded(text, minutes / 60, 2);
    text += ':';
    append_padded(text, minutes % 60, 2);
    return text;
}

std::optional<DateTime> DateTime::parse_fhirpath(std::string_view text) {
    take(text, '@');
    const std::optional<Date> date = take_date(text);
    if (!date) return std::nullopt;
    DateTime result{*date, std::nullopt, std::nullopt};
    if (!take(text, 'T') || text.empty()) return text.empty() ? std::optional(result) : std::nullopt;
    if (date->precision() != Precision::day) return std::nullopt;
    result.time = take_time(text);
    if (!result.time || text.empty()) return result.time ? std::optional(result) : std::nullopt;
    result.offset = UtcOffset::parse(text);
    return result.offset ? std::optional(result) : std::nullopt;
}

std::optional<DateTime> DateTime::parse(std::string_view text) {
    if (text.starts_with('@') || text.ends_with('T')) return std::nullopt;
    std::optional<DateTime> read = parse_fhirpath(text);
    if (read && read->time && (!has_seconds(*read->time) || !read->offset)) return std::nullopt;
    return read;
}

std::optional<DateTime> DateTime::parse_instant(std::string_view text) {
    std::optional<DateTime> read = parse(text);
    return read && read->time ? read : std::nullopt;
}

DateTime DateTime::of(chrono::sys_seconds seconds, UtcOffset offset) {
    const chrono::sys_seconds local = seconds + offset.east();
    const chrono::sys_days day = chrono::floor<chrono::days>(local);
    const chrono::hh_mm_ss<chrono::seconds> clock(local - day);
    Time time;
    time.hour = static_cast<unsigned>(clock.hours().count());
    time.minute = static_cast<unsigned>(clock.minutes().count());
    time.second = static_cast<unsigned>(clock.seconds().count());
    time.precision = Precision::second;
    return {Date::of(day), time, offset};
}

std::string DateTime::text() const {
    std::string text = date.text();
    if (time) text += 'T' + time->text();
    if (offset) text += offset->text();
    return text;
}

Precision DateTime::precision() const {
    return time ? time->precision : date.precision();
}

chrono::sys_days day_in(const DateTime& value, chrono::minutes offset) {
    if (!value.time || !value.offset) return value.last_day();
    const bool to_the_hour = value.time->precision == Precision::hour;
    const auto clock = chrono::hours(value.time->hour) + chrono::minutes(to_the_hour ? 59 : value.time->minute);
    return chrono::floor<chrono::days>(value.last_day() + clock - value.offset->east() + offset);
}

std::int64_t days_between(chrono::sys_days from, chrono::sys_days to) {
    return (to - from).count();
}

int age_in_years(const Date& birth, chrono::sys_days day) {
    const chrono::year_month_day born(birth.last_day());
    const chrono::year_month_day today(day);
    const int years = static_cast<int>(today.year()) - static_cast<int>(born.year());
    const bool birthday_is_to_come = std::pair(today.month(), today.day()) < std::pair(born.month(), born.day());
    return birthday_is_to_come ? years - 1 : years;
}

// ---- comparison
// ------------------------------------------------------------------------------------------------------

namespace {

// What a value can mean, in units of 10^-18 s since 1970 (or since midnight), both ends included.
struct Span {
    Int128 first = 0;
    Int128 last = 0;
};

constexpr Int128 units_a_second = fraction_scales.back();

Int128 units(chrono::seconds seconds) {
    return Int128(seconds.count()) * units_a_second;
}

Span span_of(const Time& time) {
    const chrono::seconds start =
        chrono::hours(time.hour) + chrono::minutes(time.minute) + chrono::seconds(time.second);
    const Int128 fraction = Int128(time.fraction) * Int128(fraction_scale(max_fraction_digits - time.fraction_digits));
    const Int128 first = units(start) + fraction;
    if (time.precision == Precision::hour) return {first, first + units(chrono::hours(1)) - 1};
    if (time.precision == Precision::minute) return {first, first + units(chrono::minutes(1)) - 1};
    return {first, first};
}

Span span_of(const DateTime& value) {
    const Int128 first_midnight = units(value.first_day().time_since_epoch());
    if (!value.time) {
        return {first_midnight, units(value.last_day().time_since_epoch()) + units(chrono::hours(24)) - 1};
    }
    const Span clock = span_of(*value.time);
    const Int128 east = value.offset ? units(value.offset->east()) : 0;
    return {first_midnight + clock.first - east, first_midnight + clock.last - east};
}

// The same value if nobody knows its offset: the clocks of the world lie between -12:00 and +14:00.
Span without_offset(const Span& local) {
    return {local.first - units(chrono::hours(14)), local.last + units(chrono::hours(12))};
}

std::optional<std::strong_ordering> compare_spans(const Span& left, const Span& right) {
    if (left.last < right.first) return std::strong_ordering::less;
    if (right.last < left.first) return std::strong_ordering::greater;
    if (left.first == right.first && left.last == right.last) return std::strong_ordering::equal;
    return std::nullopt;
}

// Spans within one day or year that are equal were written alike: precision decides the length.
Precision comparable_precision(Precision precision) {
    return precision == Precision::fraction ? Precision::second : precision;
}

template <typename Value>
bool are_equivalent(const Value& left, const Value& right, Precision left_precision, Precision right_precision) {
    if (comparable_precision(left_precision) != comparable_precision(right_precision)) return false;
    return compare(left, right) == std::strong_ordering::equal;
}

}  // namespace

std::optional<std::strong_ordering> compare(const DateTime& left, const DateTime& right) {
    Span left_span = span_of(left);
    Span right_span = span_of(right);
    if (left.offset && !right.offset) right_span = without_offset(right_span);
    if (!left.offset && right.offset) left_span = without_offset(left_span);
    return compare_spans(left_span, right_span);
}

std::optional<std::strong_ordering> compare(const Date& left, const Date& right) {
    return compare(DateTime{left, std::nullopt, std::nullopt}, DateTime{right, std::nullopt, std::nullopt});
}

std::optional<std::strong_ordering> compare(const Time& left, const Time& right) {
    return compare_spans(span_of(left), span_of(right));
}

bool equivalent(const Date& left, const Date& right) {
    return left == right;
}
bool equivalent(const DateTime& left, const DateTime& right) {
    return are_equivalent(left, right, left.precision(), right.precision());
}
bool equivalent(const Time& left, const Time& right) {
    return are_equivalent(left, right, left.precision, right.precision);
}

}  // namespace fhir
