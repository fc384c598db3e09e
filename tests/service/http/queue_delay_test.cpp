#include "service/http/queue_delay.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr QueueDelay::Clock::time_point start{1h};

/// A queue whose markers take `delay` each, from `from` until `until`. \returns the time at the end.
QueueDelay::Clock::time_point work(QueueDelay& queue, QueueDelay::Clock::time_point from,
                                   QueueDelay::Clock::time_point until, std::chrono::milliseconds delay) {
    while (from < until) {
        EXPECT_TRUE(queue.departs(from));
        from += delay;
        queue.arrived(from);
    }
    return from;
}

TEST(QueueDelay, HasOneMarkerOnItsWay) {
    QueueDelay queue;
    EXPECT_TRUE(queue.departs(start));
    EXPECT_FALSE(queue.departs(start + 1ms));
    queue.arrived(start + 2ms);
    EXPECT_TRUE(queue.departs(start + 3ms));
}

TEST(QueueDelay, WorksOffABurst) {
    QueueDelay queue;
    work(queue, start, start + 1s, 10ms);
    EXPECT_TRUE(queue.departs(start + 1s));
    EXPECT_FALSE(queue.is_too_long(start + 1s + 999ms));
}

TEST(QueueDelay, RefusesTheTailOfTheLongestBurst) {
    QueueDelay queue;
    EXPECT_TRUE(queue.departs(start));
    EXPECT_TRUE(queue.is_too_long(start + 1001ms));
}

TEST(QueueDelay, RefusesTheTailOfAQueueThatStands) {
    QueueDelay queue;
    const auto now = work(queue, start, start + 2s, 60ms);
    EXPECT_TRUE(queue.departs(now));
    EXPECT_FALSE(queue.is_too_long(now + 100ms));
    EXPECT_TRUE(queue.is_too_long(now + 101ms));
}

TEST(QueueDelay, RefusesNothingWhenNobodyWaits) {
    QueueDelay queue;
    const auto now = work(queue, start, start + 2s, 60ms);
    EXPECT_FALSE(queue.is_too_long(now + 1h));
}

TEST(QueueDelay, TakesOneShortDelayAsTheEndOfTheQueue) {
    QueueDelay queue;
    auto now = work(queue, start, start + 2s, 60ms);
    now = work(queue, now, now + 10ms, 10ms);
    now = work(queue, now, now + 550ms, 60ms);
    EXPECT_TRUE(queue.departs(now));
    EXPECT_FALSE(queue.is_too_long(now + 900ms));
}

TEST(QueueDelay, ForgetsAnOldQueue) {
    QueueDelay queue;
    const auto now = work(queue, start, start + 2s, 60ms) + 1h;
    EXPECT_TRUE(queue.departs(now));
    EXPECT_FALSE(queue.is_too_long(now + 900ms));
}

}  // namespace
}  // namespace service
