// Dates, date-times and times of day as FHIR writes them: to the precision that was known, perhaps without an offset.
//
// A value is what was written, no more: "2012-04" is not a day. Whoever needs a day asks for the first or the last one
// it can mean. Comparison has three answers, since two partial values may be undecided (FHIRPath, Date/Time equality).
// FHIR's instant is a DateTime to the second or finer with an offset. No clock and no time zone table here.
#pragma once

#include "fhir/decimal.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fhir {

/// How far a value was written; a second and its fraction are one precision when values are compared.
enum class Precision { year, month, day, hour, minute, second, fraction };

/// The words of FHIRPath's calendar durations (FHIRPath, Time-valued quantities).
enum class CalendarUnit { year, month, week, day, hour, minute, second, millisecond };

/// The unit that a FHIRPath keyword names: "year", "years", … Nothing for other words.
std::optional<CalendarUnit> calendar_unit(std::string_view keyword);

/// The calendar unit that a UCUM code of definite duration stands for: wk d h min s ms. Nothing for others, 'a' and
/// 'mo' among them, which are averages.
std::optional<CalendarUnit> calendar_unit_of_ucum(std::string_view code);

/// A calendar date, or its year and month, or its year. Years 0001 to 9999.
struct Date {
    int year = 1;
    unsigned month = 0;  ///< 0: not given
    unsigned day = 0;    ///< 0: not given

    /// Reads YYYY, YYYY-MM or YYYY-MM-DD, strictly. `text` may begin with FHIRPath's @.
    static std::optional<Date> parse(std::string_view text);
    static Date of(std::chrono::sys_days day);

    std::string text() const;
    Precision precision() const;

    /// The earliest and the latest day that this can mean.
    std::chrono::sys_days first_day() const;
    std::chrono::sys_days last_day() const;

    bool operator==(const Date&) const = default;  ///< the same as written; `compare` compares meaning
};

/// A time of day, to the hour, minute, second or a fraction of it. 23:59:60 is allowed, 24:00 is not (FHIR R4, time).
struct Time {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    std::uint64_t fraction = 0;  ///< the digits after the point as a number: 50 for .050
    int fraction_digits = 0;     ///< how many digits were written, at most 18
    Precision precision = Precision::hour;

    /// Reads FHIR's time: hh:mm:ss or with a fraction.
    static std::optional<Time> parse(std::string_view text);
    /// Reads a FHIRPath time, which may stop after the hour or minute and may begin with T or @T.
    static std::optional<Time> parse_fhirpath(std::string_view text);

    std::string text() const;

    bool operator==(const Time&) const = default;  ///< the same as written
};

/// Local time minus UTC, from -14:00 to +14:00, with the spelling it came in.
struct UtcOffset {
    enum class Spelling { zulu, plus, minus };

    std::chrono::minutes size{0};  ///< without sign
    Spelling spelling = Spelling::zulu;

    static std::optional<UtcOffset> parse(std::string_view text);
    static UtcOffset of(std::chrono::minutes east);

    std::string text() const;
    /// What is added to UTC to give local time; negative in the west.
    std::chrono::minutes east() const { return spelling == Spelling::minus ? -size : size; }

    bool operator==(const UtcOffset&) const = default;  ///< the same as written: Z is not +00:00
};

/// A date, perhaps with a time, perhaps with an offset. A date without a time never has an offset.
struct DateTime {
    Date date;
    std::optional<Time> time;
    std::optional<UtcOffset> offset;

    /// Reads FHIR R4's dateTime strictly: a time has seconds and an offset.
    static std::optional<DateTime> parse(std::string_view text);
    /// Reads FHIR R4's instant: date, time with seconds, and offset.
    static std::optional<DateTime> parse_instant(std::string_view text);
    /// Reads what FHIRPath allows: the time may stop anywhere, the offset may be missing, "2012-04T" has no time.
    /// `text` may begin with @. Also the lenient reader's second attempt at a dateTime.
    static std::optional<DateTime> parse_fhirpath(std::string_view text);
    /// The instant `seconds` as the clock at `offset` shows it, to the second.
    static DateTime of(std::chrono::sys_seconds seconds, UtcOffset offset);

    /// As written in FHIR: "2012-04", "2012-04-15T10:00:00+02:00".
    std::string text() const;
    Precision precision() const;

    /// The earliest and the latest day that the date, as written, can mean. No offset is applied.
    std::chrono::sys_days first_day() const { return date.first_day(); }
    std::chrono::sys_days last_day() const { return date.last_day(); }

    bool operator==(const DateTime&) const = default;  ///< the same as written
};

/// A span of time, or of what is known of it. A missing end may be open or unknown.
struct Period {
    std::optional<DateTime> start;
    std::optional<DateTime> end;
    bool operator==(const Period&) const = default;
};

/// Which of two comes first, by the rules of FHIRPath: field after field, offsets respected.
/// \returns nothing where it is not decided: one is written less precisely, or only one of them has an offset and they
///     lie less than the widest difference of offsets apart.
/// Source: FHIRPath, 6.1.1 Date/Time equality and 6.2 comparison.
std::optional<std::strong_ordering> compare(const Date& left, const Date& right);
std::optional<std::strong_ordering> compare(const DateTime& left, const DateTime& right);
std::optional<std::strong_ordering> compare(const Time& left, const Time& right);

/// FHIRPath's `~`: equal, and written to the same precision (a second and its fraction count as one).
bool equivalent(const Date& left, const Date& right);
bool equivalent(const DateTime& left, const DateTime& right);
bool equivalent(const Time& left, const Time& right);

/// `value` and `amount` units later (earlier if negative). The day is cut down to the month's last. Fractions of an
/// amount count for seconds and milliseconds only. Where `value` is written less precisely than the unit, the amount is
/// first converted to what is there, cutting off (12 months a year, 30 days a month, 365 days a year, 24 hours a day).
/// A Time wraps at midnight and has no unit above the hour.
/// \returns nothing if the year leaves 1 to 9999, or the unit does not apply.
/// Source: FHIRPath, 6.7 Date/Time arithmetic.
std::optional<Date> add(const Date& value, const Decimal& amount, CalendarUnit unit);
std::optional<DateTime> add(const DateTime& value, const Decimal& amount, CalendarUnit unit);
std::optional<Time> add(const Time& value, const Decimal& amount, CalendarUnit unit);

/// The calendar day of `value` for somebody whose clocks show `offset`: a time with an offset is first expressed in
/// `offset`; a date without a time, or a time without an offset, stands as written. A partial date gives its last day.
std::chrono::sys_days day_in(const DateTime& value, std::chrono::minutes offset);

/// Whole calendar days from `from` to `to`; negative if `to` is earlier.
std::int64_t days_between(std::chrono::sys_days from, std::chrono::sys_days to);

/// Completed years on `day` of somebody born on `birth`; the youngest possible age if `birth` is partial. Born on 29
/// February, one is a year older on 1 March. Negative before birth.
int age_in_years(const Date& birth, std::chrono::sys_days day);

}  // namespace fhir
