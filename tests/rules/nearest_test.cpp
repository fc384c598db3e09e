#include "rules/nearest.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

const std::vector<std::string_view> members = {"when", "unless", "withinDays", "hooks"};

TEST(Nearest, FindsTheNameOneSlipAway) {
    EXPECT_EQ(nearest("wehn", members), "when");
    EXPECT_EQ(nearest("withindays", members), "withinDays");
    EXPECT_EQ(nearest("hook", members), "hooks");
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
