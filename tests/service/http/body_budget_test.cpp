#include "service/http/body_budget.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

TEST(BodyBudget, CountsWhatIsThereUntilItsHolderLetsGo) {
    BodyBudget budget(10);
    HeldBody first(budget);
    {
        HeldBody second(budget);
        EXPECT_TRUE(first.grow_to(4));
        EXPECT_TRUE(second.grow_to(6));
        EXPECT_TRUE(second.grow_to(6)) << "nothing more";
        EXPECT_FALSE(first.grow_to(5));
        EXPECT_FALSE(second.grow_to(7));
    }
    EXPECT_TRUE(first.grow_to(10)) << "the other one has gone, and what was refused is not held";
    first.release();
    HeldBody third(budget);
    EXPECT_TRUE(third.grow_to(10));
}

}  // namespace
}  // namespace service
