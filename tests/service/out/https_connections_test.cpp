// What HttpsClient does with its connections: which it uses again, for whom, and who waits for one.
#include "service/out/answer_reader.hpp"
#include "service/out/https_client.hpp"
#include "tests/service/out/https_client_fixture.hpp"
#include "tests/shows.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <semaphore>
#include <string>
#include <utility>

namespace service {
namespace {

using namespace std::chrono_literals;
class HttpsConnectionsTest : public HttpsClientFixture {};

// ---- no answer to another request -----------------------------------------------------------------------------------

std::string answer_of(const std::string& body, const std::string& headers = {}) {
    return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers each request with its own path, behind what `before` says for the connection's first request.
HttpsTestServer::Conversation echo_behind(const std::string& before) {
    return [before](TestPeer& peer) {
        std::string first = before;
        while (const auto head = peer.head()) {
            peer.send(std::exchange(first, "") + answer_of(target_of(*head)));
        }
    };
}

/// TLS and plain TCP find stray bytes in different places.
class Strays : public HttpsConnectionsTest, public testing::WithParamInterface<bool> {
  protected:
    static HttpsTestServer::Options options() {
        HttpsTestServer::Options options;
        options.tls = GetParam();
        return options;
    }
    void expect_each_its_own(const HttpsTestServer& server, int requests) {
        HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
        for (int i = 0; i < requests; ++i) {
            const std::string path = "/" + std::to_string(i);
            const Answer answer = get(client, server.url(path));
            ASSERT_TRUE(answer.has_value()) << path << ": " << name_of(answer.error());
            EXPECT_EQ(answer->body, path);
        }
    }
};
INSTANTIATE_TEST_SUITE_P(OverTls, Strays, testing::Values(true));
INSTANTIATE_TEST_SUITE_P(Plain, Strays, testing::Values(false));

// RFC 9110, section 15.2. Read as the answer, it leaves the answer to the next request, and so on for ever.
TEST_P(Strays, ReadsPastEarlyHints) {
    shows({"R-170"});
    const HttpsTestServer server(echo_behind("HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"), options());
    expect_each_its_own(server, 3);
    EXPECT_EQ(server.connections(), 1U);
}

TEST_P(Strays, ReadsPastContinue) {
    shows({"R-170"});
    const HttpsTestServer server(echo_behind("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"), options());
    expect_each_its_own(server, 3);
    EXPECT_EQ(server.connections(), 1U);
}

TEST_P(Strays, UsesNoConnectionOnWhichSomethingCameUnasked) {
    shows({"R-170"});
    std::binary_semaphore sent(0);
    const HttpsTestServer::Conversation conversation = [&](TestPeer& peer) {
        while (const auto head = peer.head()) {
            peer.send(answer_of(target_of(*head)));
            peer.send(answer_of("stray"));
            sent.release();
        }
    };
    const HttpsTestServer server(conversation, options());
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    for (const char* path : {"/1", "/2", "/3"}) {
        const Answer answer = get(client, server.url(path));
        // Where the stray came in one piece with the answer, nobody knows which of them is ours.
        if (answer) {
            EXPECT_EQ(answer->body, path);
        } else {
            EXPECT_EQ(answer.error(), FetchFault::bad_answer);
        }
        sent.acquire();
    }
    EXPECT_EQ(server.connections(), 3U);
}

TEST_F(HttpsConnectionsTest, TakesNoAnswerThatWasThereBeforeTheRequest) {
    shows({"R-170"});
    std::binary_semaphore sent(0);
    const HttpsTestServer server([&](TestPeer& peer) {
        peer.send(answer_of("stray"));
        sent.release();
        peer.head();
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed(),
                       [&](std::string_view) { sent.acquire(); });
    EXPECT_EQ(get(client, server.url("/1")).error(), FetchFault::bad_answer);
}

TEST_P(Strays, AsksAgainWhereTheAnswerToAnEarlierRequestCrossed) {
    // The second answer on each connection is to its first request: it was late, and ours was faster.
    const HttpsTestServer::Conversation conversation = [&](TestPeer& peer) {
        std::string stray;
        while (const auto head = peer.head()) {
            const std::string own =
                answer_of(target_of(*head), "X-Request-Id: " + field_of(*head, "X-Request-Id") + "\r\n");
            peer.send(stray.empty() ? own : stray);
            stray = own;
        }
    };
    const HttpsTestServer server(conversation, options());
    expect_each_its_own(server, 4);
}

TEST_P(Strays, UsesNoConnectionWhoseExchangeWasNotOver) {
    // The first answer comes after the client has given up: it must not become the second one's.
    std::binary_semaphore given_up(0), late(0);
    std::atomic<int> connections = 0;
    const HttpsTestServer::Conversation conversation = [&](TestPeer& peer) {
        const bool first = ++connections == 1;
        while (const auto head = peer.head()) {
            if (first) given_up.acquire();
            peer.send(answer_of(target_of(*head)));
            if (first) late.release();
        }
    };
    const HttpsTestServer server(conversation, options());
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    EXPECT_EQ(get(client, server.url("/1"), 300ms).error(), FetchFault::timed_out);
    given_up.release();
    late.acquire();
    EXPECT_EQ(get(client, server.url("/2"))->body, "/2");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpsConnectionsTest, GivesEachRequestAnIdOfItsOwn) {
    std::vector<std::string> ids;
    const HttpsTestServer server([&](TestPeer& peer) {
        while (const auto head = peer.head()) {
            ids.push_back(field_of(*head, "X-Request-Id"));
            peer.send(answer_of("{}"));
        }
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(get(client, server.url("/")).has_value());
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_TRUE(ids[0].starts_with(request_id_prefix));
    EXPECT_NE(ids[0], ids[1]);
}

TEST_F(HttpsConnectionsTest, SharesNoConnectionBetweenRealms) {
    const HttpsTestServer server([](const Request&) { return Response(); });
    std::vector<std::string> connected;
    HttpsClient client(loop.executor(), open_client_tls({}), loopback_allowed(),
                       [&](std::string_view kind) { connected.emplace_back(kind); });
    const auto one = std::make_shared<const Realm>(Realm{open_client_tls(server.ca_file()), "fhir"});
    auto other = std::make_shared<const Realm>(Realm{open_client_tls(server.ca_file()), "keys"});
    HttpGet request;
    request.url = server.url("/");
    for (const auto& realm : {one, other, one, other}) {
        request.realm = realm;
        EXPECT_TRUE(get(client, request).has_value());
    }
    EXPECT_EQ(connected, (std::vector<std::string>{"fhir", "keys"}));
    request.realm = nullptr;
    EXPECT_EQ(get(client, request).error(), FetchFault::bad_certificate)
        << "an authority is trusted in its realm alone";
    // A realm ends with its configuration, and its connections with it, whatever takes its place in memory.
    other = std::make_shared<const Realm>(Realm{open_client_tls({}), "keys"});
    request.realm = other;
    EXPECT_EQ(get(client, request).error(), FetchFault::bad_certificate);
}

TEST_F(HttpsConnectionsTest, KeepsARequestThatWantsToBeAloneFromAllOthers) {
    std::vector<std::string> said;
    const HttpsTestServer server([&](TestPeer& peer) {
        while (const auto head = peer.head()) {
            said.push_back(field_of(*head, "Connection"));
            peer.send(answer_of("{}"));
        }
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    HttpGet request;
    request.url = server.url("/");
    for (const bool alone : {false, true, true, false}) {
        request.alone = alone;
        EXPECT_TRUE(get(client, request).has_value());
    }
    EXPECT_EQ(server.connections(), 3U);
    EXPECT_EQ(said, (std::vector<std::string>{"", "close", "close", ""}));
}

TEST_F(HttpsConnectionsTest, AsksCachesToStandAsideIfTheAnswerMustBeFresh) {
    std::vector<std::string> said;
    const HttpsTestServer server([&](TestPeer& peer) {
        while (const auto head = peer.head()) {
            said.push_back(field_of(*head, "Cache-Control"));
            peer.send(answer_of("{}"));
        }
    });
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed());
    HttpGet request;
    request.url = server.url("/");
    for (const bool fresh : {false, true}) {
        request.fresh = fresh;
        EXPECT_TRUE(get(client, request).has_value());
    }
    EXPECT_EQ(said, (std::vector<std::string>{"", "no-cache"}));
}

// ---- many at once ---------------------------------------------------------------------------------------------------

/// As many requests at once as there may be connections, and `more`. \returns what came of each, in the order of ends.
std::vector<Answer> many_at_once(HttpsClient& client, Loop& loop, const std::string& url, std::size_t more,
                                 std::chrono::milliseconds time) {
    std::vector<Answer> answers;
    HttpGet request;
    request.url = url;
    loop.run([](HttpsClient& with, HttpGet what, std::size_t count, Clock::time_point deadline,
                std::vector<Answer>& into) -> boost::asio::awaitable<bool> {
        boost::asio::steady_timer all_there(with.executor(), Clock::time_point::max());
        for (std::size_t i = 0; i < count; ++i) {
            boost::asio::co_spawn(with.executor(), with.get(what, deadline),
                                  [&](const std::exception_ptr&, Answer answer) {
                                      into.push_back(std::move(answer));
                                      if (into.size() == count) all_there.cancel();
                                  });
        }
        while (into.size() < count) {
            co_await all_there.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
        co_return true;
    }(client, request, HttpsClient::most_connections + more, Clock::now() + time, answers));
    return answers;
}

TEST_F(HttpsConnectionsTest, LetsRequestsWaitForAConnectionThatGetsFree) {
    HttpsTestServer::Options options;
    options.tls = false;
    const HttpsTestServer server([](const Request&) { return Response(); }, options);
    HttpsClient client(loop.executor(), open_client_tls({}), loopback_allowed());
    const auto answers = many_at_once(client, loop, server.url("/"), 3 * HttpsClient::most_connections, 60s);
    EXPECT_EQ(answers.size(), 4 * HttpsClient::most_connections);
    for (const Answer& answer : answers) EXPECT_TRUE(answer.has_value()) << name_of(answer.error());
    EXPECT_LE(server.connections(), HttpsClient::most_connections);
}

TEST_F(HttpsConnectionsTest, TellsThatNoConnectionGotFreeFromAServerThatDoesNotAnswer) {
    HttpsTestServer::Options options;
    options.tls = false;
    const HttpsTestServer server(
        [](TestPeer& peer) {
            while (peer.head()) {
            }
        },
        options);
    HttpsClient client(loop.executor(), open_client_tls({}), loopback_allowed());
    const auto answers = many_at_once(client, loop, server.url("/"), 5, 700ms);
    std::map<FetchFault, std::size_t> faults;
    for (const Answer& answer : answers) {
        ASSERT_FALSE(answer.has_value());
        ++faults[answer.error()];
    }
    EXPECT_EQ(faults, (std::map<FetchFault, std::size_t>{{FetchFault::timed_out, HttpsClient::most_connections},
                                                         {FetchFault::too_busy, 5}}));
}

TEST_F(HttpsConnectionsTest, KeepsAsManyConnectionsAsWereNeededAtOnce) {
    const HttpsTestServer server([](const Request&) { return Response(); });
    std::size_t handshakes = 0;
    HttpsClient client(loop.executor(), open_client_tls(server.ca_file()), loopback_allowed(),
                       [&](std::string_view) { ++handshakes; });
    for (int i = 0; i < 4; ++i) {
        for (const Answer& answer : many_at_once(client, loop, server.url("/"), 0, 60s))
            EXPECT_TRUE(answer.has_value());
    }
    EXPECT_EQ(handshakes, HttpsClient::most_connections);
}

}  // namespace
}  // namespace service
