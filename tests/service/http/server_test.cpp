// The server over real sockets: every status of HTTP's own, hostile clients, and stopping. After each of them the
// server must go on serving.
#include "tests/case_name.hpp"
#include "tests/service/raw_client.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace service {
namespace {

/// How long a connection may take to close before it counts as left open: long, since machines may be busy.
constexpr std::chrono::seconds patience{20};

using namespace std::chrono_literals;

class ServerTest : public testing::Test {
  protected:
    ~ServerTest() override { EXPECT_TRUE(server_.serves()); }

    TestServer server_;
};

class ImpatientServer : public testing::Test {
  protected:
    ~ImpatientServer() override { EXPECT_TRUE(server_.serves()); }

    TestServer server_{impatient()};
};

TEST_F(ServerTest, AnswersDiscovery) {
    shows({"R-010", "R-011", "R-100", "R-163"});
    const HttpReply reply = RawClient(server_.port()).exchange(get("/cds-services"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, R"({"services":[]})");
    EXPECT_EQ(reply.header("Content-Type"), "application/json; charset=utf-8");
    EXPECT_EQ(reply.header("Cache-Control"), "private, no-cache");
    EXPECT_NE(reply.header("Date"), "");
    const HttpReply call = RawClient(server_.port()).exchange(post("/cds-services/echo", "12345"));
    EXPECT_EQ(call.header("Cache-Control"), "no-store");
}

// RFC 9110, 15.4.5: no body, and no length of what is not sent (8.6); the connection goes on.
TEST_F(ServerTest, AnswersDiscoveryThatAClientStillHoldsWith304) {
    shows({"R-181"});
    RawClient client(server_.port());
    const std::string tag = client.exchange(get("/cds-services")).header("ETag");
    ASSERT_EQ(tag, "\"echo\"");
    client.send(get("/cds-services", "If-None-Match: \"other\"\r\nIf-None-Match: " + tag + "\r\n"));
    const HttpReply held = client.receive(true);
    EXPECT_EQ(held.status, 304);
    EXPECT_EQ(held.header("ETag"), tag);
    EXPECT_EQ(held.header("Content-Length"), "");
    EXPECT_EQ(client.exchange(get("/cds-services", "If-None-Match: \"other\"\r\n")).status, 200);
}

TEST_F(ServerTest, ShowsThePageBehindACardToABrowser) {
    const HttpReply reply = RawClient(server_.port()).exchange(get("/about/ab/vitamin-d-low", "Accept: text/html\r\n"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "<!doctype html>");
    EXPECT_EQ(reply.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(reply.header("Content-Security-Policy"), "default-src 'none'; style-src 'unsafe-inline'");
}

TEST_F(ServerTest, SaysThatAnotherVersionMadeTheCard) {
    const HttpReply reply = RawClient(server_.port()).exchange(get("/about/cd/vitamin-d-low"));
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_NE(reply.body.find("another version"), std::string::npos);
}

// R-130: TLS 1.2 or later.
TEST_F(ServerTest, SpeaksTls13) {
    shows({"R-130"});
    EXPECT_EQ(RawClient(server_.port()).tls_version(), "TLSv1.3");
}

TEST_F(ServerTest, KeepsAConnectionForTheNextCall) {
    RawClient client(server_.port());
    for (int i = 0; i < 3; ++i) {
        const HttpReply reply = client.exchange(post("/cds-services/echo", "12345"));
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, "5");
    }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    RawClient client(server_.port());
    client.send(post("/cds-services/echo", "1") + post("/cds-services/echo", "12") + get("/cds-services"));
    EXPECT_EQ(client.receive().body, "1");
    EXPECT_EQ(client.receive().body, "2");
    EXPECT_EQ(client.receive().body, R"({"services":[]})");
}

TEST_F(ServerTest, ReadsAChunkedBody) {
    const HttpReply reply = RawClient(server_.port())
                                .exchange(
                                    "POST /cds-services/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
                                    "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "5");
}

TEST_F(ServerTest, ReadsABodyThatComesByteByByte) {
    RawClient client(server_.port());
    for (const char c : post("/cds-services/echo", "1234")) client.send(std::string_view(&c, 1));
    EXPECT_EQ(client.receive().body, "4");
}

TEST_F(ServerTest, SaysContinueToAClientThatAsks) {
    RawClient client(server_.port());
    const std::string request = post("/cds-services/echo", "1234", "Expect: 100-continue\r\n");
    client.send(request.substr(0, request.size() - 4));
    EXPECT_EQ(client.receive(true).status, 100);
    client.send("1234");
    EXPECT_EQ(client.receive().body, "4");
}

TEST_F(ServerTest, LeavesTheBodyOutOfTheAnswerToHead) {
    RawClient client(server_.port());
    client.send(get("/cds-services", "", "HEAD"));
    const HttpReply reply = client.receive(true);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Length"), "15");
    EXPECT_EQ(client.exchange(get("/cds-services")).status, 200);
}

TEST_F(ServerTest, ClosesWhenTheClientWantsItClosed) {
    RawClient client(server_.port());
    const HttpReply reply = client.exchange(get("/cds-services", "Connection: close\r\n"));
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST_F(ServerTest, LooksOverEmptyLinesBeforeARequest) {
    EXPECT_EQ(RawClient(server_.port()).exchange("\r\n\r\n" + get("/cds-services")).status, 200);
}

struct RefusedRequest {
    const char* name;
    std::string bytes;
    int status;
};
class Refusal : public ServerTest, public testing::WithParamInterface<RefusedRequest> {};

TEST_P(Refusal, IsAStatusAndAnOperationOutcome) {
    shows({"status.400", "status.404", "status.405", "status.406", "status.408", "status.415", "status.500",
           "status.outcome", "R-153"});
    const HttpReply reply = RawClient(server_.port()).exchange(GetParam().bytes);
    EXPECT_EQ(reply.status, GetParam().status);
    EXPECT_NE(reply.body.find(R"("resourceType":"OperationOutcome")"), std::string::npos) << reply.body;
}

std::string with_body_headers(std::string_view headers) {
    return "POST /cds-services/echo HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n{}";
}

// The rows status.… in tests/conformance/requirements.tsv.
INSTANTIATE_TEST_SUITE_P(
    Statuses, Refusal,
    testing::Values(
        RefusedRequest{"UnknownPath", get("/nothing"), 404},
        RefusedRequest{"UnknownService", post("/cds-services/x", "{}"), 404},
        RefusedRequest{"Feedback", post("/cds-services/echo/feedback", "{}"), 404},
        RefusedRequest{"HealthOnTheClinicalPort", get("/health/live"), 404},
        RefusedRequest{"GetOfAService", get("/cds-services/echo"), 405},
        RefusedRequest{"DeleteOfDiscovery", get("/cds-services", "", "DELETE"), 405},
        RefusedRequest{"UnknownMethod", get("/cds-services", "", "BREW"), 405},
        RefusedRequest{"NoJsonWanted", get("/cds-services", "Accept: text/html\r\n"), 406},
        RefusedRequest{"NoLength", with_body_headers("Content-Type: application/json\r\n"), 411},
        RefusedRequest{"PlainText", with_body_headers("Content-Type: text/plain\r\nContent-Length: 2\r\n"), 415},
        RefusedRequest{"NoType", with_body_headers("Content-Length: 2\r\n"), 415},
        RefusedRequest{"Compressed", post("/cds-services/echo", "{}", "Content-Encoding: gzip\r\n"), 415},
        RefusedRequest{"OtherExpectation", post("/cds-services/echo", "{}", "Expect: miracles\r\n"), 417},
        RefusedRequest{"AnnouncedTooLarge",
                       with_body_headers("Content-Type: application/json\r\nContent-Length: 1048577\r\n"), 413},
        RefusedRequest{"AnnouncedAbsurd",
                       with_body_headers("Content-Type: application/json\r\nContent-Length: 18446744073709551615\r\n"),
                       413},
        RefusedRequest{"LongTarget", get("/" + std::string(5000, 'a')), 414},
        RefusedRequest{"EndlessTarget", "GET /" + std::string(20'000, 'a'), 414},
        RefusedRequest{"LargeHeader", get("/cds-services", "X: " + std::string(20'000, 'a') + "\r\n"), 431},
        RefusedRequest{"Exception", post("/cds-services/echo", "\"throw\""), 500}),
    CaseName());

// RFC 9112, sections 2.2, 3, 5, 6 and 11.2: what two programs could read differently is refused.
INSTANTIATE_TEST_SUITE_P(
    Smuggling, Refusal,
    testing::Values(
        RefusedRequest{"LengthAndChunked",
                       with_body_headers("Content-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: "
                                         "chunked\r\n"),
                       400},
        RefusedRequest{
            "ChunkedAndLength",
            with_body_headers("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: "
                              "2\r\n"),
            400},
        RefusedRequest{"TwoLengths", with_body_headers("Content-Length: 2\r\nContent-Length: 1\r\n"), 400},
        RefusedRequest{"TwoEqualLengths", with_body_headers("Content-Length: 2\r\nContent-Length: 2\r\n"), 400},
        RefusedRequest{"ListOfLengths", with_body_headers("Content-Length: 2, 2\r\n"), 400},
        RefusedRequest{"NegativeLength", with_body_headers("Content-Length: -2\r\n"), 400},
        RefusedRequest{"SignedLength", with_body_headers("Content-Length: +2\r\n"), 400},
        RefusedRequest{"HexadecimalLength", with_body_headers("Content-Length: 0x2\r\n"), 400},
        RefusedRequest{"UnknownCoding", with_body_headers("Transfer-Encoding: xchunked\r\n"), 400},
        RefusedRequest{"CodingBeforeChunked", with_body_headers("Transfer-Encoding: gzip, chunked\r\n"), 400},
        RefusedRequest{"TwoCodings", with_body_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                       400},
        RefusedRequest{"ChunkedIn10",
                       "POST /cds-services/echo HTTP/1.0\r\nContent-Type: application/json\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                       400},
        RefusedRequest{"FoldedLine", get("/cds-services", "X: a\r\n b\r\n"), 400},
        RefusedRequest{"FoldedFirstLine", "GET /cds-services HTTP/1.1\r\n Host: x\r\n\r\n", 400},
        RefusedRequest{"SpaceBeforeColon", get("/cds-services", "Content-Length : 0\r\n"), 400},
        RefusedRequest{"BareLineFeed", "GET /cds-services HTTP/1.1\nHost: x\r\n\r\n", 400},
        RefusedRequest{"NulInAField", get("/cds-services", std::string("X: a\0b\r\n", 8)), 400},
        RefusedRequest{"NoHost", "GET /cds-services HTTP/1.1\r\n\r\n", 400},
        RefusedRequest{"TwoHosts", get("/cds-services", "Host: other\r\n"), 400},
        RefusedRequest{"TwoTokens", get("/cds-services", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
                       400},
        RefusedRequest{"TwoOrigins", get("/cds-services", "Origin: https://a\r\nOrigin: https://b\r\n"), 400},
        RefusedRequest{"TwoTypes", post("/cds-services/echo", "{}", "Content-Type: text/plain\r\n"), 400},
        RefusedRequest{"BadChunkSize",
                       with_body_headers("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") + "zz\r\n",
                       400},
        RefusedRequest{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        RefusedRequest{"Garbage", "\x01\x02\x03\r\n\r\n", 400}),
    CaseName());

TEST_F(ServerTest, NamesTheMethodsThatAnAddressTakes) {
    shows({"status.405"});
    EXPECT_EQ(RawClient(server_.port()).exchange(get("/cds-services/echo")).header("Allow"), "POST, OPTIONS");
    EXPECT_EQ(RawClient(server_.port()).exchange(post("/cds-services", "{}")).header("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(ServerTest, LogsNothingOfAnException) {
    shows({"status.500", "R-163", "R-165"});
    const HttpReply reply = RawClient(server_.port()).exchange(post("/cds-services/echo", "\"throw\""));
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(server_.log().count("call-failed"), 1U);
    EXPECT_EQ(server_.log().count("secret"), 0U);
    EXPECT_EQ(reply.body.find("secret"), std::string::npos);
}

// A client that still sends its body must be able to read why it was refused (RFC 9112, 9.6).
TEST_F(ServerTest, LetsAClientReadTheRefusalOfALargeBody) {
    RawClient client(server_.port());
    client.send(post("/cds-services/echo", std::string(1024 * 1024 + 100, ' ')));
    EXPECT_EQ(client.receive().status, 413);
}

TEST_F(ServerTest, StopsReadingAChunkedBodyAtTheLimit) {
    RawClient client(server_.port());
    client.send(
        "POST /cds-services/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
    for (int i = 0; i < 17; ++i) client.send(chunk);
    EXPECT_EQ(client.receive().status, 413);
}

// Known from other servers: an extension or trailers without an end, which no limit on the body counts.
TEST_F(ServerTest, BoundsWhatComesBesideTheChunks) {
    const std::string chunked = with_body_headers("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
    const std::string head = chunked.substr(0, chunked.size() - 2);
    for (const std::string& body : {"2;" + std::string(100'000, 'a') + "\r\n{}\r\n0\r\n\r\n",
                                    "2\r\n{}\r\n0\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"}) {
        RawClient client(server_.port());
        client.send(head + body);
        EXPECT_EQ(client.receive().status, 400);
        EXPECT_TRUE(client.is_closed_within(patience));
    }
}

TEST_F(ImpatientServer, TellsAClientThatSendsItsHeadTooSlowly) {
    shows({"status.408"});
    RawClient client(server_.port());
    client.send("GET /cds-services HTTP/1.1\r\nHost: x\r\n");
    EXPECT_EQ(client.receive().status, 408);
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST_F(ImpatientServer, TellsAClientThatDripsItsHead) {
    RawClient client(server_.port());
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 900ms && client.send("X")) std::this_thread::sleep_for(20ms);
    EXPECT_EQ(client.receive().status, 408);
}

TEST_F(ImpatientServer, TellsAClientThatSendsItsBodyTooSlowly) {
    shows({"status.408"});
    RawClient client(server_.port());
    client.send(with_body_headers("Content-Type: application/json\r\nContent-Length: 100\r\n"));
    EXPECT_EQ(client.receive().status, 408);
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST_F(ImpatientServer, ClosesAnIdleConnectionWithoutAWord) {
    RawClient client(server_.port());
    EXPECT_EQ(client.exchange(get("/cds-services")).status, 200);
    EXPECT_TRUE(client.is_closed_within(patience));
    EXPECT_EQ(server_.log().count(R"("status":408)"), 0U);
}

TEST_F(ImpatientServer, ClosesAConnectionThatNeverShakesHands) {
    RawClient client(server_.port(), RawClient::Transport::plain);
    EXPECT_TRUE(client.is_closed_within(patience));
    EXPECT_EQ(server_.log().count("handshake-failed"), 1U);
}

TEST_F(ServerTest, ClosesPlainHttpOnTheTlsPort) {
    shows({"R-001", "R-130"});
    RawClient client(server_.port(), RawClient::Transport::plain);
    client.send(get("/cds-services"));
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST_F(ServerTest, AnswersAClientThatHalfCloses) {
    RawClient client(server_.port());
    client.send(post("/cds-services/echo", "123"));
    client.half_close();
    EXPECT_EQ(client.receive().body, "3");
}

TEST_F(ServerTest, OutlivesClientsThatVanish) {
    for (int i = 0; i < 20; ++i) {
        RawClient client(server_.port());
        client.send("POST /cds-services/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
        client.cut();
    }
}

// One that stalls costs the others nothing.
TEST_F(ServerTest, ServesOthersWhileManyStall) {
    std::vector<RawClient> stalled;
    for (int i = 0; i < 40; ++i) {
        stalled.emplace_back(server_.port());
        stalled.back().send("GET /cds-services HTTP/1.1\r\n");
    }
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(server_.serves());
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

// R-151: errors too can be read by a page that is allowed to.
TEST(ServerCors, LetsAnAllowedPageReadErrors) {
    shows({"R-150", "R-151"});
    TestServerOptions options;
    options.origins = {"https://ehr.example.org"};
    const TestServer server(std::move(options));
    const HttpReply reply =
        RawClient(server.port()).exchange(post("/cds-services/x", "{}", "Origin: https://ehr.example.org\r\n"));
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "https://ehr.example.org");
    EXPECT_EQ(reply.header("Vary"), "Origin");
}

TEST(ServerCors, LetsAnAllowedPageReadThatItsHeadIsRefused) {
    shows({"R-151"});
    TestServerOptions options;
    options.origins = {"https://ehr.example.org"};
    options.connection.body_bytes = 8;
    const TestServer server(std::move(options));
    const std::string origin = "Origin: https://ehr.example.org\r\n";
    const HttpReply large = RawClient(server.port()).exchange(post("/cds-services/echo", "123456789", origin));
    EXPECT_EQ(large.status, 413);
    EXPECT_EQ(large.header("Access-Control-Allow-Origin"), "https://ehr.example.org");
    const HttpReply ambiguous = RawClient(server.port()).exchange(get("/cds-services", origin + "Host: other\r\n"));
    EXPECT_EQ(ambiguous.status, 400);
    EXPECT_EQ(ambiguous.header("Access-Control-Allow-Origin"), "https://ehr.example.org");
    const HttpReply long_head =
        RawClient(server.port()).exchange(get("/cds-services", origin + "X: " + std::string(20'000, 'x') + "\r\n"));
    EXPECT_EQ(long_head.status, 431);
    EXPECT_EQ(long_head.header("Access-Control-Allow-Origin"), "https://ehr.example.org");
}

TEST(ServerCors, LetsAnAllowedPageReadThatItWasTooSlow) {
    shows({"R-151"});
    TestServerOptions options = impatient();
    options.origins = {"https://ehr.example.org"};
    const TestServer server(std::move(options));
    const HttpReply late =
        RawClient(server.port()).exchange("GET /cds-services HTTP/1.1\r\nOrigin: https://ehr.example.org\r\nHost: ");
    EXPECT_EQ(late.status, 408);
    EXPECT_EQ(late.header("Access-Control-Allow-Origin"), "https://ehr.example.org");
}

TEST(ServerCors, AnswersPreflightsOnEveryPath) {
    shows({"R-150", "R-151", "status.204"});
    TestServerOptions options;
    options.origins = {"*"};
    const TestServer server(std::move(options));
    for (const char* target : {"/cds-services", "/cds-services/echo", "/cds-services/echo/feedback"}) {
        RawClient client(server.port());
        const HttpReply reply = client.exchange(get(target, "Origin: https://x.example\r\n", "OPTIONS"));
        EXPECT_EQ(reply.status, 204) << target;
        EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), "*") << target;
        EXPECT_EQ(reply.header("Content-Length"), "") << target;
    }
}

TEST(ServerLimitsTest, ClosesConnectionsBeyondTheLimit) {
    TestServerOptions options;
    options.connection.connections = 2;
    TestServer server(std::move(options));
    RawClient first(server.port()), second(server.port());
    EXPECT_EQ(first.exchange(get("/cds-services")).status, 200);
    EXPECT_EQ(second.exchange(get("/cds-services")).status, 200);
    EXPECT_FALSE(RawClient(server.port()).connected());
    EXPECT_EQ(server.log().count("connection-refused"), 1U);
    RawClient admin(server.admin_port(), RawClient::Transport::plain);
    EXPECT_EQ(admin.exchange(get("/health/live")).status, 200) << "each port has a limit of its own";
    first.cut();
    second.cut();
    for (int i = 0; i < 100 && !server.serves(); ++i) std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(server.serves());
}

// The bodies of all requests under way are bounded together.
TEST(ServerLimitsTest, AsksForPatienceWhileTooMuchIsHeld) {
    TestServerOptions options;
    options.connection.body_bytes = options.connection.bodies_bytes = 8;
    options.connection.usual_body_bytes = 2;
    TestServer server(std::move(options));
    RawClient slow(server.port());
    slow.send(post("/cds-services/echo", R"("wait")"));  // four bytes more than usual
    for (int i = 0; i < 5000 && !server.services().somebody_waits(); ++i) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(RawClient(server.port()).exchange(post("/cds-services/echo", "123456")).status, 200);
    const HttpReply reply = RawClient(server.port()).exchange(post("/cds-services/echo", "1234567"));
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "1");
    server.services().release();
    EXPECT_EQ(slow.receive().status, 200);
    EXPECT_EQ(RawClient(server.port()).exchange(post("/cds-services/echo", "12345678")).status, 200);
}

// status.429 in tests/conformance/requirements.tsv.
TEST(ServerLimitsTest, AsksForPatienceBeyondTheRate) {
    shows({"status.429"});
    TestServerOptions options;
    options.requests_per_second = 1;
    const TestServer server(std::move(options));
    RawClient client(server.port());
    EXPECT_EQ(client.exchange(get("/cds-services")).status, 200);
    const HttpReply reply = client.exchange(get("/cds-services"));
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.header("Retry-After"), "1");
}

TEST(AdminPortTest, TellsLifeAndReadiness) {
    TestServer server;
    RawClient client(server.admin_port(), RawClient::Transport::plain);
    EXPECT_EQ(client.exchange(get("/health/live")).status, 200);
    EXPECT_EQ(client.exchange(get("/health/ready")).status, 200);
    server.readiness().set(false);
    EXPECT_EQ(client.exchange(get("/health/live")).status, 200);
    EXPECT_EQ(client.exchange(get("/health/ready")).status, 503);
    EXPECT_EQ(client.exchange(get("/cds-services")).status, 404);
}

TEST(ServerStop, FinishesWhatIsUnderWay) {
    TestServerOptions options;
    TestServer server(std::move(options));
    RawClient busy(server.port()), idle(server.port());
    EXPECT_EQ(idle.exchange(get("/cds-services")).status, 200);
    busy.send(post("/cds-services/echo", "\"wait\""));
    while (!server.services().somebody_waits()) std::this_thread::sleep_for(1ms);
    server.stop();
    EXPECT_TRUE(idle.is_closed_within(patience));
    EXPECT_FALSE(RawClient(server.port()).connected());
    server.services().release();
    const HttpReply reply = busy.receive();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_EQ(server.wait(), 0U);
}

// A client cannot know yet that the service stops (RFC 9112, 9.5): who exchanges replicas one after the other loses no
// call.
TEST(ServerStop, AnswersWhatIsOnItsWayToAConnectionThatWasOpen) {
    TestServer server;
    RawClient used(server.port()), fresh(server.port());
    EXPECT_EQ(used.exchange(get("/cds-services")).status, 200);
    server.stop();
    while (RawClient(server.port()).connected()) std::this_thread::sleep_for(1ms);
    for (RawClient* client : {&used, &fresh}) {
        const HttpReply reply = client->exchange(get("/cds-services"));
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.header("Connection"), "close");
        EXPECT_TRUE(client->is_closed_within(patience));
    }
    EXPECT_EQ(server.wait(), 0U);
}

TEST(ServerStop, ClosesBehindAReplyThatIsReadSlowly) {
    TestServer server;
    RawClient slow(server.port());
    slow.send(post("/cds-services/echo", "\"large\""));
    EXPECT_EQ(slow.receive(true).status, 200);  // the rest waits for somebody to read it
    server.stop();
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(slow.is_closed_within(patience));
    EXPECT_EQ(server.wait(), 0U);
}

TEST(ServerStop, CutsOffWhatTakesTooLong) {
    TestServerOptions options;
    options.server.drain = 200ms;
    TestServer server(std::move(options));
    RawClient busy(server.port());
    busy.send(with_body_headers("Content-Type: application/json\r\nContent-Length: 100\r\n"));
    std::this_thread::sleep_for(50ms);
    const auto start = std::chrono::steady_clock::now();
    server.stop();
    server.wait();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

}  // namespace
}  // namespace service
