#include "rules/page/page_text.hpp"
#include "tests/rules/survey/surveyed.hpp"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

namespace rules {
namespace {

using testing::HasSubstr;
using testing::Not;

const SurveyHeading heading{
    "back-pain-labs 1.0.0", "General Hospital", "2026-03-02", {"sha256:01", "sha256:02", "sha256:00", "sha256:03"}};

std::string text_of(const Surveyed& surveyed) {
    return page_text(survey_page(heading, surveyed.survey(), surveyed.counts()));
}

std::string html_of(const Surveyed& surveyed) {
    return html_page(survey_page(heading, surveyed.survey(), surveyed.counts()),
                     {"", [](const std::string&) { return std::string(); }});
}

TEST(SurveyReport, SharesNoTextOfFewPatients) {
    Surveyed surveyed;
    surveyed.add(result(local_vitamin_d, in_unit("31", "ng/mL")), 30);
    surveyed.add(result(R"({"code": "Q", "display": "vitamin D of Jane Doe"})", in_unit("31", "janes")), 10);
    surveyed.add(
        R"({"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "medicationCodeableConcept": {"text": "Jane's tablets"}})",
        10);
    for (const std::string& shared : {text_of(surveyed), html_of(surveyed)}) {
        EXPECT_THAT(shared, HasSubstr("VITD of https://laboratory.example/codes"));
        EXPECT_THAT(shared, Not(HasSubstr("Jane")));
        EXPECT_THAT(shared, Not(HasSubstr("janes")));
    }
}

TEST(SurveyReport, RoundsEveryCountThatIsShared) {
    Surveyed surveyed;
    surveyed.add(result(loinc_vitamin_d, in_unit("31", "ng/mL")), 24);
    surveyed.add(result(loinc_vitamin_d, in_unit("8", "ng/mL")), 17);
    surveyed.add(result(loinc_vitamin_d, in_unit("21", "ng/mL")), 7);
    const std::string shared = text_of(surveyed);
    EXPECT_THAT(shared, HasSubstr("Patients that were read: 50."));
    EXPECT_THAT(shared, Not(testing::ContainsRegex("[^0-9](7|17|24|48)[^0-9]")));  // the counts, and their sum
    EXPECT_THAT(shared, HasSubstr("low from 12"));
    EXPECT_THAT(shared, HasSubstr("digest on cards:         sha256:00\n"));
}

// 0 would say that there are none.
TEST(SurveyReport, TellsNoNumberOfRecordsOfFewPatientsAndNotZero) {
    Surveyed surveyed;
    surveyed.add(result(loinc_vitamin_d, R"("valueString": "<4 ng/mL")"), 3);
    EXPECT_THAT(text_of(surveyed), testing::ContainsRegex("written with +patients +results\n +< +<11 +<11\n"));
}

TEST(SurveyReport, HoldsExactCountsForProgramsAndSaysSoFirst) {
    Surveyed surveyed;
    surveyed.add(result(local_vitamin_d, in_unit("31", "ng/mL")), 3);
    const boost::json::object exact = survey_json(heading, surveyed.survey(), surveyed.counts());
    EXPECT_EQ(exact.begin()->key(), "notForSharing");
    EXPECT_EQ(exact.at("counts").at("patient").at("all").at("patients").as_uint64(), 3U);
    EXPECT_EQ(exact.at("proposals").as_array().size(), 1U);
}

TEST(SurveyReport, IsOfItsPartsToTheByte) {
    const std::string low = result(loinc_vitamin_d, in_unit("8", "ng/mL"));
    Surveyed whole, first, second;
    whole.add(low, 12).add("", 4);
    first.add(low, 5);
    second.add("", 4).add(low, 7);
    SurveyCounts merged;
    for (const Surveyed* part : {&second, &first}) {
        const std::string text = boost::json::serialize(part_of_survey(heading, part->counts()));
        EXPECT_EQ(add_part(*fhir::parse_json(text), heading, merged), "");
    }
    EXPECT_EQ(boost::json::serialize(survey_json(heading, whole.survey(), merged)),
              boost::json::serialize(survey_json(heading, whole.survey(), whole.counts())));
}

TEST(SurveyReport, RefusesPartsOfAnotherPackSiteOrDay) {
    const Surveyed surveyed;
    SurveyHeading other = heading;
    other.at = "2026-03-03";
    SurveyCounts counts;
    EXPECT_THAT(add_part(part_of_survey(other, surveyed.counts()), heading, counts),
                HasSubstr("another day (2026-03-03, not 2026-03-02)"));
    EXPECT_THAT(add_part(*fhir::parse_json("[]"), heading, counts), HasSubstr("no part of a survey"));
}

TEST(SurveyReport, CallsNoTwoFactsAlike) {
    Surveyed surveyed;
    surveyed.add("");
    const std::string shared = text_of(surveyed);
    const std::size_t begin = shared.find("Safety facts\n"), end = shared.find("\n\n", begin);
    ASSERT_NE(begin, std::string::npos);
    std::set<std::string> names;
    std::istringstream lines(shared.substr(begin, end - begin));
    for (std::string line; std::getline(lines, line);) {
        EXPECT_TRUE(names.insert(line.substr(0, line.find("  ", 2))).second) << line;
    }
    EXPECT_THAT(shared, HasSubstr("Dialysis, among procedures"));
}

TEST(SurveyReport, NamesTestsOfWhichThereIsNoResult) {
    Surveyed surveyed;
    surveyed.add("");
    EXPECT_THAT(text_of(surveyed), HasSubstr("Tests without a result"));
}

}  // namespace
}  // namespace rules
