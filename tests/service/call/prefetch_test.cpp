#include "service/call/prefetch.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using rules::Unavailable;

const std::vector<rules::PrefetchTemplate> templates = {
    {"patient", "Patient/{{context.patientId}}", "Patient", true},
    {"conditions", "Condition?patient={{context.patientId}}", "Condition", true},
    {"vitaminD", "Observation?patient={{context.patientId}}&code=x", "Observation", false},
};

class Prefetch : public testing::Test {
  protected:
    boost::system::result<rules::Sources, Problem> read(std::string_view text, bool strict = false) {
        tree_ = *fhir::parse_json(text);
        patient_ = rules::PatientIdentity("p1");
        return read_prefetch(&tree_.get_object(), {templates, patient_, strict});
    }

    /// The source that `value` under "vitaminD" becomes.
    rules::SourceData vitamin_d(std::string_view value) {
        const auto sources = read(R"({"vitaminD": )" + std::string(value) + "}");
        EXPECT_TRUE(sources.has_value());
        return sources ? sources->at("vitaminD") : rules::SourceData();
    }

    boost::json::value tree_;
    rules::PatientIdentity patient_;
};

TEST_F(Prefetch, GivesTheResourcesOfEachKey) {
    shows({"R-036", "R-054"});
    const auto sources = read(R"({"patient": {"resourceType": "Patient", "id": "p1"},
      "conditions": {"resourceType": "Bundle", "type": "searchset", "entry": [
        {"resource": {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}}},
        {"resource": {"resourceType": "Condition", "id": "c2", "subject": {"reference": "https://x/fhir/Patient/p1"}}}]}})");
    ASSERT_TRUE(sources.has_value());
    EXPECT_EQ(sources->at("patient").resources.size(), 1U);
    EXPECT_EQ(sources->at("conditions").resources.size(), 2U);
    EXPECT_EQ(sources->at("vitaminD").unavailable, Unavailable::not_sent);
}

struct Value {
    const char* name;
    const char* json;
    std::optional<Unavailable> unavailable;
    std::size_t resources = 0;
};
class PrefetchValue : public Prefetch, public testing::WithParamInterface<Value> {};

TEST_P(PrefetchValue, IsTakenForWhatItSays) {
    shows({"R-055", "R-056", "R-057", "R-058", "R-059", "R-060"});
    const rules::SourceData source = vitamin_d(GetParam().json);
    EXPECT_EQ(source.unavailable, GetParam().unavailable);
    EXPECT_EQ(source.resources.size(), GetParam().resources);
}

#define OBSERVATION \
    R"({"resource": {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"}}})"

// R-055, R-056, R-057, R-058, R-059, R-060 in tests/conformance/requirements.tsv.
INSTANTIATE_TEST_SUITE_P(
    Known, PrefetchValue,
    testing::Values(Value{"Null", "null", std::nullopt},
                    Value{"EmptyBundle", R"({"resourceType": "Bundle", "total": 0})", std::nullopt},
                    Value{"OneResult", R"({"resourceType": "Bundle", "entry": [)" OBSERVATION "]}", std::nullopt, 1},
                    Value{"WarningEntry", R"({"resourceType": "Bundle", "entry": [)" OBSERVATION R"(,
                        {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]},
                         "search": {"mode": "outcome"}}]})",
                          std::nullopt, 1},
                    Value{"Wrapped", R"({"response": {"status": "200 OK"},
                        "resource": {"resourceType": "Bundle", "entry": [)" OBSERVATION "]}}",
                          std::nullopt, 1}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Unknown, PrefetchValue,
    testing::Values(
        Value{"Outcome", R"({"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]})",
              Unavailable::failed},
        Value{"ErrorEntry", R"({"resourceType": "Bundle", "entry": [)" OBSERVATION R"(,
            {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal"}]}}]})",
              Unavailable::failed},
        Value{"NextPage", R"({"resourceType": "Bundle", "link": [{"relation": "next", "url": "https://x/2"}],
            "entry": [)" OBSERVATION "]}",
              Unavailable::incomplete},
        Value{"MoreThanSent", R"({"resourceType": "Bundle", "total": 2, "entry": [)" OBSERVATION "]}",
              Unavailable::incomplete},
        Value{"UnresolvedToken",
              R"({"resourceType": "Bundle", "link": [{"relation": "self", "url": "https://x?patient=%7B%7Bcontext"}]})",
              Unavailable::unresolved},
        Value{"UnresolvedTokenWithPages",
              R"({"resourceType": "Bundle", "link": [{"relation": "next", "url": "https://x/2"},
            {"relation": "self", "url": "https://x?patient={%7bcontext"}]})",
              Unavailable::unresolved},
        Value{"UnresolvedText", R"("Patient/{{context.patientId}}")", Unavailable::wrong_type},
        Value{"NotABundle", R"({"resourceType": "Observation", "subject": {"reference": "Patient/p1"}})",
              Unavailable::wrong_type},
        Value{"Number", "1", Unavailable::wrong_type}, Value{"EmptyObject", "{}", Unavailable::not_sent},
        Value{"EntryWithoutResource", R"({"resourceType": "Bundle", "entry": [{}]})", Unavailable::wrong_type},
        Value{"WrappedFailure", R"({"response": {"status": "404 Not Found"}})", Unavailable::failed},
        Value{"WrappedFailureWithData", R"({"response": {"status": "500"}, "resource": {"resourceType": "Bundle"}})",
              Unavailable::failed},
        Value{"WrappedOutcome", R"({"response": {"status": "200"}, "resource": {"resourceType": "OperationOutcome"}})",
              Unavailable::failed},
        Value{"OutcomeOfAWarning", R"({"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]})",
              Unavailable::failed},
        Value{"EmptyText", R"("")", Unavailable::not_sent}, Value{"EmptyList", "[]", Unavailable::not_sent}),
    CaseName());

struct Stranger {
    const char* name;
    const char* prefetch;
    const char* place;
};
class PrefetchOfAnotherPatient : public Prefetch, public testing::WithParamInterface<Stranger> {};

// R-058: never used.
TEST_P(PrefetchOfAnotherPatient, IsRefusedWhole) {
    shows({"R-058"});
    const auto sources = read(GetParam().prefetch);
    ASSERT_FALSE(sources.has_value());
    EXPECT_EQ(sources.error().fault, Fault::other_patient);
    EXPECT_EQ(sources.error().places, std::vector<std::string>{GetParam().place});
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, PrefetchOfAnotherPatient,
    testing::Values(Stranger{"Patient", R"({"patient": {"resourceType": "Patient", "id": "p2"}})", "prefetch.patient"},
                    Stranger{"Subject", R"({"conditions": {"resourceType": "Bundle", "entry": [{"resource":
            {"resourceType": "Condition", "subject": {"reference": "Patient/p2"}}}]}})",
                             "prefetch.conditions"},
                    Stranger{"AbsoluteSubject", R"({"conditions": {"resourceType": "Bundle", "entry": [{"resource":
            {"resourceType": "Condition", "subject": {"reference": "https://x/fhir/Patient/p2"}}}]}})",
                             "prefetch.conditions"},
                    Stranger{"IncludedPatient", R"({"vitaminD": {"resourceType": "Bundle", "entry": [{"resource":
            {"resourceType": "Patient", "id": "p2"}, "search": {"mode": "include"}}]}})",
                             "prefetch.vitaminD"},
                    Stranger{"InAnIncompletePage",
                             R"({"vitaminD": {"resourceType": "Bundle", "link": [{"relation": "next"}],
            "entry": [{"resource": {"resourceType": "Observation", "subject": {"reference": "Patient/p2"}}}]}})",
                             "prefetch.vitaminD"}),
    CaseName());

// A Specimen or the like that an entry contains is no reason to answer nobody; the entry is not used, and named.
TEST_F(Prefetch, LeavesOutAnEntryThatContainsAnotherPatientsData) {
    const auto sources = read(R"({"vitaminD": {"resourceType": "Bundle", "entry": [{"resource":
        {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"}, "contained": [
          {"resourceType": "Observation", "subject": {"reference": "Patient/p2"}}]}}]}})");
    ASSERT_TRUE(sources.has_value());
    EXPECT_TRUE(sources->at("vitaminD").resources.empty());
    ASSERT_EQ(sources->at("vitaminD").left_out.size(), 1U);
    EXPECT_EQ(sources->at("vitaminD").left_out[0].id, "o1");
}

TEST_F(Prefetch, IgnoresKeysThatWereNotAskedFor) {
    shows({"R-060"});
    EXPECT_TRUE(read(R"({"allergies": {"resourceType": "Patient", "id": "p2"}})").has_value());
}

// R-006, R-058, R-059.
TEST_F(Prefetch, RefusesFromAStrictClientWhatItOnlyLeavesOutOtherwise) {
    shows({"R-006", "R-058", "R-059"});
    for (const char* value : {"1", "{}", R"("")", "[]", R"({"resourceType": "Observation"})",
                              R"({"response": {"status": "200 OK"}, "resource": {"resourceType": "Bundle"}})"}) {
        const auto sources = read(R"({"vitaminD": )" + std::string(value) + "}", true);
        ASSERT_FALSE(sources.has_value()) << value;
        EXPECT_EQ(sources.error().fault, Fault::wrong_type) << value;
        EXPECT_EQ(sources.error().places, std::vector<std::string>{"prefetch.vitaminD"});
    }
    EXPECT_TRUE(read(R"({"vitaminD": null})", true).has_value());
}

TEST_F(Prefetch, HoldsAReadAgainstItsTypeAndId) {
    shows({"R-058"});
    for (const char* value : {R"({"resourceType": "Bundle"})", R"({"resourceType": "Patient"})",
                              R"({"resourceType": "Practitioner", "id": "p1"})", R"("p1")"}) {
        const auto sources = read(R"({"patient": )" + std::string(value) + "}");
        if (!sources) continue;  // a Patient without an id is nobody's: refused
        EXPECT_EQ(sources->at("patient").unavailable, Unavailable::wrong_type) << value;
    }
}

// R-053, R-062: the patient and the conditions are required, everything else is not.
TEST_F(Prefetch, MissesWhatIsRequired) {
    shows({"R-053"});
    const auto sources = read(R"({"vitaminD": null})");
    ASSERT_TRUE(sources.has_value());
    const auto problem = missing_sources(*sources, templates);
    ASSERT_TRUE(problem.has_value());
    EXPECT_EQ(problem->fault, Fault::data_unavailable);
    EXPECT_EQ(problem->places, (std::vector<std::string>{"prefetch.patient", "prefetch.conditions"}));
    EXPECT_EQ(problem->reasons, (std::vector<std::string_view>{"not-sent", "not-sent"}));
}

TEST_F(Prefetch, MissesNothingThatIsKnownToBeEmpty) {
    shows({"R-055", "R-062"});
    const auto sources = read(R"({"patient": {"resourceType": "Patient", "id": "p1"}, "conditions": null})");
    ASSERT_TRUE(sources.has_value());
    EXPECT_FALSE(missing_sources(*sources, templates).has_value());
}

}  // namespace
}  // namespace service
