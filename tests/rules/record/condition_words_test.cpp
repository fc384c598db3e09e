// Facts that find a condition or a procedure by its words.
#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

#include <gtest/gtest.h>

namespace {

constexpr const char* back_pain =
    R"({"resourceType": "Condition", "id": "pain", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "278860009"}]},
        "clinicalStatus": {"coding": [{"code": "active"}]}, "onsetDateTime": "2024-05"})";
constexpr const char* coeliac_disease =
    R"({"resourceType": "Condition", "id": "gut", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "396331005"}]},
        "clinicalStatus": {"coding": [{"code": "active"}]}, "onsetDateTime": "2016"})";

std::string condition(std::string_view code, std::string_view more = "") {
    std::string text =
        R"({"resourceType": "Condition", "id": "c", "clinicalStatus": {"coding": [{"code": "active"}]}, )";
    return text.append(R"("onsetDateTime": "2026-02-01", "code": )").append(code).append(more).append("}");
}

/// The items of %redFlags: label, stem and sets.
std::string red_flags(const std::string& resource) {
    TestRun test(shipped_program(), list({resource}));
    std::string told;
    for (const fhir::path::Value& item : test.slot("redFlags")) {
        const boost::json::object& json = item.json()->as_object();
        told += (told.empty() ? "" : "; ") + text_of(json, "label") + " (" + text_of(json, "words") + ")";
        const boost::json::value* sets = json.if_contains("sets");
        if (sets) told += " " + boost::json::serialize(*sets);
    }
    return told;
}

struct Case {
    const char* name;
    const char *code, *told;
};
class ConditionByItsWords : public testing::TestWithParam<Case> {};

TEST_P(ConditionByItsWords, HasTheLabelOfTheWordsAndTheSetsOfItsCodes) {
    EXPECT_EQ(red_flags(condition(GetParam().code)), GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, ConditionByItsWords,
    testing::Values(Case{"Text", R"({"text": "Adenocarcinoma of lung"})", "malignancy (carcinoma)"},
                    Case{"DisplayOfALocalCode",
                         R"({"coding": [{"system": "urn:local", "code": "1", "display": "Lung cancer"}]})",
                         "malignancy (cancer)"},
                    Case{"SecondDisplay", R"({"coding": [{"system": "urn:local", "code": "1", "display": "Mass"},
             {"system": "urn:other", "code": "2", "display": "Lung cancer"}]})",
                         "malignancy (cancer)"},
                    Case{"TextBesideADisplay", R"({"coding": [{"system": "urn:local", "code": "1", "display": "Mass"}],
             "text": "Lung cancer"})",
                         "malignancy (cancer)"},
                    Case{"CodeGoesFirst", R"({"coding": [{"system": "http://snomed.info/sct", "code": "93880001",
             "display": "Primary malignant neoplasm of lung"}], "text": "Lung cancer"})",
                         "lung cancer () [\"malignancy\"]"},
                    Case{"CodeThatMeansNoMalignancy", R"({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm",
             "code": "D05.11"}], "text": "Ductal cancer"})",
                         ""},
                    Case{"CodeOfAnotherSet",
                         R"({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "K50.90"}],
             "text": "Crohn's disease; lymphoma"})",
                         "malignancy (lymphoma) [\"crohns-disease\"]"},
                    Case{"DeniedInTheText", R"({"coding": [{"system": "urn:local", "code": "1", "display": "Findings"}],
             "text": "No sign of malignancy"})",
                         ""}),
    CaseName());

TEST(ConditionByItsWords, CountsInDoubtAsACodedOneDoes) {
    const std::string doubtful = condition(R"({"text": "Lung cancer"})",
                                           R"(, "modifierExtension": [{"url": "urn:unknown", "valueBoolean": true}])");
    EXPECT_EQ(red_flags(doubtful), "malignancy (cancer)");
}

TEST(ConditionByItsWords, IsNoIndication) {
    TestRun test(shipped_program(), list({condition(R"({"text": "Osteoporosis, coeliac disease, polyneuropathy"})")}));
    EXPECT_TRUE(test.slot("vitaminDIndications").empty());
    EXPECT_TRUE(test.slot("b12RecordedSigns").empty());
}

TEST(ProcedureByItsWords, IsReadForDialysisOnly) {
    const auto procedure = [](std::string_view text) {
        std::string resource = R"({"resourceType": "Procedure", "id": "p1", "status": "completed", "code": {"text": ")";
        return resource.append(text).append(R"("}, "performedDateTime": "2026-02-20"})");
    };
    TestRun dialysis(shipped_program(), list({procedure("Haemodialysis session")}));
    EXPECT_EQ(dialysis.slot("dialysis").size(), 1U);
    TestRun excision(shipped_program(), list({procedure("Excision of malignant melanoma")}));
    EXPECT_TRUE(excision.slot("redFlags").empty());
}

rules::Evaluation explained(const std::string& resource) {
    static const boost::json::value patient =
        parsed(R"({"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-07-15"})");
    const boost::json::value resources = parsed(list({back_pain, coeliac_disease, resource}));
    std::vector<const boost::json::object*> objects = objects_in(resources);
    objects.push_back(&patient.as_object());
    const rules::Program& program = shipped_program();
    const rules::Record record =
        rules::read_record(rules::sources_of_complete_record(objects, observation_keys(program.pack())));
    rules::Call call;
    call.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
    return rules::explain(program, record, call);
}

TEST(ConditionByItsWords, IsExplainedByThePacksStemAndNeverByTheRecordsText) {
    const rules::Evaluation evaluation = explained(condition(R"({"text": "Adenocarcinoma found by Dr Canary"})"));
    EXPECT_TRUE(evaluation.cards.empty());
    std::string sentence;
    for (const rules::RuleOutcome& outcome : evaluation.outcomes) {
        EXPECT_EQ(outcome.sentence.find("Canary"), std::string::npos);
        if (outcome.rule == "vitamin-d-suggest") sentence = outcome.sentence;
    }
    EXPECT_NE(sentence.find("malignancy, by its words (carcinoma), since 2026-02-01"), std::string::npos) << sentence;
}

}  // namespace
