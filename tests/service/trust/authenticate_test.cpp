#include "service/trust/authenticate.hpp"

#include "tests/service/https_test_server.hpp"
#include "tests/service/loop.hpp"
#include "tests/service/signing_key.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace service {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;
using Request = HttpsTestServer::Request;
using Response = HttpsTestServer::Response;

const std::string endpoint = "https://cds.example.org/cds-services/one";

/// Real seconds, and how far the test has moved on; and how far somebody has set the wall clock.
std::atomic<long> moved_s = 0, set_s = 0;
WallTime moved_time() {
    return wall_time() + std::chrono::seconds(moved_s + set_s);
}
KeyCache::Clock::time_point moved_ticks() {
    return KeyCache::Clock::now() + std::chrono::seconds(moved_s);
}

class AuthenticateTest : public testing::Test {
  protected:
    void SetUp() override { moved_s = set_s = 0; }

    void trust_key_server(const HttpsTestServer& server, ReplayPolicy policy = ReplayPolicy::strict) {
        Client hospital;
        hospital.issuer = "https://ehr.example.org";
        hospital.keys_at = server.url("/jwks.json");
        hospital.replay = policy;
        client = std::make_unique<HttpsClient>(loop.executor(), open_client_tls(server.ca_file()),
                                               AddressPolicy{.development = true, .networks = {}});
        with = {std::make_shared<Trust>(std::vector{hospital}, replay),
                client.get(),
                pool.get_executor(),
                &store_calls,
                &moved_time,
                &moved_ticks};
    }

    std::string token(const SigningKey& key) {
        const long now = std::chrono::duration_cast<std::chrono::seconds>(moved_time().time_since_epoch()).count();
        return "Bearer " + key.token({{"iss", "https://ehr.example.org"},
                                      {"aud", endpoint},
                                      {"iat", now},
                                      {"exp", now + 300},
                                      {"jti", std::to_string(++tokens)}});
    }

    boost::system::result<Caller, TokenFault> authenticated(const std::string& authorization) {
        return loop.run(authenticate(with, authorization, use));
    }

    const TokenUse use = {{endpoint}, "POST", "/cds-services/one", "{}"};
    Loop loop;
    asio::thread_pool pool{2};
    ReplayWindow replay;
    BlockingCalls store_calls{{.threads = 1}};
    std::unique_ptr<HttpsClient> client;
    Authentication with;
    int tokens = 0;
};

TEST_F(AuthenticateTest, FetchesTheKeysOnce) {
    shows({"R-143"});
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = key.key_set();
        return response;
    });
    trust_key_server(server);
    const std::string first = token(key);
    EXPECT_TRUE(authenticated(first).has_value());
    EXPECT_TRUE(authenticated(token(key)).has_value());
    EXPECT_EQ(authenticated(first).error(), TokenFault::replayed);
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(server.requests()[0].authorization, "") << "nothing of the caller's goes to the key server";
}

TEST_F(AuthenticateTest, LetsCallersWaitForTheFetchOfTheFirst) {
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = key.key_set();
        response.delay = 100ms;
        return response;
    });
    trust_key_server(server);
    asio::io_context& io = static_cast<asio::io_context&>(loop.executor().context());
    int admitted = 0;
    std::vector<std::string> authorizations;
    for (int i = 0; i < 5; ++i) authorizations.push_back(token(key));
    for (const std::string& authorization : authorizations) {
        asio::co_spawn(io, authenticate(with, authorization, use),
                       [&](const std::exception_ptr&, const boost::system::result<Caller, TokenFault>& caller) {
                           if (caller) ++admitted;
                       });
    }
    io.restart();
    io.run();
    EXPECT_EQ(admitted, 5);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(AuthenticateTest, LearnsOfANewKeyByItself) {
    shows({"R-143"});
    const SigningKey old_key = SigningKey::make(Algorithm::es384, "old");
    const SigningKey new_key = SigningKey::make(Algorithm::es384, "new");
    std::atomic<bool> rotated = false;
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = rotated ? new_key.key_set() : old_key.key_set();
        return response;
    });
    trust_key_server(server);
    EXPECT_TRUE(authenticated(token(old_key)).has_value());
    rotated = true;
    EXPECT_TRUE(authenticated(token(new_key)).has_value()) << "right after a fetch";
    EXPECT_EQ(authenticated(token(old_key)).error(), TokenFault::unknown_key) << "which is not asked for again yet";
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(AuthenticateTest, TrustsNoKeyOfASetThatWasEmptied) {
    shows({"R-143"});
    const SigningKey key = SigningKey::make(Algorithm::es384);
    std::atomic<bool> emptied = false;
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = emptied ? R"({"keys":[]})" : key.key_set();
        return response;
    });
    trust_key_server(server);
    RecordingLog log;
    with.log = &log;
    EXPECT_TRUE(authenticated(token(key)).has_value());
    emptied = true;
    moved_s = 3600;
    EXPECT_EQ(authenticated(token(key)).error(), TokenFault::unknown_key);
    EXPECT_GE(log.count(R"("fine":true,"reason":"no-usable-key")"), 1U) << log.text();
}

// A key set's life is a duration: a wall clock that is set back does not make it longer, nor one set ahead shorter.
TEST_F(AuthenticateTest, CountsTheLifeOfKeysByAClockThatNobodySets) {
    shows({"R-143"});
    const SigningKey key = SigningKey::make(Algorithm::es384);
    std::atomic<bool> emptied = false;
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = emptied ? R"({"keys":[]})" : key.key_set();
        return response;
    });
    trust_key_server(server);
    EXPECT_TRUE(authenticated(token(key)).has_value());
    set_s = 7 * 86'400;
    EXPECT_TRUE(authenticated(token(key)).has_value());
    EXPECT_EQ(server.requests().size(), 1U);
    emptied = true;
    set_s = -7 * 86'400;
    moved_s = 3600;
    EXPECT_EQ(authenticated(token(key)).error(), TokenFault::unknown_key);
}

TEST_F(AuthenticateTest, GoesOnWithTheKeysItHasWhileTheirServerFails) {
    shows({"R-143"});
    const SigningKey key = SigningKey::make(Algorithm::es384);
    std::atomic<bool> broken = false;
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = key.key_set();
        if (broken) response.status = 503;
        return response;
    });
    trust_key_server(server);
    EXPECT_TRUE(authenticated(token(key)).has_value());
    broken = true;
    moved_s = 2 * 3600;
    EXPECT_TRUE(authenticated(token(key)).has_value());
    moved_s += 61;
    EXPECT_TRUE(authenticated(token(key)).has_value());
    EXPECT_EQ(server.requests().size(), 3U) << "it is asked again, but by the way";
    moved_s = 24 * 3600 + 60;
    EXPECT_EQ(authenticated(token(key)).error(), TokenFault::keys_unavailable) << "but not for ever";
    broken = false;
    moved_s += 6;
    EXPECT_TRUE(authenticated(token(key)).has_value());
}

TEST_F(AuthenticateTest, RefusesAllWhenThereNeverWereKeys) {
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([](const Request&) {
        Response response;
        response.status = 302;
        response.headers = {{"Location", "https://evil.example.org/jwks.json"}};
        return response;
    });
    trust_key_server(server);
    RecordingLog log;
    with.log = &log;
    EXPECT_EQ(authenticated(token(key)).error(), TokenFault::keys_unavailable);
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(log.count(R"("fine":false,"reason":"status-302")"), 1U) << log.text();
}

// A token that was turned away for lack of time has not been used.
TEST_F(AuthenticateTest, TurnsAwayWhatWouldWaitTooLongForItsCheck) {
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = key.key_set();
        return response;
    });
    trust_key_server(server);
    std::atomic<std::size_t> checks = most_checks;
    with.checks = &checks;
    const std::string one = token(key);
    EXPECT_EQ(authenticated(one).error(), TokenFault::too_many_checks);
    EXPECT_EQ(checks, most_checks);
    checks = most_checks - 1;
    EXPECT_TRUE(authenticated(one).has_value());
    EXPECT_EQ(checks, most_checks - 1);
}

// ---- how often, and what for ----------------------------------------------------------------------------------------

TEST_F(AuthenticateTest, TakesNothingOfAClientsShareForCallersWithoutAGoodToken) {
    shows({"status.429"});
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = key.key_set();
        return response;
    });
    trust_key_server(server);
    RateLimits rates(3);
    with.rates = &rates;
    with.ticks = [] { return KeyCache::Clock::time_point(std::chrono::hours(1)); };
    const std::string forged = token(SigningKey::make(Algorithm::es384));
    const std::string flood[] = {"", "Bearer x.y.z", forged};
    for (const std::string& stranger : flood) EXPECT_NE(authenticated(stranger).error(), TokenFault::too_many_requests);
    for (const std::string& stranger : flood) EXPECT_EQ(authenticated(stranger).error(), TokenFault::too_many_requests);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(authenticated(token(key)).has_value()) << i;
    EXPECT_EQ(authenticated(token(key)).error(), TokenFault::too_many_requests);
}

// It may come again with it: that is what 429 asks for.
TEST_F(AuthenticateTest, DoesNotSpendTheTokenOfAClientThatComesTooOften) {
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = key.key_set();
        return response;
    });
    trust_key_server(server);
    RateLimits rates(1);
    with.rates = &rates;
    const std::string first = token(key), second = token(key);
    static std::atomic<long> at_s;
    at_s = 3600;
    with.ticks = [] { return KeyCache::Clock::time_point(std::chrono::seconds(at_s)); };
    EXPECT_TRUE(authenticated(first).has_value());
    EXPECT_EQ(authenticated(second).error(), TokenFault::too_many_requests);
    at_s += 1;
    EXPECT_TRUE(authenticated(second).has_value());
}

TEST_F(AuthenticateTest, SpendsATokenForSeveralBodiesOnTheBodyThatCame) {
    shows({"R-141"});
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([&](const Request&) {
        Response response;
        response.body = key.key_set();
        return response;
    });
    trust_key_server(server, ReplayPolicy::same_body);
    const std::string one = token(key);
    TokenUse on_body = use;
    const auto spent_on = [&](std::string_view body) {
        const auto caller = authenticated(one);
        on_body.body = body;
        return loop.run(spend_on_body(with, *caller, on_body));
    };
    EXPECT_EQ(spent_on("{}"), std::nullopt);
    EXPECT_EQ(spent_on("{ }"), std::nullopt);
    EXPECT_EQ(spent_on("{}"), TokenFault::replayed);
}

TEST(TokenFaults, AreTheTokensOrOurs) {
    // R-139: the client learns nothing of why; but what it cannot mend is not its fault.
    EXPECT_EQ(fault_of(TokenFault::expired), Fault::unauthenticated);
    EXPECT_EQ(fault_of(TokenFault::replayed), Fault::unauthenticated);
    EXPECT_EQ(fault_of(TokenFault::unknown_key), Fault::unauthenticated);
    EXPECT_EQ(fault_of(TokenFault::keys_unavailable), Fault::keys_unavailable);
    EXPECT_EQ(fault_of(TokenFault::replay_unknown), Fault::store_unavailable);
    EXPECT_EQ(fault_of(TokenFault::too_many_checks), Fault::overloaded);
    EXPECT_EQ(fault_of(TokenFault::too_many_requests), Fault::too_many_requests);
}

TEST_F(AuthenticateTest, AsksNobodyAboutATokenThatIsRefusedAnyway) {
    const SigningKey key = SigningKey::make(Algorithm::es384);
    const HttpsTestServer server([](const Request&) { return Response(); });
    trust_key_server(server);
    EXPECT_EQ(authenticated("").error(), TokenFault::absent);
    EXPECT_EQ(
        authenticated(
            "Bearer " +
            key.token({{"iss", "https://other.example.org"}, {"aud", endpoint}, {"iat", 1}, {"exp", 2}, {"jti", "1"}}))
            .error(),
        TokenFault::unknown_issuer);
    EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace service
