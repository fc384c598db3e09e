#include "rules/page/shared_count.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

// The cell size suppression policy of CMS: no cell of 1 to 10, and nothing from which one can be computed; 0 may be
// told.
TEST(SharedCount, NamesNoSmallCount) {
    EXPECT_EQ(shared_count(1), "<11");
    EXPECT_EQ(shared_count(10), "<11");
    EXPECT_EQ(shared_count(11), "10");
}

TEST(SharedCount, TellsThatThereIsNone) {
    EXPECT_EQ(shared_count(0), "0");
    EXPECT_EQ(shared_count(0, 0), "0");
    EXPECT_EQ(shared_share(0, 36), "0 %");
    EXPECT_EQ(shared_share(0, 0), "–");
    EXPECT_EQ(shared_share(0, 10), "–");
}

TEST(SharedCount, NamesNoCountOfFewPatients) {
    EXPECT_EQ(shared_count(140, 10), "<11");
    EXPECT_EQ(shared_count(140, 11), "140");
    EXPECT_EQ(rounded_count(140, 10), std::nullopt);
}

TEST(SharedCount, RoundsEveryOther) {
    EXPECT_EQ(shared_count(14), "10");
    EXPECT_EQ(shared_count(15), "20");
    EXPECT_EQ(shared_count(1234), "1230");
}

TEST(SharedCount, MakesSharesOfRoundedCounts) {
    EXPECT_EQ(shared_share(24, 36), "50 %");
    EXPECT_EQ(shared_share(3, 36), "–");
    EXPECT_EQ(shared_share(36, 36), "100 %");
}

}  // namespace
}  // namespace rules
