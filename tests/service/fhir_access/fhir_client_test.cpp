#include "service/fhir_access/fhir_client.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"
#include "tests/service/https_test_server.hpp"
#include "tests/service/loop.hpp"
#include "tests/service/meeting.hpp"
#include "tests/shows.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace service {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Request = HttpsTestServer::Request;
using Response = HttpsTestServer::Response;
using Clock = FhirClient::Clock;

Response body(std::string text) {
    Response response;
    response.body = std::move(text);
    return response;
}

Response status(unsigned code) {
    Response response;
    response.status = code;
    response.body = R"({"resourceType":"OperationOutcome","issue":[{"diagnostics":"CANARY"}]})";
    return response;
}

Response patient(const std::string& id) {
    return body(R"({"resourceType":"Patient","id":")" + id + "\"}");
}

/// A page of a search: one Observation, and the address of the next page if there is one.
Response page(const std::string& id, const std::string& next = {}) {
    std::string text = R"({"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"x"})";
    if (!next.empty()) text += R"(,{"relation":"next","url":")" + next + "\"}";
    return body(text + R"(],"entry":[{"resource":{"resourceType":"Observation","id":")" + id + R"("}}]})");
}

class FhirClientTest : public testing::Test {
  protected:
    std::vector<FhirAnswer> fetch(const HttpsTestServer& server, std::vector<FhirQuery> queries,
                                  std::chrono::milliseconds time = 5s) {
        HttpsClient http(loop.executor(), open_client_tls(server.ca_file()), {.development = true, .networks = {}});
        FhirClient client(http, limits);
        FhirGrant leave = grant;
        leave.base = server.url("/fhir");
        return loop.run(client.fetch(leave, std::move(queries), Clock::now() + time));
    }
    FhirAnswer fetch_one(const HttpsTestServer& server, const std::string& query, std::chrono::milliseconds time = 5s) {
        return fetch(server, {{"key", query, {}}}, time).at(0);
    }

    Loop loop;
    FhirLimits limits;
    FhirGrant grant = {.base = {}, .access_token = "secret", .scope = "patient/*.rs"};
};

std::vector<std::string> ids_of(const FhirAnswer& answer) {
    std::vector<std::string> ids;
    if (!answer.value) return ids;
    for (const json::value& entry : answer.value->at("entry").as_array()) {
        ids.emplace_back(*fhir::text_of(entry.at("resource").at("id")));
    }
    return ids;
}

TEST_F(FhirClientTest, ReadsAndSearchesUnderTheCallersToken) {
    shows({"R-065", "R-066", "R-144"});
    const HttpsTestServer server([](const Request& request) {
        return request.target == "/fhir/Patient/p1" ? body(R"({"resourceType":"Patient","id":"p1"})") : page("o1");
    });
    const auto answers =
        fetch(server, {{"patient", "Patient/p1", {}}, {"results", "Observation?patient=p1&_count=100", {}}});
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].key, "patient");
    EXPECT_EQ(*fhir::text_of(answers[0].value->at("id")), "p1");
    EXPECT_EQ(answers[1].key, "results");
    EXPECT_EQ(ids_of(answers[1]), std::vector<std::string>{"o1"});
    for (const Request& request : server.requests()) {
        EXPECT_EQ(request.authorization, "Bearer secret");
        EXPECT_TRUE(request.accept.starts_with("application/fhir+json"));
    }
}

TEST_F(FhirClientTest, KeepsDecimalsAsTheyWereSent) {
    const HttpsTestServer server([](const Request&) {
        return body(R"({"resourceType":"Observation","id":"o1","valueQuantity":{"value":7.10}})");
    });
    const FhirAnswer answer = fetch_one(server, "Observation/o1");
    EXPECT_EQ(fhir::decimal_text(answer.value->at("valueQuantity").at("value")), "7.10");
}

TEST_F(FhirClientTest, AsksForEverythingAtOnce) {
    Meeting six(6);
    const HttpsTestServer server([&](const Request&) {
        six.join();
        return patient("p1");
    });
    const auto answers = fetch(server, std::vector<FhirQuery>(6, {"key", "Patient/p1", {}}), 20s);
    for (const FhirAnswer& answer : answers) EXPECT_TRUE(answer.value.has_value());
}

TEST_F(FhirClientTest, DoesNotWaitForTheSlowBeyondTheDeadline) {
    shows({"R-161"});
    Meeting fetched(2);
    const HttpsTestServer server([&](const Request& request) {
        if (request.target == "/fhir/Patient/fast") return patient("fast");
        fetched.join();
        return patient("slow");
    });
    const auto answers = fetch(server, {{"a", "Patient/slow", {}}, {"b", "Patient/fast", {}}}, 1s);
    fetched.join();
    EXPECT_EQ(answers[0].value.error(), NotFetched::timed_out);
    EXPECT_TRUE(answers[1].value.has_value());
}

// ---- what cannot be had ---------------------------------------------------------------------------------------------

struct Failing {
    const char* name;
    Response response;
    NotFetched reason;
    const char* query = "Patient/p1";
};
class FhirClientFailures : public FhirClientTest, public testing::WithParamInterface<Failing> {};

TEST_P(FhirClientFailures, AreReasonsAndNotTheServersWords) {
    shows({"R-073"});
    const HttpsTestServer server([](const Request&) { return GetParam().response; });
    const FhirAnswer answer = fetch_one(server, GetParam().query);
    ASSERT_FALSE(answer.value.has_value());
    EXPECT_EQ(answer.value.error(), GetParam().reason);
    EXPECT_EQ(answer.requests, 1U);
}

// R-073.
INSTANTIATE_TEST_SUITE_P(
    R073, FhirClientFailures,
    testing::Values(
        Failing{"Unauthorized", status(401), NotFetched::refused},
        Failing{"Forbidden", status(403), NotFetched::refused}, Failing{"NotFound", status(404), NotFetched::not_found},
        Failing{"Gone", status(410), NotFetched::not_found}, Failing{"Broken", status(500), NotFetched::server_error},
        Failing{"Overloaded", status(503), NotFetched::server_error},
        Failing{"Redirect", status(302), NotFetched::other_status},
        Failing{"Accepted", status(202), NotFetched::other_status},
        Failing{"BadRequest", status(400), NotFetched::other_status},
        Failing{"Html", body("<html>login</html>"), NotFetched::not_json},
        Failing{"Empty", body(""), NotFetched::not_json}, Failing{"Text", body("\"x\""), NotFetched::not_json},
        Failing{"MemberTwice", body(R"({"resourceType":"Patient","resourceType":"Patient"})"), NotFetched::not_json},
        Failing{"Outcome", body(R"({"resourceType":"OperationOutcome"})"), NotFetched::outcome},
        Failing{"OtherResource", body(R"({"resourceType":"Practitioner"})"), NotFetched::other_resource},
        Failing{"OtherPatient", body(R"({"resourceType":"Patient","id":"p2"})"), NotFetched::other_resource},
        Failing{"SearchOfAnotherType",
                body(R"({"resourceType":"Bundle","link":[{"relation":"self","url":"/fhir/Procedure?patient=p1"}]})"),
                NotFetched::other_resource, "Observation?patient=p1"},
        Failing{"BundleForARead", page("o1"), NotFetched::other_resource},
        Failing{"ResourceForASearch", body(R"({"resourceType":"Observation"})"), NotFetched::other_resource,
                "Observation?patient=p1"}),
    CaseName());

TEST_F(FhirClientTest, NamesAServerThatItCannotTrust) {
    const HttpsTestServer server([](const Request&) { return page("o1"); });
    HttpsClient http(loop.executor(), open_client_tls({}), {.development = true, .networks = {}});
    FhirClient client(http, limits);
    grant.base = server.url("/fhir");
    const auto answers = loop.run(client.fetch(grant, {{"a", "Patient/p1", {}}}, Clock::now() + 5s));
    EXPECT_EQ(answers[0].value.error(), NotFetched::unreachable);
}

TEST_F(FhirClientTest, DoesNotAskForWhatTheScopesDoNotHold) {
    shows({"R-071"});
    // R-071.
    const HttpsTestServer server([](const Request&) { return page("o1"); });
    grant.scope = "patient/Patient.r";
    EXPECT_EQ(fetch_one(server, "Observation?patient=p1").value.error(), NotFetched::not_in_scope);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(FhirClientTest, DoesNotUseATokenThatHasExpired) {
    shows({"R-068"});
    // R-068.
    const HttpsTestServer server([](const Request&) { return page("o1"); });
    grant.usable_until = wall_time() - 1s;
    EXPECT_EQ(fetch_one(server, "Observation?patient=p1").value.error(), NotFetched::token_expired);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(FhirClientTest, RefusesQueriesThatAreNone) {
    const HttpsTestServer server([](const Request&) { return page("o1"); });
    for (const char* query : {"", "Patient", "/Patient/1", "https://evil.example.org/Patient/1", "Patient/../../admin",
                              "../admin?x=1", "Patient/1\r\nX: y", "Observation?x=a b", "{{context.userId}}"}) {
        EXPECT_EQ(fetch_one(server, query).value.error(), NotFetched::bad_query) << query;
    }
    EXPECT_TRUE(server.requests().empty());
}

// ---- pages ----------------------------------------------------------------------------------------------------------

TEST_F(FhirClientTest, FollowsPagesToTheEnd) {
    shows({"R-057", "R-066"});
    // R-057. The second link is relative, as FHIR allows.
    std::string self;
    const HttpsTestServer server([&](const Request& request) {
        if (request.target == "/fhir/Observation?patient=p1") return page("o1", self + "/fhir?page=2");
        return request.target == "/fhir?page=2" ? page("o2", "?page=3") : page("o3");
    });
    self = server.url("");
    const FhirAnswer answer = fetch_one(server, "Observation?patient=p1");
    EXPECT_EQ(ids_of(answer), (std::vector<std::string>{"o1", "o2", "o3"}));
    EXPECT_EQ(answer.requests, 3U);
    EXPECT_FALSE(has_next_page(*answer.value)) << "what is complete must not look as if it were not";
    EXPECT_EQ(server.requests().at(2).authorization, "Bearer secret");
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(FhirClientTest, GoesOnFromAFirstPageThatIsAtHand) {
    const HttpsTestServer server([&](const Request&) { return page("o2"); });
    const json::value first = *fhir::parse_json(page("o1", "Observation?page=2").body);
    EXPECT_TRUE(has_next_page(first));
    const auto answers = fetch(server, {{"results", "Observation?patient=p1", first}});
    EXPECT_EQ(ids_of(answers.at(0)), (std::vector<std::string>{"o1", "o2"}));
    EXPECT_EQ(server.requests().size(), 1U);
}

// R-165: what is incomplete must never count as complete.
void expect_in_part(const FhirAnswer& answer, NotFetched reason) {
    ASSERT_TRUE(answer.value.has_value()) << name_of(answer.value.error());
    EXPECT_TRUE(has_next_page(*answer.value));
    EXPECT_EQ(answer.cut_short, reason);
}

TEST_F(FhirClientTest, KeepsThePagesOfASearchThatItCannotFinishAsAPart) {
    shows({"R-057", "R-165"});
    limits.pages = 3;
    std::atomic<int> pages = 1;
    const HttpsTestServer endless(
        [&](const Request&) { return page("o1", "Observation?page=" + std::to_string(++pages)); });
    const FhirAnswer answer = fetch_one(endless, "Observation?patient=p1");
    expect_in_part(answer, NotFetched::too_many_pages);
    EXPECT_EQ(answer.requests, 3U);

    const HttpsTestServer broken([](const Request& request) {
        return request.target.ends_with("page=2") ? status(500) : page("o1", "Observation?page=2");
    });
    expect_in_part(fetch_one(broken, "Observation?patient=p1"), NotFetched::server_error);
}

TEST_F(FhirClientTest, DoesNotGoRoundInACircleOfPages) {
    const HttpsTestServer server([](const Request& request) {
        return request.target.ends_with("page=2") ? page("o2", "?page=3") : page("o1", "?page=2");
    });
    const FhirAnswer answer = fetch_one(server, "Observation?patient=p1");
    expect_in_part(answer, NotFetched::too_many_pages);
    EXPECT_EQ(answer.requests, 3U);
}

TEST_F(FhirClientTest, TakesNoPageOfAnotherSearch) {
    const HttpsTestServer server([](const Request& request) {
        if (!request.target.ends_with("page=2")) return page("o1", "?page=2");
        return body(R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Procedure","id":"1"}}]})");
    });
    EXPECT_EQ(fetch_one(server, "Observation?patient=p1").value.error(), NotFetched::other_resource);
}

TEST_F(FhirClientTest, LeavesTheBaseOfTheServerForNoPage) {
    const HttpsTestServer server([](const Request&) { return page("o1", "/admin/Observation?page=2"); });
    expect_in_part(fetch_one(server, "Observation?patient=p1"), NotFetched::other_origin);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(FhirClientTest, CarriesTheTokenToNoOtherOrigin) {
    shows({"R-072"});
    // R-072.
    const HttpsTestServer elsewhere([](const Request&) { return page("o2"); });
    const std::vector<std::string> links = {elsewhere.url("/fhir?page=2"),
                                            "http://localhost/fhir",
                                            "https://evil.example.org/",
                                            "//evil.example.org/fhir",
                                            "https://a@localhost/",
                                            "javascript:alert(1)",
                                            " "};
    for (const std::string& link : links) {
        const HttpsTestServer server([&](const Request&) { return page("o1", link); });
        SCOPED_TRACE(link);
        expect_in_part(fetch_one(server, "Observation?patient=p1"), NotFetched::other_origin);
        EXPECT_EQ(server.requests().size(), 1U);
    }
    EXPECT_EQ(elsewhere.connections(), 0U);
}

TEST_F(FhirClientTest, ReadsNoMoreThanACallMay) {
    limits.bytes = 1000;
    std::atomic<int> pages = 1;
    const HttpsTestServer server([&](const Request& request) {
        return request.target.ends_with("large") ? page(std::string(2000, 'x'))
                                                 : page("o1", "?page=" + std::to_string(++pages));
    });
    EXPECT_EQ(fetch_one(server, "Observation?large").value.error(), NotFetched::too_large);
    SCOPED_TRACE("all pages together");
    expect_in_part(fetch_one(server, "Observation?small"), NotFetched::too_large);
}

TEST_F(FhirClientTest, ReadsNoMoreThanAllCallsTogetherMay) {
    const HttpsTestServer server([](const Request&) { return page(std::string(500, 'x')); });
    grant.base = server.url("/fhir");
    HttpsClient http(loop.executor(), open_client_tls(server.ca_file()), {.development = true, .networks = {}});
    BodyBudget all_calls(1000);
    const auto ask = [&](FhirClient& client) {
        return loop.run(client.fetch(grant, {{"a", "Observation?patient=p1", {}}}, Clock::now() + 5s)).at(0);
    };
    FhirClient second(http, limits, {nullptr, &all_calls});
    {
        FhirClient first(http, limits, {nullptr, &all_calls});
        EXPECT_TRUE(ask(first).value.has_value());
        EXPECT_EQ(ask(second).value.error(), NotFetched::no_room) << "while the first one's answer is held";
    }
    FhirClient third(http, limits, {nullptr, &all_calls});
    EXPECT_TRUE(ask(third).value.has_value()) << "what a call has held is given back with it";
}

TEST_F(FhirClientTest, TellsWaitingForAConnectionApart) {
    HttpsTestServer::Options options;
    options.tls = false;
    const HttpsTestServer server(
        [](TestPeer& peer) {
            while (peer.head()) {
            }
        },
        options);
    grant.base = server.url("/fhir");
    HttpsClient http(loop.executor(), open_client_tls({}), {.development = true, .networks = {}});
    FhirClient client(http, limits);
    std::vector<FhirQuery> as_many_as_there_are(HttpsClient::most_connections, {"key", "Patient/p1", {}});
    // The first call takes every connection there is, and holds them until long after the second one's deadline.
    boost::asio::co_spawn(loop.executor(), client.fetch(grant, as_many_as_there_are, Clock::now() + 2s),
                          boost::asio::detached);
    const auto answers = loop.run(client.fetch(grant, {{"key", "Patient/p1", {}}}, Clock::now() + 500ms));
    EXPECT_EQ(answers.at(0).value.error(), NotFetched::too_busy);
}

// Some servers answer a search that equals one of the last minute from memory.
TEST_F(FhirClientTest, AsksForWhatIsThereNow) {
    std::vector<std::string> said;
    const HttpsTestServer server([&](TestPeer& peer) {
        while (const auto head = peer.head()) {
            said.push_back(field_of(*head, "Cache-Control"));
            peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        }
    });
    fetch_one(server, "Observation?patient=p1");
    fetch_one(server, "Patient/p1");
    EXPECT_EQ(said, (std::vector<std::string>{"no-cache", "no-cache"}));
}

TEST_F(FhirClientTest, MeasuresEachQuery) {
    const HttpsTestServer server([](const Request& request) {
        if (request.target == "/fhir/Patient/fast") return patient("fast");
        Response response = patient("slow");
        response.delay = 300ms;
        return response;
    });
    const auto answers = fetch(server, {{"a", "Patient/slow", {}}, {"b", "Patient/fast", {}}});
    EXPECT_GE(answers[0].took, 300ms);
    EXPECT_GT(answers[1].took.count(), 0);
}

}  // namespace
}  // namespace service
