// Service calls with the shipped pack, from body to reply.
#include "service/hooks/hook_handler.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace service {
namespace {

namespace json = boost::json;

constexpr const char* patient_view = "back-pain-labs-patient-view";

const std::string patient =
    R"("patient": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-01-01"})";

/// Low back pain for years, and osteoporosis: a reason for 25-OH vitamin D.
const std::string conditions = R"("conditions": {"resourceType": "Bundle", "type": "searchset", "entry": [
  {"resource": {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}, "onsetDateTime": "2024-01-01",
    "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "279039007"}]}}},
  {"resource": {"resourceType": "Condition", "id": "c2", "subject": {"reference": "Patient/p1"}, "onsetDateTime": "2024-01-01",
    "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "64859006"}]}}}]})";

/// Everything else is known, and there is none of it.
const std::string nothing_else =
    R"("medicationRequests": null, "medicationStatements": null, "medicationAdministrations": null, "procedures": null,
  "orders": null, "vitaminD": null, "b12": null, "bone": null, "blood": null, "pregnancy": null)";

std::string call_with(const std::string& prefetch, std::string_view hook = "patient-view") {
    return R"({"hook": ")" + std::string(hook) + R"(", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
      "context": {"userId": "Practitioner/1", "patientId": "p1", "encounterId": "e1"}, "prefetch": {)" +
           prefetch + "}}";
}

class HookHandlerTest : public testing::Test {
  protected:
    static const LoadedPack& shipped_pack() {
        static const LoadedPack pack = load_pack("rules/packs/back-pain-labs", {});
        return pack;
    }

    HookHandlerTest()
        : handler_({shipped_pack()}, {frozen_clock(*parse_clinical_instant("2026-01-15T09:00:00Z")),
                                      {[] { return std::string("uuid"); }},
                                      log_,
                                      nullptr,
                                      {}}) {}

    Reply call(const std::string& body, std::string_view service_id = patient_view) {
        boost::asio::io_context io;
        const RequestHead head;
        auto reply =
            boost::asio::co_spawn(io, handler_.call({service_id, head, body, client_}), boost::asio::use_future);
        io.run();
        return reply.get();
    }

    RecordingLog log_;
    std::shared_ptr<const Client> client_ = std::make_shared<const Client>();
    HookHandler handler_;
};

TEST_F(HookHandlerTest, OffersTheServicesOfThePack) {
    EXPECT_TRUE(handler_.offers(patient_view));
    EXPECT_TRUE(handler_.offers("back-pain-labs-encounter-start"));
    EXPECT_FALSE(handler_.offers("back-pain-labs"));
}

// EHRs configure prefetch by these names, so they are fixed. R-021: `patient` first.
TEST_F(HookHandlerTest, AsksForTheDocumentedPrefetchKeys) {
    shows({"R-016", "R-021"});
    const json::value document = *fhir::parse_json(handler_.discovery(client::version_2_0).body);
    const json::object& prefetch = document.at_pointer("/services/0/prefetch").as_object();
    EXPECT_EQ(prefetch.begin()->key(), "patient");
    EXPECT_EQ(fhir::text_of(prefetch.at("patient")), "Patient/{{context.patientId}}");
    const std::vector<std::string_view> keys = {"patient",
                                                "conditions",
                                                "medicationRequests",
                                                "medicationStatements",
                                                "medicationAdministrations",
                                                "procedures",
                                                "orders",
                                                "vitaminD",
                                                "b12",
                                                "bone",
                                                "blood",
                                                "pregnancy"};
    for (const auto& member : prefetch) {
        EXPECT_NE(std::find(keys.begin(), keys.end(), std::string_view(member.key())), keys.end()) << member.key();
    }
    EXPECT_TRUE(prefetch.contains("conditions"));
}

TEST_F(HookHandlerTest, AnswersWithACardThatSaysWhereItComesFrom) {
    shows({"R-090", "R-093"});
    const Reply reply = call(call_with(patient + "," + conditions + "," + nothing_else));
    ASSERT_EQ(reply.status, 200U) << reply.body;
    const json::value response = *fhir::parse_json(reply.body);
    const json::array& cards = response.at("cards").as_array();
    ASSERT_FALSE(cards.empty());
    EXPECT_EQ(reply.facts.cards, cards.size());
    const json::object& origin = cards[0].at("extension").at("org.backpain-cds").as_object();
    EXPECT_EQ(fhir::text_of(origin.at("rule")), "vitamin-d-suggest");
    EXPECT_EQ(fhir::text_of(origin.at("digest")), shipped_pack().digests.cards);
    EXPECT_EQ(fhir::text_of(cards[0].at("indicator")), "info");
}

/// Keeps what it is told.
class ListedCounts final : public CallCounter {
  public:
    void add(const CallCounts& call) override {
        client = call.client;
        for (const Count& count : call.counts) {
            lines.push_back(std::string(name_of(count.kind)) + "/" + std::string(count.rule) + "/" + count.key + "/" +
                            std::to_string(count.count));
        }
    }
    std::string client;
    std::vector<std::string> lines;
};

TEST_F(HookHandlerTest, CountsTheCallItsCardsAndWhyEveryOtherRuleWasSilent) {
    ListedCounts counts;
    HookSettings settings{frozen_clock(*parse_clinical_instant("2026-01-15T09:00:00Z")),
                          {[] { return std::string("uuid"); }},
                          log_,
                          nullptr,
                          {}};
    settings.counter = &counts;
    const HookHandler handler({shipped_pack()}, std::move(settings));
    Client client;
    client.name = "General Hospital";
    const std::string unreadable = R"("vitaminD": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource":
      {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p1"},
       "effectiveDateTime": "2026-01-02", "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]},
       "valueQuantity": {"value": 9, "unit": "Kanarienvogel"}}}]})";
    std::string others = nothing_else;
    others.replace(others.find(R"("vitaminD": null)"), 16, unreadable);
    others.replace(others.find(R"("blood": null)"), 13, R"("blood": {"resourceType": "OperationOutcome"})");
    const std::string body = call_with(patient + "," + conditions + "," + others);
    boost::asio::io_context io;
    const RequestHead head;
    auto reply = boost::asio::co_spawn(
        io, handler.call({patient_view, head, body, std::make_shared<const Client>(client)}), boost::asio::use_future);
    io.run();
    ASSERT_EQ(reply.get().status, 200U);
    EXPECT_EQ(counts.client, "General Hospital");
    const auto starting = [&](const std::string& start) {
        return std::ranges::count_if(counts.lines, [&](const std::string& line) { return line.starts_with(start); });
    };
    const std::string version = shipped_pack().program->pack().identity.version;
    EXPECT_EQ(starting("call//back-pain-labs " + version + "/1"), 1);
    EXPECT_EQ(starting("card/result-unreadable/"), 1);
    EXPECT_EQ(starting("silence/b12-low/"), 1);
    EXPECT_EQ(starting("silence/result-unreadable/"), 0) << "it spoke";
    EXPECT_EQ(starting("silence/wrong-vitamin-d-test/"), 0) << "a rule of another hook";
    EXPECT_EQ(starting("result//vitamin-d unknown-unit/1"), 1);
    EXPECT_EQ(starting("unseen//vitamin-d unit of another name/1"), 1);
    EXPECT_EQ(starting("prefetch//vitaminD sent/1"), 1);
    EXPECT_EQ(starting("prefetch//b12 sent/1"), 1) << "null says that there is none";
    EXPECT_EQ(starting("prefetch//blood failed/1"), 1);
    EXPECT_EQ(static_cast<std::size_t>(starting("prefetch/")),
              shipped_pack().program->prefetch(rules::Hook::patient_view).size());
}

TEST_F(HookHandlerTest, AnswersWithNoCardsWhenThereIsNothingToSay) {
    shows({"R-055", "R-062", "R-091"});
    const Reply reply = call(call_with(patient + R"(, "conditions": null, )" + nothing_else));
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.body, R"({"cards":[]})");
}

struct Lacking {
    const char* name;
    std::string prefetch;
    unsigned status;
    const char* place;
};
class LackingPrefetch : public HookHandlerTest, public testing::WithParamInterface<Lacking> {};

// R-053; interfaces, HTTP: the patient and the conditions are required.
TEST_P(LackingPrefetch, IsNamed) {
    shows({"R-053", "R-058"});
    const Reply reply = call(call_with(GetParam().prefetch));
    EXPECT_EQ(reply.status, GetParam().status);
    EXPECT_NE(reply.body.find(GetParam().place), std::string::npos) << reply.body;
}

INSTANTIATE_TEST_SUITE_P(
    Required, LackingPrefetch,
    testing::Values(Lacking{"NoPatient", conditions, 412, "prefetch.patient"},
                    Lacking{"NoConditions", patient, 412, "prefetch.conditions"},
                    Lacking{"FailedConditions", patient + R"(, "conditions": {"resourceType": "OperationOutcome"})",
                            412, "prefetch.conditions"},
                    Lacking{"OtherPatient", R"("patient": {"resourceType": "Patient", "id": "p2"})", 400,
                            "prefetch.patient"}),
    CaseName());

struct Unusable {
    const char* name;
    std::string conditions;
    std::string reason;
};
class UnusablePrefetch : public HookHandlerTest, public testing::WithParamInterface<Unusable> {};

// Whoever reads the 412 or the log can tell the EHR's fault from a lack of data.
TEST_P(UnusablePrefetch, IsToldToTheClientAndTheLog) {
    shows({"R-053", "R-056", "R-060"});
    const Reply reply = call(call_with(patient + R"(, "conditions": )" + GetParam().conditions));
    EXPECT_EQ(reply.status, 412U);
    EXPECT_NE(reply.body.find("prefetch.conditions (" + GetParam().reason + ")"), std::string::npos) << reply.body;
    EXPECT_EQ(log_.count(R"("event":"source-missing","place":"prefetch.conditions","reason":")" + GetParam().reason),
              1U)
        << log_.text();
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, UnusablePrefetch,
    testing::Values(
        Unusable{"Empty", "{}", "not-sent"}, Unusable{"Outcome", R"({"resourceType": "OperationOutcome"})", "failed"},
        Unusable{"OtherType", R"({"resourceType": "Condition", "id": "c1"})", "wrong-type"},
        Unusable{"NothingOfSeveralPages",
                 R"({"resourceType": "Bundle", "link": [{"relation": "next", "url": "https://x"}]})", "incomplete"},
        Unusable{"BatchResponse", R"({"resourceType": "Bundle", "type": "batch-response"})", "wrong-type"},
        Unusable{"UnresolvedToken",
                 R"({"resourceType": "Bundle", "link": [{"relation": "self", "url": "Condition?patient={{x}}"}]})",
                 "unresolved"}),
    CaseName());

// One page of several: what is there counts, and what it cannot carry is said.
TEST_F(HookHandlerTest, DoesNotRefuseACallWhoseProblemsCameInPart) {
    shows({"R-053"});
    std::string page = conditions;
    page.insert(page.find(R"("entry")"), R"("link": [{"relation": "next", "url": "https://x"}], )");
    const Reply reply = call(call_with(patient + "," + page + "," + nothing_else));
    EXPECT_EQ(reply.status, 200U);
    EXPECT_NE(reply.body.find("data-unavailable"), std::string::npos) << reply.body;
    EXPECT_EQ(reply.body.find("vitamin-d-suggest"), std::string::npos) << reply.body;
    EXPECT_EQ(log_.count(R"("place":"prefetch.conditions","reason":"incomplete")"), 1U) << log_.text();
}

// ---- to the letter, where a client is held to it --------------------------------------------------------------------

struct FhirAccessSent {
    const char* name;
    std::string server, authorization;  // changed members of one that is in order
    unsigned strict_status;
    const char* place;
};
class FhirAccessToTheLetter : public HookHandlerTest, public testing::WithParamInterface<FhirAccessSent> {
  protected:
    Reply call_of(bool strict) {
        auto client = std::make_shared<Client>();
        client->strict = strict;
        client->client_id = "app";
        client->fhir_servers = {"https://ehr.example.org/fhir"};
        client_ = client;
        std::string body = call_with(patient + "," + conditions + "," + nothing_else);
        body.insert(1, R"("fhirServer": ")" + GetParam().server + R"(", "fhirAuthorization": {"access_token": "t",
          "expires_in": 300, "scope": "patient/*.read", )" +
                           GetParam().authorization + "}, ");
        return call(body);
    }
};

// R-038: what no client may send is 400. R-070, R-072: what this client may not have is 403. Whoever is not held to the
// letter is answered from what was sent.
TEST_P(FhirAccessToTheLetter, IsRefusedThatAnotherClientIsForgiven) {
    shows({"R-038", "R-070", "R-072", "status.400", "status.403"});
    const Reply strict = call_of(true);
    EXPECT_EQ(strict.status, GetParam().strict_status) << strict.body;
    EXPECT_NE(strict.body.find(GetParam().place), std::string::npos) << strict.body;
    const Reply lenient = call_of(false);
    EXPECT_EQ(lenient.status, 200U) << lenient.body;
}

constexpr const char* listed = "https://ehr.example.org/fhir";
constexpr const char* ours = R"("token_type": "Bearer", "subject": "app")";

INSTANTIATE_TEST_SUITE_P(
    Strict, FhirAccessToTheLetter,
    testing::Values(
        FhirAccessSent{"InOrder", listed, ours, 200, "cards"},
        FhirAccessSent{"ServerWithoutScheme", "ehr.example.org/fhir", ours, 400, "At fhirServer"},
        FhirAccessSent{"ServerThatIsNoAddress", "the EHR", ours, 400, "At fhirServer"},
        FhirAccessSent{"ServerOfAnotherScheme", "ftp://ehr.example.org/fhir", ours, 400, "At fhirServer"},
        FhirAccessSent{"ServerWithUser", "https://me@ehr.example.org/fhir", ours, 400, "At fhirServer"},
        FhirAccessSent{"ServerWithQuery", "https://ehr.example.org/fhir?x=1", ours, 400, "At fhirServer"},
        FhirAccessSent{"ServerWithFragment", "https://ehr.example.org/fhir#x", ours, 400, "At fhirServer"},
        FhirAccessSent{"ServerWithoutHost", "https:///fhir", ours, 400, "At fhirServer"},
        FhirAccessSent{"ServerWithBadPort", "https://ehr.example.org:port/fhir", ours, 400, "At fhirServer"},
        FhirAccessSent{"InsecureServer", "http://ehr.example.org/fhir", ours, 403, "At fhirServer"},
        FhirAccessSent{"UnlistedServer", "https://other.example.org/fhir", ours, 403, "At fhirServer"},
        FhirAccessSent{"SmallBearer", listed, R"("token_type": "bearer", "subject": "app")", 400,
                       "At fhirAuthorization.token_type"},
        FhirAccessSent{"OtherTokenType", listed, R"("token_type": "mac", "subject": "app")", 400,
                       "At fhirAuthorization.token_type"},
        FhirAccessSent{"PaddedTokenType", listed, R"("token_type": "Bearer ", "subject": "app")", 400,
                       "At fhirAuthorization.token_type"},
        FhirAccessSent{"NoTokenType", listed, R"("subject": "app")", 400, "At fhirAuthorization.token_type"},
        FhirAccessSent{"OtherSubject", listed, R"("token_type": "Bearer", "subject": "other")", 403,
                       "At fhirAuthorization.subject"}),
    CaseName());

// The CDS Hooks Sandbox shows nothing of an answer other than 200, as if there was no advice.
TEST_F(HookHandlerTest, TellsAClientThatHidesFailuresOfThemOnACard) {
    shows({"R-184"});
    Client sandbox;
    sandbox.profile = &client::sandbox;
    client_ = std::make_shared<const Client>(sandbox);
    const Reply reply = call(call_with(patient));
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.facts.fault, "data-unavailable") << "log and metrics know that it was refused";
    const json::value card = fhir::parse_json(reply.body)->at("cards").at(0);
    EXPECT_EQ(fhir::text_of(card.at("summary")), "This call was refused with 412: there is no advice in it.");
    EXPECT_NE(fhir::text_of(card.at("detail"))->find("prefetch.conditions"), std::string_view::npos);
    EXPECT_NE(call(call_with(patient, "order-sign")).body.find("refused with 400"), std::string::npos);
}

// Its FHIR server has no MedicationStatement: that none came is nobody's fault.
TEST_F(HookHandlerTest, KnowsThatOraclesServerNeverHasStatements) {
    std::string without = nothing_else;
    const std::string part = R"("medicationStatements": null, )";
    without.erase(without.find(part), part.size());
    const std::string body = call_with(patient + ", " + conditions + ", " + without);
    EXPECT_NE(call(body).body.find("Reported medications (not sent)"), std::string::npos);
    Client oracle;
    oracle.profile = &client::oracle;
    client_ = std::make_shared<const Client>(oracle);
    const Reply reply = call(body);
    EXPECT_EQ(reply.status, 200U);
    EXPECT_NE(reply.body.find("Reported medications (not provided here)"), std::string::npos) << reply.body;
}

TEST_F(HookHandlerTest, RefusesAnotherHook) {
    shows({"R-038"});
    EXPECT_EQ(call(call_with(patient, "order-sign")).status, 400U);
}

// R-163: ids of calls are logged if they are UUIDs, and so hold nothing else.
TEST_F(HookHandlerTest, LogsAHookInstanceOnlyIfItIsAUuid) {
    shows({"R-163"});
    EXPECT_EQ(call(call_with(patient)).facts.hook_instance, "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea");
    std::string body = call_with(patient);
    body.replace(body.find("d1577c69"), 8, "Jane Doe");
    EXPECT_EQ(call(body).facts.hook_instance, "");
}

// Without a site file a card names the digest of the sealed pack, so that who keeps that file can find the advice in
// it.
TEST(LoadPack, TakesTheDigestOfThePackAlone) {
    const LoadedPack pack = load_pack("rules/packs/back-pain-labs", {});
    ASSERT_NE(pack.program, nullptr);
    EXPECT_EQ(pack.digests.cards, pack.digests.pack);
    EXPECT_EQ(pack.digests.cards.size(), std::string("sha256:").size() + 64);
    EXPECT_EQ(pack.digests.site, "");
}

TEST(LoadPack, SaysThatThereIsNoPack) {
    const LoadedPack pack = load_pack("rules/packs/nowhere", {});
    EXPECT_EQ(pack.program, nullptr);
    EXPECT_FALSE(pack.findings.empty());
}

}  // namespace
}  // namespace service
