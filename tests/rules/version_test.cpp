#include "rules/version.hpp"

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
    EXPECT_FALSE(parse_version_range("latest"));
    EXPECT_FALSE(parse_version_range("^"));
}

TEST(Version, TakesLabelsAndDoesNotCompareThem) {
    EXPECT_EQ(parse_version("1.2.3-beta+5"), (Version{1, 2, 3}));
}

}  // namespace
}  // namespace rules
