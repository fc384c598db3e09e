#include "rules/text/version.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

struct RangeCase {
    const char* name;
    const char* range;
    const char* version;
    bool contained;
};
class VersionInRange : public testing::TestWithParam<RangeCase> {};

// Expected values: caret ranges as npm's semver documents them ("allows changes that do not modify the left-most
// non-zero element").
TEST_P(VersionInRange, FollowsTheLeftmostPartThatIsNotZero) {
    const auto range = parse_version_range(GetParam().range);
    const auto version = parse_version(GetParam().version);
    ASSERT_TRUE(range && version);
    EXPECT_EQ(range->contains(*version), GetParam().contained);
}

INSTANTIATE_TEST_SUITE_P(
    Ranges, VersionInRange,
    testing::Values(RangeCase{"MinorMayGrow", "^1.0", "1.4.2", true}, RangeCase{"MajorMayNot", "^1.0", "2.0.0", false},
                    RangeCase{"BelowTheRange", "^1.2", "1.1.9", false},
                    RangeCase{"ZeroMajorHoldsTheMinor", "^0.9", "0.10.0", false},
                    RangeCase{"ZeroMajorPatchMayGrow", "^0.9.1", "0.9.7", true},
                    RangeCase{"ZeroMinorHoldsThePatch", "^0.0.3", "0.0.4", false},
                    RangeCase{"CaretZero", "^0", "0.9.0", true}, RangeCase{"Exact", "1.2.3", "1.2.4", false},
                    RangeCase{"BeginningOnly", "1.2", "1.2.9", true}, RangeCase{"Any", "*", "7.0.1", true}),
    CaseName());

TEST(Version, RefusesWhatIsNone) {
    EXPECT_FALSE(parse_version("1.0"));
    EXPECT_FALSE(parse_version("v1.0.0"));
    EXPECT_FALSE(parse_version("1.0.0.0"));
    EXPECT_FALSE(parse_version("v2"));
    EXPECT_FALSE(parse_version_range("latest"));
    EXPECT_FALSE(parse_version_range("^"));
}

// The examples of semver.org, "Is there a suggested regular expression".
TEST(Version, RefusesWhatSemanticVersioningRefuses) {
    for (const char* text : {"01.1.1", "1.01.1", "1.1.01", "1.1.1-", "1.1.1+", "1.2.3-0123", "1.2.3-beta..2",
                             "1.1.2+meta+meta", "1.2.3-beta!", "-1.0.0"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
    for (const char* text : {"0.0.4", "10.20.30", "1.1.2-prerelease+meta", "1.0.0-alpha.0valid", "1.0.0-0A.is.legal",
                             "1.0.0+0.build.01", "2.0.1-alpha-1.1227", "1.0.0--"}) {
        EXPECT_TRUE(parse_version(text)) << text;
    }
}

TEST(Version, TakesLabelsAndDoesNotCompareThem) {
    EXPECT_EQ(parse_version("1.2.3-beta+5"), (Version{1, 2, 3}));
}

}  // namespace
}  // namespace rules
