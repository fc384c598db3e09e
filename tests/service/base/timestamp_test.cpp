#include "service/base/timestamp.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

using namespace std::chrono;

/// 2020-12-11T12:03:00Z, the day of the specification's example.
constexpr Timestamp noon = sys_days(year(2020) / 12 / 11) + hours(12) + minutes(3);

struct Stamp {
    const char* name;
    const char* text;
    std::optional<Timestamp> instant;
};
class TimestampText : public testing::TestWithParam<Stamp> {};

TEST_P(TimestampText, IsReadAsRfc3339) {
    shows({"R-117"});
    EXPECT_EQ(parse_timestamp(GetParam().text), GetParam().instant);
}

// R-117; RFC 3339, sections 5.6 to 5.8.
INSTANTIATE_TEST_SUITE_P(
    R117, TimestampText,
    testing::Values(
        Stamp{"Utc", "2020-12-11T12:03:00Z", noon}, Stamp{"LowerCase", "2020-12-11t12:03:00z", noon},
        Stamp{"East", "2020-12-11T13:03:00+01:00", noon}, Stamp{"West", "2020-12-11T04:03:00-08:00", noon},
        Stamp{"UnknownOffset", "2020-12-11T12:03:00-00:00", noon},
        Stamp{"Millis", "2020-12-11T12:03:00.123Z", noon + milliseconds(123)},
        Stamp{"OneDigit", "2020-12-11T12:03:00.5Z", noon + milliseconds(500)},
        Stamp{"Nanos", "2020-12-11T12:03:00.000001999Z", noon + microseconds(1)},
        // RFC 3339, section 5.8: the leap second at the end of 1990.
        Stamp{"LeapSecond", "1990-12-31T23:59:60Z", Timestamp(sys_days(year(1991) / 1 / 1))},
        Stamp{"LeapDay", "2024-02-29T00:00:00Z", Timestamp(sys_days(year(2024) / 2 / 29))},
        Stamp{"NoLeapDay", "2023-02-29T00:00:00Z", std::nullopt},
        Stamp{"Month13", "2020-13-11T12:03:00Z", std::nullopt}, Stamp{"DayZero", "2020-12-00T12:03:00Z", std::nullopt},
        Stamp{"Hour24", "2020-12-11T24:00:00Z", std::nullopt}, Stamp{"Minute60", "2020-12-11T12:60:00Z", std::nullopt},
        Stamp{"Second61", "2020-12-11T12:03:61Z", std::nullopt}, Stamp{"DateOnly", "2020-12-11", std::nullopt},
        Stamp{"NoZone", "2020-12-11T12:03:00", std::nullopt}, Stamp{"NoSeconds", "2020-12-11T12:03Z", std::nullopt},
        Stamp{"PointAlone", "2020-12-11T12:03:00.Z", std::nullopt},
        Stamp{"Space", "2020-12-11 12:03:00Z", std::nullopt},
        Stamp{"OffsetWithoutColon", "2020-12-11T12:03:00+0100", std::nullopt},
        Stamp{"OffsetOfADay", "2020-12-11T12:03:00+24:00", std::nullopt},
        Stamp{"Trailing", "2020-12-11T12:03:00Z ", std::nullopt},
        Stamp{"Signed", "+2020-12-11T12:03:00Z", std::nullopt}, Stamp{"Empty", "", std::nullopt}),
    CaseName());

}  // namespace
}  // namespace service
