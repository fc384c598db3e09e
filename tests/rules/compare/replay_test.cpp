#include "rules/compare/replay.hpp"

#include "fhir/json_text.hpp"
#include "fhir/member.hpp"
#include "tests/case_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const fhir::DateTime noon_of_the_first = *fhir::DateTime::parse("2026-03-01T12:00:00+01:00");

/// One resource, as it was known at `noon_of_the_first`; empty if it was not.
std::string known(const std::string& resource) {
    const boost::json::value tree = *fhir::parse_json(resource);
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(tree, issues);
    const rules::KnownThen then = rules::known_at(record, noon_of_the_first);
    return then.entries.empty() ? std::string() : fhir::print_json(*then.entries.front().resource);
}

struct CutCase {
    const char* name;
    std::string dates;  ///< behind the resourceType
    bool is_known;
};

void PrintTo(const CutCase& one, std::ostream* out) {
    *out << one.name;
}

class Cut : public testing::TestWithParam<CutCase> {};

TEST_P(Cut, IsByWhenAResourceWasRecorded) {
    EXPECT_EQ(!known("{" + GetParam().dates + "}").empty(), GetParam().is_known);
}

INSTANTIATE_TEST_SUITE_P(
    Resources, Cut,
    testing::Values(
        CutCase{"issued_before", R"("resourceType":"Observation","issued":"2026-03-01T11:59:00+01:00")", true},
        CutCase{"issued_after", R"("resourceType":"Observation","issued":"2026-03-01T12:01:00+01:00")", false},
        CutCase{"issued_after_in_another_offset", R"("resourceType":"Observation","issued":"2026-03-01T11:01:00Z")",
                false},
        CutCase{"issued_counts_before_effective",
                R"("resourceType":"Observation","issued":"2026-03-02T08:00:00Z","effectiveDateTime":"2026-02-27")",
                false},
        CutCase{"effective_without_issued", R"("resourceType":"Observation","effectiveDateTime":"2026-02-27")", true},
        CutCase{"recorded_that_day", R"("resourceType":"Condition","recordedDate":"2026-03-01")", true},
        CutCase{"recorded_the_next_day", R"("resourceType":"Condition","recordedDate":"2026-03-02")", false},
        CutCase{"begun_before_and_recorded_after",
                R"("resourceType":"Condition","onsetDateTime":"2025","recordedDate":"2026-04-01")", false},
        CutCase{"onset_alone", R"("resourceType":"Condition","onsetDateTime":"2025")", true},
        CutCase{"written_after", R"("resourceType":"MedicationRequest","authoredOn":"2026-03-05")", false},
        CutCase{"without_a_date", R"("resourceType":"Condition")", true},
        CutCase{"of_a_type_without_dates", R"("resourceType":"Medication")", true}),
    CaseName());

TEST(Replay, TakesBackWhatEndedLater) {
    const std::string condition = known(
        R"({"resourceType":"Condition","clinicalStatus":{"coding":[{"code":"resolved"}]},"abatementDateTime":"2026-04-01"})");
    EXPECT_THAT(condition, testing::HasSubstr("\"active\""));
    EXPECT_THAT(condition, testing::Not(testing::HasSubstr("abatement")));
    EXPECT_THAT(
        known(
            R"({"resourceType":"MedicationStatement","status":"completed","effectivePeriod":{"start":"2026-01-01","end":"2026-03-09"}})"),
        testing::HasSubstr(R"("status":"active")"));
    EXPECT_THAT(known(R"({"resourceType":"Patient","deceasedDateTime":"2026-03-02"})"),
                testing::Not(testing::HasSubstr("deceased")));
}

TEST(Replay, LeavesWhatHadEndedBefore) {
    for (
        const char* resource :
        {R"({"resourceType":"Condition","clinicalStatus":{"coding":[{"code":"resolved"}]},"abatementDateTime":"2026-02-01"})",
         R"({"resourceType":"MedicationRequest","status":"stopped","authoredOn":"2025-01-01"})",
         R"({"resourceType":"MedicationStatement","status":"entered-in-error","effectivePeriod":{"end":"2026-03-09"}})",
         R"({"resourceType":"Patient","deceasedDateTime":"2026-02-02"})"}) {
        const std::string then = known(resource);
        EXPECT_EQ(fhir::print_json(*fhir::parse_json(resource)), then);
    }
}

struct NewerCase {
    const char* name;
    std::string resource;
    bool is_newer;
};

void PrintTo(const NewerCase& one, std::ostream* out) {
    *out << one.name;
}

class Newer : public testing::TestWithParam<NewerCase> {};

TEST_P(Newer, IsWhatHasHappenedSinceAndNoPlan) {
    const boost::json::value tree = *fhir::parse_json(GetParam().resource);
    fhir::Issues issues;
    EXPECT_EQ(rules::is_newer_than(fhir::Bundle::of(tree, issues), *fhir::DateTime::parse("2026-03-01T12:00:00+01:00")),
              GetParam().is_newer);
}

INSTANTIATE_TEST_SUITE_P(
    Resources, Newer,
    testing::Values(
        NewerCase{"result", R"({"resourceType":"Observation","issued":"2026-03-02T08:00:00Z"})", true},
        NewerCase{"problem_resolved",
                  R"({"resourceType":"Condition","recordedDate":"2025-01-01","abatementDateTime":"2026-04-01"})", true},
        NewerCase{"death", R"({"resourceType":"Patient","deceasedDateTime":"2026-04-01"})", true},
        NewerCase{
            "drug_stopped",
            R"({"resourceType":"MedicationStatement","status":"stopped","effectivePeriod":{"start":"2025-01-01","end":"2026-04-01"}})",
            true},
        NewerCase{
            "drug_to_be_taken_until_then",
            R"({"resourceType":"MedicationStatement","status":"active","effectivePeriod":{"start":"2025-01-01","end":"2026-04-01"}})",
            false},
        NewerCase{
            "prescription_still_valid",
            R"({"resourceType":"MedicationRequest","status":"active","authoredOn":"2026-02-01","dispenseRequest":{"validityPeriod":{"end":"2027-02-01"}}})",
            false},
        NewerCase{"order_for_a_day_to_come",
                  R"({"resourceType":"ServiceRequest","status":"active","occurrenceDateTime":"2026-09-01"})", false},
        NewerCase{"order_written_later",
                  R"({"resourceType":"ServiceRequest","status":"active","authoredOn":"2026-03-05"})", true},
        NewerCase{"appointment",
                  R"({"resourceType":"Encounter","status":"planned","period":{"start":"2026-09-01T09:00:00Z"}})",
                  false},
        NewerCase{"visit",
                  R"({"resourceType":"Encounter","status":"finished","period":{"start":"2026-09-01T09:00:00Z"}})",
                  true}),
    CaseName());

std::vector<std::string> encounters(const std::string& list) {
    const boost::json::value tree = *fhir::parse_json(R"({"resourceType":"Bundle","entry":[)" + list + "]}");
    fhir::Issues issues;
    const fhir::Bundle record = fhir::Bundle::of(tree, issues);
    std::vector<std::string> texts;
    for (const fhir::DateTime& begin :
         rules::encounters_between(record, *fhir::Date::parse("2026-01-01"), *fhir::Date::parse("2026-01-31"),
                                   *fhir::UtcOffset::parse("+01:00"))) {
        texts.push_back(begin.text());
    }
    return texts;
}

std::string encounter(const std::string& start, const std::string& status = "finished") {
    return R"({"resource":{"resourceType":"Encounter","status":")" + status + R"(","period":{"start":")" + start +
           "\"}}}";
}

TEST(Replay, PutsEncountersInTheOrderOfTime) {
    EXPECT_THAT(encounters(encounter("2026-01-31") + "," + encounter("2026-01-02T09:00:00-05:00") + "," +
                           encounter("2026-01-02T09:00:00+05:00")),
                ElementsAre("2026-01-02T09:00:00+05:00", "2026-01-02T09:00:00-05:00", "2026-01-31T12:00:00+01:00"));
}

TEST(Replay, FindsEncountersOfTheseDays) {
    EXPECT_THAT(encounters(encounter("2025-12-31T09:00:00Z") + "," + encounter("2026-01-01T09:00:00Z") + "," +
                           encounter("2026-01-31") + "," + encounter("2026-02-01")),
                ElementsAre("2026-01-01T09:00:00Z", "2026-01-31T12:00:00+01:00"));
}

TEST(Replay, LeavesOutEncountersThatDidNotTakePlace) {
    EXPECT_THAT(encounters(encounter("2026-01-02", "cancelled") + "," + encounter("2026-01-02", "planned") + "," +
                           encounter("2026-01-02", "entered-in-error") + "," + encounter("2026")),
                IsEmpty());
}

}  // namespace
