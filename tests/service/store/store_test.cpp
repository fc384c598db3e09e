#include "service/store/store.hpp"

#include "service/store/store_postgresql.hpp"
#include "service/store/store_sqlite.hpp"
#include "tests/case_name.hpp"
#include "tests/service/postgresql_server.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace service {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr WallTime now{1'700'000'000s};
const std::string card_a = "0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f1";
const std::string card_b = "1b9ff3da-4ac2-4d40-8b4a-40e1d9c2b802";
const std::string suggestion = "2c0004eb-5bd3-4e51-9c5b-51f2ead3c913";

Decision decision(const std::string& card, const std::string& rule) {
    return {card, "back-pain-labs-patient-view", rule, "back-pain-labs", "1.0.0", "sha256:00", now};
}

Feedback accepted(const std::string& card, std::chrono::microseconds later = 0us) {
    return {card, Outcome::accepted, now + later, {suggestion}, std::nullopt};
}

Feedback overridden(const std::string& card) {
    return {card, Outcome::overridden, now, {}, Reason{"https://example.org/reasons", "limited-time"}};
}

/// For a machine that is busy: what is tested here is not how long it takes.
const StoreLimits patient{.call = 30s, .background = 30s, .start = 30s};

StoreDeadline soon() {
    return StoreClock::now() + 30s;
}

std::unique_ptr<Store> opened(const std::string& address) {
    auto store = Store::open(address, patient);
    EXPECT_TRUE(store.has_value()) << address;
    return store ? std::move(*store) : nullptr;
}

FeedbackReceipt told(Store& store, const std::vector<Feedback>& batch) {
    const auto receipt = store.record(batch, now);
    EXPECT_TRUE(receipt.has_value());
    if (!receipt) return {};
    return {receipt->stored, receipt->repeated, receipt->unknown_card};  // by rule: a test of its own
}

std::uint64_t total(Store& store) {
    std::uint64_t sum = 0;
    for (const OutcomeCount& count : *store.outcomes()) sum += count.count;
    return sum;
}

// ---- what both databases do: each check gets the address of an empty one --------------------------------------------

void counts_the_same_feedback_once(const std::string& address) {
    // the same card may be reported again; (card, outcome, timestamp, suggestions) is what makes it the same.
    const auto store = opened(address);
    EXPECT_EQ(told(*store, {accepted(card_a)}), (FeedbackReceipt{1, 0, 1}));
    EXPECT_EQ(told(*store, {accepted(card_a)}), (FeedbackReceipt{0, 1, 0}));
    Feedback other_suggestion = accepted(card_a);
    other_suggestion.suggestions = {};
    EXPECT_EQ(told(*store, {accepted(card_a, 1us), overridden(card_a), other_suggestion, other_suggestion}),
              (FeedbackReceipt{3, 1, 3}));
    EXPECT_EQ(total(*store), 4U);
}

void tells_what_became_of_the_cards_of_each_rule(const std::string& address) {
    const auto store = opened(address);
    const std::vector<Decision> decisions = {decision(card_a, "vitamin-d-low"), decision(card_b, "b12-low")};
    EXPECT_TRUE(store->record(decisions));
    EXPECT_TRUE(store->record(decisions)) << "told twice after a lost connection";
    EXPECT_EQ(told(*store, {accepted(card_a), overridden(card_b), accepted(suggestion)}), (FeedbackReceipt{3, 0, 1}));
    const std::vector<OutcomeCount> expected = {
        {"", "", Outcome::accepted, std::nullopt, 1},
        {"b12-low", "1.0.0", Outcome::overridden, Reason{"https://example.org/reasons", "limited-time"}, 1},
        {"vitamin-d-low", "1.0.0", Outcome::accepted, std::nullopt, 1}};
    EXPECT_EQ(*store->outcomes(), expected);
}

void says_about_which_rules_it_was_told_what(const std::string& address) {
    const auto store = opened(address);
    const std::vector<Decision> decisions = {decision(card_a, "vitamin-d-low"), decision(card_b, "b12-low")};
    ASSERT_TRUE(store->record(decisions));
    const std::vector<Feedback> batch = {accepted(card_a), overridden(card_b), accepted(suggestion)};
    const auto receipt = store->record(batch, now);
    ASSERT_TRUE(receipt.has_value());
    const auto count = [&](const std::string& rule, Outcome outcome) {
        return std::ranges::count(receipt->by_rule, StoredOutcome{rule, outcome, 1});
    };
    EXPECT_EQ(count("vitamin-d-low", Outcome::accepted), 1);
    EXPECT_EQ(count("b12-low", Outcome::overridden), 1);
    EXPECT_EQ(count("", Outcome::accepted), 1);
    EXPECT_TRUE(store->record(batch, now)->by_rule.empty()) << "told before";
}

void remembers_tokens_until_they_expire(const std::string& address) {
    const auto store = opened(address);
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::first_time);
    EXPECT_EQ(store->remember("a", now + 60s, now + 59s), Seen::before);
    EXPECT_EQ(store->remember("b", now + 60s, now + 59s), Seen::first_time);
    EXPECT_EQ(store->remember("a", now + 200s, now + 60s), Seen::first_time);
    EXPECT_EQ(store->remember("a", now + 200s, now + 61s), Seen::before);
}

// A clock that is wrong for a while: what expired by it is forgotten, and no token of that age passes again.
void lets_no_forgotten_token_pass(const std::string& address) {
    const auto store = opened(address);
    EXPECT_EQ(store->remember("used", now + 300s, now), Seen::first_time);
    EXPECT_EQ(store->remember("longer", now + 2h, now), Seen::first_time);
    ASSERT_TRUE(store->forget_expired(now + 1h)) << "the clock is an hour ahead";
    EXPECT_EQ(store->remember("used", now + 300s, now + 1s), Seen::before) << "and right again";
    EXPECT_EQ(store->remember("longer", now + 2h, now + 1s), Seen::before);
    EXPECT_EQ(store->remember("new", now + 301s, now + 1s), Seen::first_time);
    const auto other = opened(address);
    EXPECT_EQ(other->remember("used", now + 300s, now + 1s), Seen::before) << "another replica, or the next start";
}

// Replicas' clocks differ a little: for one of them a token may be valid that has expired for the other.
void remembers_for_replicas_whose_clock_is_behind(const std::string& address) {
    const auto store = opened(address);
    EXPECT_EQ(store->remember("used", now + 300s, now), Seen::first_time);
    ASSERT_TRUE(store->forget_expired(now + 300s + 4min));
    EXPECT_EQ(store->remember("another", now + 300s, now + 299s), Seen::first_time) << "nothing is forgotten yet";
    ASSERT_TRUE(store->forget_expired(now + 300s + 5min));
    EXPECT_EQ(store->remember("a third", now + 300s, now + 299s), Seen::before);
}

void forgets_more_than_one_statement_takes(const std::string& address) {
    const auto store = opened(address);
    constexpr int tokens = 1100;
    for (int i = 0; i < tokens; ++i) {
        ASSERT_EQ(store->remember(std::to_string(i), now + std::chrono::milliseconds(i), now), Seen::first_time);
    }
    ASSERT_TRUE(store->forget_expired(now + 1h));
    EXPECT_EQ(store->remember(std::to_string(tokens), now + 1h, now), Seen::first_time);
    EXPECT_EQ(store->remember("late", now + std::chrono::milliseconds(tokens - 1), now), Seen::before);
}

void keeps_a_message_of_many_items(const std::string& address) {
    // a thousand items a message; more than one statement of ours takes.
    const auto store = opened(address);
    std::vector<Feedback> batch;
    std::vector<Decision> decisions;
    for (int i = 0; i < 1000; ++i) {
        const std::string number = std::to_string(1000 + i);
        batch.push_back(overridden("0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1" + number));
        if (i % 2 == 0) decisions.push_back(decision(batch.back().card, "b12-low"));
    }
    EXPECT_TRUE(store->record(decisions));
    EXPECT_EQ(told(*store, batch), (FeedbackReceipt{1000, 0, 500}));
    EXPECT_EQ(told(*store, batch), (FeedbackReceipt{0, 1000, 0}));
    EXPECT_EQ(total(*store), 1000U);
}

void can_be_looked_at(const std::string& address) {
    const auto store = opened(address);
    EXPECT_TRUE(store->look());
    EXPECT_TRUE(store->look());
}

void refuses_on_one_replica_what_another_has_seen(const std::string& address) {
    const auto one = opened(address);
    const auto other = opened(address);
    EXPECT_EQ(one->remember("a", now + 60s, now), Seen::first_time);
    EXPECT_EQ(other->remember("a", now + 60s, now), Seen::before);
    EXPECT_EQ(told(*one, {accepted(card_a)}).stored, 1U);
    EXPECT_EQ(told(*other, {accepted(card_a)}).repeated, 1U);
    EXPECT_EQ(total(*one), 1U);
}

void keeps_everything_over_a_restart(const std::string& address) {
    told(*opened(address), {accepted(card_a)});
    EXPECT_EQ(opened(address)->remember("a", now + 60s, now), Seen::first_time);
    const auto store = opened(address);
    EXPECT_EQ(total(*store), 1U);
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::before);
    EXPECT_EQ(*store->schema_version(), Store::newest_schema());
}

void lets_one_of_many_threads_be_first(const std::string& address) {
    const auto store = opened(address);
    std::atomic<int> firsts = 0;
    std::atomic<std::size_t> stored = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
            for (int token = 0; token < 5; ++token) {
                if (store->remember(std::to_string(token), now + 60s, now) == Seen::first_time) ++firsts;
            }
            std::vector<Feedback> batch = {accepted(card_a), accepted(card_b), overridden(card_a)};
            if (i % 2 == 1) std::reverse(batch.begin(), batch.end());
            stored += told(*store, batch).stored;
        });
    }
    threads.clear();
    EXPECT_EQ(firsts, 5);
    EXPECT_EQ(stored, 3U);
}

void lets_replicas_start_at_once(const std::string& address) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { opened(address); });
    threads.clear();
    EXPECT_EQ(*opened(address)->schema_version(), Store::newest_schema());
}

void takes_text_for_text(const std::string& address) {
    const auto store = opened(address);
    const std::string hostile = "'); DROP TABLE decision; -- \" $1 ?1 \\ \xC3\xBC";
    const std::vector<Decision> decisions = {decision(card_a, hostile)};
    EXPECT_TRUE(store->record(decisions));
    told(*store, {accepted(card_a)});
    EXPECT_EQ(store->outcomes()->at(0).rule, hostile);
}

void keeps_what_was_acknowledged_when_the_process_is_killed(const std::string& address) {
    std::array<int, 2> acknowledged{};
    ASSERT_EQ(pipe(acknowledged.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
        const auto store = Store::open(address);
        for (long i = 0; store; ++i) {
            const std::vector<Feedback> batch = {accepted(card_a, std::chrono::microseconds(i))};
            if (!(*store)->record(batch, now) || write(acknowledged[1], "+", 1) != 1) break;
        }
        _exit(1);
    }
    close(acknowledged[1]);
    std::uint64_t heard = 0;
    char plus = 0;
    while (heard < 20 && read(acknowledged[0], &plus, 1) == 1) ++heard;
    kill(child, SIGKILL);
    while (read(acknowledged[0], &plus, 1) == 1) ++heard;
    waitpid(child, nullptr, 0);
    close(acknowledged[0]);
    EXPECT_GE(heard, 20U);
    const std::uint64_t kept = total(*opened(address));
    EXPECT_GE(kept, heard);
    EXPECT_LE(kept, heard + 1) << "at most the one that was stored and not yet acknowledged";
}

void refuses_a_schema_of_the_future(const std::string& address) {
    opened(address);
    auto raw = address.starts_with("sqlite:") ? connect_sqlite(address.substr(7), soon())
                                              : connect_postgresql(address, soon());
    ASSERT_TRUE((*raw)->run("INSERT INTO backpain_cds_schema (version) VALUES ($1)", {"99"}));
    const auto store = Store::open(address);
    ASSERT_FALSE(store.has_value());
    EXPECT_EQ(store.error(), StoreFault::newer_schema);
}

void rehearses_a_start_without_changing_anything(const std::string& address) {
    const auto before = Store::rehearse(address);
    ASSERT_TRUE(before.has_value());
    EXPECT_EQ(before->schema, 0);
    EXPECT_EQ(Store::rehearse(address)->schema, 0) << "the first one has taken everything back";
    EXPECT_EQ(*opened(address)->schema_version(), before->newest);
    EXPECT_EQ(Store::rehearse(address)->schema, before->newest);
    EXPECT_EQ(opened(address)->remember("doctor", now + 60s, now), Seen::first_time);
}

struct Contract {
    const char* name;
    void (*check)(const std::string& address);
};
const Contract contracts[] = {
    {"CountsTheSameFeedbackOnce", counts_the_same_feedback_once},
    {"TellsWhatBecameOfTheCardsOfEachRule", tells_what_became_of_the_cards_of_each_rule},
    {"SaysAboutWhichRulesItWasToldWhat", says_about_which_rules_it_was_told_what},
    {"RemembersTokensUntilTheyExpire", remembers_tokens_until_they_expire},
    {"LetsNoForgottenTokenPass", lets_no_forgotten_token_pass},
    {"RemembersForReplicasWhoseClockIsBehind", remembers_for_replicas_whose_clock_is_behind},
    {"ForgetsMoreThanOneStatementTakes", forgets_more_than_one_statement_takes},
    {"KeepsAMessageOfManyItems", keeps_a_message_of_many_items},
    {"CanBeLookedAt", can_be_looked_at},
    {"RefusesOnOneReplicaWhatAnotherHasSeen", refuses_on_one_replica_what_another_has_seen},
    {"KeepsEverythingOverARestart", keeps_everything_over_a_restart},
    {"LetsOneOfManyThreadsBeFirst", lets_one_of_many_threads_be_first},
    {"LetsReplicasStartAtOnce", lets_replicas_start_at_once},
    {"TakesTextForText", takes_text_for_text},
    {"KeepsWhatWasAcknowledgedWhenTheProcessIsKilled", keeps_what_was_acknowledged_when_the_process_is_killed},
    {"RefusesASchemaOfTheFuture", refuses_a_schema_of_the_future},
    {"RehearsesAStartWithoutChangingAnything", rehearses_a_start_without_changing_anything},
};

// ---- SQLite ---------------------------------------------------------------------------------------------------------

class SqliteStore : public testing::TestWithParam<Contract> {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "backpain-sqlite-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory = pattern;
    }
    void TearDown() override { fs::remove_all(directory); }

    fs::path directory;
};

TEST_P(SqliteStore, KeepsTheContract) {
    shows({"R-114", "R-139"});
    GetParam().check("sqlite:" + (directory / "store.db").string());
}

INSTANTIATE_TEST_SUITE_P(R114R139, SqliteStore, testing::ValuesIn(contracts), CaseName());

TEST(SqliteStore, DoesNotUseAConnectionAgainThatIsLeftInATransaction) {
    const TemporaryFolder folder;
    const auto connection = connect_sqlite((folder.path() / "cds.db").string(), soon());
    ASSERT_TRUE(connection.has_value());
    EXPECT_TRUE((*connection)->alive());
    ASSERT_TRUE((*connection)->run("BEGIN IMMEDIATE"));
    EXPECT_FALSE((*connection)->alive());
}

/// Throws whatever it is asked for.
class BrokenConnection final : public SqlConnection {
  public:
    boost::system::result<Answer, StoreFault> run(const std::string&, const Row&) override {
        throw std::runtime_error("a bug");
    }
    void limit(StoreDeadline) override {}
    bool alive() override { return false; }
    std::string begin_statement() const override { return "BEGIN"; }
    std::vector<std::string> schema_change_statements() const override { return {}; }
};

TEST(Store, GetsAConnectionBackWhoseUseEndsInAnException) {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "cds.db").string();
    ASSERT_TRUE(Store::open("sqlite:" + path).has_value());  // makes the tables
    bool broken = true;
    Store store(
        [&](StoreDeadline deadline) -> boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> {
            if (std::exchange(broken, false)) return std::make_unique<BrokenConnection>();
            return connect_sqlite(path, deadline);
        },
        1);
    EXPECT_THROW((void)store.remember("digest", now + 1h, now), std::runtime_error);
    EXPECT_EQ(store.remember("digest", now + 1h, now), Seen::first_time);
}

TEST(SqliteStoreFailures, AreNamed) {
    EXPECT_EQ(Store::open("sqlite:/nonexistent/directory/store.db").error(), StoreFault::unavailable);
    EXPECT_EQ(Store::open("oracle:x").error(), StoreFault::unavailable);
    EXPECT_EQ(Store::rehearse("oracle:x").error(), StoreFault::unavailable);
    EXPECT_EQ(Store::rehearse("sqlite:/nonexistent/directory/store.db").error(), StoreFault::unavailable);
    const fs::path other = fs::temp_directory_path() / ("backpain-not-a-database-" + std::to_string(getpid()));
    std::ofstream(other) << std::string(4096, 'x');
    EXPECT_EQ(Store::open("sqlite:" + other.string()).error(), StoreFault::failed);
    fs::remove(other);
}

// ---- PostgreSQL: one server for all checks, since to start one takes seconds ----------------------------------------

TEST(PostgresqlStore, KeepsTheContract) {
    shows({"R-114", "R-139"});
    const auto server = PostgresqlServer::start();
    if (!server) GTEST_SKIP() << "skipped: PostgreSQL is not installed (Debian package postgresql)";
    auto administrator = connect_postgresql(server->uri("postgres"), StoreClock::now() + 10min);
    ASSERT_TRUE(administrator.has_value());
    ASSERT_TRUE((*administrator)->run("SET statement_timeout = 0"));  // a busy machine makes no database in 2 s
    int number = 0;
    for (const Contract& contract : contracts) {
        SCOPED_TRACE(contract.name);
        const std::string database = "check" + std::to_string(++number);
        ASSERT_TRUE((*administrator)->run("CREATE DATABASE " + database));
        contract.check(server->uri(database));
    }
}

TEST(PostgresqlStore, OutlivesARestartOfItsServer) {
    const auto server = PostgresqlServer::start();
    if (!server) GTEST_SKIP() << "skipped: PostgreSQL is not installed (Debian package postgresql)";
    const auto store = opened(server->uri("postgres"));
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::first_time);
    server->stop();
    EXPECT_EQ(store->remember("b", now + 60s, now), Seen::unknown) << "a token nobody can vouch for must not pass";
    EXPECT_EQ(store->outcomes().error(), StoreFault::unavailable);
    const std::vector<Feedback> batch = {accepted(card_a)};
    EXPECT_EQ(store->record(batch, now).error(), StoreFault::unavailable);
    server->resume();
    EXPECT_EQ(store->remember("a", now + 60s, now), Seen::before);
    EXPECT_EQ(store->remember("b", now + 60s, now), Seen::first_time);
    EXPECT_EQ(told(*store, batch).stored, 1U);
}

TEST(PostgresqlStore, ReportsAServerThatIsNotThere) {
    EXPECT_EQ(Store::open("postgresql://backpain@127.0.0.1:1/none").error(), StoreFault::unavailable);
}

}  // namespace
}  // namespace service
