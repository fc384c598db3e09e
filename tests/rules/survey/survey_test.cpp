#include "tests/rules/survey/surveyed.hpp"

namespace rules {
namespace {

constexpr const char* snomed = "http://snomed.info/sct";

std::string problem(const std::string& code, const std::string& more = "") {
    return R"({"resourceType": "Condition", "id": "c)" + std::to_string(code.size()) +
           R"(", "clinicalStatus": {"coding": [{"code": "active"}]}, "code": )" + code + more + "}";
}

std::string snomed_problem(const char* code, const std::string& more = "") {
    return problem(R"({"coding": [{"system": "http://snomed.info/sct", "code": ")" + std::string(code) + R"("}]})",
                   more);
}

std::string medicine(const std::string& concept_json) {
    return R"({"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "authoredOn": "2026-01-10", "medicationCodeableConcept": )" +
           concept_json + "}";
}

TEST(Survey, CountsWhoPassesTheGateOfAdultsWithBackPain) {
    Surveyed surveyed;
    surveyed.add(snomed_problem("279039007")).add("");
    EXPECT_EQ(surveyed.patients({"patient", "all"}), 2U);
    EXPECT_EQ(surveyed.patients({"patient", "gate", "adult with back pain"}), 1U);
    EXPECT_EQ(surveyed.patients({"patient", "age", "50 to 59"}), 2U);
}

TEST(Survey, CountsWhatBecomesOfEachResult) {
    Surveyed surveyed;
    surveyed.add(result(loinc_vitamin_d, in_unit("11", "ng/mL")));
    surveyed.add(result(loinc_vitamin_d, in_unit("11", "parsecs")));
    surveyed.add(result(loinc_vitamin_d, R"("note": [])"));
    surveyed.add(R"({"resourceType": "Observation", "id": "w", "status": "entered-in-error", "code": {"coding": [)" +
                 std::string(loinc_vitamin_d) + "]}}");
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "all"}), 4U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "outcome", "readable"}), 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "outcome", "unreadable"}), 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "outcome", "no value"}), 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "outcome", "withdrawn"}), 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "why", words_for(Fault::unknown_unit)}), 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "unit", "parsecs", ""}), 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "code", "http://loinc.org", "62292-8", "total"}), 3U + 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "band", "total", "at risk of deficiency"}), 1U);
}

TEST(Survey, TakesWhatStandsBehindTheNumberOfATextForItsUnit) {
    Surveyed surveyed;
    surveyed.add(result(loinc_vitamin_d, R"("valueString": "<4.5 ng/mL per 1.73")"));
    surveyed.add(result(loinc_vitamin_d, R"("valueString": "see report of 2026")"));
    const auto units = surveyed.counts().below({"result", "vitamin-d", "unit"});
    ASSERT_EQ(units.size(), 1U);
    EXPECT_EQ(units.front().rest.front(), "ng/mL per 1.73");
}

TEST(Survey, CountsPerformersThatAreNoLaboratoryOfTheSite) {
    Surveyed surveyed(R"({"laboratories": [{"name": "ours", "reference": "Organization/ours", "units": {}}]})");
    const auto by = [](const char* reference) {
        return result(loinc_vitamin_d, in_unit("30", "ng/mL"),
                      R"(, "performer": [{"reference": ")" + std::string(reference) + R"("}])");
    };
    surveyed.add(by("Organization/ours")).add(by("Organization/theirs")).add(by("Practitioner/jane"));
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "performer", "Organization/ours"}), 0U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "performer", "Organization/theirs"}), 1U);
    EXPECT_EQ(surveyed.patients({"result", "vitamin-d", "performer", "no organization"}), 1U);
}

TEST(Survey, CountsTheNewestValueOfAPatient) {
    const auto on = [](const char* day, const char* value) {
        return R"({"resourceType": "Observation", "id": ")" + std::string(day) +
               R"(", "status": "final", "effectiveDateTime": ")" + day + R"(", "code": {"coding": [)" +
               loinc_vitamin_d + "]}, " + in_unit(value, "ng/mL") + "}";
    };
    Surveyed surveyed;
    surveyed.add(on("2025-01-07", "31.26") + "," + on("2026-01-07", "11.96") + "," + on("2024-01-07", "25"));
    surveyed.add(on("2026-01-07", "11.9"));
    const auto values = surveyed.counts().below({"result", "vitamin-d", "value", "total", "ng/mL"});
    ASSERT_EQ(values.size(), 1U);
    EXPECT_EQ(values.front().rest.front(), "11.9");
    EXPECT_EQ(values.front().count.patients, 2U);
}

TEST(Survey, SaysByWhatASafetyFactWasFound) {
    Surveyed surveyed;
    surveyed.add(snomed_problem("363346000"));  // malignant neoplastic disease
    surveyed.add(problem(R"({"text": "Metastatic breast carcinoma"})"));
    EXPECT_EQ(surveyed.patients({"fact", "malignancy", "all"}), 2U);
    EXPECT_EQ(surveyed.patients({"fact", "malignancy", "how", "code"}), 1U);
    EXPECT_EQ(surveyed.patients({"fact", "malignancy", "how", "words"}), 1U);
}

TEST(Survey, SaysWhetherAnOnsetIsKnown) {
    Surveyed surveyed;
    surveyed.add(snomed_problem("279039007", R"(, "onsetDateTime": "2025-01-01")"));
    surveyed.add(snomed_problem("279039007", R"(, "recordedDate": "2025-01-01")"));
    surveyed.add(snomed_problem("279039007"));
    EXPECT_EQ(surveyed.patients({"fact", "backPainGroup1", "since", "known"}), 1U);
    EXPECT_EQ(surveyed.patients({"fact", "backPainGroup1", "since", "recorded"}), 1U);
    EXPECT_EQ(surveyed.patients({"fact", "backPainGroup1", "since", "no date"}), 1U);
    EXPECT_EQ(surveyed.patients({"fact", "backPainGroup1", "code", snomed, "279039007"}), 3U);
}

TEST(Survey, CountsListedCodesThatDoNotCount) {
    Surveyed surveyed;
    surveyed.add(R"({"resourceType": "Condition", "id": "c", "clinicalStatus": {"coding": [{"code": "resolved"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "279039007"}]}})");
    EXPECT_EQ(surveyed.patients({"fact", "backPainGroup1", "idle", snomed, "279039007"}), 1U);
    EXPECT_EQ(surveyed.patients({"fact", "backPainGroup1", "code", snomed, "279039007"}), 0U);
}

TEST(Survey, NoticesProblemsThatNearlyAreThePacks) {
    Surveyed surveyed;
    surveyed.add(problem(
        R"({"coding": [{"system": "https://hospital.example", "code": "LBP", "display": "Chronic low back pain, left"}]})"));
    surveyed.add(problem(R"({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.10"}]})"));
    const auto named = surveyed.counts().below({"near", "back-pain", "name"});
    ASSERT_FALSE(named.empty());
    EXPECT_EQ(named.front().rest[1], "LBP");
    EXPECT_EQ(surveyed.patients({"near", "back-pain", "sibling", "http://hl7.org/fhir/sid/icd-10-cm", "M54.10"}), 1U);
}

TEST(Survey, SaysHowMedicinesWereFoundAndWhichTextsANameCaught) {
    Surveyed surveyed;
    surveyed.add(medicine(R"({"text": "metFORMIN 500 MG Oral Tablet"})"));
    surveyed.add(medicine(R"({"coding": [{"system": "http://www.whocc.no/atc", "code": "A10BA02"}]})"));
    surveyed.add(medicine(R"({"text": "Bigomet"})"));
    EXPECT_EQ(surveyed.patients({"medicine", "how", "name"}), 1U);
    EXPECT_EQ(surveyed.patients({"medicine", "how", "code"}), 1U);
    EXPECT_EQ(surveyed.patients({"medicine", "how", "not found"}), 1U);
    EXPECT_EQ(surveyed.patients({"medicine", "name", "metformin", "metFORMIN 500 MG Oral Tablet"}), 1U);
    EXPECT_EQ(surveyed.patients({"medicine", "unfound", "", "", "Bigomet"}), 1U);
    EXPECT_EQ(surveyed.patients({"fact", "metformin", "all"}), 2U);
}

}  // namespace
}  // namespace rules
