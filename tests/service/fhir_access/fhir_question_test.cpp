#include "service/fhir_access/fhir_question.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

TEST(FhirQuestion, TakesReadsAndSearchesApart) {
    const auto read = FhirQuestion::of("Patient/p1");
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->type(), "Patient");
    EXPECT_FALSE(read->is_search());
    const auto search = FhirQuestion::of("Observation?patient=p1&code=a|b");
    ASSERT_TRUE(search.has_value());
    EXPECT_EQ(search->type(), "Observation");
    EXPECT_TRUE(search->is_search());
    for (const char* none : {"", "Patient", "Patient/", "/Patient/1", "https://evil.example.org/Patient/1",
                             "Patient/../../admin", "../admin?x=1", "{{context.userId}}"}) {
        EXPECT_FALSE(FhirQuestion::of(none).has_value()) << none;
    }
}

struct Exchange {
    const char* name;
    std::string query;
    std::string answer;
};

std::string bundle(const std::string& self, const std::string& entries = {}, const std::string& type = "searchset") {
    return R"({"resourceType":"Bundle","type":")" + type + R"(","link":[{"relation":"self","url":")" + self +
           R"("}],"entry":[)" + entries + "]}";
}

std::string entry(const std::string& type, const std::string& mode = {}) {
    const std::string search = mode.empty() ? "" : R"(,"search":{"mode":")" + mode + "\"}";
    return R"({"resource":{"resourceType":")" + type + R"(","id":"1"})" + search + "}";
}

bool may_be(const Exchange& exchange) {
    return FhirQuestion::of(exchange.query)->may_be_answered_by(*fhir::parse_json(exchange.answer));
}

class FittingAnswers : public testing::TestWithParam<Exchange> {};

TEST_P(FittingAnswers, AreTaken) {
    EXPECT_TRUE(may_be(GetParam()));
}

const std::string base = "https://ehr.example.org/FHIR/R4";
const std::string conditions = "Condition?patient=p1&_count=200";
const std::string results =
    "Observation?patient=p1&code=http://loinc.org%7C62292-8,http://loinc.org%7C1989-3&_count=100";

// FHIR R4, Search, "Server Conformance": the link "self" holds the parameters that the server has used, encoded as it
// likes; Bundle.entry.search.mode: "include" and "outcome" may be of any type.
INSTANTIATE_TEST_SUITE_P(
    All, FittingAnswers,
    testing::Values(
        Exchange{"Read", "Patient/p1", R"({"resourceType":"Patient","id":"p1"})"},
        Exchange{"ReadOfAVersion", "Medication/m1/_history/2", R"({"resourceType":"Medication","id":"m1"})"},
        Exchange{"NothingFound", conditions, bundle(base + "/Condition?patient=p1")},
        Exchange{"NoLinks", conditions, R"({"resourceType":"Bundle"})"},
        Exchange{"NoAddress", conditions, bundle("x y")},
        Exchange{"AnAddressOfPages", conditions, bundle(base + "?_getpages=7d1f&_getpagesoffset=20")},
        Exchange{"AnotherBase", conditions, bundle("http://10.0.0.7:8080/internal/Condition?patient=p1")},
        Exchange{"ACompartment", conditions, bundle(base + "/Patient/p1/Condition")},
        Exchange{"APost", conditions, bundle(base + "/Condition/_search")},
        Exchange{"AReferenceWithItsType", conditions, bundle(base + "/Condition?subject:Patient=Patient/p1")},
        Exchange{"AnAbsoluteReference", conditions, bundle(base + "/Condition?patient=https://x.example/Patient/p1")},
        Exchange{"CodesInAnotherOrder", results,
                 bundle(base + "/Observation?code=http%3A%2F%2Floinc.org%7C1989-3%2C62292-8&subject=p1")},
        Exchange{"CodesInTwoParameters", results, bundle(base + "/Observation?code=1989-3&code=62292-8")},
        Exchange{"Matches", conditions, bundle("x", entry("Condition", "match") + "," + entry("Condition"))},
        Exchange{"WhatComesAlong", "MedicationRequest?patient=p1",
                 bundle("x", entry("Medication", "include") + "," + entry("OperationOutcome", "outcome"))},
        Exchange{"WhatComesAlongUnmarked", "MedicationRequest?patient=p1",
                 bundle("x", entry("MedicationRequest") + "," + entry("Medication"))},
        Exchange{"AnOutcomeUnmarked", conditions, bundle("x", entry("OperationOutcome"))}),
    CaseName());

class OtherAnswers : public testing::TestWithParam<Exchange> {};

TEST_P(OtherAnswers, AreNot) {
    EXPECT_FALSE(may_be(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    All, OtherAnswers,
    testing::Values(Exchange{"AnotherPatient", "Patient/p1", R"({"resourceType":"Patient","id":"p2"})"},
                    Exchange{"NobodyInParticular", "Patient/p1", R"({"resourceType":"Patient"})"},
                    Exchange{"AnotherType", "Patient/p1", R"({"resourceType":"Practitioner","id":"p1"})"},
                    Exchange{"ABundleForARead", "Patient/p1", bundle("x")},
                    Exchange{"AResourceForASearch", conditions, R"({"resourceType":"Condition","id":"1"})"},
                    Exchange{"SearchOfAnotherType", conditions, bundle(base + "/Procedure?patient=p1")},
                    Exchange{"PostOfAnotherType", conditions, bundle(base + "/Procedure/_search")},
                    Exchange{"SearchForAnotherPatient", conditions, bundle(base + "/Condition?patient=p2")},
                    Exchange{"SearchForAnotherSubject", conditions, bundle(base + "/Condition?subject=Patient/p2")},
                    Exchange{"SearchForOtherCodes", results,
                             bundle(base + "/Observation?patient=p1&code=http://loinc.org%7C2132-9")},
                    Exchange{"AMatchOfAnotherType", conditions,
                             bundle("x", entry("Condition", "match") + "," + entry("Procedure", "match"))},
                    Exchange{"OnlyOtherTypes", conditions, bundle("x", entry("Procedure"))},
                    Exchange{"ABatch", conditions, bundle("x", "", "batch-response")},
                    Exchange{"ACollection", conditions, bundle("x", entry("Condition"), "collection")},
                    Exchange{"AList", conditions, R"({"resourceType":"List"})"},
                    Exchange{"NoObject", conditions, "[]"}),
    CaseName());

}  // namespace
}  // namespace service
