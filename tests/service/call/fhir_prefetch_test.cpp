#include "service/call/fhir_prefetch.hpp"

#include "fhir/json_text.hpp"
#include "tests/service/https_test_server.hpp"
#include "tests/service/loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace service {
namespace {

namespace json = boost::json;
using Request = HttpsTestServer::Request;
using Response = HttpsTestServer::Response;

const rules::PrefetchTemplate conditions{"conditions", "Condition?patient={{context.patientId}}", "Condition", true};
const rules::PrefetchTemplate prescriptions{"medicationRequests", "MedicationRequest?patient={{context.patientId}}",
                                            "MedicationRequest", false};

class FhirPrefetchTest : public testing::Test {
  protected:
    FetchedPrefetch fetch(const HttpsTestServer& server, std::vector<rules::PrefetchTemplate> templates) {
        HttpsClient http(loop.executor(), open_client_tls(server.ca_file()), {.development = true, .networks = {}});
        FhirClient client(http, FhirLimits());
        const FhirGrant grant{server.url("/fhir"), "secret", "", WallTime::max()};
        return loop.run(
            fetch_prefetch(client, grant, {std::move(templates), "p1"}, FhirClient::Clock::now() + patience));
    }

    static constexpr std::chrono::seconds patience{20};
    Loop loop;
};

Response body(std::string text) {
    Response response;
    response.body = std::move(text);
    return response;
}

Response gone() {
    Response response;
    response.status = 404;
    return response;
}

TEST_F(FhirPrefetchTest, ReadsOneValueForEachTemplate) {
    const HttpsTestServer server([](const Request& request) {
        return body(R"({"resourceType":"Bundle","id":")" + request.target.substr(6, 9) + "\"}");
    });
    const FetchedPrefetch fetched = fetch(server, {conditions, prescriptions});
    EXPECT_TRUE(fetched.gaps.empty());
    EXPECT_EQ(*fhir::text_of(fetched.values.at("conditions").at("id")), "Condition");
    EXPECT_EQ(*fhir::text_of(fetched.values.at("medicationRequests").at("id")), "Medicatio");
    EXPECT_EQ(server.requests().at(0).authorization, "Bearer secret");
}

TEST_F(FhirPrefetchTest, SaysWhatCouldNotBeHadInWordsOfItsOwn) {
    const HttpsTestServer server([](const Request&) {
        Response response = body(R"({"resourceType":"OperationOutcome","issue":[{"diagnostics":"Kanarienvogel"}]})");
        response.status = 500;
        return response;
    });
    const FetchedPrefetch fetched = fetch(server, {conditions});
    ASSERT_EQ(fetched.gaps.size(), 1U);
    EXPECT_EQ(fetched.gaps[0].asked.key, "conditions");
    EXPECT_EQ(fetched.gaps[0].reason, NotFetched::server_error);
    const std::string said = fhir::print_json(fetched.values.at("conditions"));
    EXPECT_NE(said.find(R"("resourceType":"OperationOutcome","issue":[{"severity":"error")"), std::string::npos);
    EXPECT_EQ(said.find("Kanarienvogel"), std::string::npos);
}

/// Prescriptions of m1 (twice), of m2 by the server's own address, of m3 which comes along, and of others' and none.
Response prescriptions_of_three(const std::string& base) {
    const auto entry = [](const std::string& reference) {
        return R"({"resource":{"resourceType":"MedicationRequest","medicationReference":{"reference":")" + reference +
               "\"}}},";
    };
    return body(R"({"resourceType":"Bundle","entry":[)" + entry("Medication/m1") + entry("Medication/m1") +
                entry(base + "/Medication/m2") + entry("Medication/m3") + entry("https://other.test/Medication/m4") +
                entry(base + "2/Medication/m7") + entry(base + "/other/Medication/m8") + entry("#m5") +
                entry("Medication/../m6") + R"({"resource":{"resourceType":"Medication","id":"m3"}}]})");
}

TEST_F(FhirPrefetchTest, ReadsEachMedicationThatIsOnlyPointedAtOnce) {
    std::string base;
    const HttpsTestServer server([&base](const Request& request) {
        if (request.target.starts_with("/fhir/MedicationRequest")) return prescriptions_of_three(base);
        if (request.target == "/fhir/Medication/m2") return gone();
        return body(R"({"resourceType":"Medication","id":"m1"})");
    });
    base = server.url("/fhir");
    const FetchedPrefetch fetched = fetch(server, {prescriptions});
    std::vector<std::string> asked;
    for (const Request& request : server.requests()) asked.push_back(request.target);
    std::ranges::sort(asked);
    EXPECT_EQ(asked, (std::vector<std::string>{"/fhir/Medication/m1", "/fhir/Medication/m2",
                                               "/fhir/MedicationRequest?patient=p1"}));
    EXPECT_TRUE(fetched.gaps.empty()) << "the prescriptions themselves are there";
    const json::array& entries = fetched.values.at("medicationRequests").at("entry").as_array();
    EXPECT_EQ(fhir::print_json(entries.back()),
              R"({"resource":{"resourceType":"Medication","id":"m1"},"search":{"mode":"include"}})");
    EXPECT_EQ(entries.size(), 11U);
}

}  // namespace
}  // namespace service
