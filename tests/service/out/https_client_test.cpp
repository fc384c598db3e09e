#include "service/out/https_client.hpp"

#include "tests/service/meeting.hpp"
#include "tests/service/out/https_client_fixture.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using namespace std::chrono_literals;
class HttpsClientTest : public HttpsClientFixture {};

TEST_F(HttpsClientTest, BringsBackWhatTheServerAnswers) {
    const HttpsTestServer server([](const Request&) {
        Response response;
        response.status = 404;
        response.body = "nothing here";
        response.headers = {{"Cache-Control", "max-age=60"}, {"Age", "7"}, {"Content-Type", "text/plain"}};
        return response;
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    HttpGet request;
    request.url = server.url("/a/b?c=d%20e");
    request.accept = "text/plain";
    request.bearer = "secret";
    const Answer answer = get(client, request);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 404U);
    EXPECT_EQ(answer->body, "nothing here");
    EXPECT_EQ(answer->cache_control, "max-age=60");
    EXPECT_EQ(answer->age, "7");
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(server.requests()[0].target, "/a/b?c=d%20e");
    EXPECT_EQ(server.requests()[0].accept, "text/plain");
    EXPECT_EQ(server.requests()[0].authorization, "Bearer secret");
}

TEST_F(HttpsClientTest, KeepsAConnectionForTheNextRequest) {
    const HttpsTestServer server([](const Request&) { return Response(); });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(get(client, server.url("/")).has_value());
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpsClientTest, AsksAgainWhenAKeptConnectionTurnsOutToBeClosed) {
    const HttpsTestServer server([](const Request&) {
        Response response;
        response.hang_up = true;
        return response;
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    EXPECT_TRUE(get(client, server.url("/")).has_value());
    EXPECT_TRUE(get(client, server.url("/")).has_value());
    EXPECT_EQ(server.requests().size(), 2U);
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpsClientTest, DoesNotKeepAConnectionThatTheServerCloses) {
    const HttpsTestServer server([](const Request&) {
        Response response;
        response.headers = {{"Connection", "close"}};
        return response;
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    EXPECT_TRUE(get(client, server.url("/")).has_value());
    EXPECT_TRUE(get(client, server.url("/")).has_value());
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpsClientTest, FollowsNoRedirect) {
    shows({"R-072"});
    // the token must not be carried elsewhere.
    const HttpsTestServer server([](const Request&) {
        Response response;
        response.status = 302;
        response.headers = {{"Location", "/elsewhere"}};
        return response;
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    EXPECT_EQ(get(client, server.url("/"))->status, 302U);
    EXPECT_EQ(server.requests().size(), 1U);
}

// ---- whom it talks to -----------------------------------------------------------------------------------------------

TEST_F(HttpsClientTest, RefusesACertificateForAnotherName) {
    HttpsTestServer::Options options;
    options.name = "ehr.example.org";
    const HttpsTestServer server([](const Request&) { return Response(); }, options);
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    EXPECT_EQ(get(client, server.url("/")).error(), FetchFault::bad_certificate);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpsClientTest, RefusesACertificateOfNobodyItKnows) {
    const HttpsTestServer server([](const Request&) { return Response(); });
    HttpsClient client(loop.executor(), open_client_tls({}), loopback_allowed());
    EXPECT_EQ(get(client, server.url("/")).error(), FetchFault::bad_certificate);
    EXPECT_TRUE(server.requests().empty());
}

TEST_F(HttpsClientTest, RefusesPrivateAddressesOutsideDevelopment) {
    shows({"R-072"});
    // The name is public enough; what it resolves to is not.
    const HttpsTestServer server([](const Request&) { return Response(); });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), AddressPolicy());
    EXPECT_EQ(get(client, server.url("/")).error(), FetchFault::address_refused);
    EXPECT_EQ(get(client, "https://169.254.169.254/latest/meta-data").error(), FetchFault::address_refused);
    EXPECT_EQ(get(client, "https://[::1]:443/").error(), FetchFault::address_refused);
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(HttpsClientTest, ReachesThePrivateNetworksThatTheOperatorNames) {
    const HttpsTestServer server([](const Request&) { return Response(); });
    AddressPolicy policy;
    policy.networks = {*parse_network("127.0.0.0/8")};
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), policy);
    EXPECT_TRUE(get(client, server.url("/")).has_value());
}

TEST_F(HttpsClientTest, SpeaksPlainHttpInDevelopmentOnly) {
    shows({"R-072"});
    HttpsTestServer::Options options;
    options.tls = false;
    const HttpsTestServer server([](const Request&) { return Response(); }, options);
    HttpsClient developing(loop.executor(), open_client_tls({}), loopback_allowed());
    EXPECT_TRUE(get(developing, server.url("/")).has_value());
    HttpsClient client(loop.executor(), open_client_tls({}), AddressPolicy());
    EXPECT_EQ(get(client, server.url("/")).error(), FetchFault::bad_url);
}

TEST_F(HttpsClientTest, RefusesAddressesThatAreNone) {
    HttpsClient client(loop.executor(), open_client_tls({}), loopback_allowed());
    for (const char* url :
         {"", "/fhir", "file:///etc/passwd", "https://user@localhost/", "https://localhost/#x", "https:///x",
          "https://local host/", "https://localhost/a b", "https://localhost/\r\nX: y"}) {
        EXPECT_EQ(get(client, url).error(), FetchFault::bad_url) << url;
    }
}

TEST_F(HttpsClientTest, SendsNoTokenThatCouldEndTheHeader) {
    const HttpsTestServer server([](const Request&) { return Response(); });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    HttpGet request;
    request.url = server.url("/");
    for (const char* token : {"a\r\nX-Injected: 1", "a b", "\xc3\xbc", "a\n"}) {
        request.bearer = token;
        EXPECT_EQ(get(client, request).error(), FetchFault::bad_token);
    }
    EXPECT_EQ(server.connections(), 0U);
}

// ---- servers that misbehave -----------------------------------------------------------------------------------------

TEST_F(HttpsClientTest, GivesUpAtTheDeadline) {
    Meeting given_up(2);
    const HttpsTestServer server([&](const Request&) {
        given_up.join();
        return Response();
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    EXPECT_EQ(get(client, server.url("/"), 200ms).error(), FetchFault::timed_out);
    given_up.join();
}

TEST_F(HttpsClientTest, ReadsNoMoreThanItIsAllowed) {
    const HttpsTestServer server([](const Request& request) {
        Response response;
        response.body = std::string(1001, 'x');
        if (request.target == "/chunked") {
            response.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            for (int i = 0; i < 11; ++i) response.raw += "64\r\n" + std::string(100, 'x') + "\r\n";
            response.raw += "0\r\n\r\n";
        }
        if (request.target == "/header") {
            response.raw = "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
        }
        return response;
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    for (const char* path : {"/", "/chunked", "/header"}) {
        HttpGet request;
        request.url = server.url(path);
        request.most_bytes = 1000;
        EXPECT_EQ(get(client, request).error(), FetchFault::too_large) << path;
    }
}

TEST_F(HttpsClientTest, NamesAnswersThatAreNone) {
    const HttpsTestServer server([](const Request& request) {
        Response response;
        if (request.target == "/garbage") response.raw = "garbage\r\n\r\n";
        if (request.target == "/half") response.raw = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
        if (request.target == "/both") {
            response.raw = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        }
        if (request.target == "/gzip") response.headers = {{"Content-Encoding", "gzip"}};
        return response;
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    for (const char* path : {"/garbage", "/half", "/both", "/gzip"}) {
        EXPECT_EQ(get(client, server.url(path)).error(), FetchFault::bad_answer) << path;
    }
}

TEST_F(HttpsClientTest, NamesAServerThatIsNotThere) {
    HttpsClient client(loop.executor(), open_client_tls({}), loopback_allowed());
    EXPECT_EQ(get(client, "https://127.0.0.1:1/").error(), FetchFault::unreachable);
}

TEST(ClientTls, IsRefusedAnAuthorityThatCannotBeRead) {
    EXPECT_EQ(open_client_tls("/nonexistent/ca.pem"), nullptr);
    EXPECT_EQ(open_client_tls("/dev/null"), nullptr);
}

}  // namespace
}  // namespace service
