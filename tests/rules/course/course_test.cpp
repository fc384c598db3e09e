#include "rules/course/course.hpp"

#include "tests/rules/run_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rules {
namespace {

using testing::ElementsAre;

/// 25-OH vitamin D, total (LOINC: 62292-8 as mass, 68438-1 as moles).
std::string total(const std::string& id, const std::string& date, const std::string& value,
                  const std::string& code = "62292-8") {
    return R"({"resourceType": "Observation", "id": ")" + id + R"(", "status": "final", "code": {"coding": [{"system":
        "http://loinc.org", "code": ")" +
           code + R"("}]}, "subject": {"reference": "Patient/p"}, "effectiveDateTime": ")" + date + R"(", )" + value +
           "}";
}

std::string quantity(const std::string& number, const std::string& unit) {
    return R"("valueQuantity": {"value": )" + number + R"(, "unit": ")" + unit +
           R"(", "system": "http://unitsofmeasure.org", "code": ")" + unit + R"("})";
}

std::string condition(const std::string& id, const std::string& code, const std::string& since) {
    return R"({"resourceType": "Condition", "id": ")" + id + R"(", "clinicalStatus": {"coding": [{"system":
        "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}, "verificationStatus":
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": ")" +
           code + R"("}]}, "subject": {"reference":
        "Patient/p"}, "onsetDateTime": ")" +
           since + R"("})";
}

const std::string back_pain = condition("c1", "278860009", "2024-05-20");

Course course_with(const std::vector<std::string>& resources) {
    std::string list = "[" + back_pain;
    for (const std::string& resource : resources) list += ", " + resource;
    TestRun run(shipped_program(), list + "]");
    return course_of(*compile_test_pack(shipped_pack()), run.run().record(), run.run().call());
}

std::vector<std::string> units_of(const Course& course) {
    std::vector<std::string> units;
    for (const TestSeries& series : course.series) units.push_back(series.analyte + " " + series.unit);
    return units;
}

TEST(Course, HasASeriesForEachUnitOfATestTheEarliestResultFirst) {
    const Course course = course_with({total("o3", "2026-02-10", quantity("24", "nmol/L"), "68438-1"),
                                       total("o2", "2025-06-01", quantity("11", "ng/mL")),
                                       total("o1", "2021-01-01", quantity("9", "ng/mL"))});
    EXPECT_THAT(units_of(course), ElementsAre("vitamin-d ng/mL", "vitamin-d nmol/L"));
    const TestSeries& conventional = course.series[0];
    ASSERT_EQ(conventional.points.size(), 2U);
    EXPECT_EQ(conventional.points[0].reference, "Observation/o1");
    EXPECT_EQ(conventional.points[0].date, "2021-01-01");
    EXPECT_FALSE(conventional.points[0].is_used) << "five years old";
    // NAM 2011: below 12 ng/mL, below 30 nmol/L is deficient; 20 ng/mL and 50 nmol/L are adequate.
    EXPECT_EQ(conventional.points[1].band, "deficient");
    ASSERT_GE(conventional.bands.size(), 3U);
    EXPECT_FALSE(conventional.bands[0].from);
    EXPECT_EQ(conventional.bands[0].to->text(), "12");
    EXPECT_EQ(course.series[1].bands[0].to->text(), "30");
}

TEST(Course, MarksTheResultThatSpeaksWithTheCardThatStandsOnIt) {
    const Course course = course_with({total("o3", "2026-02-10", quantity("8", "ng/mL"))});
    ASSERT_EQ(course.series.size(), 1U);
    const SeriesPoint& point = course.series[0].points.at(0);
    EXPECT_TRUE(point.is_used);
    EXPECT_EQ(point.indicator, Indicator::warning);
    EXPECT_EQ(point.value->text(), "8");
}

TEST(Course, ShowsWhatCannotBeReadBesideTheResultsOfItsKind) {
    const Course course = course_with({total("o1", "2026-02-10", R"("valueString": "see comment")"),
                                       total("o2", "2026-01-10", quantity("31", "ng/mL"))});
    ASSERT_EQ(course.series.size(), 1U);
    ASSERT_EQ(course.series[0].points.size(), 2U);
    const SeriesPoint& last = course.series[0].points[1];
    EXPECT_EQ(last.reference, "Observation/o1");
    EXPECT_FALSE(last.value);
    EXPECT_NE(last.unreadable, "");
    EXPECT_EQ(last.band, "");
}

TEST(Course, HasTheLaboratorysRangeOfTheNewestResult) {
    const std::string range = R"(, "referenceRange": [{"low": {"value": 30, "unit": "ng/mL"}, "high": {"value": 100,
        "unit": "ng/mL"}}])";
    const Course course = course_with({total("o1", "2026-02-10", quantity("31", "ng/mL") + range)});
    ASSERT_EQ(course.series.size(), 1U);
    EXPECT_EQ(course.series[0].low->text(), "30");
    EXPECT_EQ(course.series[0].high->text(), "100");
    const boost::json::array told = series_json(course);
    EXPECT_EQ(told[0].at("range").at("text"), "30 to 100");
}

TEST(Course, HasTreatmentsAndPregnancyAsSpans) {
    const std::string medicine = R"({"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent":
        "order", "authoredOn": "2025-12-02", "subject": {"reference": "Patient/p"}, "medicationCodeableConcept":
        {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "2418"}], "text":
        "cholecalciferol 1000 UNT"}})";
    const Course course = course_with(
        {condition("c2", "77386006", "2025-12-01"), medicine, total("o3", "2025-11-10", quantity("8", "ng/mL"))});
    const auto span_of = [&course](const std::string& reference) {
        for (const Span& span : course.spans) {
            if (span.reference == reference) return span;
        }
        return Span();
    };
    EXPECT_EQ(span_of("Condition/c2").kind, Span::Kind::pregnancy);
    EXPECT_EQ(span_of("Condition/c2").from, "2025-12-01");
    EXPECT_EQ(span_of("Condition/c1").kind, Span::Kind::condition);
    EXPECT_EQ(span_of("MedicationRequest/m1").kind, Span::Kind::treatment);
    EXPECT_EQ(span_of("MedicationRequest/m1").from, "2025-12-02");
    const boost::json::array told = spans_json(course);
    EXPECT_TRUE(told[0].at("until").is_null());
}

}  // namespace
}  // namespace rules
