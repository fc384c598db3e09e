#include "service/store/decision_recorder.hpp"

#include "service/store/store_sqlite.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/service/test_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

namespace service {
namespace {

boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> unreachable(StoreDeadline) {
    return StoreFault::unavailable;
}

TEST(DecisionRecorder, SaysHowManyDecisionsAreLostWhenItStopsWithoutAStore) {
    Store store(unreachable, 1);
    RecordingLog log;
    {
        DecisionRecorder recorder(store, log);
        recorder.add(std::vector<Decision>(3));
    }
    EXPECT_EQ(log.count(R"("fault":"stopping","lost":3)"), 1U) << log.text();
}

// While the store is away, what was given waits; it is written once the store is back.
TEST(DecisionRecorder, WaitsForAStoreThatComesBack) {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "cds.db").string();
    ASSERT_TRUE(Store::open("sqlite:" + path).has_value());  // makes the tables
    std::atomic<int> attempts = 0;
    const auto connect =
        [&](StoreDeadline deadline) -> boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> {
        if (++attempts == 1) return StoreFault::unavailable;
        return connect_sqlite(path, deadline);
    };
    Store store(connect, 1);
    RecordingLog log;
    {
        DecisionRecorder recorder(store, log);
        recorder.add({{"0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f1", "s", "r", "p", "1.0.0", "sha256:00", wall_time()}});
        while (attempts < 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(log.count(R"("operation":"record-decisions","fault":"unavailable","lost":0)"), 1U);
    const Feedback feedback{"0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f1", Outcome::overridden, {}, {}, {}};
    EXPECT_EQ(store.record(std::span(&feedback, 1), wall_time())->unknown_card, 0U);
}

// A bug in the store ends no process, and is seen.
TEST(DecisionRecorder, SaysThatTheStoreHasABug) {
    const auto broken = [](StoreDeadline) -> boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> {
        throw std::runtime_error("a secret of the patient");
    };
    Store store(broken, 1);
    RecordingLog log;
    {
        DecisionRecorder recorder(store, log);
        recorder.add(std::vector<Decision>(3));
    }
    EXPECT_EQ(log.count(R"("event":"call-failed","endpoint":"record-decisions")"), 1U) << log.text();
    EXPECT_EQ(log.count("secret"), 0U);
}

}  // namespace
}  // namespace service
