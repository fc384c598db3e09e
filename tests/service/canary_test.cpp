// Canaries: words that stand for names, identifiers, notes and tokens are put wherever a client can put anything. None
// may come back in an error, and none may be logged (R-163).
#include "service/hooks/hook_handler.hpp"
#include "tests/case_name.hpp"
#include "tests/service/raw_client.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

constexpr const char* canary = "Kanarienvogel";

/// The services of the shipped pack.
std::shared_ptr<const HookHandler> handler_of_the_shipped_pack(Log& log) {
    static const std::vector<LoadedPack> packs = {load_pack("rules/packs/back-pain-labs", {})};
    const auto at = parse_clinical_instant("2026-01-15T09:00:00Z");
    int made = 0;
    const auto new_uuid = [made]() mutable { return "uuid-" + std::to_string(++made); };
    return std::make_shared<const HookHandler>(packs, HookSettings{frozen_clock(*at), {new_uuid}, log, nullptr, {}});
}

std::string call_with(std::string_view patient, std::string_view members, std::string_view prefetch) {
    return R"({"hook": "patient-view", "hookInstance": "Kanarienvogel-1", )" + std::string(members) +
           R"("context": {"userId": "Practitioner/Kanarienvogel", "patientId": ")" + std::string(patient) +
           R"(", "encounterId": "Kanarienvogel"}, "prefetch": {)" + std::string(prefetch) + "}}";
}

const std::string patient = R"("patient": {"resourceType": "Patient", "id": "Kanarienvogel", "birthDate": "1960-01-01",
    "name": [{"family": "Kanarienvogel"}]})";
const std::string conditions =
    R"(, "conditions": {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Condition",
    "id": "Kanarienvogel", "subject": {"reference": "Patient/Kanarienvogel"}, "note": [{"text": "Kanarienvogel"}],
    "code": {"text": "Kanarienvogel"}}}]})";

struct Flight {
    const char* name;
    std::string request;
    int status;
};
class Canary : public testing::TestWithParam<Flight> {};

TEST_P(Canary, ComesBackInNoErrorAndNoLogLine) {
    RecordingLog calls;
    shows({"R-068", "R-144", "R-163"});
    TestServerOptions options;
    options.services = handler_of_the_shipped_pack(calls);
    options.origins = {"https://ehr.example.org"};
    TestServer server(std::move(options));
    const HttpReply reply = RawClient(server.port()).exchange(GetParam().request);
    EXPECT_EQ(reply.status, GetParam().status) << reply.body;
    if (reply.status != 200) {
        EXPECT_EQ((reply.head + reply.body).find(canary), std::string::npos) << reply.body;
    }
    server.stop();
    server.wait();
    EXPECT_EQ((server.log().text() + calls.text()).find(canary), std::string::npos);
    EXPECT_EQ(server.log().count("request-served"), 1U);
}

constexpr const char* target = "/cds-services/back-pain-labs-patient-view";
constexpr const char* authorization = R"("fhirServer": "https://Kanarienvogel.example/fhir",
    "fhirAuthorization": {"access_token": "Kanarienvogel", "scope": "Kanarienvogel"}, )";

INSTANTIATE_TEST_SUITE_P(
    Everywhere, Canary,
    testing::Values(
        Flight{"GoodCall", post(target, call_with(canary, authorization, patient + conditions)), 200},
        Flight{"NoConditions", post(target, call_with(canary, authorization, patient)), 412},
        Flight{"OtherPatient", post(target, call_with("Kanarienvogel-2", "", patient + conditions)), 400},
        Flight{"NotJson", post(target, "{\"Kanarienvogel\": Kanarienvogel}"), 400},
        Flight{"DuplicateMember", post(target, R"({"Kanarienvogel": 1, "Kanarienvogel": 2})"), 400},
        Flight{"UnknownHook", post(target, R"({"hook": "Kanarienvogel"})"), 400},
        Flight{"BadUser", post(target, R"({"hook": "patient-view", "hookInstance": "1", "context":
            {"userId": "Kanarienvogel", "patientId": "1"}})"),
               400},
        Flight{"BadPatient", post(target, call_with("Kanarienvogel/1", "", "")), 400},
        Flight{"UnknownService", post("/cds-services/Kanarienvogel", "{}"), 404},
        Flight{"UnknownPath", get("/Kanarienvogel?patient=Kanarienvogel"), 404},
        Flight{"Feedback", post("/cds-services/back-pain-labs-patient-view/feedback", R"({"feedback": [{"card":
            "Kanarienvogel", "overrideReason": {"userComment": "Kanarienvogel"}}]})"),
               404},
        Flight{"Headers",
               get("/cds-services",
                   "Accept: text/Kanarienvogel\r\nOrigin: https://Kanarienvogel.example\r\n"
                   "Authorization: Bearer Kanarienvogel\r\nX-Name: Kanarienvogel\r\n"),
               406},
        Flight{"Method", get("/cds-services", "", "KANARIENVOGEL-Kanarienvogel"), 405},
        Flight{"BadHttp", "GET /Kanarienvogel HTTP/1.1\r\nKanarienvogel\r\n\r\n", 400},
        Flight{"LargeHeader", get("/cds-services", "X: Kanarienvogel" + std::string(20'000, 'a') + "\r\n"), 431}),
    CaseName());

}  // namespace
}  // namespace service
