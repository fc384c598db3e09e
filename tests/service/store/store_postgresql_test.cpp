#include "service/store/store_postgresql.hpp"

#include "tests/service/postgresql_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr WallTime now{1'700'000'000s};
const std::vector<Feedback> feedback = {
    {"0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f1", Outcome::overridden, now, {}, std::nullopt}};

class PostgresqlTest : public testing::Test {
  protected:
    void SetUp() override {
        server = PostgresqlServer::start();
        if (!server) GTEST_SKIP() << "skipped: PostgreSQL is not installed (Debian package postgresql)";
        auto opened = Store::open(server->uri("postgres"), {.call = 300ms, .background = 300ms, .start = 60s});
        ASSERT_TRUE(opened.has_value());
        store = std::move(*opened);
    }

    /// Asks until the store answers: while it does not, one caller is let through from time to time.
    Seen remembered(const std::string& digest) {
        Seen seen = Seen::unknown;
        for (int look = 0; look < 600 && seen == Seen::unknown; ++look) {
            seen = store->remember(digest, now + 60s, now);
            if (seen == Seen::unknown) std::this_thread::sleep_for(50ms);
        }
        return seen;
    }

    std::unique_ptr<PostgresqlServer> server;
    std::unique_ptr<Store> store;
};

// Its connections stay open, its port takes new ones, and nothing is ever answered.
TEST_F(PostgresqlTest, IsNotWaitedForWhenItIsStopped) {
    EXPECT_EQ(remembered("a"), Seen::first_time);
    server->freeze();
    EXPECT_EQ(store->record(feedback, now).error(), StoreFault::timed_out) << "on a connection that stands";
    std::this_thread::sleep_for(600ms);  // one caller may try again
    EXPECT_EQ(store->look().error(), StoreFault::timed_out) << "on a new connection";
    server->thaw();
    EXPECT_EQ(remembered("a"), Seen::before);
    EXPECT_EQ(remembered("b"), Seen::first_time);
    const auto receipt = store->record(feedback, now);
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->stored + receipt->repeated, 1U);
}

// While it hangs nobody waits in vain but the one who finds out: the others are told at once.
TEST_F(PostgresqlTest, IsAskedByOneAtATimeWhileItDoesNotAnswer) {
    EXPECT_EQ(remembered("a"), Seen::first_time);
    server->freeze();
    EXPECT_EQ(store->look().error(), StoreFault::timed_out);
    const auto begun = StoreClock::now();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(store->remember("b", now + 60s, now), Seen::unknown);
    EXPECT_LT(StoreClock::now() - begun, 100 * 300ms / 2) << "a hundred that waited would have taken 30 s";
    server->thaw();
    EXPECT_EQ(remembered("a"), Seen::before);
}

TEST_F(PostgresqlTest, IsLookedForBehindAServerThatDoesNotAnswer) {
    const auto stuck = PostgresqlServer::start();
    stuck->freeze();
    const auto port_of = [](const std::string& uri) { return uri.substr(uri.find("127.0.0.1:") + 10, 5); };
    const std::string both = "postgresql://backpain@127.0.0.1:" + port_of(stuck->uri("x")) +
                             ",127.0.0.1:" + port_of(server->uri("x")) + "/postgres";
    PostgresqlServers servers(both);
    const auto first = servers.connect(StoreClock::now() + 4s);
    EXPECT_TRUE(first.has_value());
    const auto begun = StoreClock::now();
    const auto second = servers.connect(begun + 30s);
    EXPECT_TRUE(second.has_value());
    EXPECT_LT(StoreClock::now() - begun, 15s) << "the one that answered last comes first";
    stuck->thaw();
}

// A standby can be read and not be written to; what was the primary may be one when it comes back.
TEST_F(PostgresqlTest, IsNoStoreWhileItCannotBeWrittenTo) {
    EXPECT_EQ(remembered("a"), Seen::first_time);
    auto administrator = connect_postgresql(server->uri("postgres"), StoreClock::now() + 60s);
    ASSERT_TRUE(administrator.has_value());
    ASSERT_TRUE((*administrator)->run("ALTER SYSTEM SET default_transaction_read_only = on"));
    ASSERT_TRUE((*administrator)->run("SELECT pg_reload_conf()"));
    for (int look = 0; look < 600 && store->remember("b", now + 60s, now) != Seen::unknown; ++look) {
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(store->remember("c", now + 60s, now), Seen::unknown);
    (*administrator)->limit(StoreClock::now() + 60s);
    ASSERT_TRUE((*administrator)->run("ALTER SYSTEM RESET default_transaction_read_only"));
    ASSERT_TRUE((*administrator)->run("SELECT pg_reload_conf()"));
    EXPECT_EQ(remembered("c"), Seen::first_time);
}

TEST(Postgresql, IsNotWaitedForWhereNobodyAnswers) {
    const auto later = StoreClock::now() + 30s;
    EXPECT_EQ(connect_postgresql("postgresql://backpain@127.0.0.1:1/none", later).error(), StoreFault::unavailable);
    EXPECT_EQ(connect_postgresql("postgresql://%", later).error(), StoreFault::unavailable);
    // A port that takes connections and says nothing.
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor silent(io, {boost::asio::ip::address_v4::loopback(), 0});
    const std::string uri = "postgresql://backpain@127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/x";
    EXPECT_EQ(connect_postgresql(uri, StoreClock::now() + 50ms).error(), StoreFault::timed_out);
}

}  // namespace
}  // namespace service
