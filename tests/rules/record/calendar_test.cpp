// Days by the zone's own rules on each date: New York and Brussels change their clocks, UTC does not.
#include "rules/record/calendar.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace std::chrono_literals;

fhir::DateTime at(const char* text) {
    return *fhir::DateTime::parse_fhirpath(text);
}

/// The rules of the US since 2007: second Sunday of March to first Sunday of November, at 2 o'clock.
rules::TimeZone new_york() {
    return rules::TimeZone::of([](std::chrono::sys_seconds instant) -> std::chrono::minutes {
        using namespace std::chrono;
        const year_month_day date(floor<days>(instant));
        const auto begins = sys_days(date.year() / March / Sunday[2]) + 7h;
        const auto ends = sys_days(date.year() / November / Sunday[1]) + 6h;
        return instant >= begins && instant < ends ? -240min : -300min;
    });
}

TEST(TimeZone, ChangesAtTheSecond) {
    const rules::TimeZone zone = new_york();
    const auto change = std::chrono::sys_days(std::chrono::year(2026) / 3 / 8) + 7h;
    EXPECT_EQ(zone.east_at(change - 1s), -300min);
    EXPECT_EQ(zone.east_at(change), -240min);
    EXPECT_EQ(zone.east_at(std::chrono::sys_days(std::chrono::year(2050) / 7 / 1)), -240min);
}

TEST(TimeZone, KnowsWhatItsClocksShow) {
    const rules::TimeZone zone = new_york();
    const auto shown = [](unsigned month, unsigned day, std::chrono::hours hour) {
        return std::chrono::sys_days(std::chrono::year(2026) / std::chrono::month(month) / std::chrono::day(day)) +
               hour;
    };
    EXPECT_EQ(zone.east_at_local(shown(3, 8, 1h)), -300min);
    EXPECT_EQ(zone.east_at_local(shown(3, 8, 4h)), -240min);
    EXPECT_EQ(zone.east_at_local(shown(11, 1, 1h)), -240min) << "the first of the two";
    EXPECT_EQ(zone.east_at_local(shown(11, 1, 4h)), -300min);
}

struct DateCase {
    const char* name;
    const char* now;
    const char* when;
    const char* date;
    long age;
};

class CalendarDays : public testing::TestWithParam<DateCase> {};

TEST_P(CalendarDays, AreThoseOfTheZoneOnThatDate) {
    const rules::TimeZone zone = new_york();
    const rules::Calendar calendar(at(GetParam().now), &zone);
    EXPECT_EQ(calendar.date_of(at(GetParam().when)).text(), GetParam().date);
    EXPECT_EQ(calendar.age_in_days(at(GetParam().when)), GetParam().age);
}

INSTANTIATE_TEST_SUITE_P(Table, CalendarDays,
                         testing::Values(DateCase{"WinterEveningLookedAtInSummer", "2026-07-01T12:00:00-04:00",
                                                  "2026-01-16T04:30:00Z", "2026-01-15", 167},
                                         DateCase{"SummerEveningLookedAtInWinter", "2026-01-15T12:00:00-05:00",
                                                  "2025-07-01T03:30:00Z", "2025-06-30", 199},
                                         DateCase{"EarlyInTheMorningOfTheSameDay", "2026-03-08T00:30:00-05:00",
                                                  "2025-03-08T04:30:00Z", "2025-03-07", 366},
                                         DateCase{"LateInTheEveningOfTheSameDay", "2026-03-08T23:30:00-04:00",
                                                  "2025-03-08T04:30:00Z", "2025-03-07", 366},
                                         DateCase{"DateWithoutTimeStandsAsItIs", "2026-07-01T12:00:00-04:00",
                                                  "2026-01-15", "2026-01-15", 167},
                                         DateCase{"PartialDateIsItsLastDay", "2026-07-01T12:00:00-04:00", "2026-01",
                                                  "2026-01", 151},
                                         DateCase{"TimeWithoutOffsetIsOurs", "2026-07-01T12:00:00-04:00",
                                                  "2026-01-15T23:30:00", "2026-01-15", 167}),
                         CaseName());

TEST(Calendar, ShowsTheEvaluationTimeInItsZone) {
    const rules::TimeZone zone = new_york();
    EXPECT_EQ(rules::Calendar(at("2026-03-02T03:30:00Z"), &zone).now().text(), "2026-03-01T22:30:00-05:00");
}

TEST(Calendar, KeepsTheOffsetOfTheEvaluationTimeWithoutAZone) {
    const rules::Calendar calendar(at("2026-07-01T12:00:00-04:00"));
    EXPECT_EQ(calendar.date_of(at("2026-01-16T04:30:00Z")).text(), "2026-01-16");
}

}  // namespace
