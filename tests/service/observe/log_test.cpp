#include "service/observe/log.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

RequestServed served() {
    RequestServed event;
    event.port = "clinical";
    event.facts.endpoint = "hook-call";
    event.facts.service = "back-pain-labs-patient-view";
    event.facts.cards = 2;
    event.status = 200;
    event.received = 21'000;
    event.sent = 900;
    event.took = std::chrono::microseconds(1500);
    return event;
}

TEST(Log, WritesAnEventAsJsonMembers) {
    EXPECT_EQ(fields_of(served(), LogFormat::json),
              R"("event":"request-served","port":"clinical","endpoint":"hook-call","status":200,)"
              R"("service":"back-pain-labs-patient-view","cards":2,"received":21000,"sent":900,"microseconds":1500)");
}

TEST(Log, NamesTheQueryThatACallWaitedForLongest) {
    RequestServed event = served();
    event.facts.slowest_query = "conditions";
    event.facts.slowest_query_took = std::chrono::microseconds(1200);
    EXPECT_NE(fields_of(event, LogFormat::json).find(R"("slowestQuery":"conditions","slowestQueryMicroseconds":1200)"),
              std::string::npos);
}

TEST(Log, WritesAnEventAsWords) {
    EXPECT_EQ(fields_of(HandshakeFailed{"tls"}, LogFormat::text), "handshake-failed reason=tls");
}

TEST(Log, RaisesFailuresAndLowersProbes) {
    RequestServed event = served();
    EXPECT_EQ(level_of(event), LogLevel::info);
    event.status = 500;
    EXPECT_EQ(level_of(event), LogLevel::error);
    event.status = 200;
    event.facts.endpoint = "health-live";
    EXPECT_EQ(level_of(event), LogLevel::debug);
}

TEST(Log, WarnsOfAPageThatMayNotReadTheAnswerAndNamesTheKey) {
    RequestServed event = served();
    event.facts.refused_origin = "0123";
    EXPECT_EQ(level_of(event), LogLevel::warning);
    const std::string text = fields_of(event, LogFormat::json);
    EXPECT_NE(text.find(R"("refusedOriginSha256":"0123","allowBy":"cors.origins")"), std::string::npos) << text;
}

TEST(Log, TellsAWarningOfTheConfigurationFromAFault) {
    EXPECT_EQ(level_of(ConfigurationFault{"site.json", "code", "text", false}), LogLevel::error);
    const ConfigurationFault warning{"site.json", "code", "text", true};
    EXPECT_EQ(level_of(warning), LogLevel::warning);
    EXPECT_EQ(fields_of(warning, LogFormat::text), "configuration-warning place=site.json code=code message=text");
}

}  // namespace
}  // namespace service
