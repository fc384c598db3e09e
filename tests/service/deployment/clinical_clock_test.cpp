#include "service/deployment/clinical_clock.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace service {
namespace {

/// The process in another time zone, for a while. Written as POSIX rules, so that no table of zones is needed.
class TimeZone {
  public:
    explicit TimeZone(const char* zone) : before_(std::getenv("TZ") == nullptr ? "" : std::getenv("TZ")) { set(zone); }
    ~TimeZone() { set(before_.c_str()); }
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;

  private:
    static void set(const char* zone) {
        *zone == '\0' ? unsetenv("TZ") : setenv("TZ", zone, 1);
        tzset();
    }
    std::string before_;
};

constexpr const char* new_york = "EST5EDT,M3.2.0,M11.1.0";

std::string text_of(std::string_view at) {
    const auto instant = parse_clinical_instant(at);
    return instant ? instant->text() : "nothing";
}

TEST(ClinicalInstant, KeepsTheOffsetItComesWith) {
    EXPECT_EQ(text_of("2026-01-15T08:00:00+01:00"), "2026-01-15T08:00:00+01:00");
}

TEST(ClinicalInstant, TakesTheOffsetOfTheTimeZoneOnThatDay) {
    const TimeZone zone(new_york);
    EXPECT_EQ(text_of("2026-01-15T08:00:00"), "2026-01-15T08:00:00-05:00");
    EXPECT_EQ(text_of("2026-07-15T08:00:00"), "2026-07-15T08:00:00-04:00");
}

// `--at DATE` is noon: the hour that is furthest from another day, whatever the zone.
TEST(ClinicalInstant, IsNoonOfADate) {
    const TimeZone zone(new_york);
    EXPECT_EQ(text_of("2026-01-15"), "2026-01-15T12:00:00-05:00");
}

TEST(ClinicalInstant, IsNothingOfLessThanADay) {
    for (const char* text : {"", "2026", "2026-01", "yesterday", "@2026-01-15", "2026-02-30"}) {
        EXPECT_EQ(text_of(text), "nothing") << text;
    }
}

TEST(ClinicalInstant, SaysWhichPartOfADateThereIsNot) {
    EXPECT_TRUE(why_no_instant("2026-13-02").starts_with("there is no month 13; it takes a date"));
    EXPECT_TRUE(why_no_instant("2026-02-30T09:00:00").starts_with("2026-02 has no day 30; "));
    EXPECT_TRUE(why_no_instant("2026-02-03 9 am").starts_with("what stands behind the day is no time; "));
    for (const char* other : {"", "tomorrow", "2026", "13-02-2026"}) {
        EXPECT_TRUE(why_no_instant(other).starts_with("it takes a date (2026-03-02)")) << other;
    }
}

TEST(ClinicalClock, RunsInTheTimeZoneOfTheProcess) {
    const TimeZone zone("XXX-03:30");
    const fhir::DateTime now = running_clock()();
    ASSERT_TRUE(now.offset.has_value());
    EXPECT_EQ(now.offset->text(), "+03:30");
}

TEST(ClinicalClock, StandsWhereItWasPut) {
    const auto at = parse_clinical_instant("2026-01-15T08:00:00Z");
    ASSERT_TRUE(at.has_value());
    EXPECT_EQ(frozen_clock(*at)(), *at);
}

}  // namespace
}  // namespace service
