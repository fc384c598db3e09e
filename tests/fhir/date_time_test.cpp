#include "fhir/date_time.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace fhir {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

Date date(std::string_view text) {
    const std::optional<Date> read = Date::parse(text);
    EXPECT_TRUE(read) << text;
    return read.value_or(Date());
}

DateTime date_time(std::string_view text) {
    const std::optional<DateTime> read = DateTime::parse_fhirpath(text);
    EXPECT_TRUE(read) << text;
    return read.value_or(DateTime());
}

Time time(std::string_view text) {
    const std::optional<Time> read = Time::parse_fhirpath(text);
    EXPECT_TRUE(read) << text;
    return read.value_or(Time());
}

sys_days day(std::string_view text) {
    return date(text).first_day();
}

template <typename Value>
std::string text_of(const std::optional<Value>& value) {
    return value ? value->text() : "nothing";
}

struct Form {
    std::string_view name;
    std::string_view written;
    bool fhir;      // DateTime::parse reads it
    bool instant;   // DateTime::parse_instant reads it
    bool fhirpath;  // DateTime::parse_fhirpath reads it
};

class DateTimeForm : public testing::TestWithParam<Form> {};

TEST_P(DateTimeForm, IsReadWhereTheSpecificationAllowsIt) {
    const Form& form = GetParam();
    EXPECT_EQ(DateTime::parse(form.written).has_value(), form.fhir);
    EXPECT_EQ(DateTime::parse_instant(form.written).has_value(), form.instant);
    EXPECT_EQ(DateTime::parse_fhirpath(form.written).has_value(), form.fhirpath);
}

TEST_P(DateTimeForm, PrintsAsItWasWritten) {
    const std::optional<DateTime> read = DateTime::parse(GetParam().written);
    if (read) {
        EXPECT_EQ(read->text(), GetParam().written);
    }
}

// FHIR R4, datatypes: dateTime and instant with their regular expressions; FHIRPath, DateTime literals.
INSTANTIATE_TEST_SUITE_P(Table, DateTimeForm,
                         testing::ValuesIn(std::vector<Form>{
                             {"year", "2015", true, false, true},
                             {"month", "2015-02", true, false, true},
                             {"day", "2015-02-04", true, false, true},
                             {"early_year", "0385-07-25", true, false, true},
                             {"year_zero", "0000", false, false, false},
                             {"three_digit_year", "385-07-25", false, false, false},
                             {"seconds_and_zulu", "2015-02-04T14:34:28Z", true, true, true},
                             {"fraction", "2015-02-04T14:34:28.120Z", true, true, true},
                             {"six_places", "2015-02-04T14:34:28.000000+00:00", true, true, true},
                             {"east", "2015-02-04T14:34:28+10:00", true, true, true},
                             {"west", "2015-02-04T14:34:28-09:30", true, true, true},
                             {"minus_zero", "2015-02-04T14:34:28-00:00", true, true, true},
                             {"fourteen_hours", "2015-02-04T14:34:28+14:00", true, true, true},
                             {"more_than_fourteen_hours", "2015-02-04T14:34:28+14:01", false, false, false},
                             {"leap_second", "2016-12-31T23:59:60Z", true, true, true},
                             {"no_offset", "2015-02-04T14:34:28", false, false, true},
                             {"no_seconds", "2015-02-04T14:34Z", false, false, true},
                             {"hour", "2015-02-04T14", false, false, true},
                             {"hour_with_offset", "2015-02-04T14+02:00", false, false, true},
                             {"fhirpath_literal", "@2015-02-04T14:34:28Z", false, false, true},
                             {"fhirpath_year", "@2015T", false, false, true},
                             {"month_with_t", "2015-02T", false, false, true},
                             {"month_with_time", "2015-02T10:00:00Z", false, false, false},
                             {"twenty_four", "2015-02-04T24:00:00Z", false, false, false},
                             {"sixty_minutes", "2015-02-04T10:60:00Z", false, false, false},
                             {"thirteenth_month", "2015-13", false, false, false},
                             {"month_zero", "2015-00", false, false, false},
                             {"thirty_first_of_april", "2015-04-31", false, false, false},
                             {"leap_day", "2016-02-29", true, false, true},
                             {"no_leap_day", "2015-02-29", false, false, false},
                             {"no_leap_day_in_1900", "1900-02-29", false, false, false},
                             {"blank_between", "2015-02-04 14:34:28Z", false, false, false},
                             {"blank_after", "2015-02-04 ", false, false, false},
                             {"no_dashes", "20150204", false, false, false},
                             {"single_digit", "2015-2-4", false, false, false},
                             {"fraction_without_digits", "2015-02-04T14:34:28.Z", false, false, false},
                             {"nineteen_places", "2015-02-04T14:34:28.1234567890123456789Z", false, false, false},
                             {"word", "text", false, false, false},
                             {"empty", "", false, false, false},
                         }),
                         CaseName());

TEST(Time, IsReadInFullInFhirAndInPartInFhirPath) {
    EXPECT_EQ(text_of(Time::parse("10:00:00")), "10:00:00");
    EXPECT_EQ(text_of(Time::parse("10:00:00.050")), "10:00:00.050");
    EXPECT_EQ(text_of(Time::parse("12:05")), "nothing");
    EXPECT_EQ(text_of(Time::parse("24:00:00")), "nothing");
    EXPECT_EQ(text_of(Time::parse("10:00:00Z")), "nothing");
    EXPECT_EQ(text_of(Time::parse_fhirpath("@T14")), "14");
    EXPECT_EQ(text_of(Time::parse_fhirpath("14:30")), "14:30");
    EXPECT_EQ(text_of(Time::parse_fhirpath("@T14:34:28+10:00")), "nothing");
}

struct Range {
    std::string_view name;
    std::string_view written;
    std::string_view first;
    std::string_view last;
};

class PartialDate : public testing::TestWithParam<Range> {};

TEST_P(PartialDate, MeansEveryDayItDoesNotExclude) {
    EXPECT_EQ(date(GetParam().written).first_day(), day(GetParam().first));
    EXPECT_EQ(date(GetParam().written).last_day(), day(GetParam().last));
}

INSTANTIATE_TEST_SUITE_P(Table, PartialDate,
                         testing::ValuesIn(std::vector<Range>{
                             {"year", "2025", "2025-01-01", "2025-12-31"},
                             {"month", "2025-12", "2025-12-01", "2025-12-31"},
                             {"leap_february", "2024-02", "2024-02-01", "2024-02-29"},
                             {"february", "2025-02", "2025-02-01", "2025-02-28"},
                             {"day", "2025-06-15", "2025-06-15", "2025-06-15"},
                         }),
                         CaseName());

struct Comparison {
    std::string_view name;
    std::string_view left;
    std::string_view right;
    std::optional<std::strong_ordering> order;
};

constexpr auto less = std::strong_ordering::less;
constexpr auto equal = std::strong_ordering::equal;
constexpr auto greater = std::strong_ordering::greater;

class DateTimeComparison : public testing::TestWithParam<Comparison> {};

TEST_P(DateTimeComparison, IsDecidedOnlyAsFarAsBothAreKnown) {
    const Comparison& tested = GetParam();
    EXPECT_EQ(compare(date_time(tested.left), date_time(tested.right)), tested.order);
}

TEST_P(DateTimeComparison, IsTheOtherWayRoundWhenSwapped) {
    const Comparison& tested = GetParam();
    const auto swapped = compare(date_time(tested.right), date_time(tested.left));
    ASSERT_EQ(swapped.has_value(), tested.order.has_value());
    if (swapped) {
        EXPECT_EQ(0 <=> *swapped, *tested.order);
    }
}

// FHIRPath, 6.1.1 and 6.2, and the cases of HL7's R4 suite (testEquality17-24, testLessThan23-27,
// testLiteralDateTimeTZ*).
INSTANTIATE_TEST_SUITE_P(
    Table, DateTimeComparison,
    testing::ValuesIn(std::vector<Comparison>{
        {"same_year", "2012", "2012", equal},
        {"different_years", "2012", "2013", less},
        {"year_and_month_of_it", "2012", "2012-01", std::nullopt},
        {"year_and_month_of_another", "2012", "2013-01", less},
        {"month_and_day_of_it", "2018-03", "2018-03-01", std::nullopt},
        {"same_day", "2012-04-15", "2012-04-15", equal},
        {"day_and_time_of_it", "2012-04-15", "2012-04-15T10:00:00", std::nullopt},
        {"day_and_time_of_next_day", "2012-04-15", "2012-04-16T00:00:00", less},
        {"minute_and_second_of_it", "2018-03-01T10:30", "2018-03-01T10:30:00", std::nullopt},
        {"second_and_fraction_are_one_precision", "2012-04-15T15:30:31", "2012-04-15T15:30:31.0", equal},
        {"fraction_counts", "2012-04-15T15:30:31", "2012-04-15T15:30:31.1", less},
        {"long_fraction", "2012-04-15T15:30:31.123456789", "2012-04-15T15:30:31.12345678900", equal},
        {"same_instant_at_two_offsets", "2012-04-15T15:00:00+02:00", "2012-04-15T16:00:00+03:00", equal},
        {"zulu_and_plus_zero", "2012-04-15T15:00:00Z", "2012-04-15T15:00:00+00:00", equal},
        {"offsets_turn_the_order", "2017-11-05T01:30:00.0-04:00", "2017-11-05T01:15:00.0-05:00", less},
        {"offset_on_one_side_near", "2012-04-15T15:00:00Z", "2012-04-15T10:00:00", std::nullopt},
        {"offset_on_one_side_far", "2012-04-15T15:00:00Z", "2012-04-17T10:00:00", less},
        {"now_and_a_birthday", "2026-01-02T03:04:05+01:00", "1974-12-25", greater},
        {"now_and_today", "2026-01-02T03:04:05+01:00", "2026-01-02", std::nullopt},
        {"half_hour_offset_to_the_hour", "2012-04-15T15+05:30", "2012-04-15T10Z", std::nullopt},
        {"leap_second_is_the_next_minute", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", equal},
    }),
    CaseName());

TEST(Time, ComparesLikeDateTime) {
    EXPECT_EQ(compare(time("12:00:00"), time("14:00:00")), less);
    EXPECT_EQ(compare(time("10:30"), time("10:30:00")), std::nullopt);
    EXPECT_EQ(compare(time("10:30:00"), time("10:30:00.0")), equal);
    EXPECT_EQ(compare(time("10"), time("11:15")), less);
}

TEST(DateTime, EquivalenceIsFalseWhereEqualityIsUndecided) {
    EXPECT_TRUE(equivalent(date_time("2012-04-15"), date_time("2012-04-15")));
    EXPECT_FALSE(equivalent(date_time("2012-04-15"), date_time("2012-04-15T10:00:00")));
    EXPECT_TRUE(equivalent(date_time("2012-04-15T15:30:31"), date_time("2012-04-15T15:30:31.0")));
    EXPECT_FALSE(equivalent(date_time("2012-04-15T15:30:31"), date_time("2012-04-15T15:30:31.1")));
    EXPECT_TRUE(equivalent(date_time("2012-04-15T15:00:00+02:00"), date_time("2012-04-15T13:00:00Z")));
    EXPECT_FALSE(equivalent(date_time("2012-04-15T15:00:00Z"), date_time("2012-04-15T15:00:00")));
    EXPECT_FALSE(equivalent(date("2012"), date("2012-01")));
    EXPECT_FALSE(equivalent(time("10:30"), time("10:30:00")));
}

struct Addition {
    std::string_view name;
    std::string_view value;
    std::string_view amount;
    std::string_view unit;
    std::string_view result;
};

class DateTimeAddition : public testing::TestWithParam<Addition> {};

TEST_P(DateTimeAddition, FollowsTheCalendar) {
    const Addition& tested = GetParam();
    EXPECT_EQ(text_of(add(date_time(tested.value), *Decimal::parse(tested.amount), *calendar_unit(tested.unit))),
              tested.result);
}

// FHIRPath, 6.7 Date/Time arithmetic (examples of the specification and of HL7's suite, testPlusDate1-22).
INSTANTIATE_TEST_SUITE_P(
    Table, DateTimeAddition,
    testing::ValuesIn(std::vector<Addition>{
        {"seven_days", "1973-12-25", "7", "days", "1974-01-01"},
        {"fraction_of_a_day_is_ignored", "1973-12-25", "7.9", "days", "1974-01-01"},
        {"one_month", "1973-12-25", "1", "month", "1974-01-25"},
        {"one_month_back", "1974-12-25", "-1", "month", "1974-11-25"},
        {"one_month_back_over_new_year", "1974-01-25", "-1", "month", "1973-12-25"},
        {"month_without_that_day", "2026-01-31", "1", "month", "2026-02-28"},
        {"year_without_that_day", "2024-02-29", "1", "year", "2025-02-28"},
        {"twenty_four_months", "2019-03-01", "24", "months", "2021-03-01"},
        {"one_week", "1973-12-25", "1", "week", "1974-01-01"},
        {"hours_are_days_on_a_date", "1973-12-25", "25", "hours", "1973-12-26"},
        {"months_on_a_year", "2014", "24", "months", "2016"},
        {"too_few_months_for_a_year", "2014", "23", "months", "2015"},
        {"days_on_a_year", "2016", "365", "days", "2017"},
        {"days_on_a_month", "2016-02", "30", "days", "2016-03"},
        {"second_carries", "1973-12-31T23:59:59.000+10:00", "1", "second", "1974-01-01T00:00:00.000+10:00"},
        {"millisecond", "1973-12-25T00:00:00.000+10:00", "10", "millisecond", "1973-12-25T00:00:00.010+10:00"},
        {"millisecond_adds_places", "1973-12-25T00:00:00Z", "10", "milliseconds", "1973-12-25T00:00:00.01Z"},
        {"fraction_of_a_second_counts", "1973-12-25T00:00:00.000Z", "0.1", "seconds", "1973-12-25T00:00:00.100Z"},
        {"minute", "1973-12-25T00:00:00.000+10:00", "1", "minute", "1973-12-25T00:01:00.000+10:00"},
        {"seconds_on_a_minute", "1973-12-25T00:00", "119", "seconds", "1973-12-25T00:01"},
        {"hour_back_over_midnight", "1974-01-01T00:00:00.5Z", "-1", "hour", "1973-12-31T23:00:00.5Z"},
        {"day_keeps_the_time", "1973-12-25T13:00:00.000+10:00", "7", "days", "1974-01-01T13:00:00.000+10:00"},
        {"year_out_of_range", "9999-12-31", "1", "day", "nothing"},
        {"year_before_the_first", "0001", "-1", "year", "nothing"},
        {"absurd_amount", "2000-01-01", "99999999999999999999", "days", "nothing"},
        {"absurd_seconds", "2000-01-01T00:00:00Z", "99999999999999999999999999999999", "seconds", "nothing"},
    }),
    CaseName());

TEST(Time, AdditionWrapsAtMidnightAndKnowsNoDays) {
    EXPECT_EQ(text_of(add(time("23:30:00"), 1, CalendarUnit::hour)), "00:30:00");
    EXPECT_EQ(text_of(add(time("00:30"), -1, CalendarUnit::hour)), "23:30");
    EXPECT_EQ(text_of(add(time("12:00:00"), 1, CalendarUnit::day)), "nothing");
}

TEST(CalendarUnit, IsNamedBySingularAndPlural) {
    EXPECT_EQ(calendar_unit("year"), CalendarUnit::year);
    EXPECT_EQ(calendar_unit("milliseconds"), CalendarUnit::millisecond);
    EXPECT_EQ(calendar_unit("a"), std::nullopt);
    EXPECT_EQ(calendar_unit("yearss"), std::nullopt);
    EXPECT_EQ(calendar_unit_of_ucum("wk"), CalendarUnit::week);
    EXPECT_EQ(calendar_unit_of_ucum("mo"), std::nullopt);  // an average month, not a calendar month
}

struct LocalDay {
    std::string_view name;
    std::string_view written;
    std::chrono::minutes offset;
    std::string_view day;
};

class DayInOffset : public testing::TestWithParam<LocalDay> {};

TEST_P(DayInOffset, IsTheDayOnTheReadersCalendar) {
    EXPECT_EQ(day_in(date_time(GetParam().written), GetParam().offset), day(GetParam().day));
}

// "An instant is first expressed in the offset of the evaluation time; a date without a time is taken as it stands."
INSTANTIATE_TEST_SUITE_P(Table, DayInOffset,
                         testing::ValuesIn(std::vector<LocalDay>{
                             {"late_evening_in_the_west", "2026-03-01T23:30:00-05:00", 0min, "2026-03-02"},
                             {"early_morning_in_the_east", "2026-03-01T00:30:00+02:00", -300min, "2026-02-28"},
                             {"same_offset", "2026-03-01T23:30:00-05:00", -300min, "2026-03-01"},
                             {"date_stands", "2026-03-01", 840min, "2026-03-01"},
                             {"month_gives_its_last_day", "2026-02", -720min, "2026-02-28"},
                             {"time_without_offset_stands", "2026-03-01T23:30:00", 840min, "2026-03-01"},
                         }),
                         CaseName());

struct Age {
    std::string_view name;
    std::string_view birth;
    std::string_view today;
    int years;
};

class AgeInYears : public testing::TestWithParam<Age> {};

TEST_P(AgeInYears, CountsBirthdays) {
    EXPECT_EQ(age_in_years(date(GetParam().birth), day(GetParam().today)), GetParam().years);
}

INSTANTIATE_TEST_SUITE_P(Table, AgeInYears,
                         testing::ValuesIn(std::vector<Age>{
                             {"day_before_birthday", "2008-06-15", "2026-06-14", 17},
                             {"birthday", "2008-06-15", "2026-06-15", 18},
                             {"partial_birth_date_counts_as_its_last_day", "2008", "2026-12-30", 17},
                             {"partial_month", "2008-06", "2026-06-30", 18},
                             {"leap_day_child_on_28_february", "2008-02-29", "2026-02-28", 17},
                             {"leap_day_child_on_1_march", "2008-02-29", "2026-03-01", 18},
                             {"not_yet_born", "2026-06-15", "2026-06-14", -1},
                         }),
                         CaseName());

TEST(DaysBetween, CountsCalendarDays) {
    EXPECT_EQ(days_between(day("2026-02-28"), day("2026-03-01")), 1);
    EXPECT_EQ(days_between(day("2024-03-01"), day("2024-02-28")), -2);
}

TEST(DateTime, IsMadeFromAnInstantAndAnOffset) {
    const auto instant = std::chrono::sys_seconds(sys_days(2026y / 3 / 1)) + 90min;
    EXPECT_EQ(DateTime::of(instant, UtcOffset::of(-120min)).text(), "2026-02-28T23:30:00-02:00");
    EXPECT_EQ(DateTime::of(instant, UtcOffset()).text(), "2026-03-01T01:30:00Z");
}

}  // namespace
}  // namespace fhir
