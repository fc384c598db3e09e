#include "service/hooks/feedback_handler.hpp"

#include "service/store/decision_recorder.hpp"
#include "service/store/store_view.hpp"
#include "tests/service/loop.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace service {
namespace {

const std::string card = "0a8fe2c9-39b1-4c3f-9a39-3fd0c8b1a7f1";

class FeedbackHandlerTest : public testing::Test {
  protected:
    FeedbackHandlerTest() : store_(*Store::open("sqlite:" + (folder_.path() / "cds.db").string())) {}

    Reply take(const std::string& body) {
        const FeedbackHandler handler({*store_, log_, store_calls_, {{"https://example.org/reasons", "late"}}});
        const RequestHead head;
        Client client;
        client.name = "General Hospital";
        ServiceCall call{"back-pain-labs-patient-view", head, body, std::make_shared<const Client>(client)};
        return loop_.run(handler.take(std::move(call)));
    }

    static std::string accepted() {
        return R"({"feedback":[{"card":")" + card + R"(","outcome":"accepted","acceptedSuggestions":[{"id":")" + card +
               R"("}],"outcomeTimestamp":"2026-01-15T09:00:00Z"}]})";
    }

    TemporaryFolder folder_;
    Loop loop_;
    RecordingLog log_;
    std::unique_ptr<Store> store_;
    BlockingCalls store_calls_{{.threads = 1}};
};

// R-116: 200 without a body.
TEST_F(FeedbackHandlerTest, StoresAMessageAndAnswers200) {
    const Reply reply = take(accepted());
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.body, "");
    ASSERT_EQ(store_->outcomes()->size(), 1U);
    EXPECT_EQ(store_->outcomes()->front().outcome, Outcome::accepted);
}

// R-114.
TEST_F(FeedbackHandlerTest, CountsWhatIsToldTwiceOnce) {
    EXPECT_EQ(take(accepted()).status, 200U);
    EXPECT_EQ(take(accepted()).status, 200U);
    EXPECT_EQ(store_->outcomes()->front().count, 1U);
    EXPECT_EQ(log_.count(R"("repeated":1)"), 1U);
}

// Nothing of it is kept, and nothing of it is lost in silence.
TEST_F(FeedbackHandlerTest, CountsWhatItDoesNotKeep) {
    shows({"R-182"});
    const std::string item =
        R"({"card":")" + card + R"(","outcome":"overridden","outcomeTimestamp":"2026-01-15T09:00:00Z",)";
    take(R"({"feedback":[)" + item +
         R"("overrideReasons":{"extension":{"x":"1"},"userComment":"a comment"},"more":1},)" + item +
         R"("overrideReason":{"reason":{"code":"other","system":"s"}}}]})");
    for (const char* counted : {R"("leftOut.comment":1)", R"("leftOut.own-reason":1)", R"("leftOut.unknown-member":1)",
                                R"("leftOut.unknown-reason":1)"}) {
        EXPECT_EQ(log_.count(counted), 1U) << counted << log_.text();
    }
    EXPECT_EQ(log_.count("a comment"), 0U);
}

TEST_F(FeedbackHandlerTest, NotesWhoToldItAndWhichServiceWasTold) {
    EXPECT_EQ(take(accepted()).status, 200U);
    EXPECT_EQ(store_->view({})->clients_with_feedback, std::set<std::string>{"General Hospital"});
    EXPECT_EQ(log_.count(R"("outcome.unknown.accepted":1)"), 1U) << log_.text();
}

TEST_F(FeedbackHandlerTest, RefusesAMessageAndNamesThePlace) {
    const Reply reply =
        take(R"({"feedback":[{"card":"a","outcome":"liked","outcomeTimestamp":"2026-01-15T09:00:00Z"}]})");
    EXPECT_EQ(reply.status, 400U);
    EXPECT_NE(reply.body.find("feedback[0].outcome"), std::string::npos);
    EXPECT_EQ(take("{\"feedback\":").status, 400U);
    EXPECT_TRUE(store_->outcomes()->empty());
}

/// How to reach a database that cannot be reached.
boost::system::result<std::unique_ptr<SqlConnection>, StoreFault> unreachable(StoreDeadline) {
    return StoreFault::unavailable;
}

// What is not stored is not answered 200.
TEST(FeedbackHandler, AnswersThatItIsBusyWhenTheStoreFails) {
    Store store(unreachable, 1);
    RecordingLog log;
    BlockingCalls store_calls({.threads = 1});
    Loop loop;
    const FeedbackHandler handler({store, log, store_calls, {}});
    const RequestHead head;
    const std::string body =
        R"({"feedback":[{"card":")" + card + R"(","outcome":"overridden","outcomeTimestamp":"2026-01-15T09:00:00Z"}]})";
    ServiceCall call{"s", head, body, std::make_shared<const Client>()};
    const Reply reply = loop.run(handler.take(std::move(call)));
    EXPECT_EQ(reply.status, 503U);
    EXPECT_EQ(reply.headers.back(), (Header{"Retry-After", "1"}));
    EXPECT_EQ(log.count(R"("operation":"record-feedback","fault":"unavailable")"), 1U);
}

TEST_F(FeedbackHandlerTest, KnowsTheRuleOfACardThatWasRecorded) {
    {
        DecisionRecorder recorder(*store_, log_);
        recorder.add({{card, "back-pain-labs-patient-view", "vitamin-d-suggest", "back-pain-labs", "1.0.0", "sha256:00",
                       wall_time()}});
    }
    EXPECT_EQ(take(accepted()).status, 200U);
    EXPECT_EQ(store_->outcomes()->front().rule, "vitamin-d-suggest");
    EXPECT_EQ(log_.count(R"("unknownCard":0)"), 1U);
}

}  // namespace
}  // namespace service
