#include "fhir/json_text.hpp"
#include "rules/page/page_text.hpp"
#include "service/live/report_page.hpp"
#include "tests/case_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr WallTime now{std::chrono::sys_days(std::chrono::year(2026) / 1 / 12) + 12h};
constexpr WallTime since = now - 91 * 24h;
constexpr WeekNumber week = 2924;  // from 2026-01-12

CardGroup group(const std::string& rule, const std::string& client, std::optional<Outcome> outcome,
                std::uint64_t cards) {
    CardGroup made{week, "pack", "1.0.0", "sha256:00", "view", client, rule, outcome, std::nullopt};
    if (outcome == Outcome::overridden) made.reason = Reason{"https://example.org/reasons", "too-late"};
    made.cards = cards;
    return made;
}

/// Client A tells what became of cards, client B never does.
StoreView view() {
    StoreView made;
    made.cards = {group("r", "A", std::nullopt, 40), group("r", "A", Outcome::accepted, 32),
                  group("r", "A", Outcome::overridden, 28), group("r", "B", std::nullopt, 500),
                  group("rare", "A", Outcome::accepted, 7)};
    made.clients_with_feedback = {"A"};
    made.versions = {{"pack", "1.0.0", "sha256:00", now - 48h, now - 1h, 607}};
    return made;
}

const Answers& answers_of(const Report& report, const std::string& by, const std::string& name) {
    static const Answers none;
    for (const AnswersTable& table : report.tables) {
        for (const AnswersLine& line : table.lines) {
            if (table.by == by && line.name == name) return line.answers;
        }
    }
    ADD_FAILURE() << by << " " << name;
    return none;
}

struct Share {
    const char* name;
    std::uint64_t part, whole;
    double low, high;
};
class WilsonInterval : public testing::TestWithParam<Share> {};

// R. G. Newcombe, Stat Med 1998;17:857-872, table I, method 3.
TEST_P(WilsonInterval, IsThePublishedOne) {
    const auto interval = wilson_interval(GetParam().part, GetParam().whole);
    ASSERT_TRUE(interval.has_value());
    EXPECT_NEAR(interval->low, GetParam().low, 0.00005);
    EXPECT_NEAR(interval->high, GetParam().high, 0.00005);
}

INSTANTIATE_TEST_SUITE_P(Newcombe, WilsonInterval,
                         testing::Values(Share{"Of263", 81, 263, 0.2553, 0.3662},
                                         Share{"Of148", 15, 148, 0.0624, 0.1605}, Share{"NoneOf20", 0, 20, 0.0, 0.1611},
                                         Share{"OneOf29", 1, 29, 0.0061, 0.1718}),
                         CaseName());

TEST(WilsonIntervals, NeedSomethingToBeAShareOf) {
    EXPECT_FALSE(wilson_interval(0, 0).has_value());
}

TEST(Report, TakesOnlyClientsThatEverSentFeedbackForDenominators) {
    const Report report = make_report(view(), since, now);
    const Answers& rule = answers_of(report, "rule", "r");
    EXPECT_EQ(rule.given, 600U);
    EXPECT_EQ(rule.could_answer, 100U);
    EXPECT_EQ(rule.accepted, 32U);
    EXPECT_EQ(rule.overridden, 28U);
    EXPECT_EQ(rule.unanswered(), 40U);
    EXPECT_EQ(answers_of(report, "client", "B").could_answer, 0U);
    EXPECT_EQ(answers_of(report, "week", "2026-01-12").given, 607U);
    EXPECT_EQ(report.all.given, 607U);
}

TEST(Report, CountsCallsSilencesAndResults) {
    StoreView counted;
    const auto add = [&](const char* rule, CountKind kind, const char* key, std::uint64_t n) {
        counted.tally.push_back({week, {20'465, "sha256:11", "view", "A", rule, std::string(name_of(kind)), key, n}});
    };
    add("", CountKind::call, "pack 2.0.0", 90);
    add("r", CountKind::card, "info 2.0.0", 20);
    add("r", CountKind::silence, "gate", 70);
    add("", CountKind::result, "b12 readable", 50);
    add("", CountKind::result, "b12 no-unit", 5);
    add("", CountKind::unseen, "b12 unit of another name", 3);
    const Report report = make_report(counted, since, now);
    EXPECT_EQ(report.calls, 90U);
    EXPECT_EQ(report.calls_by_client.at("A"), 90U);
    EXPECT_EQ(report.rules.at("r").cards, 20U);
    EXPECT_EQ(report.rules.at("r").silences.at("gate"), 70U);
    EXPECT_EQ(report.results.at("b12").at("no-unit"), 5U);
    ASSERT_EQ(report.unseen.size(), 1U);
    EXPECT_EQ(report.unseen[0].name, "unit of another name");
    EXPECT_EQ(print_day(report.unseen[0].first_seen), "2026-01-12");
    ASSERT_EQ(report.versions.size(), 1U) << "a version that was called and gave no card has spoken too";
    EXPECT_EQ(report.versions[0].cards.version, "2.0.0");
    EXPECT_EQ(report.versions[0].calls, 90U);
}

struct Ending {
    const char* name;
    std::chrono::minutes ago;
    bool is_last;
    WriterState state;
    const char* says;
};
class EndOfAProcess : public testing::TestWithParam<Ending> {};

TEST_P(EndOfAProcess, IsToldWithWhatMayBeMissing) {
    StoreView with_writer = view();
    with_writer.writers = {{"process", now - GetParam().ago, GetParam().is_last}};
    const Report report = make_report(with_writer, since, now);
    EXPECT_EQ(report.writers.at(0).state, GetParam().state);
    EXPECT_THAT(rules::page_text(report_page(report)), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(All, EndOfAProcess,
                         testing::Values(Ending{"InOrder", 60min, true, WriterState::ended, "the truth is wider"},
                                         Ending{"Runs", 1min, false, WriterState::counts, "1 process counts now"},
                                         Ending{"Killed", 60min, false, WriterState::silenced,
                                                "results of at most 10 seconds of each may be"}),
                         CaseName());

// Whoever reads text, CSV or HTML may hand it on; JSON says that it may not be.
TEST(Report, ShowsNoSmallOrExactCountThatMayBeShared) {
    const Report report = make_report(view(), since, now);
    const rules::Page page = report_page(report);
    const rules::PageScript script{{}, [](const std::string&) { return std::string("x"); }};
    for (const char* exact : {"607", "32", "28"}) {
        EXPECT_THAT(rules::page_text(page), Not(testing::ContainsRegex(std::string("  ") + exact + "[ \n]")));
        EXPECT_THAT(report_csv(page), Not(HasSubstr(std::string(",") + exact + "\r\n")));
        EXPECT_THAT(rules::html_page(page, script), Not(HasSubstr(std::string(">") + exact + "<")));
    }
    EXPECT_THAT(rules::page_text(page), testing::ContainsRegex("  610[ \n]"));
    EXPECT_THAT(report_csv(page), HasSubstr(",610\r\n"));
    EXPECT_THAT(rules::html_page(page, script), HasSubstr(">610<"));
    EXPECT_THAT(rules::page_text(page), HasSubstr("<11"));
    EXPECT_THAT(rules::page_text(page), HasSubstr("as if cards were independent; the truth is wider"));
    EXPECT_THAT(report_json(report), HasSubstr("notForSharing"));
}

TEST(Report, TellsExactCountsAsJson) {
    const std::string text = report_json(make_report(view(), since, now));
    const auto value = fhir::parse_json(text);
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(value->as_object().begin()->key(), "notForSharing");
    EXPECT_THAT(text, HasSubstr("\"given\": 607"));
    EXPECT_THAT(text, HasSubstr("\"withoutAnswer\": 40"));
    EXPECT_THAT(text, HasSubstr("\"firstCard\": \"2026-01-10T12:00:00Z\""));
}

// A client's name comes from a configuration; a spreadsheet computes what begins like a formula.
TEST(Report, GivesNoFormulaToASpreadsheet) {
    StoreView hostile = view();
    hostile.cards.push_back(group("r", "=HYPERLINK(\"https://example.org\",\"x\")", std::nullopt, 30));
    hostile.cards.push_back(group("@rule", "-2+3", std::nullopt, 30));
    const std::string csv = report_csv(report_page(make_report(hostile, since, now)));
    EXPECT_THAT(csv, HasSubstr(",\"'=HYPERLINK(\"\"https://example.org\"\",\"\"x\"\")\",given,30\r\n"));
    EXPECT_THAT(csv, HasSubstr(",'@rule,given,30\r\n"));
    EXPECT_THAT(csv, HasSubstr(",'-2+3,given,30\r\n"));
}

TEST(Report, SaysWhenWhichVersionSpoke) {
    const std::string text = rules::page_text(report_page(make_report(view(), since, now)));
    EXPECT_THAT(text, testing::ContainsRegex("pack +1\\.0\\.0 +sha256:00 +2026-01-10 +2026-01-12"));
}

TEST(Report, IsReadableWithoutAnything) {
    const rules::Page page = report_page(make_report({}, since, now));
    EXPECT_THAT(rules::page_text(page), HasSubstr("No client has ever sent feedback"));
    EXPECT_THAT(rules::page_text(page), HasSubstr("No card was overridden."));
}

}  // namespace
}  // namespace service
