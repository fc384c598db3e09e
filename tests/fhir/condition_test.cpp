#include "fhir/condition.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(Condition, IsReadWithItsStatusesCodesAndDates) {
    const Reading condition(R"({
        "resourceType": "Condition", "id": "c1",
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "category": [{"coding": [{"code": "problem-list-item"}]}],
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "278860009"}], "text": "Chronic low back pain"},
        "subject": {"reference": "Patient/p1"}, "onsetDateTime": "2024-03", "recordedDate": "2024-06-01T09:00:00+02:00"})",
                            read_condition);
    EXPECT_EQ(condition->id, "c1");
    EXPECT_TRUE(condition->clinical_status.has("active"));
    EXPECT_TRUE(condition->verification_status.has("confirmed"));
    EXPECT_EQ(condition->category.size(), 1U);
    EXPECT_TRUE(condition->code.has(snomed_system, "278860009"));
    EXPECT_EQ(condition->subject.id, "p1");
    EXPECT_EQ(std::get<DateTime>(condition->onset).text(), "2024-03");
    EXPECT_FALSE(condition->abated);
    EXPECT_EQ(condition->recorded_date->text(), "2024-06-01T09:00:00+02:00");
    EXPECT_TRUE(condition.issues().empty());
}

TEST(Condition, ReadsOnsetAsAPeriodAnAgeOrWords) {
    const Reading period(R"({"onsetPeriod": {"start": "2024"}})", read_condition);
    EXPECT_EQ(std::get<Period>(period->onset).start->text(), "2024");
    const Reading age(R"({"onsetAge": {"value": 52, "unit": "years", "code": "a"}})", read_condition);
    EXPECT_EQ(std::get<Quantity>(age->onset).value->text(), "52");
    const Reading words(R"({"onsetString": "in childhood"})", read_condition);
    EXPECT_EQ(std::get<OnsetText>(words->onset).text, "in childhood");
}

TEST(Condition, SaysThatAnOnsetCannotBeRead) {
    const Reading range(R"({"onsetRange": {}})", read_condition);
    EXPECT_TRUE(std::holds_alternative<NotRead>(range->onset));
    EXPECT_EQ(range.issues(), Told{"Condition.onsetRange not-read"});
    const Reading two(R"({"onsetAge": {"value": 5}, "onsetString": "x"})", read_condition);
    EXPECT_TRUE(std::holds_alternative<NotRead>(two->onset));
    EXPECT_EQ(two.issues(), Told{"Condition.onset several-choices"});
}

struct AbatementCase {
    std::string_view name;
    std::string_view json;
    bool abated;
    std::string date;
};

class ConditionAbatement : public testing::TestWithParam<AbatementCase> {};

TEST_P(ConditionAbatement, IsKnownEvenWithoutADate) {
    const Reading condition(GetParam().json, read_condition);
    EXPECT_EQ(condition->abated, GetParam().abated);
    EXPECT_EQ(condition->abatement ? condition->abatement->text() : "", GetParam().date);
}

INSTANTIATE_TEST_SUITE_P(Table, ConditionAbatement,
                         testing::ValuesIn(std::vector<AbatementCase>{
                             {"absent", "{}", false, ""},
                             {"date", R"({"abatementDateTime": "2025-01-02"})", true, "2025-01-02"},
                             {"unreadable_date", R"({"abatementDateTime": "recently"})", true, ""},
                             {"period", R"({"abatementPeriod": {"start": "2025-01", "end": "2025-02"}})", true,
                              "2025-01"},
                             {"period_without_start", R"({"abatementPeriod": {"end": "2025-02"}})", true, "2025-02"},
                             {"age", R"({"abatementAge": {"value": 40}})", true, ""},
                             {"words", R"({"abatementString": "last year"})", true, ""},
                             {"two_choices", R"({"abatementString": "x", "abatementDateTime": "2025"})", true, ""},
                             {"stu3_no", R"({"abatementBoolean": false})", false, ""},
                             {"stu3_yes", R"({"abatementBoolean": true})", true, ""},
                         }),
                         CaseName());

TEST(Condition, ReadsThePlainCodesAndSingleCategoryOfOlderSenders) {
    const Reading condition(
        R"({"clinicalStatus": "active", "verificationStatus": "refuted", "category": {"text": "x"}})", read_condition);
    EXPECT_TRUE(condition->clinical_status.has("active"));
    EXPECT_TRUE(condition->verification_status.has("refuted"));
    EXPECT_EQ(condition->category.size(), 1U);
    EXPECT_EQ(condition.issues(), (Told{"Condition.clinicalStatus plain-code",
                                        "Condition.verificationStatus plain-code", "Condition.category not-a-list"}));
}

}  // namespace
}  // namespace fhir
