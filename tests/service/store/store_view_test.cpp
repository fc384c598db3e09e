// What is counted, how long it is kept, and what the report reads: on both databases.
#include "service/store/store_view.hpp"

#include "service/store/store_postgresql.hpp"
#include "service/store/store_sqlite.hpp"
#include "tests/case_name.hpp"
#include "tests/service/postgresql_server.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace service {
namespace {

using namespace std::chrono_literals;

/// A Monday at noon.
constexpr WallTime now{std::chrono::sys_days(std::chrono::year(2026) / 1 / 12) + 12h};
const StoreLimits patient{.call = 30s, .background = 30s, .start = 30s};
const Reason too_late = {"https://example.org/reasons", "too-late"};

std::string card(int number) {
    std::string text = std::to_string(number);
    text.insert(0, 12 - text.size(), '0');
    return "0a8fe2c9-39b1-4c3f-9a39-" + text;
}

Decision given(int number, const std::string& rule, const std::string& client, WallTime at = now) {
    return {card(number), "view", rule, "pack", "1.0.0", "sha256:00", at, client};
}

Feedback answer(int number, Outcome outcome, std::chrono::microseconds later = 0us) {
    Feedback feedback{card(number), outcome, now + later, {}, std::nullopt};
    if (outcome == Outcome::accepted) feedback.suggestions = {card(0)};
    if (outcome == Outcome::overridden) feedback.reason = too_late;
    feedback.client = "A";
    return feedback;
}

std::unique_ptr<Store> opened(const std::string& address) {
    auto store = Store::open(address, patient);
    EXPECT_TRUE(store.has_value()) << address;
    return store ? std::move(*store) : nullptr;
}

StoreView seen(Store& store, WallTime since = now - 24h) {
    auto view = store.view(since);
    EXPECT_TRUE(view.has_value());
    return view ? std::move(*view) : StoreView();
}

void record(Store& store, const std::vector<Decision>& decisions) {
    EXPECT_TRUE(store.record(decisions));
}

void tell(Store& store, const std::vector<Feedback>& feedback, WallTime received = now) {
    EXPECT_TRUE(store.record(feedback, received));
}

std::uint64_t cards(const StoreView& view, std::optional<Outcome> outcome) {
    std::uint64_t sum = 0;
    for (const CardGroup& group : view.cards) sum += group.outcome == outcome ? group.cards : 0;
    return sum;
}

TallyLine line(const std::string& rule, std::uint64_t count, std::int64_t day = 20'465) {
    return {day, "sha256:00", "view", "A", rule, "card", "info 1.0.0", count};
}

// ---- what both databases do -----------------------------------------------------------------------------------------

void tells_the_last_word_on_each_card(const std::string& address) {
    const auto store = opened(address);
    record(*store, {given(1, "r", "A"), given(2, "r", "A"), given(3, "r", "A")});
    tell(*store, {answer(1, Outcome::overridden, 2s), answer(1, Outcome::accepted, 1s),
                  answer(2, Outcome::overridden, 1s), answer(2, Outcome::accepted, 2s)});
    const StoreView view = seen(*store);
    EXPECT_EQ(cards(view, Outcome::overridden), 1U);
    EXPECT_EQ(cards(view, Outcome::accepted), 1U);
    EXPECT_EQ(cards(view, std::nullopt), 1U);
    for (const CardGroup& group : view.cards) {
        EXPECT_EQ(group.has_suggestion, group.outcome == Outcome::accepted);
        EXPECT_EQ(group.reason, group.outcome == Outcome::overridden ? std::optional(too_late) : std::nullopt);
    }
}

void tells_cards_apart_by_all_that_they_are(const std::string& address) {
    const auto store = opened(address);
    std::vector<Decision> decisions = {given(1, "r", "A"), given(2, "r", "A"), given(3, "s", "A"), given(4, "r", "B"),
                                       given(5, "r", "A", now - 13h)};  // the Sunday before
    record(*store, decisions);
    Feedback commented = answer(2, Outcome::accepted);
    commented.has_comment = true;
    tell(*store, {answer(1, Outcome::accepted), commented});
    const StoreView view = seen(*store);
    ASSERT_EQ(view.cards.size(), 5U);
    EXPECT_EQ(std::ranges::count(view.cards, true, &CardGroup::has_comment), 1);
    EXPECT_EQ(first_day_of(view.cards.front().week), std::chrono::sys_days(std::chrono::year(2026) / 1 / 5));
    EXPECT_EQ(first_day_of(view.cards.back().week), std::chrono::sys_days(std::chrono::year(2026) / 1 / 12));
    ASSERT_EQ(view.versions.size(), 1U);
    EXPECT_EQ(view.versions[0].first, now - 13h);
    EXPECT_EQ(view.versions[0].last, now);
    EXPECT_EQ(view.versions[0].cards, 5U);
}

void knows_who_ever_sent_feedback(const std::string& address) {
    const auto store = opened(address);
    record(*store, {given(1, "r", "B"), given(2, "r", "C")});
    Feedback of_before = answer(1, Outcome::accepted);
    of_before.client = "";  // by a replica that did not note who tells
    tell(*store, {of_before, answer(9, Outcome::overridden)});
    const StoreView view = seen(*store);
    EXPECT_EQ(view.clients_with_feedback, (std::set<std::string>{"A", "B"}));
    EXPECT_EQ(view.feedback_of_unknown_cards, 1U);
}

void adds_up_the_tally(const std::string& address) {
    const auto store = opened(address);
    ASSERT_TRUE(store->add({"one", 1}, std::vector{line("r", 3), line("s", 1)}, now));
    ASSERT_TRUE(store->add({"two", 1}, std::vector{line("r", 4)}, now));
    const StoreView view = seen(*store);
    ASSERT_EQ(view.tally.size(), 2U);
    EXPECT_EQ(view.tally[0].line, line("r", 7));
    EXPECT_EQ(view.tally[1].line, line("s", 1));
}

void tells_counts_by_day_whatever_the_version(const std::string& address) {
    const auto store = opened(address);
    TallyLine next = line("r", 4);
    next.digest = "sha256:11";
    next.key = "warning 2.0.0";
    const TallyLine call{20'465, "sha256:00", "view", "A", "", "call", "pack 1.0.0", 9};
    ASSERT_TRUE(
        store->add({"one", 1}, std::vector{line("r", 3), next, call, line("r", 5, 20'466), line("r", 1, 20'467)}, now));
    const auto days = store->tally_by_day(20'465, 20'467);
    ASSERT_TRUE(days.has_value());
    const std::vector<TallyLine> expected = {
        {20'465, "", "view", "A", "r", "card", "", 7}, call, {20'466, "", "view", "A", "r", "card", "", 5}};
    EXPECT_EQ(*days, expected);
}

// After a lost connection nobody knows whether it was stored: it comes again, under the same number.
void adds_once_what_comes_twice(const std::string& address) {
    const auto store = opened(address);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(store->add({"one", 1}, std::vector{line("r", 3)}, now));
    ASSERT_TRUE(store->add({"one", 2, true}, std::vector{line("r", 1)}, now + 1s));
    const StoreView view = seen(*store);
    ASSERT_EQ(view.tally.size(), 1U);
    EXPECT_EQ(view.tally[0].line.count, 4U);
    ASSERT_EQ(view.writers.size(), 1U);
    EXPECT_TRUE(view.writers[0].is_last);
    EXPECT_EQ(view.writers[0].written, now + 1s);
}

void adds_what_many_processes_count_at_once(const std::string& address) {
    const auto store = opened(address);
    constexpr std::uint64_t additions = 20, lines = 120;
    std::vector<std::jthread> threads;
    for (int process = 0; process < 4; ++process) {
        threads.emplace_back([&, process] {
            std::vector<TallyLine> counted;
            for (std::uint64_t i = 0; i < lines; ++i) counted.push_back(line("rule-" + std::to_string(i), 1));
            if (process % 2 == 1) std::ranges::reverse(counted);
            for (std::uint64_t number = 1; number <= additions; ++number) {
                EXPECT_TRUE(store->add({std::to_string(process), number}, counted, now));
            }
        });
    }
    threads.clear();
    const StoreView view = seen(*store);
    EXPECT_EQ(view.tally.size(), lines);
    for (const TallyGroup& group : view.tally) EXPECT_EQ(group.line.count, 4 * additions);
}

void forgets_what_is_older_than_it_is_to_keep(const std::string& address) {
    const auto store = opened(address);
    const StoreKeep keep{std::chrono::days(10), std::chrono::days(20), std::chrono::days(30)};
    std::vector<Decision> decisions = {given(1, "kept", "A", now - 9 * 24h), given(2, "gone", "A", now - 11 * 24h),
                                       given(3, "answered", "A", now - 11 * 24h),
                                       given(4, "gone", "A", now - 21 * 24h)};
    for (int i = 100; i < 2200; ++i) decisions.push_back(given(i, "gone", "A", now - 12 * 24h));
    record(*store, decisions);
    tell(*store, {answer(3, Outcome::accepted)}, now - 11 * 24h);
    tell(*store, {answer(4, Outcome::accepted)}, now - 21 * 24h);
    const std::int64_t today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    ASSERT_TRUE(store->add({"old", 1}, std::vector{line("gone", 1, today - 31)}, now - 31 * 24h));
    ASSERT_TRUE(store->add({"new", 1}, std::vector{line("kept", 1, today - 29)}, now - 29 * 24h));
    ASSERT_TRUE(store->forget_old(keep, now));
    const StoreView view = seen(*store, now - 60 * 24h);
    std::vector<std::string> rules;
    for (const CardGroup& group : view.cards) rules.push_back(group.rule);
    std::ranges::sort(rules);
    EXPECT_EQ(rules, (std::vector<std::string>{"answered", "kept"}));
    EXPECT_EQ(cards(view, Outcome::accepted), 1U);
    EXPECT_EQ(view.feedback_of_unknown_cards, 0U);
    ASSERT_EQ(view.tally.size(), 1U);
    EXPECT_EQ(view.tally[0].line.rule, "kept");
    ASSERT_EQ(view.writers.size(), 1U);
    EXPECT_EQ(view.writers[0].process, "new");
}

// A replica of the version before runs on while the first of this one starts: it counts milliseconds.
void brings_times_of_a_replica_of_before_to_our_unit(const std::string& address) {
    const auto store = opened(address);
    auto raw = address.starts_with("sqlite:") ? connect_sqlite(address.substr(7), StoreClock::now() + 30s)
                                              : connect_postgresql(address, StoreClock::now() + 30s);
    const std::string millis = std::to_string(now.time_since_epoch().count());
    ASSERT_TRUE(
        (*raw)->run("INSERT INTO decision (card, service, rule, pack, version, digest, decided_at) VALUES ($1, "
                    "'view', 'r', 'pack', '1.0.0', 'sha256:00', $2)",
                    {card(1), millis}));
    ASSERT_TRUE(
        (*raw)->run("INSERT INTO feedback (card, outcome, outcome_at, suggestions, received_at) VALUES ($1, "
                    "'overridden', 1768219200000000, '', $2)",
                    {card(1), millis}));
    raw->reset();
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(store->forget_old({}, now));
    const StoreView view = seen(*store);
    EXPECT_EQ(cards(view, Outcome::overridden), 1U);
    ASSERT_EQ(view.versions.size(), 1U);
    EXPECT_EQ(view.versions[0].first, now);
}

struct Contract {
    const char* name;
    void (*check)(const std::string& address);
};
const Contract contracts[] = {
    {"TellsTheLastWordOnEachCard", tells_the_last_word_on_each_card},
    {"TellsCardsApartByAllThatTheyAre", tells_cards_apart_by_all_that_they_are},
    {"KnowsWhoEverSentFeedback", knows_who_ever_sent_feedback},
    {"AddsUpTheTally", adds_up_the_tally},
    {"TellsCountsByDayWhateverTheVersion", tells_counts_by_day_whatever_the_version},
    {"AddsOnceWhatComesTwice", adds_once_what_comes_twice},
    {"AddsWhatManyProcessesCountAtOnce", adds_what_many_processes_count_at_once},
    {"ForgetsWhatIsOlderThanItIsToKeep", forgets_what_is_older_than_it_is_to_keep},
    {"BringsTimesOfAReplicaOfBeforeToOurUnit", brings_times_of_a_replica_of_before_to_our_unit},
};

class SqliteStoreView : public testing::TestWithParam<Contract> {};

TEST_P(SqliteStoreView, KeepsTheContract) {
    const TemporaryFolder folder;
    GetParam().check("sqlite:" + (folder.path() / "store.db").string());
}

INSTANTIATE_TEST_SUITE_P(Both, SqliteStoreView, testing::ValuesIn(contracts), CaseName());

TEST(PostgresqlStoreView, KeepsTheContract) {
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

}  // namespace
}  // namespace service
