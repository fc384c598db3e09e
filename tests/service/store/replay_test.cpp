#include "service/store/replay.hpp"

#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr WallTime now{1'700'000'000s};

/// Time that passes, apart from what the clock says.
std::chrono::seconds passed_s{0};
ReplayWindow::Steady::time_point steady() {
    return ReplayWindow::Steady::time_point(1h + passed_s);
}

class ReplayWindowTest : public testing::Test {
  protected:
    ReplayWindowTest() { passed_s = 0s; }

    ReplayWindow window{1000, steady};
};

TEST_F(ReplayWindowTest, RefusesASecondUseUntilTheTokenHasExpired) {
    shows({"R-139"});
    EXPECT_EQ(window.remember("a", now + 60s, now), Seen::first_time);
    passed_s = 59s;
    EXPECT_EQ(window.remember("a", now + 60s, now + 59s), Seen::before);
    passed_s = 60s;
    EXPECT_EQ(window.remember("a", now + 160s, now + 60s), Seen::first_time) << "another token of the same id";
}

TEST_F(ReplayWindowTest, ForgetsNothingThatIsStillValidWhenItIsFull) {
    ReplayWindow small(1, steady);
    EXPECT_EQ(small.remember("a", now + 60s, now), Seen::first_time);
    EXPECT_EQ(small.remember("b", now + 60s, now), Seen::unknown);
    passed_s = 59s;
    EXPECT_EQ(small.remember("a", now + 60s, now + 59s), Seen::before);
    passed_s = 61s;
    EXPECT_EQ(small.remember("b", now + 160s, now + 61s), Seen::first_time);
}

TEST_F(ReplayWindowTest, RemembersWhileTheClockIsAheadAndRightAgain) {
    shows({"R-139"});
    EXPECT_EQ(window.remember("used", now + 300s, now), Seen::first_time);
    passed_s = 40s;  // long enough for a sweep
    EXPECT_EQ(window.remember("of the future", now + 1h + 300s, now + 1h), Seen::first_time);
    passed_s = 80s;
    EXPECT_EQ(window.remember("used", now + 300s, now + 80s), Seen::before);
    EXPECT_EQ(window.remember("new", now + 380s, now + 80s), Seen::first_time) << "nobody else has to pay for it";
}

TEST_F(ReplayWindowTest, RemembersWhenTheClockIsSetBack) {
    shows({"R-139"});
    EXPECT_EQ(window.remember("used", now + 300s, now), Seen::first_time);
    passed_s = 400s;
    EXPECT_EQ(window.remember("other", now + 700s, now + 400s), Seen::first_time)
        << "used has expired, and is forgotten";
    passed_s = 401s;
    EXPECT_EQ(window.remember("used", now + 300s, now + 100s), Seen::before) << "set back by five minutes";
    EXPECT_EQ(window.remember("other", now + 700s, now + 101s), Seen::before);
}

// A clock that runs at twice the speed, then stands until it is right again: at each step every token used is refused,
// and a new one passes.
TEST_F(ReplayWindowTest, RemembersWhileTheClockIsMovedSlowly) {
    shows({"R-139"});
    std::vector<WallTime> ends;
    for (int step = 0; step < 120; ++step) {
        passed_s = std::chrono::seconds(10 * step);
        const WallTime clock = now + std::chrono::seconds(step < 60 ? 20 * step : 1200);
        ends.push_back(clock + 300s);
        EXPECT_EQ(window.remember(std::to_string(step), ends.back(), clock), Seen::first_time) << step;
        for (std::size_t used = 0; used < ends.size(); ++used) {
            if (ends[used] <= clock) continue;  // refused for its age
            EXPECT_EQ(window.remember(std::to_string(used), ends[used], clock), Seen::before) << used << " at " << step;
        }
    }
}

TEST_F(ReplayWindowTest, LetsOneOfManyThreadsBeFirst) {
    std::atomic<int> firsts = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            if (window.remember("a", now + 60s, now) == Seen::first_time) ++firsts;
        });
    }
    threads.clear();
    EXPECT_EQ(firsts, 1);
}

}  // namespace
}  // namespace service
