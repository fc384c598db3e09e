#include "rules/compare/one_patient.hpp"

#include "fhir/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<boost::json::value> bundle(const std::string& entries) {
    std::vector<boost::json::value> trees;
    trees.push_back(*fhir::parse_json(R"({"resourceType":"Bundle","entry":[)" + entries + "]}"));
    return trees;
}

std::string patient(const std::string& id, const std::string& more = "") {
    return R"({"resource":{"resourceType":"Patient","id":")" + id + "\"" + more + "}}";
}

std::string condition(const std::string& id, const std::string& subject) {
    return R"({"resource":{"resourceType":"Condition","id":")" + id + R"(","subject":{"reference":")" + subject +
           R"("}}})";
}

TEST(OnePatient, LosesResourcesOfOthers) {
    auto trees = bundle(patient("1") + "," + condition("mine", "Patient/1") + "," + condition("theirs", "Patient/2"));
    EXPECT_EQ(*rules::keep_one_patient(trees), 1U);
    const std::string left = fhir::print_json(trees.front());
    EXPECT_THAT(left, HasSubstr("mine"));
    EXPECT_THAT(left, Not(HasSubstr("theirs")));
}

TEST(OnePatient, LosesResourcesOfOthersInBundlesInside) {
    auto trees = bundle(patient("1") + R"(,{"resource":{"resourceType":"Bundle","entry":[)" +
                        condition("mine", "Patient/1") + "," + condition("theirs", "Patient/2") + "]}}");
    EXPECT_EQ(*rules::keep_one_patient(trees), 1U);
    EXPECT_THAT(fhir::print_json(trees.front()), Not(HasSubstr("theirs")));
}

// FHIR R4, Resource.meta: of several versions of a resource the newest counts, so that an older one stands behind it.
TEST(OnePatient, LosesOlderVersionsOfThemToo) {
    const auto version = [](const std::string& day) {
        return R"({"resource":{"resourceType":"Condition","id":"theirs","meta":{"lastUpdated":")" + day +
               R"(T00:00:00Z"},"subject":{"reference":"Patient/2"}}})";
    };
    auto trees = bundle(patient("1") + "," + version("2025-01-01") + "," + version("2025-02-01"));
    EXPECT_EQ(*rules::keep_one_patient(trees), 2U);
    EXPECT_THAT(fhir::print_json(trees.front()), Not(HasSubstr("theirs")));
}

TEST(OnePatient, KeepsWhatNamesThePatientByItsPlace) {
    auto trees =
        bundle(R"({"fullUrl":"urn:uuid:5c9f3a1e-0000-4000-8000-000000000001","resource":{"resourceType":"Patient"}},)" +
               condition("mine", "urn:uuid:5c9f3a1e-0000-4000-8000-000000000001"));
    EXPECT_EQ(*rules::keep_one_patient(trees), 0U);
}

TEST(OnePatient, TakesMergedPatientsForOne) {
    auto trees = bundle(patient("2", R"(,"link":[{"other":{"reference":"Patient/9"},"type":"replaces"}])") + "," +
                        patient("9") + "," + condition("c", "Patient/9"));
    EXPECT_EQ(*rules::keep_one_patient(trees), 0U);
}

TEST(OnePatient, IsNotFoundAmongSeveralOrNone) {
    auto several = bundle(patient("1") + "," + patient("2"));
    EXPECT_EQ(rules::keep_one_patient(several).error(), rules::PatientFault::several);
    auto nobody = bundle(condition("c", "Patient/1"));
    EXPECT_EQ(rules::keep_one_patient(nobody).error(), rules::PatientFault::none_there);
}

}  // namespace
