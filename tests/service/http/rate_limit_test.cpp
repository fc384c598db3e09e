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

TEST(RateLimits, GiveEachClientABucketOfItsOwnAndStrangersOneTogether) {
    RateLimits limits(2);
    for (int i = 0; i < 1000; ++i) (void)limits.admit_stranger(start);
    for (const char* client : {"one", "other"}) {
        EXPECT_TRUE(limits.admit(client, start)) << client;
        EXPECT_TRUE(limits.admit(client, start)) << client;
        EXPECT_FALSE(limits.admit(client, start)) << client;
    }
    EXPECT_FALSE(limits.admit_stranger(start));
    EXPECT_TRUE(limits.admit_stranger(start + 500ms));
}

TEST(RateLimits, AreNoneWhenZero) {
    RateLimits limits(0);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(limits.admit("one", start) && limits.admit_stranger(start));
}

}  // namespace
}  // namespace service
