#include "service/observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountsAnswersByEndpointServiceAndStatus) {
    Metrics metrics;
    metrics.answered("hook-call", "back-pain-labs-patient-view", 200, 30ms);
    metrics.answered("hook-call", "back-pain-labs-patient-view", 200, 700ms);
    metrics.answered("hook-call", "back-pain-labs-patient-view", 412, 1ms);
    const std::string text = metrics.text();
    const std::string labels = R"({endpoint="hook-call",service="back-pain-labs-patient-view")";
    EXPECT_THAT(text, HasSubstr("backpain_cds_requests_total" + labels + R"(,status="200"} 2)"));
    EXPECT_THAT(text, HasSubstr("backpain_cds_requests_total" + labels + R"(,status="412"} 1)"));
    EXPECT_THAT(text, HasSubstr("backpain_cds_request_seconds_bucket" + labels + R"(,le="0.05"} 2)"));
    EXPECT_THAT(text, HasSubstr("backpain_cds_request_seconds_bucket" + labels + R"(,le="0.5"} 2)"));
    EXPECT_THAT(text, HasSubstr("backpain_cds_request_seconds_bucket" + labels + R"(,le="1"} 3)"));
    EXPECT_THAT(text, HasSubstr("# TYPE backpain_cds_request_seconds histogram"));
}

TEST(Metrics, CountsEverythingThatAnOperatorAsksFor) {
    Metrics metrics;
    metrics.refused("data-unavailable");
    metrics.token_refused("expired");
    metrics.rule_fired("vitamin-d-low", "1.0.0", "warning");
    metrics.calls_answered("back-pain-labs-patient-view", "General Hospital", 7);
    metrics.rule_silent("b12-low", "gate", 6);
    metrics.results_seen("vitamin-d", "no-unit", 2);
    metrics.names_unseen("vitamin-d", 3);
    metrics.feedback_outcome("vitamin-d-low", "overridden", 2);
    metrics.feedback_outcome("", "accepted", 1);
    metrics.fhir_fetched("fetched", 3, 20ms);
    metrics.fhir_fetched("timed-out", 1, 400ms);
    metrics.key_set_fetched(false);
    metrics.server_connected("fhir");
    metrics.server_connected("fhir");
    metrics.feedback_stored(2, 1);
    metrics.feedback_left_out("own-reason", 3);
    metrics.store_failed("feedback", "unavailable");
    metrics.reloaded(false);
    metrics.connections_open(7);
    metrics.certificate_valid_until(WallTime(1'800'000'000s));
    const std::string text = metrics.text();
    for (const char* line :
         {R"(backpain_cds_refusals_total{fault="data-unavailable"} 1)",
          R"(backpain_cds_token_refusals_total{fault="expired"} 1)",
          R"(backpain_cds_cards_total{indicator="warning",rule="vitamin-d-low",version="1.0.0"} 1)",
          R"(backpain_cds_calls_total{client="General Hospital",service="back-pain-labs-patient-view"} 7)",
          R"(backpain_cds_silences_total{reason="gate",rule="b12-low"} 6)",
          R"(backpain_cds_results_total{analyte="vitamin-d",reading="no-unit"} 2)",
          R"(backpain_cds_unseen_names_total{analyte="vitamin-d"} 3)",
          R"(backpain_cds_feedback_outcomes_total{outcome="overridden",rule="vitamin-d-low"} 2)",
          R"(backpain_cds_feedback_outcomes_total{outcome="accepted",rule="unknown"} 1)",
          R"(backpain_cds_fhir_fetches_total{outcome="fetched"} 1)",
          R"(backpain_cds_fhir_fetches_total{outcome="timed-out"} 1)",
          "backpain_cds_fhir_requests_total 4",
          R"(backpain_cds_key_set_fetches_total{outcome="failed"} 1)",
          R"(backpain_cds_server_connections_total{kind="fhir"} 2)",
          R"(backpain_cds_feedback_total{told="first"} 2)",
          R"(backpain_cds_feedback_total{told="again"} 1)",
          R"(backpain_cds_feedback_left_out_total{what="own-reason"} 3)",
          R"(backpain_cds_store_errors_total{fault="unavailable",operation="feedback"} 1)",
          R"(backpain_cds_reloads_total{outcome="refused"} 1)",
          "backpain_cds_connections 7",
          "backpain_cds_certificate_not_after_seconds 1800000000"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST(Metrics, NamesThePacksInUseAndNoneOfBefore) {
    Metrics metrics;
    const std::vector<PackInUse> before = {{"back-pain-labs", "1.0.0", "sha256:aa", "live", WallTime(1'700'000'000s)}};
    const std::vector<PackInUse> after = {{"back-pain-labs", "1.1.0", "sha256:bb", "canary", WallTime(1'700'000'060s)}};
    metrics.packs_in_use(before);
    metrics.packs_in_use(after);
    metrics.packs_in_use(after);
    const std::string text = metrics.text();
    EXPECT_THAT(
        text,
        HasSubstr(
            R"(backpain_cds_pack_loaded_seconds{digest="sha256:bb",pack="back-pain-labs",role="canary",version="1.1.0"} 1700000060)"));
    EXPECT_THAT(text, Not(HasSubstr("sha256:aa")));
}

TEST(Metrics, TakesReportsFromManyThreads) {
    Metrics metrics;
    metrics.rule_fired("b12-low", "1.0.0", "info");
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 500; ++j) metrics.rule_fired("b12-low", "1.0.0", "info");
        });
    }
    for (int i = 0; i < 20; ++i) EXPECT_THAT(metrics.text(), HasSubstr("b12-low"));
    threads.clear();
    EXPECT_THAT(metrics.text(),
                HasSubstr(R"(backpain_cds_cards_total{indicator="info",rule="b12-low",version="1.0.0"} 2001)"));
}

}  // namespace
}  // namespace service
