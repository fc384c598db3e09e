#include "rules/text/nearest.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

const std::vector<std::string_view> members = {"when", "unless", "withinDays", "hooks"};

TEST(Nearest, FindsTheNameOneSlipAway) {
    EXPECT_EQ(nearest("wehn", members), "when");
    EXPECT_EQ(nearest("withindays", members), "withinDays");
    EXPECT_EQ(nearest("hook", members), "hooks");
}

TEST(Nearest, PrefersTheNameThatBeginsSo) {
    EXPECT_EQ(nearest("vitamin-d-above", {"vitamin-d-low", "vitamin-d-above-target"}), "vitamin-d-above-target");
    EXPECT_EQ(nearest("vitamin-d-lo", {"vitamin-d-lower-still", "vitamin-d-low"}), "vitamin-d-low");
    EXPECT_EQ(nearest("result", {"resultant", "results"}), "results");
}

TEST(Nearest, GuessesNothingForAnotherWord) {
    EXPECT_EQ(nearest("summary", members), "");
    EXPECT_EQ(nearest("x", members), "");
}

TEST(Nearest, ListsTheNamesWhereNoneIsNear) {
    EXPECT_EQ(did_you_mean("unles", members), "Write \"unless\".");
    EXPECT_EQ(did_you_mean("summary", {"a", "b"}), "One of: a, b.");
}

}  // namespace
}  // namespace rules
