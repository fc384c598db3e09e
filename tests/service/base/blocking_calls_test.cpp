#include "service/base/blocking_calls.hpp"

#include "tests/service/loop.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace service {
namespace {

using namespace std::chrono_literals;
using Clock = BlockingCalls::Clock;

/// Where calls hang until the test lets them go on. Shared, since a call may outlive the test.
class Gate {
  public:
    void wait() {
        std::unique_lock lock(mutex_);
        ++inside_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait_until_inside(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return inside_ >= count; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t inside_ = 0;
    bool open_ = false;
};

TEST(BlockingCalls, GiveTheResultToTheCallersThread) {
    BlockingCalls calls({.threads = 1});
    Loop loop;
    std::thread::id worked;
    const auto result = loop.run(calls.run(
        [&] {
            worked = std::this_thread::get_id();
            return std::string("done");
        },
        Clock::now() + 60s));
    EXPECT_EQ(result, "done");
    EXPECT_NE(worked, std::this_thread::get_id());
}

TEST(BlockingCalls, HandAnExceptionToTheCaller) {
    BlockingCalls calls({.threads = 1});
    Loop loop;
    const auto broken = []() -> int { throw std::runtime_error("a bug"); };
    EXPECT_THROW(loop.run(calls.run(broken, Clock::now() + 60s)), std::runtime_error);
}

TEST(BlockingCalls, LetTheCallerGoAtItsDeadline) {
    const auto gate = std::make_shared<Gate>();
    BlockingCalls calls({.threads = 1});
    Loop loop;
    const auto hang = [gate] {
        gate->wait();
        return 1;
    };
    EXPECT_FALSE(loop.run(calls.run(hang, Clock::now() + 20ms)).has_value());
    gate->wait_until_inside(1);
    gate->open();
}

TEST(BlockingCalls, NeverBeginWhatItsCallerNoLongerWaitsFor) {
    const auto gate = std::make_shared<Gate>();
    std::atomic<int> begun = 0;
    BlockingCalls calls({.threads = 1});
    Loop loop;
    ASSERT_TRUE(calls.start([gate] { gate->wait(); }));
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(loop.run(calls.run([&] { return ++begun; }, Clock::now() + 5ms)).has_value());
    }
    gate->open();
    // What comes after them on the one thread: by then they would have been begun.
    EXPECT_EQ(loop.run(calls.run([&] { return begun.load(); }, Clock::now() + 60s)), 0);
}

TEST(BlockingCalls, TurnAwayWhatWouldWaitBehindTooMany) {
    const auto gate = std::make_shared<Gate>();
    BlockingCalls calls({.threads = 2, .waiting = 3});
    std::size_t taken = 0;
    for (int i = 0; i < 10; ++i) {
        if (calls.start([gate] { gate->wait(); })) ++taken;
    }
    EXPECT_EQ(taken, 5U);
    Loop loop;
    const auto begun = Clock::now();
    EXPECT_FALSE(loop.run(calls.run([] { return 1; }, begun + 1h)).has_value()) << "at once, not at the deadline";
    gate->open();
}

TEST(BlockingCalls, HaveAsManyThreadsAsAreNeededAtOnce) {
    const auto all = std::make_shared<std::latch>(8);
    BlockingCalls calls({.threads = 8});
    Loop loop;
    for (int i = 0; i < 7; ++i) ASSERT_TRUE(calls.start([all] { all->arrive_and_wait(); }));
    EXPECT_TRUE(loop.run(calls.run(
        [all] {
            all->arrive_and_wait();
            return true;
        },
        Clock::now() + 60s)));
}

TEST(BlockingCalls, EndWithoutWhatHangs) {
    const auto gate = std::make_shared<Gate>();
    const auto ended = std::make_shared<std::latch>(1);
    {
        BlockingCalls calls({.threads = 1});
        ASSERT_TRUE(calls.start([gate, ended] {
            gate->wait();
            ended->count_down();
        }));
        gate->wait_until_inside(1);
        EXPECT_FALSE(calls.close(Clock::now() + 5ms));
        EXPECT_FALSE(calls.start([] {}));
    }
    gate->open();  // the thread goes on after its owner is gone, and ends
    ended->wait();
}

TEST(BlockingCalls, EndWithAllThatIsUnderWay) {
    std::atomic<bool> done = false;
    BlockingCalls calls({.threads = 1});
    std::latch begun(1);
    ASSERT_TRUE(calls.start([&] {
        begun.count_down();
        done = true;
    }));
    begun.wait();
    EXPECT_TRUE(calls.close(Clock::now() + 60s));
    EXPECT_TRUE(done);
}

// The io_context of a caller may be gone before the call ends.
TEST(BlockingCalls, OutliveTheLoopOfTheirCaller) {
    const auto gate = std::make_shared<Gate>();
    BlockingCalls calls({.threads = 1});
    {
        boost::asio::io_context io;
        boost::asio::co_spawn(
            io,
            calls.run(
                [gate] {
                    gate->wait();
                    return 1;
                },
                Clock::now() + 1h),
            [](const std::exception_ptr&, std::optional<int>) { ADD_FAILURE() << "nobody is there to hear it"; });
        io.run_one();
        gate->wait_until_inside(1);
    }
    gate->open();
    EXPECT_TRUE(calls.close(Clock::now() + 60s));
}

// Signals are for the thread that serves: a thread that is started later takes none.
TEST(BlockingCalls, LeaveSignalsToOthers) {
    BlockingCalls calls({.threads = 1});
    Loop loop;
    EXPECT_EQ(loop.run(calls.run(
                  [] {
                      sigset_t held;
                      pthread_sigmask(SIG_SETMASK, nullptr, &held);
                      return sigismember(&held, SIGTERM) + sigismember(&held, SIGHUP);
                  },
                  Clock::now() + 60s)),
              2);
}

}  // namespace
}  // namespace service
