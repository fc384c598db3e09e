// A call whose prefetch lacks something, and a FHIR server that has it.
#include "service/call/fhir_completion.hpp"

#include "service/hooks/hook_handler.hpp"
#include "tests/case_name.hpp"
#include "tests/service/https_test_server.hpp"
#include "tests/service/loop.hpp"
#include "tests/service/test_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace service {
namespace {

using namespace std::chrono_literals;
using Request = HttpsTestServer::Request;
using Response = HttpsTestServer::Response;

constexpr const char* patient = R"({"resourceType":"Patient","id":"p1","birthDate":"1960-01-01","gender":"female"})";
constexpr const char* empty_bundle = R"({"resourceType":"Bundle","type":"searchset","entry":[]})";

std::string condition(const std::string& id, const std::string& code, const std::string& of = "p1") {
    return R"({"resource":{"resourceType":"Condition","id":")" + id + R"(","subject":{"reference":"Patient/)" + of +
           R"("},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical",
           "code":"active"}]},"onsetDateTime":"2024-01-01","code":{"coding":[{"system":"http://snomed.info/sct","code":")" +
           code + R"("}]}}})";
}

std::string bundle(const std::string& entries, const std::string& next = {}) {
    const std::string link = next.empty() ? "" : R"("link":[{"relation":"next","url":")" + next + R"("}],)";
    return R"({"resourceType":"Bundle","type":"searchset",)" + link + R"("entry":[)" + entries + "]}";
}

constexpr const char* toxic_result = R"({"resource":{"resourceType":"Observation","id":"o1","status":"final",
    "subject":{"reference":"Patient/p1"},"effectiveDateTime":"2026-01-10",
    "code":{"coding":[{"system":"http://loinc.org","code":"62292-8"}]},
    "valueQuantity":{"value":180,"unit":"ng/mL","system":"http://unitsofmeasure.org","code":"ng/mL"}}})";

Response found(std::string text) {
    Response response;
    response.body = std::move(text);
    return response;
}

/// A record of one patient with low back pain and osteoporosis: a reason for 25-OH vitamin D.
Response whole_record(const Request& request) {
    if (request.target == "/fhir/Patient/p1") return found(patient);
    if (!request.target.starts_with("/fhir/Condition?")) return found(empty_bundle);
    return found(bundle(condition("c1", "279039007") + "," + condition("c2", "64859006")));
}

class FhirCompletionTest : public testing::Test {
  protected:
    Reply call(const HttpsTestServer& server, const std::string& prefetch, Client client = {}) {
        HttpsClients clients({loop_.executor()}, open_client_tls(server.ca_file()),
                             {.development = true, .networks = {}});
        static const std::vector<LoadedPack> packs = {load_pack("rules/packs/back-pain-labs", {})};
        FhirReading reading;
        reading.clients = &clients;
        reading.timeout = reading.deadline = timeout_;
        const HookHandler handler(packs, {frozen_clock(*parse_clinical_instant("2026-01-15T09:00:00Z")),
                                          {[] { return std::string("uuid"); }},
                                          log_,
                                          nullptr,
                                          reading});
        client.fhir_servers = {server.url("/fhir")};
        const std::string body = R"({"hook":")" + hook_ + R"(","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "fhirServer":")" + server.url("/fhir") +
                                 R"(","fhirAuthorization":{"access_token":"secret","token_type":"Bearer",
            "expires_in":300,"scope":"patient/*.read","subject":")" +
                                 subject_ + R"(","patient":")" + token_patient_ +
                                 R"("},"context":{"userId":"Practitioner/1","patientId":"p1")" + more_context_ +
                                 R"(},"prefetch":{)" + prefetch + "}}";
        const RequestHead head;
        ServiceCall asked{service_, head, body, std::make_shared<const Client>(client)};
        return loop_.run(handler.call(std::move(asked)));
    }

    Loop loop_;
    RecordingLog log_;
    std::string service_ = "back-pain-labs-patient-view", hook_ = "patient-view", more_context_;
    std::string subject_ = "backpain-cds", token_patient_ = "p1";
    std::chrono::milliseconds timeout_ = 5s;
};

bool asked_for(const HttpsTestServer& server, const std::string& target) {
    return std::ranges::any_of(server.requests(),
                               [&](const Request& request) { return request.target.starts_with(target); });
}

// R-052, R-066.
TEST_F(FhirCompletionTest, ReadsWhatWasNotSentUnderTheCallersToken) {
    const HttpsTestServer server(whole_record);
    const Reply reply = call(server, "");
    ASSERT_EQ(reply.status, 200U) << reply.body;
    EXPECT_NE(reply.body.find("vitamin-d-suggest"), std::string::npos) << reply.body;
    for (const Request& request : server.requests()) EXPECT_EQ(request.authorization, "Bearer secret");
    EXPECT_EQ(log_.count(R"("outcome":"fetched")"), 12U) << log_.text();
}

/// A record of one patient without back pain.
Response record_without_back_pain(const Request& request) {
    if (!request.target.starts_with("/fhir/Condition?")) return whole_record(request);
    return found(bundle(condition("c2", "64859006")));
}

struct Asked {
    const char* name;
    HttpsTestServer::Handler record;
    std::string prefetch;
    std::size_t queries;
};
class QueriesOfACall : public FhirCompletionTest, public testing::WithParamInterface<Asked> {};

// R-081: what the gates decide without a source is not asked for.
TEST_P(QueriesOfACall, AreThoseThatMayMatter) {
    const HttpsTestServer server(GetParam().record);
    const Reply reply = call(server, GetParam().prefetch);
    EXPECT_EQ(reply.status, 200U) << reply.body;
    EXPECT_EQ(server.requests().size(), GetParam().queries) << log_.text();
}

Response record_of_a_child(const Request& request) {
    if (request.target != "/fhir/Patient/p1") return whole_record(request);
    return found(R"({"resourceType":"Patient","id":"p1","birthDate":"2015-01-01","gender":"female"})");
}

Response record_of_the_dead(const Request& request) {
    if (request.target != "/fhir/Patient/p1") return whole_record(request);
    return found(R"({"resourceType":"Patient","id":"p1","birthDate":"1960-01-01","deceasedBoolean":true})");
}

INSTANTIATE_TEST_SUITE_P(
    Records, QueriesOfACall,
    testing::Values(Asked{"BackPain", whole_record, "", 12}, Asked{"NoBackPain", record_without_back_pain, "", 2},
                    Asked{"Child", record_of_a_child, "", 2}, Asked{"Dead", record_of_the_dead, "", 2},
                    Asked{"NoBackPainInThePrefetch", whole_record,
                          R"("patient":)" + std::string(patient) + R"(,"conditions":)" + empty_bundle, 0},
                    Asked{"NoBackPainAndOneOfTwoSent", record_without_back_pain, R"("patient":)" + std::string(patient),
                          1}),
    CaseName());

TEST_F(FhirCompletionTest, AsksTwoQueriesAtAnOrderHookWithoutBackPain) {
    const HttpsTestServer server(record_without_back_pain);
    service_ = "back-pain-labs-order-sign";
    hook_ = "order-sign";
    more_context_ = R"(,"draftOrders":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"ServiceRequest",
        "id":"o1","status":"draft","intent":"order","subject":{"reference":"Patient/p1"},
        "code":{"coding":[{"system":"http://loinc.org","code":"1649-3"}]}}}]})";
    EXPECT_EQ(call(server, "").status, 200U);
    EXPECT_EQ(server.requests().size(), 2U) << log_.text();
}

// What is required decides alone that there is no answer.
TEST_F(FhirCompletionTest, AsksForNothingElseWhereRequiredDataCannotBeHad) {
    const HttpsTestServer server([](const Request& request) {
        Response response = whole_record(request);
        if (request.target.starts_with("/fhir/Condition")) response.status = 403;
        return response;
    });
    EXPECT_EQ(call(server, "").status, 412U);
    EXPECT_EQ(server.requests().size(), 2U);
}

// Both rounds have one deadline.
TEST_F(FhirCompletionTest, AnswersWithWhatIsThereWhereTheSecondRoundIsLate) {
    const HttpsTestServer server([](const Request& request) {
        Response response = whole_record(request);
        const bool is_required = request.target == "/fhir/Patient/p1" || request.target.starts_with("/fhir/Condition?");
        if (!is_required) response.delay = 60s;
        return response;
    });
    timeout_ = 2s;
    const Reply reply = call(server, "");
    EXPECT_EQ(reply.status, 200U);
    EXPECT_NE(reply.body.find("data-unavailable"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("(too late)"), std::string::npos) << reply.body;
}

// What was sent in part still counts if the rest cannot be had.
TEST_F(FhirCompletionTest, KeepsAWarningOnProblemsThatCameInPart) {
    const HttpsTestServer server([](const Request& request) {
        Response response = whole_record(request);
        if (request.target == "/fhir/page2") response.status = 500;
        return response;
    });
    const Reply reply =
        call(server, R"("conditions": )" + bundle(condition("c1", "279039007"), server.url("/fhir/page2")) +
                         R"(, "vitaminD": )" + bundle(toxic_result));
    EXPECT_EQ(reply.status, 200U) << reply.body;
    EXPECT_NE(reply.body.find("vitamin-d-toxic"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("Problem list (in part)"), std::string::npos) << reply.body;
}

// The same of a server's own search, whose second page it does not give.
TEST_F(FhirCompletionTest, KeepsAWarningOnProblemsThatAServerGivesInPart) {
    const HttpsTestServer server([](const Request& request) {
        Response response = whole_record(request);
        if (request.target == "/fhir/page2") response.status = 500;
        if (request.target.starts_with("/fhir/Condition?")) return found(bundle(condition("c1", "279039007"), "page2"));
        return response;
    });
    const Reply reply = call(server, R"("vitaminD": )" + bundle(toxic_result));
    EXPECT_EQ(reply.status, 200U) << reply.body;
    EXPECT_NE(reply.body.find("vitamin-d-toxic"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("Problem list (in part)"), std::string::npos) << reply.body;
}

// R-055: null is an answer.
TEST_F(FhirCompletionTest, DoesNotAskForWhatIsKnownToBeNothing) {
    const HttpsTestServer server(whole_record);
    EXPECT_EQ(call(server, R"("vitaminD": null)").status, 200U);
    EXPECT_FALSE(asked_for(server, "/fhir/Observation?patient=p1&code=http://loinc.org%7C14635-7"));
    EXPECT_TRUE(asked_for(server, "/fhir/Observation?patient=p1&code=http://loinc.org%7C"));
}

// R-056: an OperationOutcome is there to avoid a query that would fail again.
TEST_F(FhirCompletionTest, DoesNotAskAgainForWhatTheClientCouldNotHave) {
    const HttpsTestServer server(whole_record);
    const Reply reply =
        call(server, R"("conditions": {"resourceType":"OperationOutcome","issue":[{"severity":"error"}]})");
    EXPECT_EQ(reply.status, 412U);
    EXPECT_FALSE(asked_for(server, "/fhir/Condition"));
}

// R-057.
TEST_F(FhirCompletionTest, ReadsThePagesAfterTheOneThatWasSent) {
    const HttpsTestServer server([](const Request& request) {
        if (request.target == "/fhir/page2") return found(bundle(condition("c2", "64859006")));
        return request.target.starts_with("/fhir/Condition") ? found("{}") : whole_record(request);
    });
    const Reply reply =
        call(server, R"("conditions": )" + bundle(condition("c1", "279039007"), server.url("/fhir/page2")));
    EXPECT_EQ(reply.status, 200U) << reply.body;
    EXPECT_NE(reply.body.find("vitamin-d-suggest"), std::string::npos) << reply.body;
    EXPECT_FALSE(asked_for(server, "/fhir/Condition"));
}

// R-060.
TEST_F(FhirCompletionTest, AsksItselfWhereTheClientLeftATokenUnresolved) {
    const HttpsTestServer server(whole_record);
    const Reply reply = call(server, R"("conditions": {"resourceType":"Bundle","type":"searchset",
        "link":[{"relation":"self","url":"https://ehr.example.org/Condition?patient={{context.patientId}}"}]})");
    EXPECT_EQ(reply.status, 200U);
    EXPECT_TRUE(asked_for(server, "/fhir/Condition?patient=p1"));
}

TEST_F(FhirCompletionTest, ReadsTheMedicationsThatPrescriptionsReferTo) {
    const HttpsTestServer server([](const Request& request) {
        if (request.target == "/fhir/Medication/m1") {
            return found(R"({"resourceType":"Medication","id":"m1","code":{"text":"Prednisolone"}})");
        }
        if (request.target.starts_with("/fhir/MedicationRequest")) {
            return found(bundle(R"({"resource":{"resourceType":"MedicationRequest","id":"r1","status":"active",
                "intent":"order","subject":{"reference":"Patient/p1"},"medicationReference":{"reference":"Medication/m1"}}})"));
        }
        return whole_record(request);
    });
    EXPECT_EQ(call(server, "").status, 200U);
    EXPECT_TRUE(asked_for(server, "/fhir/Medication/m1"));
}

// R-058, R-165: no card from another patient's data, and no silence about what is missing for it.
TEST_F(FhirCompletionTest, DoesNotUseWhatTheServerGivesOfAnotherPatient) {
    const HttpsTestServer server([](const Request& request) {
        if (request.target.starts_with("/fhir/Condition")) return found(bundle(condition("c1", "279039007", "p2")));
        return whole_record(request);
    });
    const Reply reply = call(server, "");
    EXPECT_EQ(reply.status, 412U);
    EXPECT_NE(reply.body.find("prefetch.conditions"), std::string::npos);
    EXPECT_EQ(log_.count(R"("place":"prefetch.conditions","reason":"other-patient")"), 1U) << log_.text();
}

// A server that need not be read is nobody's trouble.
TEST_F(FhirCompletionTest, SaysThatAServerIsNotReadOnlyIfSomethingIsMissing) {
    const HttpsTestServer server(whole_record);
    subject_ = "another";
    Client client;
    client.client_id = "backpain-cds";
    std::string everything = R"("patient": )" + std::string(patient);
    for (const char* key : {"conditions", "medicationRequests", "medicationStatements", "medicationAdministrations",
                            "procedures", "orders", "vitaminD", "b12", "bone", "blood", "pregnancy"}) {
        everything += ", \"" + std::string(key) + "\": null";
    }
    EXPECT_EQ(call(server, everything, client).status, 200U);
    EXPECT_EQ(log_.count("fhir-not-read"), 0U) << log_.text();
    EXPECT_EQ(call(server, "", client).status, 412U);
    EXPECT_EQ(log_.count("fhir-not-read"), 1U) << log_.text();
}

struct Failure {
    const char* name;
    Response conditions;
    const char* outcome;
    const char* reason;  ///< for the client
};
class FailingServer : public FhirCompletionTest, public testing::WithParamInterface<Failure> {};

// R-053, R-073: 412, nothing of what the server said, and the reason in the log.
TEST_P(FailingServer, MakesRequiredDataUnavailable) {
    const HttpsTestServer server([](const Request& request) {
        return request.target.starts_with("/fhir/Condition") ? GetParam().conditions : whole_record(request);
    });
    timeout_ = 2s;
    const Reply reply = call(server, "");
    EXPECT_EQ(reply.status, 412U);
    EXPECT_EQ(reply.body.find("CANARY"), std::string::npos);
    EXPECT_EQ(log_.count(GetParam().outcome), 1U) << log_.text();
    const std::string reason = GetParam().reason;
    EXPECT_NE(reply.body.find("prefetch.conditions (" + reason + ")"), std::string::npos) << reply.body;
    EXPECT_EQ(log_.count(R"("event":"source-missing","place":"prefetch.conditions","reason":")" + reason + "\""), 1U)
        << log_.text();
}

Response refused(unsigned status) {
    Response response = found(R"({"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]})");
    response.status = status;
    return response;
}

Response late() {
    Response response = found(empty_bundle);
    response.delay = 10s;
    return response;
}

INSTANTIATE_TEST_SUITE_P(Answers, FailingServer,
                         testing::Values(Failure{"Unauthorized", refused(401), "\"outcome\":\"refused\"", "refused"},
                                         Failure{"Forbidden", refused(403), "\"outcome\":\"refused\"", "refused"},
                                         Failure{"NotFound", refused(404), "\"outcome\":\"not-found\"", "not-found"},
                                         Failure{"ServerError", refused(500), "\"outcome\":\"server-error\"",
                                                 "server-error"},
                                         Failure{"Outcome", refused(200), "\"outcome\":\"outcome\"", "server-error"},
                                         Failure{"NotJson", found("<html>CANARY</html>"), "not-json", "server-error"},
                                         Failure{"OtherResource", found(R"({"resourceType":"Observation"})"),
                                                 "other-resource", "server-error"},
                                         Failure{"Slow", late(), "timed-out", "late"}),
                         CaseName());

// R-070.
TEST_F(FhirCompletionTest, RefusesACallWithATokenForAnotherPatient) {
    const HttpsTestServer server(whole_record);
    token_patient_ = "p2";
    const Reply reply = call(server, "");
    EXPECT_EQ(reply.status, 400U);
    EXPECT_NE(reply.body.find("fhirAuthorization.patient"), std::string::npos);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(FhirCompletionTest, DoesNotUseATokenOfAnotherApplication) {
    const HttpsTestServer server(whole_record);
    subject_ = "another";
    Client client;
    client.client_id = "backpain-cds";
    EXPECT_EQ(call(server, "", client).status, 412U);
    client.strict = true;
    const Reply reply = call(server, R"("vitaminD": null)", client);
    EXPECT_EQ(reply.status, 403U) << reply.body;
    EXPECT_TRUE(server.requests().empty());
    EXPECT_EQ(log_.count("other-subject"), 2U);
}

TEST(QueryOf, FillsInThePatientAndEncodesWhatAUrlMayNotHold) {
    const rules::PrefetchTemplate b12{
        "b12", "Observation?patient={{context.patientId}}&code=http://loinc.org|2132-9,urn:x|a+b c&_count=100",
        "Observation", false};
    EXPECT_EQ(query_of(b12, "p-1"),
              "Observation?patient=p-1&code=http://loinc.org%7C2132-9,urn:x%7Ca%2Bb%20c&_count=100");
}

TEST(QueryOf, AsksForLargePagesOfASearch) {
    for (const rules::Hook hook : {rules::Hook::patient_view, rules::Hook::encounter_start, rules::Hook::order_select,
                                   rules::Hook::order_sign}) {
        static const LoadedPack pack = load_pack("rules/packs/back-pain-labs", {});
        for (const rules::PrefetchTemplate& asked : pack.program->prefetch(hook)) {
            const bool is_search = asked.query.find('?') != std::string::npos;
            EXPECT_EQ(query_of(asked, "p-1").ends_with("&_count=200"), is_search) << asked.query;
        }
    }
    const rules::PrefetchTemplate read{"patient", "Patient/{{context.patientId}}", "Patient", true};
    EXPECT_EQ(query_of(read, "p-1"), "Patient/p-1");
}

}  // namespace
}  // namespace service
