#include "service/http/problem.hpp"

#include "service/http/media_type.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <set>

namespace service {
namespace {

std::vector<Fault> all_faults() {
    std::vector<Fault> faults;
    for (int i = 0; i <= static_cast<int>(Fault::internal); ++i) faults.push_back(static_cast<Fault>(i));
    return faults;
}

TEST(Problem, IsAnOperationOutcomeThatNamesThePlace) {
    shows({"status.outcome"});
    const Reply reply = problem_reply({Fault::member_missing, {"context.patientId"}, {}});
    EXPECT_EQ(reply.status, 400U);
    EXPECT_EQ(reply.content_type, json_media_type);
    EXPECT_EQ(reply.body, R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"required",)"
                          R"("diagnostics":"A required member is missing. At context.patientId.",)"
                          R"("expression":["context.patientId"]}]})");
}

TEST(Problem, SaysWhatIsAmissAtEachPlace) {
    const Reply reply =
        problem_reply({Fault::data_unavailable, {"prefetch.patient", "prefetch.x"}, {}, {"not-sent", "failed"}});
    EXPECT_NE(reply.body.find("At prefetch.patient (not-sent), prefetch.x (failed)."), std::string::npos) << reply.body;
}

TEST(Problem, NamesThePositionOfASyntaxError) {
    const Reply reply = problem_reply({Fault::not_json, {}, fhir::TextPosition{2, 7}});
    EXPECT_NE(reply.body.find("At line 2, column 7."), std::string::npos);
}

// status.401 in tests/conformance/requirements.tsv: a 401 says nothing but how to authenticate.
TEST(Problem, SaysNothingToTheUnauthenticated) {
    shows({"status.401"});
    const Reply reply = problem_reply({Fault::unauthenticated, {}, {}});
    EXPECT_EQ(reply.status, 401U);
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(reply.headers, (std::vector<Header>{{"WWW-Authenticate", "Bearer"}}));
}

TEST(Problem, SaysWhenToComeBack) {
    shows({"status.429"});
    for (const Fault fault : {Fault::too_many_requests, Fault::keys_unavailable, Fault::overloaded}) {
        EXPECT_EQ(problem_reply({fault, {}, {}}).headers, (std::vector<Header>{{"Retry-After", "1"}}));
    }
}

TEST(Problem, IsFhirJsonForAClientThatTakesNothingElse) {
    shows({"status.outcome"});
    EXPECT_EQ(problem_reply({}, "application/fhir+json").content_type, fhir_json_media_type);
}

// R-038; Da Vinci CRD 2.0.1. Another patient's data stays 400 (R-058), and so does what is no JSON.
TEST(Problem, IsUnprocessableToCrdClientsIfItIsGoodJson) {
    shows({"R-038"});
    for (const Fault fault : {Fault::member_missing, Fault::member_empty, Fault::wrong_type, Fault::bad_value,
                              Fault::wrong_hook, Fault::fhir_server_missing}) {
        EXPECT_EQ(problem_reply({fault, {}, {}}, "", client::crd).status, 422U) << meaning_of(fault).name;
        EXPECT_EQ(problem_reply({fault, {}, {}}, "", client::version_3_0).status, 400U) << meaning_of(fault).name;
    }
    for (const Fault fault : {Fault::not_json, Fault::duplicate_member, Fault::too_deep, Fault::other_patient}) {
        EXPECT_EQ(problem_reply({fault, {}, {}}, "", client::crd).status, 400U) << meaning_of(fault).name;
    }
    EXPECT_EQ(problem_reply({Fault::data_unavailable, {}, {}}, "", client::crd).status, 412U);
}

TEST(Problem, HasOneNameForEachFault) {
    std::set<std::string_view> names;
    for (const Fault fault : all_faults())
        EXPECT_TRUE(names.insert(meaning_of(fault).name).second) << meaning_of(fault).name;
}

// FHIR R4, value set issue-type.
TEST(Problem, UsesIssueTypesOfFhirOnly) {
    const std::set<std::string_view> types = {"structure", "required",   "value",     "security",     "forbidden",
                                              "login",     "not-found",  "too-long",  "throttled",    "timeout",
                                              "exception", "incomplete", "transient", "not-supported"};
    for (const Fault fault : all_faults()) EXPECT_TRUE(types.contains(meaning_of(fault).issue_type));
}

}  // namespace
}  // namespace service
