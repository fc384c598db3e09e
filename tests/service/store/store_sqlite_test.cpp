#include "service/store/store_sqlite.hpp"

#include "tests/service/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace service {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr WallTime now{1'700'000'000s};
const std::vector<Feedback> feedback = {
    {"0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f1", Outcome::overridden, now, {}, std::nullopt}};

class SqliteFileTest : public testing::Test {
  protected:
    std::unique_ptr<Store> opened(const StoreLimits& limits = {30s, 30s, 30s}) {
        auto store = Store::open("sqlite:" + path, limits);
        EXPECT_TRUE(store.has_value());
        return store ? std::move(*store) : nullptr;
    }
    static mode_t mode_of(const std::string& file) {
        struct stat found {};
        EXPECT_EQ(stat(file.c_str(), &found), 0) << file;
        return found.st_mode & 0777;
    }

    const TemporaryFolder folder;
    const std::string path = (folder.path() / "cds.db").string();
};

TEST_F(SqliteFileTest, IsMadeForItsOwnerAlone) {
    const mode_t before = umask(022);
    const auto store = opened();
    EXPECT_TRUE(store->record(feedback, now).has_value());
    umask(before);
    for (const char* suffix : {"", "-wal", "-shm"}) EXPECT_EQ(mode_of(path + suffix), 0600U) << suffix;
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 3) << "and nothing else is left there";
}

TEST_F(SqliteFileTest, IsTakenFromOthersWhenItIsOpened) {
    opened();
    ASSERT_EQ(chmod(path.c_str(), 0644), 0);
    opened();
    EXPECT_EQ(mode_of(path), 0600U);
}

// What is written into a file that nobody will find again is not stored.
TEST_F(SqliteFileTest, AcknowledgesNothingOnceItWasRemoved) {
    const auto store = opened();
    fs::remove(path);
    EXPECT_EQ(store->record(feedback, now).error(), StoreFault::replaced);
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::unknown);
    EXPECT_EQ(store->look().error(), StoreFault::replaced);
    EXPECT_FALSE(fs::exists(path)) << "a new one would know no token that was used";
}

TEST_F(SqliteFileTest, AcknowledgesNothingOnceItWasReplaced) {
    const auto store = opened();
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::first_time);
    fs::rename(path, path + ".aside");
    fs::copy_file(path + ".aside", path);
    EXPECT_EQ(store->record(feedback, now).error(), StoreFault::replaced);
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::unknown);
}

TEST_F(SqliteFileTest, IsUsedAgainWhenItIsBackInItsPlace) {
    const auto store = opened();
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::first_time);
    fs::rename(path, path + ".aside");
    EXPECT_EQ(store->record(feedback, now).error(), StoreFault::replaced);
    fs::rename(path + ".aside", path);
    EXPECT_EQ(store->record(feedback, now)->stored, 1U);
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::before);
}

// The write-ahead log holds what was committed last: without it a killed process would lose that.
TEST_F(SqliteFileTest, LosesNothingThatWasAcknowledgedWithItsLog) {
    auto store = opened();
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::first_time);
    ASSERT_TRUE(fs::remove(path + "-wal"));
    ASSERT_TRUE(store->record(feedback, now).has_value()) << "into a log that is at its place";
    const auto other = connect_sqlite(path, StoreClock::now() + 30s);
    EXPECT_EQ((*other)->run("SELECT COUNT(*) FROM feedback")->rows, std::vector<SqlConnection::Row>{{"1"}});
    EXPECT_EQ((*other)->run("SELECT digest FROM replay")->rows, std::vector<SqlConnection::Row>{{"a"}});
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::before);
}

TEST_F(SqliteFileTest, IsNotWaitedForWhenAnotherProcessLocksIt) {
    const auto store = opened({.call = 50ms, .background = 50ms, .start = 30s});
    const auto other = connect_sqlite(path, StoreClock::now() + 30s);
    ASSERT_TRUE((*other)->run("BEGIN IMMEDIATE"));
    EXPECT_EQ(store->record(feedback, now).error(), StoreFault::unavailable);
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::unknown);
    EXPECT_EQ(store->look().error(), StoreFault::unavailable);
    ASSERT_TRUE((*other)->run("ROLLBACK"));
    (*other)->limit(StoreClock::now() + 30s);
    EXPECT_TRUE(store->look()) << "which has to write, since a write failed";
    EXPECT_EQ(store->record(feedback, now)->stored, 1U);
}

// A statement that takes too long is broken off.
TEST_F(SqliteFileTest, EndsAStatementAtItsDeadline) {
    opened();
    const auto connection = connect_sqlite(path, StoreClock::now() + 30s);
    (*connection)->limit(StoreClock::now() + 20ms);
    const auto answer = (*connection)
                            ->run(
                                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                "SELECT COUNT(*) FROM n");
    EXPECT_EQ(answer.error(), StoreFault::timed_out);
}

}  // namespace
}  // namespace service
