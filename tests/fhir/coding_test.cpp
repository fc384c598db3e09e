#include "fhir/coding.hpp"

#include "fhir/ucum.hpp"
#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

#include <array>
#include <utility>

namespace fhir {
namespace {

TEST(CodeableConcept, SkipsAnEmptyCodingAndSaysSo) {
    const boost::json::value tree = parsed(R"({"code": {"coding": [{}, {"code": "279039007"}], "text": "Back pain"}})");
    Issues issues;
    const CodeableConcept code = read_concept(Element(tree.get_object(), "Condition", issues), "code");
    ASSERT_EQ(code.codings.size(), 1U);
    EXPECT_EQ(code.codings[0].code, "279039007");
    EXPECT_EQ(code.label(), "Back pain");
    EXPECT_EQ(told(issues), Told{"Condition.code.coding[0] empty"});
}

TEST(CodeableConcept, IsNamedByItsFirstDisplayWithoutAText) {
    const boost::json::value tree = parsed(R"({"coding": [{"code": "1"}, {"code": "2", "display": "Low back pain"}]})");
    Issues issues;
    const CodeableConcept code = read_codeable_concept(Element(tree.get_object(), "Concept", issues));
    EXPECT_EQ(code.label(), "Low back pain");
    EXPECT_EQ(CodeableConcept().label(), "");
}

TEST(CodeableConcept, HasACodeOnlyInItsSystem) {
    const boost::json::value tree = parsed(R"({"coding": [{"system": "http://loinc.org", "code": "1989-3"}]})");
    Issues issues;
    const CodeableConcept code = read_codeable_concept(Element(tree.get_object(), "Concept", issues));
    EXPECT_TRUE(code.has(loinc_system, "1989-3"));
    EXPECT_FALSE(code.has(snomed_system, "1989-3"));
}

TEST(Coding, GivesARegisteredOidAsItsUrl) {
    const boost::json::value tree = parsed(R"({"system": "urn:oid:2.16.840.1.113883.6.96", "code": "279039007"})");
    Issues issues;
    EXPECT_EQ(read_coding(Element(tree.get_object(), "Coding", issues)).system, snomed_system);
}

// HL7 v2 table 0396 names these systems so; what makes FHIR of messages often leaves the names where a URI belongs.
TEST(Coding, GivesANameOfHl7sTableOfCodingSystemsAsItsUrl) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> named{{
        {"LN", loinc_system},
        {"SCT", snomed_system},
        {"I10C", icd10_cm_system},
        {"I10", icd10_system},
        {"RXNORM", rxnorm_system},
        {"WC", atc_system},
        {"C4", cpt_system},
        {"UCUM", ucum_system},
    }};
    for (const auto& [name, url] : named) EXPECT_EQ(system_url(name), url) << name;
}

TEST(Coding, KeepsANameThatIsAnothersOrNobodysInThatTable) {
    // ATC is the American Type Culture Collection there, L whatever a laboratory likes.
    for (const std::string_view name : {"ATC", "L", "99LAB", "ln", "LN ", "", "http://loinc.org", "urn:oid:1.2.3"})
        EXPECT_EQ(system_url(name), name);
}

TEST(CodeableConcepts, ReadOneObjectInPlaceOfAList) {
    const boost::json::value tree = parsed(R"({"category": {"text": "Laboratory"}})");
    Issues issues;
    const auto category = read_concepts(Element(tree.get_object(), "Observation", issues), "category");
    ASSERT_EQ(category.size(), 1U);
    EXPECT_EQ(category[0].text, "Laboratory");
    EXPECT_EQ(told(issues), Told{"Observation.category not-a-list"});
}

struct StatusCase {
    std::string_view name;
    std::string_view json;
    std::string_view codes;  // "absent", or the codes that count
    std::vector<std::string> issues;
};

class StatusReader : public testing::TestWithParam<StatusCase> {};

std::string told(const Status& status) {
    if (!status.is_there) return "absent";
    std::string codes;
    for (const std::string_view code : status.codes) codes.append(codes.empty() ? "" : " ").append(code);
    return codes;
}

// FHIR R4: Condition.clinicalStatus has a required binding; CodeableConcept: the order of codings has no meaning.
TEST_P(StatusReader, TakesTheCodesOfHl7sSystemWhereverTheyStand) {
    constexpr std::array<std::string_view, 1> systems{"http://terminology.hl7.org/CodeSystem/condition-ver-status"};
    const boost::json::value tree = parsed(GetParam().json);
    Issues issues;
    EXPECT_EQ(told(read_status(Element(tree.get_object(), "Condition", issues), "s", systems)), GetParam().codes);
    EXPECT_EQ(told(issues), GetParam().issues);
}

INSTANTIATE_TEST_SUITE_P(
    Table, StatusReader,
    testing::ValuesIn(std::vector<StatusCase>{
        {"absent", "{}", "absent", {}},
        {"without_system", R"({"s": {"coding": [{"code": "refuted"}]}})", "refuted", {}},
        {"plain_code", R"({"s": "refuted"})", "refuted", {"Condition.s plain-code"}},
        {"text_only", R"({"s": {"text": "refuted"}})", "refuted", {}},
        {"second_coding", R"({"s": {"coding": [{"display": "x"}, {"code": "active"}]}})", "active", {}},
        {"behind_a_local_code",
         R"({"s": {"coding": [{"system": "https://ehr.example/status", "code": "confirmed"},
             {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]}})",
         "refuted",
         {}},
        {"two_that_contradict",
         R"({"s": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"},
             {"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]}})",
         "confirmed refuted",
         {}},
        {"local_code_only",
         R"({"s": {"coding": [{"system": "https://ehr.example/status", "code": "confirmed"}]}})",
         "",
         {}},
        {"empty", R"({"s": {}})", "", {}},
        {"number", R"({"s": 3})", "", {"Condition.s wrong-type"}},
    }),
    CaseName());

}  // namespace
}  // namespace fhir
