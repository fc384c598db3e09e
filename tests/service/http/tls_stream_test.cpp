// Both sides in one thread: ours, and a client of Asio's, in both versions of TLS that are spoken.
#include "service/http/tls_stream.hpp"

#include "service/http/deadline.hpp"
#include "service/http/tls.hpp"
#include "tests/service/test_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace service {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
using ClientStream = ssl::stream<tcp::socket>;

class TlsStreamTest : public testing::Test {
  protected:
    using ServerSide = std::function<asio::awaitable<void>(TlsStream&)>;
    using ClientSide = std::function<asio::awaitable<void>(ClientStream&)>;

    /// Both, after their handshake, until they have ended.
    void run(const ServerSide& serve, const ClientSide& ask) {
        auto [ours, theirs] = connected_pair();
        TlsStream server(std::move(ours), *tls_);
        ClientStream client(std::move(theirs), trusting_);
        spawn([&]() -> asio::awaitable<void> {
            const auto [error, none] = co_await server.async_handshake(as_result);
            EXPECT_FALSE(error) << error.message();
            co_await serve(server);
        });
        spawn([&]() -> asio::awaitable<void> {
            const auto [error] = co_await client.async_handshake(ssl::stream_base::client, as_result);
            EXPECT_FALSE(error) << error.message();
            co_await ask(client);
        });
        io_.run();
    }

    std::pair<tcp::socket, tcp::socket> connected_pair() {
        tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        tcp::socket client(io_);
        client.connect(acceptor.local_endpoint());
        return {acceptor.accept(), std::move(client)};
    }

    void spawn(std::function<asio::awaitable<void>()> coroutine) {
        asio::co_spawn(io_, std::move(coroutine), [](const std::exception_ptr& failure) {
            if (failure) std::rethrow_exception(failure);
        });
    }

    /// That both sides speak this version, and no other.
    void speak(int version) {
        SSL_CTX_set_min_proto_version(trusting_.native_handle(), version);
        SSL_CTX_set_max_proto_version(trusting_.native_handle(), version);
    }

    asio::io_context io_;
    TestCertificate certificate_;
    TlsContext tls_ = *open_tls(certificate_.files());
    ssl::context trusting_{ssl::context::tls_client};
};

class EachVersion : public TlsStreamTest, public testing::WithParamInterface<int> {
  protected:
    EachVersion() { speak(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Tls, EachVersion, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) { return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

/// Reads once; what it ended with.
asio::awaitable<error_code> end_of(TlsStream& stream) {
    std::array<char, 100> bytes{};
    const auto [error, size] = co_await stream.async_read_some(asio::buffer(bytes), as_result);
    EXPECT_EQ(size, 0U);
    co_return error;
}

TEST_P(EachVersion, CarriesWhatTakesManyRecordsBothWays) {
    const std::string sent(3'000'000, 'x');
    std::string echoed(sent.size(), ' ');
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            std::string received(sent.size(), ' ');
            co_await asio::async_read(server, asio::buffer(received), as_result);
            co_await asio::async_write(server, asio::buffer(received), as_result);
        },
        [&](ClientStream& client) -> asio::awaitable<void> {
            co_await asio::async_write(client, asio::buffer(sent), as_result);
            co_await asio::async_read(client, asio::buffer(echoed), as_result);
        });
    EXPECT_EQ(echoed, sent);
}

// RFC 8446, 6.1: an end without close_notify may be an attacker's.
TEST_P(EachVersion, TellsAnEndFromAConnectionThatBrokeOff) {
    error_code polite, cut;
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            polite = co_await end_of(server);
            co_await server.async_shutdown(as_result);
        },
        [](ClientStream& client) -> asio::awaitable<void> { co_await client.async_shutdown(as_result); });
    io_.restart();
    run([&](TlsStream& server) -> asio::awaitable<void> { cut = co_await end_of(server); },
        [](ClientStream& client) -> asio::awaitable<void> {
            client.lowest_layer().shutdown(tcp::socket::shutdown_send);
            co_return;
        });
    EXPECT_EQ(polite, asio::error::eof) << polite.message();
    EXPECT_EQ(cut, ssl::error::stream_truncated) << cut.message();
}

TEST_P(EachVersion, TellsTheClientThatItEnds) {
    error_code told;
    run([](TlsStream& server) -> asio::awaitable<void> { co_await server.async_shutdown(as_result); },
        [&](ClientStream& client) -> asio::awaitable<void> {
            std::array<char, 100> bytes{};
            const auto [error, size] = co_await client.async_read_some(asio::buffer(bytes), as_result);
            told = error;
            co_await client.async_shutdown(as_result);
        });
    EXPECT_EQ(told, asio::error::eof) << told.message();
}

TEST_P(EachVersion, CanBeUsedAgainWhenAWaitWasCancelled) {
    error_code cancelled;
    std::string received(5, ' ');
    asio::steady_timer until_cancelled(io_, asio::steady_timer::time_point::max());
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            asio::post(io_, [&] { server.lowest_layer().cancel(); });
            cancelled = co_await end_of(server);
            until_cancelled.cancel();
            co_await asio::async_read(server, asio::buffer(received), as_result);
        },
        [&](ClientStream& client) -> asio::awaitable<void> {
            co_await until_cancelled.async_wait(as_result);
            const std::string sent = "hello";
            co_await asio::async_write(client, asio::buffer(sent), as_result);
        });
    EXPECT_EQ(cancelled, asio::error::operation_aborted) << cancelled.message();
    EXPECT_EQ(received, "hello");
}

// What is left of a record, its socket knows nothing of.
TEST_P(EachVersion, KnowsWhatItHasReadAheadOfItsReader) {
    bool before = true, within = false, after = true;
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            std::string part(1, ' '), rest(4, ' ');
            before = server.has_pending();
            co_await asio::async_read(server, asio::buffer(part), as_result);
            within = server.has_pending();
            co_await asio::async_read(server, asio::buffer(rest), as_result);
            after = server.has_pending();
            server.lowest_layer().close();
        },
        [](ClientStream& client) -> asio::awaitable<void> {
            const std::string sent = "hello";
            co_await asio::async_write(client, asio::buffer(sent), as_result);
            std::array<char, 100> bytes{};
            co_await client.async_read_some(asio::buffer(bytes), as_result);  // until the other side is gone
        });
    EXPECT_FALSE(before);
    EXPECT_TRUE(within);
    EXPECT_FALSE(after);
}

// By default SIGPIPE ends the process.
TEST_P(EachVersion, OutlivesAClientThatIsGoneWhileItIsWrittenTo) {
    error_code told;
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            const std::string much(100'000, 'x');
            while (!told) {
                const auto [error, size] = co_await asio::async_write(server, asio::buffer(much), as_result);
                told = error;
            }
        },
        [](ClientStream& client) -> asio::awaitable<void> {
            client.lowest_layer().close();
            co_return;
        });
    EXPECT_TRUE(told == asio::error::broken_pipe || told == asio::error::connection_reset) << told.message();
}

TEST_F(TlsStreamTest, RefusesAHandshakeThatIsNone) {
    auto [ours, theirs] = connected_pair();
    TlsStream server(std::move(ours), *tls_);
    asio::write(theirs, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
    error_code told;
    spawn([&]() -> asio::awaitable<void> {
        const auto [error, none] = co_await server.async_handshake(as_result);
        told = error;
    });
    io_.run();
    EXPECT_EQ(told.category(), asio::error::get_ssl_category()) << told.message();
}

TEST_F(TlsStreamTest, TellsAHandshakeThatBrokeOff) {
    auto [ours, theirs] = connected_pair();
    TlsStream server(std::move(ours), *tls_);
    theirs.close();
    error_code told;
    spawn([&]() -> asio::awaitable<void> {
        const auto [error, none] = co_await server.async_handshake(as_result);
        told = error;
    });
    io_.run();
    EXPECT_EQ(told, ssl::error::stream_truncated) << told.message();
}

// ---- a socket that somebody else has closed -------------------------------------------------------------------------

// The number of a closed socket is the next one's that is opened.
TEST_P(EachVersion, WritesNothingOnceItsSocketIsClosed) {
    std::array<int, 2> others{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, others.data()), 0);
    error_code of_write, of_shutdown;
    int number = -1;
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            number = server.lowest_layer().native_handle();
            server.lowest_layer().close();
            EXPECT_EQ(::dup2(others[0], number), number);
            const auto [error, size] = co_await server.async_write_some(asio::buffer("secret", 6), as_result);
            of_write = error;
            const auto [end, none] = co_await server.async_shutdown(as_result);
            of_shutdown = end;
        },
        [](ClientStream&) -> asio::awaitable<void> { co_return; });
    EXPECT_EQ(of_write, asio::error::bad_descriptor) << of_write.message();
    EXPECT_EQ(of_shutdown, asio::error::bad_descriptor) << of_shutdown.message();
    char byte = 0;
    EXPECT_EQ(::recv(others[1], &byte, 1, MSG_DONTWAIT), -1) << "bytes for the client reached another socket";
    for (const int each : {others[0], others[1], number}) ::close(each);
}

// Part of a record may be out, and nothing behind it would be understood.
TEST_P(EachVersion, EndsAtOnceBehindAWriteThatWasCancelled) {
    error_code of_write, of_next, of_shutdown;
    asio::steady_timer until_over(io_, asio::steady_timer::time_point::max());
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            const auto deadline = std::make_shared<Deadline>(server.lowest_layer());
            deadline->set(std::chrono::milliseconds(50));
            const std::string much(50'000'000, 'x');
            const auto [error, size] = co_await asio::async_write(server, asio::buffer(much), as_result);
            of_write = error;
            const auto [next, more] = co_await asio::async_write(server, asio::buffer(much, 1), as_result);
            of_next = next;
            deadline->set(std::chrono::milliseconds(50));
            const auto [end, none] = co_await server.async_shutdown(as_result);
            of_shutdown = end;
            deadline->retire();
            until_over.cancel();
        },
        [&](ClientStream&) -> asio::awaitable<void> { co_await until_over.async_wait(as_result); });
    EXPECT_EQ(of_write, asio::error::operation_aborted) << of_write.message();
    EXPECT_EQ(of_next, asio::error::connection_aborted) << of_next.message();
    EXPECT_EQ(of_shutdown, asio::error::connection_aborted) << of_shutdown.message();
}

// ---- a client that sends no application data ------------------------------------------------------------------------

class Tls13 : public TlsStreamTest {
  protected:
    Tls13() { speak(TLS1_3_VERSION); }
};

/// Sends so many KeyUpdates, or fewer if the other side is gone.
asio::awaitable<void> update_keys(ClientStream& client, int times) {
    for (int i = 0; i < times; ++i) {
        SSL_key_update(client.native_handle(), SSL_KEY_UPDATE_NOT_REQUESTED);
        const auto [error] = co_await client.async_handshake(ssl::stream_base::client, as_result);
        if (error) break;
    }
}

// What was to come meanwhile comes: here, a cancel. One KeyUpdate is 27 bytes, so that all together are three tries.
TEST_F(Tls13, GivesOthersATurnBetweenKeyUpdatesThatAreThere) {
    asio::steady_timer until_sent(io_, asio::steady_timer::time_point::max()), until_over = asio::steady_timer(io_);
    until_over.expires_at(asio::steady_timer::time_point::max());
    error_code told;
    std::size_t left = 0;
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            co_await until_sent.async_wait(as_result);
            asio::post(io_, [&] { server.lowest_layer().cancel(); });
            told = co_await end_of(server);
            left = server.lowest_layer().available();
            until_over.cancel();
        },
        [&](ClientStream& client) -> asio::awaitable<void> {
            co_await update_keys(client, 3'000);
            until_sent.cancel();
            co_await until_over.async_wait(as_result);
        });
    EXPECT_EQ(told, asio::error::operation_aborted) << told.message();
    EXPECT_GT(left, 0U);
}

TEST_F(Tls13, EndsAClientThatSendsKeyUpdatesAndNothingElse) {
    error_code told;
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            told = co_await end_of(server);
            server.lowest_layer().close();
        },
        [](ClientStream& client) -> asio::awaitable<void> { co_await update_keys(client, 30'000); });
    EXPECT_EQ(told, asio::error::message_size) << told.message();
}

TEST_F(Tls13, ReadsOnBehindAFewKeyUpdates) {
    std::string received(5, ' ');
    run(
        [&](TlsStream& server) -> asio::awaitable<void> {
            co_await asio::async_read(server, asio::buffer(received), as_result);
        },
        [](ClientStream& client) -> asio::awaitable<void> {
            co_await update_keys(client, 10);
            co_await asio::async_write(client, asio::buffer("hello", 5), as_result);
        });
    EXPECT_EQ(received, "hello");
}

/// A client whose bytes we send: its Finished together with what is behind it.
asio::awaitable<void> send_with_finished(tcp::socket& socket, std::string_view request) {
    ssl::context context(ssl::context::tls_client);
    const std::unique_ptr<SSL, void (*)(SSL*)> client(SSL_new(context.native_handle()), SSL_free);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    SSL_set_bio(client.get(), in, out);
    SSL_set_connect_state(client.get());
    std::array<char, 16 * 1024> bytes{};
    bool is_done = false;
    while (!is_done) {
        is_done = SSL_do_handshake(client.get()) == 1;
        if (is_done) SSL_write(client.get(), request.data(), static_cast<int>(request.size()));
        if (const int size = BIO_read(out, bytes.data(), bytes.size()); size > 0)
            co_await asio::async_write(socket, asio::buffer(bytes.data(), static_cast<std::size_t>(size)), as_result);
        if (is_done) break;
        const auto [error, size] = co_await socket.async_read_some(asio::buffer(bytes), as_result);
        if (error) break;
        BIO_write(in, bytes.data(), static_cast<int>(size));
    }
}

// The client's Finished and its request may come in one segment, of which the socket knows nothing once that is read.
TEST_F(Tls13, KnowsOfARequestThatCameWithTheHandshake) {
    auto [ours, theirs] = connected_pair();
    TlsStream server(std::move(ours), *tls_);
    std::string received(5, ' ');
    bool is_pending = false;
    spawn([&]() -> asio::awaitable<void> {
        co_await server.async_handshake(as_result);
        is_pending = server.has_pending();
        co_await asio::async_read(server, asio::buffer(received), as_result);
    });
    spawn([&]() -> asio::awaitable<void> { co_await send_with_finished(theirs, "hello"); });
    io_.run();
    EXPECT_TRUE(is_pending);
    EXPECT_EQ(received, "hello");
}

}  // namespace
}  // namespace service
