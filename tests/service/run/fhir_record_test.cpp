#include "service/run/fhir_record.hpp"

#include "tests/case_name.hpp"
#include "tests/service/https_test_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using namespace std::chrono_literals;
using Request = HttpsTestServer::Request;
using Response = HttpsTestServer::Response;

const std::vector<rules::PrefetchTemplate> templates = {
    {"patient", "Patient/{{context.patientId}}", "Patient", true},
    {"conditions", "Condition?patient={{context.patientId}}", "Condition", true},
    {"b12", "Observation?patient={{context.patientId}}", "Observation", false}};

struct BadAnswer {
    const char* name;
    std::string of;  ///< what is asked for
    Response response;
    ExitCode code;
    std::string says;  ///< part of the refusal; of a warning if the code is fine
};

Response body(std::string text) {
    Response response;
    response.body = std::move(text);
    return response;
}

Response late() {
    Response response = body(R"({"resourceType":"Bundle"})");
    response.delay = 2s;
    return response;
}

Response no_http() {
    Response response;
    response.raw = "SSH-2.0-x\r\n";
    return response;
}

class FhirRecordTest : public testing::TestWithParam<BadAnswer> {};

TEST_P(FhirRecordTest, TellsWhatToMend) {
    const BadAnswer& bad = GetParam();
    const HttpsTestServer server(
        [&bad](const Request& request) {
            if (request.target.starts_with("/fhir/" + bad.of)) return bad.response;
            return body(request.target.starts_with("/fhir/Patient") ? R"({"resourceType":"Patient","id":"p1"})"
                                                                    : R"({"resourceType":"Bundle"})");
        },
        {.tls = false});
    FhirPatient patient{server.url("/fhir"), "p1", ""};
    patient.patience = 900ms;
    patient.limits.bytes = 100'000;
    const auto record = read_fhir_record(patient, templates);
    if (bad.code == ExitCode::fine) {
        ASSERT_TRUE(record.has_value()) << record.error().message;
        ASSERT_EQ(record->warnings.size(), 1U);
        EXPECT_NE(record->warnings[0].find(bad.says), std::string::npos) << record->warnings[0];
    } else {
        ASSERT_FALSE(record.has_value());
        EXPECT_EQ(record.error().code, bad.code);
        EXPECT_NE(record.error().message.find(bad.says), std::string::npos) << record.error().message;
    }
}

INSTANTIATE_TEST_SUITE_P(BadAnswers, FhirRecordTest,
                         testing::Values(BadAnswer{"SlowProblems", "Condition", late(), ExitCode::environment,
                                                   "did not answer in time"},
                                         BadAnswer{"SlowResults", "Observation", late(), ExitCode::fine,
                                                   "b12 (Observation) cannot be had from http://localhost"},
                                         BadAnswer{"HugeProblems", "Condition", body(std::string(200'000, ' ')),
                                                   ExitCode::bad_input, "larger than is read"},
                                         BadAnswer{"NoHttp", "Patient", no_http(), ExitCode::bad_input, "not JSON"}),
                         CaseName());

TEST(FhirRecord, RefusesAnAddressThatIsNoBase) {
    for (const char* url : {"", "fhir.test", "ftp://fhir.test", "https://u:p@fhir.test", "https://fhir.test?a=b"}) {
        const auto record = read_fhir_record({.url = url, .patient_id = "p1", .token = ""}, templates);
        ASSERT_FALSE(record.has_value());
        EXPECT_EQ(record.error().code, ExitCode::usage) << url;
    }
}

}  // namespace
}  // namespace service
