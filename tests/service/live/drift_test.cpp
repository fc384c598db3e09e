#include "service/live/drift.hpp"

#include "fhir/json_text.hpp"
#include "rules/page/page_text.hpp"
#include "service/live/drift_days.hpp"
#include "service/live/drift_page.hpp"
#include "service/store/store_sqlite.hpp"
#include "tests/case_name.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::chrono::sys_days until{std::chrono::year(2026) / 1 / 11};  // a Sunday

/// A number for each day: `before` on all but the last days.
std::vector<std::uint64_t> daily(std::size_t days, std::uint64_t before, std::size_t last_days, std::uint64_t now) {
    std::vector<std::uint64_t> counts(days, before);
    std::fill(counts.end() - static_cast<std::ptrdiff_t>(last_days), counts.end(), now);
    return counts;
}

DriftDays days_of(std::vector<WatchedSeries> series, std::size_t days = days_of_weeks) {
    return {until - std::chrono::days(days - 1), days, std::move(series), {}, {}};
}

/// What is heard on the last day.
DriftReport heard_of(const DriftDays& days) {
    return make_drift_report(days, 1);
}

// ---- what is heard --------------------------------------------------------------------------------------------------

/// A series of 28 days and 7: parts and wholes of a day.
struct Heard {
    const char* name;
    Watch what;
    std::uint64_t part_before, whole_before, part, whole;
    std::optional<bool> is_rise;  ///< nothing: it is not heard
};
class WhatIsHeard : public testing::TestWithParam<Heard> {};

TEST_P(WhatIsHeard, IsLargeAndBeyondChance) {
    const Heard& one = GetParam();
    const DriftDays days = days_of({{{one.what, "A", "x"},
                                     {{daily(days_of_weeks, one.part_before, days_now, one.part),
                                       daily(days_of_weeks, one.whole_before, days_now, one.whole)}}}});
    const DriftReport heard = heard_of(days);
    ASSERT_EQ(heard.episodes.size(), one.is_rise ? 1U : 0U);
    if (!one.is_rise) return;
    EXPECT_EQ(heard.episodes[0].change.is_rise, *one.is_rise);
    EXPECT_EQ(heard.episodes[0].change.part, days_now * one.part);
    EXPECT_EQ(heard.episodes[0].change.part_before, days_before * one.part_before);
    EXPECT_EQ(heard.episodes[0].change.whole_before, days_before * one.whole_before);
}

INSTANTIATE_TEST_SUITE_P(
    All, WhatIsHeard,
    testing::Values(Heard{"ARuleThatFallsSilent", Watch::cards, 20, 500, 0, 500, false},
                    Heard{"ARuleThatHalves", Watch::cards, 40, 500, 20, 500, false},
                    Heard{"ARuleThatDoubles", Watch::cards, 40, 500, 80, 500, true},
                    Heard{"ARuleThatNearlyHalves", Watch::cards, 400, 5000, 210, 5000, std::nullopt},
                    Heard{"ARareRuleThatFallsSilent", Watch::cards, 2, 500, 0, 500, std::nullopt},
                    Heard{"HalfOfTheCardsInHalfOfTheCalls", Watch::cards, 40, 500, 20, 250, std::nullopt},
                    Heard{"NoCardInNoCall", Watch::cards, 40, 500, 0, 0, std::nullopt},
                    Heard{"AKeyThatIsNoLongerSent", Watch::prefetch, 0, 100, 100, 100, true},
                    Heard{"AKeyThatIsMissingMoreOftenButSeldom", Watch::prefetch, 1, 1000, 50, 1000, std::nullopt},
                    Heard{"AKeyThatIsSentAgain", Watch::prefetch, 100, 100, 0, 100, std::nullopt},
                    Heard{"ResultsThatStayAway", Watch::results, 30, 100, 0, 100, false},
                    Heard{"ResultsThatCanNoLongerBeRead", Watch::unreadable, 2, 50, 40, 50, true},
                    Heard{"CodesThatNobodyKnows", Watch::unseen, 0, 50, 20, 50, true},
                    Heard{"AClientThatNoLongerCalls", Watch::calls, 100, 1, 0, 1, false},
                    Heard{"AClientOnHoliday", Watch::calls, 100, 1, 45, 1, std::nullopt}),
    CaseName());

// A chart that is opened ten times has its cards ten times: nine of them tell nothing new.
TEST(Drift, TakesDaysThatVaryForFewerIndependentCards) {
    DriftDays days = days_of(
        {{{Watch::cards, "", "r"}, {{daily(days_of_weeks, 10, days_now, 2), daily(days_of_weeks, 500, 0, 0)}}}});
    EXPECT_EQ(heard_of(days).episodes.size(), 1U);
    std::vector<std::uint64_t>& cards = days.series[0].strata[0].part;
    for (std::size_t day = 0; day < days_before; ++day) cards[day] = day % 7 == 0 ? 70 : 0;  // as many, of one patient
    EXPECT_THAT(heard_of(days).episodes, IsEmpty());
}

// The client that joins has no card of the rule; the rule goes on at the one that was there.
TEST(Drift, HearsNoChangeInAClientThatJoins) {
    DailyCounts joins{std::vector<std::uint64_t>(days_of_weeks), daily(days_of_weeks, 0, days_now, 5000)};
    const DriftDays days = days_of(
        {{{Watch::cards, "", "r"}, {{daily(days_of_weeks, 20, 0, 0), daily(days_of_weeks, 500, 0, 0)}, joins}}});
    EXPECT_THAT(heard_of(days).episodes, IsEmpty());
}

TEST(Drift, HoldsAClientAgainstItselfWhenAnotherCallsMore) {
    const DriftDays days =
        days_of({{{Watch::cards, "", "r"},
                  {{daily(days_of_weeks, 20, 0, 0), daily(days_of_weeks, 500, 0, 0)},
                   {daily(days_of_weeks, 1, days_now, 10), daily(days_of_weeks, 1000, days_now, 10'000)}}}});
    EXPECT_THAT(heard_of(days).episodes, IsEmpty()) << "by all calls together the rule would have halved";
}

TEST(Drift, HearsSlowDecayAgainstTheYearBefore) {
    DailyCounts decays{std::vector<std::uint64_t>(days_of_all, 20), std::vector<std::uint64_t>(days_of_all, 500)};
    std::fill(decays.part.end() - 120, decays.part.end() - 60, 13);
    std::fill(decays.part.end() - 60, decays.part.end(), 9);
    const DriftReport heard = heard_of(days_of({{{Watch::cards, "", "r"}, {decays}}}, days_of_all));
    ASSERT_EQ(heard.episodes.size(), 1U);
    EXPECT_EQ(heard.episodes[0].change.against, Against::year);
    EXPECT_EQ(heard.episodes[0].change.part, days_before * 9);
    EXPECT_EQ(heard.episodes[0].change.part_before, days_before * 20);
}

// ---- what is not watched --------------------------------------------------------------------------------------------

struct Silent {
    const char* name;
    Watch what;
    std::uint64_t part_before, whole_before;
    std::optional<Unwatched> why;  ///< nothing: it is watched
};
class WhatIsNotWatched : public testing::TestWithParam<Silent> {};

TEST_P(WhatIsNotWatched, IsToldWithTheReason) {
    const Silent& one = GetParam();
    const DriftReport heard = heard_of(days_of({{{one.what, "A", "x"},
                                                 {{daily(days_of_weeks, one.part_before, days_now, one.part_before),
                                                   daily(days_of_weeks, one.whole_before, days_now, 100)}}}}));
    EXPECT_THAT(heard.episodes, IsEmpty());
    ASSERT_EQ(heard.not_watched.size(), one.why ? 1U : 0U);
    if (!one.why) return;
    EXPECT_EQ(heard.not_watched[0].why, *one.why);
}

INSTANTIATE_TEST_SUITE_P(All, WhatIsNotWatched,
                         testing::Values(Silent{"ARareRule", Watch::cards, 1, 100, Unwatched::too_rare},
                                         Silent{"ARuleThatNeverSpoke", Watch::cards, 0, 100, Unwatched::too_rare},
                                         Silent{"ABusyRule", Watch::cards, 20, 100, std::nullopt},
                                         Silent{"ANewRule", Watch::cards, 0, 0, Unwatched::too_new},
                                         Silent{"AKeyThatIsNeverSent", Watch::prefetch, 100, 100, Unwatched::always_so},
                                         Silent{"AKeyThatIsSent", Watch::prefetch, 0, 100, std::nullopt}),
                         CaseName());

// ---- from the tally -------------------------------------------------------------------------------------------------

std::int64_t day_before(int days) {
    return (until - std::chrono::days(days)).time_since_epoch().count();
}

TallyLine line(int days_ago, const char* kind, const char* key, std::uint64_t count, const char* rule = "",
               const char* client = "A") {
    return {day_before(days_ago), "sha256:00", "view", client, rule, kind, key, count};
}

/// Five weeks at client A: 100 calls a day, 10 cards, 40 results of B12; the key `b12` is missing now and then.
void add_usual_day(std::vector<TallyLine>& lines, int days_ago) {
    lines.insert(lines.end(),
                 {line(days_ago, "call", "pack 1.0.0", 100), line(days_ago, "card", "info 1.0.0", 10, "r"),
                  line(days_ago, "silence", "criterion", 80, "r"), line(days_ago, "silence", "gate", 10, "r"),
                  line(days_ago, "prefetch", "b12 sent", 99), line(days_ago, "prefetch", "b12 failed", 1),
                  line(days_ago, "result", "b12 readable", 38), line(days_ago, "result", "b12 awaited", 9),
                  line(days_ago, "result", "b12 no-unit", 2)});
}

DriftDays read(const std::vector<TallyLine>& lines, std::size_t listened = 1) {
    const TemporaryFolder folder;
    const auto store = Store::open("sqlite:" + (folder.path() / "cds.db").string(),
                                   {std::chrono::seconds(30), std::chrono::seconds(30), std::chrono::seconds(30)});
    EXPECT_TRUE(store.has_value());
    EXPECT_TRUE((*store)->add({"process", 1}, lines, WallTime(until)));
    auto days = read_drift_days(**store, until, listened);
    EXPECT_TRUE(days.has_value());
    return days ? std::move(*days) : DriftDays();
}

/// Five weeks without a change.
std::vector<TallyLine> usual_weeks() {
    std::vector<TallyLine> lines;
    for (int day = 0; day < static_cast<int>(days_of_weeks); ++day) add_usual_day(lines, day);
    return lines;
}

TEST(DriftDays, AreSeriesOfClientsAndRules) {
    const DriftDays days = read(usual_weeks());
    EXPECT_EQ(days.first + std::chrono::days(days.days - 1), until);
    std::vector<std::string> names;
    for (const WatchedSeries& series : days.series) {
        ASSERT_EQ(series.strata.size(), 1U);
        const DailyCounts& counts = series.strata[0];
        names.push_back(std::string(name_of(series.watched.what)) + " " + series.watched.client + " " +
                        series.watched.name + " " + std::to_string(counts.part.back()) + "/" +
                        std::to_string(counts.whole.back()));
    }
    EXPECT_THAT(names, ElementsAre("calls A  100/1", "prefetch A b12 1/100", "results A b12 38/100",
                                   "unreadable A b12 2/40", "unseen A b12 0/40", "cards  r 10/100"));
}

TEST(DriftDays, TellVersionsAndNamesThatAreNew) {
    std::vector<TallyLine> lines = usual_weeks();
    TallyLine next = line(3, "call", "pack 2.0.0", 50);
    next.digest = "sha256:11";
    lines.push_back(next);
    lines.push_back(line(2, "unseen", "b12 code LOINC 2132-9", 12));
    lines.push_back(line(20, "unseen", "b12 unit of another name", 2));
    lines.push_back(line(1, "unseen", "b12 unit of another name", 2));
    const DriftDays days = read(lines);
    ASSERT_EQ(days.versions.size(), 1U);
    EXPECT_EQ(days.versions[0].digest, "sha256:11");
    EXPECT_EQ(days.first + std::chrono::days(days.versions[0].day), until - std::chrono::days(3));
    ASSERT_EQ(days.names.size(), 1U);
    EXPECT_EQ(days.names[0].name, "code LOINC 2132-9");
    EXPECT_EQ(days.names[0].results, 12U);
}

// ---- the report -----------------------------------------------------------------------------------------------------

/// Client A stops to send the key on the last two days.
DriftReport report_of_a_dropped_key() {
    std::vector<TallyLine> lines;
    for (int day = 2; day < static_cast<int>(days_of_weeks) + 5; ++day) add_usual_day(lines, day);
    for (int day = 0; day < 2; ++day) {
        lines.push_back(line(day, "call", "pack 1.0.0", 100));
        lines.push_back(line(day, "card", "info 1.0.0", 10, "r"));
        lines.push_back(line(day, "silence", "criterion", 90, "r"));
        lines.push_back(line(day, "prefetch", "b12 not-sent", 100));
        lines.push_back(line(day, "result", "b12 readable", 38));
        lines.push_back(line(day, "result", "b12 no-unit", 2));
    }
    return make_drift_report(read(lines, 5), 5);
}

TEST(DriftReport, SaysSinceWhenSomethingIsHeard) {
    const DriftReport report = report_of_a_dropped_key();
    EXPECT_EQ(report.since, until - std::chrono::days(4));
    ASSERT_EQ(report.episodes.size(), 1U);
    EXPECT_EQ(report.episodes[0].change.watched, (Watched{Watch::prefetch, "A", "b12"}));
    EXPECT_EQ(report.episodes[0].first, until - std::chrono::days(1));
    EXPECT_TRUE(report.is_heard_now(report.episodes[0]));
    EXPECT_TRUE(report.has_something_now());
}

TEST(DriftReport, IsReadByPeopleWithCountsThatMayBeShared) {
    const std::string text = rules::page_text(drift_page(report_of_a_dropped_key()));
    EXPECT_THAT(text, HasSubstr("One thing changed more than chance explains."));
    EXPECT_THAT(text, HasSubstr("calls without the prefetch key b12"));
    EXPECT_THAT(text, HasSubstr("210 of 700"));
    EXPECT_THAT(text, HasSubstr("expected now"));
    EXPECT_THAT(text, Not(HasSubstr("205"))) << "exact counts are for JSON";
}

TEST(DriftReport, IsReadByProgramsWithExactCounts) {
    const auto value = fhir::parse_json(drift_json(report_of_a_dropped_key()));
    ASSERT_TRUE(value.has_value());
    const boost::json::object& object = value->as_object();
    EXPECT_EQ(object.begin()->key(), "notForSharing");
    EXPECT_EQ(object.at("until"), "2026-01-11");
    EXPECT_EQ(object.at("somethingChanged"), true);
    const boost::json::object& change = object.at("changes").as_array().at(0).as_object();
    EXPECT_EQ(change.at("what"), "prefetch");
    EXPECT_EQ(change.at("client"), "A");
    EXPECT_EQ(change.at("firstHeard"), "2026-01-10");
    EXPECT_EQ(change.at("part"), 205);
}

TEST(DriftReport, OfQuietWeeksSaysSo) {
    const DriftReport report = make_drift_report(read(usual_weeks()), 1);
    EXPECT_FALSE(report.has_something_now());
    EXPECT_THAT(rules::page_text(drift_page(report)), HasSubstr("Nothing went quiet."));
}

TEST(DriftReport, OfAnEmptyStoreIsReadable) {
    const DriftReport report = make_drift_report(read({}), 1);
    EXPECT_FALSE(report.has_something_now());
    EXPECT_THAT(rules::page_text(drift_page(report)), HasSubstr("All that is counted is watched."));
}

}  // namespace
}  // namespace service
