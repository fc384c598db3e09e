#include "rules/compare/impact_report.hpp"

#include "rules/page/page_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace rules {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

Impact impact_of(const std::string& events = "encounters") {
    Impact impact;
    impact.subject.versions = {
        ImpactSubject::Version{"pack", "1.0.0", {"sha256:p", {}, "sha256:p", "sha256:q"}},
        ImpactSubject::Version{"pack", "1.0.0", {"sha256:p", "sha256:s", "sha256:c", "sha256:r"}}};
    impact.subject.events = events;
    return impact;
}

// The cell size suppression policy of CMS speaks of persons: 140 events of three patients are a small cell.
TEST(ImpactPage, HidesManyEventsOfFewPatients) {
    Impact impact = impact_of();
    impact.counts.add({"events"}, 140);
    impact.patients.add({"events"}, 3);
    impact.counts.add({"value", "vitamin-d", "ng/mL", "19"}, 140);
    impact.counts.add({"band", "vitamin-d", "ng/mL", "low", "low"}, 140);
    impact.patients.add({"value", "vitamin-d", "ng/mL", "19"}, 3);
    impact.patients.add({"band", "vitamin-d", "ng/mL", "low", "low"}, 3);
    impact.patients.add({"result", "vitamin-d", "ng/mL"}, 3);
    const std::string text = page_text(impact_page(impact));
    EXPECT_THAT(text, ContainsRegex("looked at +<11 +<11"));
    EXPECT_THAT(text, Not(HasSubstr("140")));
    EXPECT_THAT(text, Not(HasSubstr("ng/mL")));
}

TEST(ImpactPage, TellsEventsAndPatientsOfEncounters) {
    Impact impact = impact_of();
    impact.counts.add({"event", "lost"}, 140);
    impact.patients.add({"event", "lost"}, 23);
    EXPECT_THAT(page_text(impact_page(impact)), ContainsRegex("with at least one card lost +140 +20"));
}

TEST(ImpactPage, CountsEachPatientOnceWhoIsTouchedAndWhoLosesAWarning) {
    Impact impact = impact_of();
    impact.counts.add({"touched"}, 140);
    impact.patients.add({"touched"}, 33);
    impact.counts.add({"losesWarning"}, 70);
    impact.patients.add({"losesWarning"}, 9);
    const std::string text = page_text(impact_page(impact));
    EXPECT_THAT(text, ContainsRegex("with any card gained, lost or changed +140 +30"));
    EXPECT_THAT(text, ContainsRegex("that lose a warning or critical card +<11 +<11"));
    EXPECT_THAT(text, HasSubstr("Nobody loses a warning or critical card."));
}

TEST(ImpactPage, TellsWhatStandsInThePlaceOfALostWarning) {
    Impact impact = impact_of("now");
    for (const char* instead : {"none", "info", "other-info"}) {
        impact.counts.add({"warning", "vitamin-d-low", instead}, 30);
        impact.patients.add({"warning", "vitamin-d-low", instead}, 12);
    }
    const std::string text = page_text(impact_page(impact));
    EXPECT_THAT(text, ContainsRegex("vitamin-d-low +no card +30 +10"));
    EXPECT_THAT(text, ContainsRegex("vitamin-d-low +a card of the same rule: info +30 +10"));
    EXPECT_THAT(text, ContainsRegex("vitamin-d-low +a card of another rule: info +30 +10"));
}

TEST(ImpactPage, SaysThatNothingWasCompared) {
    Impact impact = impact_of();
    EXPECT_THAT(page_text(impact_page(impact)), Not(HasSubstr("Nothing was compared")));
    impact.subject.versions[1] = impact.subject.versions[0];
    EXPECT_THAT(page_text(impact_page(impact)), HasSubstr("Nothing was compared"));
    EXPECT_TRUE(impact_as_json(impact).contains("nothingCompared"));
    impact.counts.add({"event", "changed"}, 1);  // an approval alone
    EXPECT_THAT(page_text(impact_page(impact)), Not(HasSubstr("Nothing was compared")));
}

TEST(ImpactPage, SaysOfCapturedRequestsThatPatientsAreNotKnown) {
    Impact impact = impact_of("requests");
    impact.counts.add({"calls"}, 20);
    EXPECT_THAT(page_text(impact_page(impact)), HasSubstr("each counts as a patient"));
}

/// 12 patients with results of a test, in one band and in another after the change.
void add_result(Impact& impact, const std::string& test, const std::string& before, const std::string& after) {
    for (Counts* counts : {&impact.counts, &impact.patients}) {
        counts->add({"band", test, "total, ng/mL", before, after}, 12);
        for (const char* value : {"14", "16", "17"}) counts->add({"value", test, "total, ng/mL", value}, 12);
    }
    impact.patients.add({"result", test, "total, ng/mL"}, 12);
}

TEST(ImpactPage, TellsTestsWhoseBandsChangeFirstAndFoldsTheOthers) {
    Impact impact = impact_of("now");
    add_result(impact, "b12", "low", "low");
    add_result(impact, "vitamin-d", "low", "adequate");
    const std::string text = page_text(impact_page(impact));
    const std::size_t changed = text.find("vitamin-d (total, ng/mL): band before and after");
    const std::size_t same = text.find("Tests of which every result stays in its band");
    ASSERT_NE(changed, std::string::npos);
    ASSERT_NE(same, std::string::npos);
    EXPECT_LT(changed, same);
    EXPECT_THAT(text, Not(HasSubstr("b12 (total, ng/mL): ")));
    EXPECT_THAT(text, ContainsRegex("  b12 \\(total, ng/mL\\) +10\n"));
}

TEST(ImpactPage, MarksTheLimitsOfBothSides) {
    Impact impact = impact_of("now");
    add_result(impact, "vitamin-d", "low", "adequate");
    const auto mark = [](const char* at, const char* text) { return ValueMark{*fhir::Decimal::parse(at), text}; };
    impact.subject.bands["vitamin-d"]["total, ng/mL"] = {
        std::vector{mark("15", "low from 15"), mark("17", "ok from 17")},
        std::vector{mark("15", "low from 15"), mark("16", "ok from 16")}};
    const std::string text = page_text(impact_page(*impact_from_json(impact_as_json(impact))));
    EXPECT_THAT(text, HasSubstr("— low from 15 —"));
    EXPECT_THAT(text, HasSubstr("— before: ok from 17 —"));
    EXPECT_THAT(text, HasSubstr("— after: ok from 16 —"));
}

TEST(ImpactPage, SaysInItsHeadWhatWasChangedAndNamesBothByTheirDigests) {
    Impact impact = impact_of("now");
    impact.subject.changes = {{DiffSection::who, "parameters", "vitaminD.ruleset", Change::Kind::changed, "nam-2011",
                               "ros-2020", Step::major, true}};
    const std::string text = page_text(impact_page(*impact_from_json(impact_as_json(impact))));
    EXPECT_THAT(text, ContainsRegex("parameters +vitaminD.ruleset +nam-2011 -> ros-2020"));
    EXPECT_THAT(text, ContainsRegex("after: +pack 1.0.0\n +digest of the pack: +sha256:p\n +digest of the site file: "
                                    "+sha256:s\n +digest on cards: +sha256:c\n +digest for an approval: +sha256:r\n"));
}

TEST(ImpactPage, SaysHowManyMoreChangesThereAre) {
    Impact impact = impact_of("now");
    for (int rule = 0; rule < 60; ++rule) {
        impact.subject.changes.push_back(
            {DiffSection::card, "rule " + std::to_string(rule), "summary", Change::Kind::changed, "a", "b", {}, false});
    }
    impact.subject.more_changes = 7;
    EXPECT_THAT(page_text(impact_page(impact)), HasSubstr("27 more changes"));
    EXPECT_EQ(impact_as_json(impact).at("changed").as_array().size(), 60U);
}

TEST(ImpactPage, TellsInWordsWhatLiesOnOneSideOfANumber) {
    Impact impact = impact_of("now");
    add_result(impact, "vitamin-d", "low", "adequate");
    impact.counts.add({"value", "vitamin-d", "total, ng/mL", "<4"}, 22);
    impact.counts.add({"value", "vitamin-d", "total, ng/mL", ">150"}, 3);
    EXPECT_THAT(page_text(impact_page(impact)), HasSubstr("20 with \"<\", <11 with \">\""));
}

TEST(ImpactJson, KeepsPatientsBesideEvents) {
    Impact impact = impact_of();
    impact.counts.add({"events"}, 140);
    impact.patients.add({"events"}, 3);
    auto read = impact_from_json(impact_as_json(impact));
    ASSERT_TRUE(read);
    read->add(impact);
    EXPECT_EQ(read->counts.at({"events"}), 280U);
    EXPECT_EQ(read->patients.at({"events"}), 6U);
}

}  // namespace
}  // namespace rules
