#include "service/deployment/prefetch_lint.hpp"

#include "service/deployment/load_pack.hpp"
#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace service {
namespace {

rules::PrefetchTemplate asking(std::string query, std::string type = "Observation", std::string key = "results") {
    return {std::move(key), std::move(query), std::move(type), false};
}

struct Template {
    const char* name;
    const char* query;
    const char* fault;  ///< part of the sentence
    const char* type = "Observation";
};
class RefusedTemplate : public testing::TestWithParam<Template> {};

TEST_P(RefusedTemplate, IsNamedWithItsFault) {
    shows({"R-074", "R-075", "R-078", "R-079", "R-080"});
    const std::vector<rules::PrefetchTemplate> templates = {asking(GetParam().query, GetParam().type)};
    const auto faults = faults_of_templates(templates);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_NE(faults[0].find(GetParam().fault), std::string::npos) << faults[0];
}

// CDS Hooks 2.0, "Prefetch tokens" and "Prefetch query restrictions"; what the reference client makes of the rest.
INSTANTIATE_TEST_SUITE_P(
    Faults, RefusedTemplate,
    testing::Values(Template{"Absolute", "https://ehr.example.org/Patient/1", "neither a read nor a search", "Patient"},
                    Template{"Rooted", "/Patient/{{context.patientId}}", "neither a read nor a search", "Patient"},
                    Template{"OtherType", "Condition?patient={{context.patientId}}", "no search of one type"},
                    Template{"ReadOfOtherType", "Patient/{{context.patientId}}", "neither a read nor a search"},
                    Template{"Nothing", "", "neither a read nor a search"},
                    Template{"NoCondition", "Observation?", "no condition"},
                    Template{"TokenWithSpaces", "Observation?patient={{ context.patientId }}", "a token other than"},
                    Template{"TokenOfNoField", "Observation?patient={{context.patient}}", "a token other than"},
                    Template{"TokenOfDrafts", "Observation?based-on={{context.draftOrders}}", "a token other than"},
                    Template{"TokenOfUser", "{{context.userId}}", "a token other than", "Practitioner"},
                    Template{"TokenOfUser20", "Observation?performer={{userPractitionerId}}", "a token other than"},
                    Template{"Fhirpath", "Observation?date=gt{{today()-30days}}", "a token other than"},
                    Template{"Variable", "Observation?encounter={{%encounter.id}}", "a token other than"},
                    Template{"TokenWithoutEnd", "Observation?patient={{context.patientId", "without an end"},
                    Template{"Chain", "Observation?patient.name=x", "not every server knows"},
                    Template{"ReverseChain", "Observation?_has=x", "not every server knows"},
                    Template{"Include", "Observation?patient=1&_include=x", "not every server knows"},
                    Template{"RevInclude", "Observation?patient=1&_revinclude=x", "not every server knows"},
                    Template{"Not", "Observation?code:not=x", "not every server knows"},
                    Template{"NotEqual", "Observation?date=ne2020-01-01", "compares by something other"},
                    Template{"Approximately", "Observation?date=ap2020-01-01", "compares by something other"},
                    Template{"SortAsInTheExamples", "Observation?_sort=date", "sorts by something other"},
                    Template{"SortDesc", "Observation?sort:desc=date", "not every server knows"},
                    Template{"CountOfWords", "Observation?_count=all", "no number"},
                    Template{"Twice", "Observation?date=ge2020-01-01&date=le2021-01-01", "a parameter twice"},
                    Template{"NoValue", "Observation?patient=", "without a value"},
                    Template{"NoEquals", "Observation?patient", "without a value"},
                    Template{"EmptyEnd", "Observation?patient=1&", "ends with &"},
                    Template{"QuestionInValue", "Observation?code=a?b", "second ?"},
                    Template{"Space", "Observation?code=VIT D", "have to escape"},
                    Template{"Hash", "Observation?code=a#b", "have to escape"},
                    Template{"Percent", "Observation?code=a%20b", "have to escape"}),
    CaseName());

TEST(PrefetchLint, TakesWhatEveryClientHandles) {
    shows({"R-074", "R-075", "R-078"});
    const std::vector<rules::PrefetchTemplate> templates = {
        asking("Patient/{{context.patientId}}", "Patient", "patient"),
        asking("Observation?patient={{context.patientId}}&code=http://loinc.org|1989-3,http://loinc.org|718-7"
               "&date=ge2020-01-01&_sort=-date&_count=100"),
        asking("Condition?subject={{context.patientId}}&code:in=http://example.org/fhir/ValueSet/1", "Condition",
               "conditions")};
    EXPECT_EQ(faults_of_templates(templates), std::vector<std::string>());
}

TEST(PrefetchLint, TakesKeysThatCouldStandForVariablesOnce) {
    shows({"R-079"});
    for (const char* key : {"hemoglobin-a1c", "", "1st", "a b"}) {
        const std::vector<rules::PrefetchTemplate> templates = {asking("Observation?patient=1", "Observation", key)};
        EXPECT_EQ(faults_of_templates(templates).size(), 1U) << key;
    }
    const std::vector<rules::PrefetchTemplate> twice = {asking("Observation?patient=1"),
                                                        asking("Observation?patient=1")};
    EXPECT_EQ(faults_of_templates(twice).size(), 1U);
}

TEST(ServiceId, NeedsNoEscaping) {
    shows({"R-021"});
    EXPECT_TRUE(is_service_id("back-pain_labs.v1~a"));
    for (const char* id : {"", ".", "..", "a/b", "a b", "a%20b", "a?b", "\u00e4"})
        EXPECT_FALSE(is_service_id(id)) << id;
}

TEST(LoadPack, FindsNothingWrongWithTheTemplatesOfTheShippedPack) {
    shows({"R-077", "R-078", "R-079", "R-080"});
    const LoadedPack pack = load_pack("rules/packs/back-pain-labs", {});
    ASSERT_NE(pack.program, nullptr);
    for (const rules::Hook hook : {rules::Hook::patient_view, rules::Hook::encounter_start, rules::Hook::order_select,
                                   rules::Hook::order_sign}) {
        EXPECT_FALSE(pack.program->prefetch(hook).empty());
        EXPECT_EQ(faults_of_templates(pack.program->prefetch(hook)), std::vector<std::string>());
    }
}

// A site's own code goes into the template, and may spoil it.
TEST(LoadPack, RefusesACodeOfTheSiteThatNoTemplateCanHold) {
    shows({"R-079", "R-080"});
    const std::filesystem::path site = std::filesystem::path(testing::TempDir()) / "prefetch_lint_site.json";
    std::ofstream(site) << R"({"pack": "back-pain-labs", "codes": {"analytes": {"vitamin-d":
        [{"system": "urn:oid:1.2.3", "code": "VIT D", "property": "any", "kind": "total"}]}}})";
    const LoadedPack pack = load_pack("rules/packs/back-pain-labs", site);
    std::filesystem::remove(site);
    EXPECT_EQ(pack.program, nullptr);
    ASSERT_FALSE(pack.findings.empty());
    EXPECT_EQ(pack.findings.front().code, "prefetch-template");
    EXPECT_NE(pack.findings.front().message.find("\"vitaminD\""), std::string::npos) << pack.findings.front().message;
}

}  // namespace
}  // namespace service
