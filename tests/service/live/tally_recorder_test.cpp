#include "service/live/tally_recorder.hpp"

#include "service/store/store_sqlite.hpp"
#include "service/store/store_view.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/service/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr TallyPace fast{.flush = 5ms, .sign_of_life = 60s};
constexpr TallyPace never{.flush = 1h, .sign_of_life = 1h};
const StoreLimits patient{.call = 30s, .background = 30s, .start = 30s};

CallCounts call(std::string_view client = "General Hospital") {
    return {"sha256:00",
            "1.0.0",
            "view",
            client,
            {{CountKind::call, "", "pack 1.0.0"},
             {CountKind::silence, "b12-low", "gate"},
             {CountKind::sent, "", "b12 not-sent"},
             {CountKind::result, "", "b12 no-unit", 2},
             {CountKind::unseen, "", "b12 unit of another name"},
             {CountKind::shadow, "", "compared sha256:11 pack 1.1.0", 3},
             {CountKind::shadow, "b12-low", "only-live sha256:11"},
             {CountKind::canary, "", "live sha256:11", 5},
             {CountKind::canary, "", "without-user sha256:11", 4}}};
}

class TallyRecorderTest : public testing::Test {
  protected:
    TallyRecorderTest()
        : path_((folder_.path() / "cds.db").string()), store_(*Store::open("sqlite:" + path_, patient)) {}

    StoreView seen() { return std::move(*store_->view(wall_time() - 48h)); }
    std::uint64_t calls() {
        std::uint64_t sum = 0;
        for (const TallyGroup& group : seen().tally) sum += group.line.kind == "call" ? group.line.count : 0;
        return sum;
    }

    TemporaryFolder folder_;
    std::string path_;
    RecordingLog log_;
    std::unique_ptr<Store> store_;
};

TEST_F(TallyRecorderTest, AddsWhatWasCountedWhileItRuns) {
    TallyRecorder recorder(store_.get(), log_, fast);
    for (int i = 0; i < 100; ++i) recorder.add(call());
    while (calls() < 100) std::this_thread::sleep_for(5ms);
    EXPECT_EQ(calls(), 100U);
    ASSERT_EQ(seen().writers.size(), 1U);
    EXPECT_FALSE(seen().writers[0].is_last);
}

TEST_F(TallyRecorderTest, AddsTheRestAtItsEndAndSaysThatNothingIsMissing) {
    {
        TallyRecorder recorder(store_.get(), log_, never);
        for (int i = 0; i < 100; ++i) recorder.add(call());
    }
    EXPECT_EQ(calls(), 100U);
    ASSERT_EQ(seen().writers.size(), 1U);
    EXPECT_TRUE(seen().writers[0].is_last);
}

// More than one transaction takes.
TEST_F(TallyRecorderTest, AddsManyNames) {
    const std::size_t clients = TallyRecorder::most_lines_at_once;
    {
        TallyRecorder recorder(store_.get(), log_, never);
        for (std::size_t i = 0; i < clients; ++i) recorder.add(call(std::to_string(i)));
    }
    EXPECT_EQ(calls(), clients);
}

TEST_F(TallyRecorderTest, WaitsForAStoreThatComesBack) {
    std::atomic<int> attempts = 0;
    Store broken(
        [&](StoreDeadline deadline) -> boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> {
            if (++attempts < 4) return StoreFault::unavailable;
            return connect_sqlite(path_, deadline);
        },
        1, patient);
    {
        TallyRecorder recorder(&broken, log_, fast);
        recorder.add(call());
        while (attempts < 2) std::this_thread::sleep_for(1ms);
        recorder.add(call());
        while (calls() < 2) std::this_thread::sleep_for(5ms);
    }
    EXPECT_EQ(calls(), 2U);
    EXPECT_EQ(log_.count(R"("operation":"add-tally","fault":"unavailable")"), 3U) << log_.text();
}

// A commit whose answer is lost is tried again, and counts once.
class ForgetfulConnection final : public SqlConnection {
  public:
    ForgetfulConnection(std::unique_ptr<SqlConnection> inner, std::atomic<int>& commits)
        : inner_(std::move(inner)), commits_(commits) {}
    boost::system::result<Answer, StoreFault> run(const std::string& statement, const Row& values) override {
        auto answer = inner_->run(statement, values);
        if (statement == "COMMIT" && ++commits_ <= 3) return StoreFault::timed_out;
        return answer;
    }
    void limit(StoreDeadline deadline) override { inner_->limit(deadline); }
    bool alive() override { return inner_->alive(); }
    std::string begin_statement() const override { return inner_->begin_statement(); }
    std::vector<std::string> schema_change_statements() const override { return {}; }

  private:
    std::unique_ptr<SqlConnection> inner_;
    std::atomic<int>& commits_;
};

TEST_F(TallyRecorderTest, CountsOnceWhatNobodyKnowsToBeStored) {
    std::atomic<int> commits = 0;
    Store forgetful(
        [&](StoreDeadline deadline) -> boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> {
            auto made = connect_sqlite(path_, deadline);
            if (!made) return made.error();
            return std::make_unique<ForgetfulConnection>(std::move(*made), commits);
        },
        1, patient);
    {
        TallyRecorder recorder(&forgetful, log_, fast);
        recorder.add(call());
        while (commits < 2) std::this_thread::sleep_for(1ms);
        recorder.add(call());
        while (commits < 5) std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(calls(), 2U);
}

TEST_F(TallyRecorderTest, TellsTheMetricsWithOrWithoutAStore) {
    for (Store* store : {store_.get(), static_cast<Store*>(nullptr)}) {
        Metrics metrics;
        TallyRecorder recorder(store, log_, never);
        recorder.add(call());
        recorder.tell(metrics);
        recorder.tell(metrics);
        for (const char* line : {R"(backpain_cds_calls_total{client="General Hospital",service="view"} 1)",
                                 R"(backpain_cds_silences_total{reason="gate",rule="b12-low"} 1)",
                                 R"(backpain_cds_results_total{analyte="b12",reading="no-unit"} 2)",
                                 R"(backpain_cds_unseen_names_total{analyte="b12"} 1)",
                                 R"(backpain_cds_shadow_calls_total{outcome="compared"} 3)",
                                 R"(backpain_cds_shadow_rules_total{difference="only-live",rule="b12-low"} 1)",
                                 R"(backpain_cds_canary_calls_total{by="live"} 5)"}) {
            EXPECT_THAT(metrics.text(), testing::HasSubstr(line));
        }
        EXPECT_THAT(metrics.text(), testing::Not(testing::HasSubstr("without-user")));
    }
}

}  // namespace
}  // namespace service
