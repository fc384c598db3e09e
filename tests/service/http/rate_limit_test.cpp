#include "service/http/rate_limit.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr RateLimit::Clock::time_point start{1h};

TEST(RateLimit, AdmitsOneSecondsWorthAtOnceAndThenRefuses) {
    RateLimit limit(10);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(limit.admit(start)) << i;
    EXPECT_FALSE(limit.admit(start));
}

TEST(RateLimit, FillsAgainWithTime) {
    RateLimit limit(10);
    while (limit.admit(start)) {
    }
    EXPECT_TRUE(limit.admit(start + 100ms));
    EXPECT_FALSE(limit.admit(start + 100ms));
    EXPECT_FALSE(limit.admit(start + 150ms));
}

TEST(RateLimit, IsNoneWhenZero) {
    RateLimit limit(0);
    for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(limit.admit(start));
}

}  // namespace
}  // namespace service
