#include "rules/compare/impact_report.hpp"

#include "rules/compare/page_text.hpp"

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
    impact.subject.versions = {ImpactSubject::Version{"pack", "1.0.0", "sha256:a"},
                               ImpactSubject::Version{"pack", "1.0.0", "sha256:b"}};
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
