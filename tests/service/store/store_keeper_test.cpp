#include "service/store/store_keeper.hpp"

#include "service/store/store_sqlite.hpp"
#include "service/store/store_view.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/service/test_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <string>
#include <thread>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr KeeperPace quick{.look = 5ms, .patience = 20ms, .forget = 0ms};

void wait_until(const std::function<bool()>& condition) {
    for (int look = 0; look < 6000 && !condition(); ++look) std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(condition()) << "it never came about";
}

class StoreKeeperTest : public testing::Test {
  protected:
    StoreKeeperTest() { EXPECT_TRUE(Store::open("sqlite:" + path).has_value()); }

    /// A store that is there only while `there`.
    Store made() {
        return {[this](StoreDeadline deadline) -> boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> {
                    if (!there) return StoreFault::unavailable;
                    return connect_sqlite(path, deadline);
                },
                1};
    }

    const TemporaryFolder folder;
    const std::string path = (folder.path() / "cds.db").string();
    std::atomic<bool> there = true;
    RecordingLog log;
};

TEST_F(StoreKeeperTest, TellsThatTheStoreIsAwayAndThatItIsBack) {
    there = false;
    Store store(made());
    StoreKeeper keeper(store, log, quick);
    wait_until([&] { return !keeper.store_works(); });
    there = true;
    wait_until([&] { return keeper.store_works(); });
    EXPECT_TRUE(keeper.close(BlockingCalls::Clock::now() + 30s));
    EXPECT_EQ(log.count(R"("event":"store-away","fault":"unavailable")"), 1U) << log.text();
    EXPECT_EQ(log.count(R"("event":"store-back")"), 1U) << "told once, not at every look";
}

TEST_F(StoreKeeperTest, ForgetsWhatIsOlderThanTheConfigurationKeepsIt) {
    const std::unique_ptr<Store> seen = std::move(*Store::open("sqlite:" + path));
    const WallTime now = wall_time();
    const std::vector<Decision> decisions = {
        {"0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f1", "s", "old", "p", "1", "d", now - 73h},
        {"0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f2", "s", "new", "p", "1", "d", now - 71h}};
    ASSERT_TRUE(seen->record(decisions));
    Store store(made());
    StoreKeeper keeper(store, log, quick, {.decisions = std::chrono::days(3)});
    wait_until([&] { return seen->view(now - 240h)->cards.size() == 1; });
    EXPECT_EQ(seen->view(now - 240h)->cards.at(0).rule, "new");
}

TEST_F(StoreKeeperTest, TellsThatTheStoreKeepsItWaiting) {
    const auto asked = std::make_shared<std::latch>(1);
    const auto over = std::make_shared<std::latch>(1);
    Store store(
        [=](StoreDeadline) -> boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> {
            asked->count_down();
            over->wait();
            return StoreFault::unavailable;
        },
        1);
    StoreKeeper keeper(store, log, {.look = 5ms, .patience = 20ms, .forget = 1h});
    asked->wait();
    wait_until([&] { return !keeper.store_works(); });
    EXPECT_FALSE(keeper.close(BlockingCalls::Clock::now() + 5ms)) << "its thread hangs";
    over->count_down();
    EXPECT_TRUE(keeper.close(BlockingCalls::Clock::now() + 30s));
}

TEST_F(StoreKeeperTest, ForgetsWhatHasExpired) {
    Store store(made());
    const WallTime long_ago = wall_time() - 1h;
    ASSERT_EQ(store.remember("a", long_ago + 60s, long_ago), Seen::first_time);
    StoreKeeper keeper(store, log, quick);
    // What ends before the last one that was forgotten counts as seen.
    int asked = 0;
    wait_until([&] { return store.remember(std::to_string(++asked), long_ago + 59s, long_ago) == Seen::before; });
}

}  // namespace
}  // namespace service
