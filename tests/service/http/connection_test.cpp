// What a request may cost before it is known whether it may be asked: the head decides, and a body that nobody wants is
// read past within bounds, or ends the connection.
#include "tests/service/raw_client.hpp"
#include "tests/service/test_server.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

namespace service {
namespace {

/// How long a connection may take to close before it counts as left open: long, since machines may be busy.
constexpr std::chrono::seconds patience{20};

using namespace std::chrono_literals;

class ConnectionTest : public testing::Test {
  protected:
    ~ConnectionTest() override { EXPECT_TRUE(server_.serves()); }

    TestServer server_;
};

std::string announcing(std::string_view target, std::size_t body, std::string_view more_headers = "") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
           std::string(more_headers) + "Content-Length: " + std::to_string(body) + "\r\n\r\n";
}

// The first part of the promise is the status: it can only come before the body if nobody waits for the body.
TEST_F(ConnectionTest, RefusesALargeBodyThatHasNotCome) {
    RawClient client(server_.port());
    const HttpReply reply = client.exchange(announcing("/cds-services/unknown", 1'000'000));
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST_F(ConnectionTest, DoesNotSayContinueToAClientThatItRefuses) {
    RawClient client(server_.port());
    EXPECT_EQ(client.exchange(announcing("/cds-services/unknown", 4, "Expect: 100-continue\r\n")).status, 404);
    EXPECT_TRUE(client.is_closed_within(patience)) << "whether the body comes, nobody knows";
}

// RFC 9110, 10.1.1.
TEST_F(ConnectionTest, DoesNotSayContinueInHttp10) {
    RawClient client(server_.port());
    client.send(
        "POST /cds-services/echo HTTP/1.0\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        "Content-Length: 4\r\n\r\n1234");
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(ConnectionTest, KeepsTheConnectionOfARefusedRequestWithASmallBody) {
    RawClient client(server_.port());
    client.send(announcing("/cds-services/unknown", 60'000));
    for (int i = 0; i < 6; ++i) client.send(std::string(10'000, ' '));
    EXPECT_EQ(client.receive().status, 404);
    const std::string chunked =
        "POST /cds-services/unknown HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    EXPECT_EQ(client.exchange(chunked).status, 404);
    EXPECT_EQ(client.exchange(post("/cds-services/echo", "123")).body, "3");
}

TEST_F(ConnectionTest, ReadsPastSoMuchOfARefusedBodyAndNoMore) {
    RawClient client(server_.port());
    client.send(
        "POST /cds-services/unknown HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "8000\r\n" + std::string(0x8000, ' ') + "\r\n";
    for (int i = 0; i < 8; ++i) client.send(chunk);
    const HttpReply reply = client.receive();
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST(ConnectionLimitsTest, WaitsForTheRestOfARefusedBodyOnlyForAWhile) {
    TestServerOptions options;
    options.connection.shutdown = 100ms;
    const TestServer server(std::move(options));
    RawClient client(server.port());
    const HttpReply reply = client.exchange(announcing("/cds-services/unknown", 10) + "12");
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_within(patience));
}

// A rate that is used up costs no body either.
TEST(ConnectionLimitsTest, AsksForPatienceBeforeTheBodyHasCome) {
    shows({"status.429"});
    TestServerOptions options;
    options.requests_per_second = 1;
    const TestServer server(std::move(options));
    RawClient client(server.port());
    EXPECT_EQ(client.exchange(get("/cds-services")).status, 200);
    EXPECT_EQ(client.exchange(announcing("/cds-services/echo", 1'000'000)).status, 429);
}

// ---- bytes that are no request --------------------------------------------------------------------------------------

constexpr std::string_view begun_record = "\x17";  // application data (RFC 8446, 5.1), of which the rest does not come

class IdleConnection : public testing::Test {
  protected:
    ~IdleConnection() override { EXPECT_TRUE(server_.serves()); }

    TestServer server_{impatient()};
};

TEST_F(IdleConnection, EndsInTimeThoughARecordHasBegun) {
    RawClient client(server_.port());
    client.send_beneath(begun_record);
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST_F(IdleConnection, EndsInTimeThoughKeysWereUpdated) {
    RawClient client(server_.port());
    client.update_keys();
    EXPECT_TRUE(client.is_closed_within(patience));
}

TEST_F(IdleConnection, EndsInTimeThoughEmptyLinesCome) {
    RawClient client(server_.port());
    std::string lines;
    for (int i = 0; i < 4'000; ++i) lines += "\r\n";
    const auto until = std::chrono::steady_clock::now() + patience;
    bool is_open = true;
    while (is_open && std::chrono::steady_clock::now() < until) is_open = client.send(lines);
    EXPECT_FALSE(is_open);
}

TEST(Connection, IsNoReasonToStopLateIfOnlyARecordHasBegun) {
    TestServer server;
    RawClient begun(server.port()), updated(server.port());
    begun.send_beneath(begun_record);
    updated.update_keys();
    server.stop();
    EXPECT_TRUE(begun.is_closed_within(patience));
    EXPECT_TRUE(updated.is_closed_within(patience));
    EXPECT_EQ(server.wait(), 0U);
}

/// Has something to do afterwards, for which it waits until the client has the reply.
class BusyAfterwards final : public CdsServices {
  public:
    const Discovery& discovery(const ClientProfile&) const override { return discovery_; }
    bool offers(std::string_view) const override { return true; }
    std::optional<std::string> about(std::string_view, std::string_view) const override { return std::nullopt; }
    boost::asio::awaitable<Reply> call(ServiceCall) const override {
        Reply reply;
        reply.body = "{}";
        reply.afterwards = [this] {
            came_first_.set_value(received_.get_future().wait_for(patience) == std::future_status::ready);
        };
        co_return reply;
    }

    mutable std::promise<void> received_;
    mutable std::promise<bool> came_first_;

  private:
    Discovery discovery_ = {"{}", "\"\""};
};

TEST(Connection, SendsAReplyBeforeItDoesWhatIsToBeDoneAfterwards) {
    const auto services = std::make_shared<const BusyAfterwards>();
    TestServerOptions options;
    options.services = services;
    TestServer server(std::move(options));
    EXPECT_EQ(RawClient(server.port()).exchange(post("/cds-services/any", "{}")).status, 200);
    services->received_.set_value();
    EXPECT_TRUE(services->came_first_.get_future().get());
}

}  // namespace
}  // namespace service
