// Many clients on one thread: each keeps a TLS connection and sends one prepared call after the other, as fast as the
// answers come or at a rate that does not wait for them.
//
//     load_client PORT TARGET BODY_FILE CONNECTIONS CALLS_PER_SECOND SECONDS
//
// CALLS_PER_SECOND 0: as fast as the answers come. Prints one JSON object: calls due and sent, answers by status, the
// latencies of those answered 200 and of the others, refusals without Retry-After, connections that failed. Loopback
// only; the server's certificate is not looked at.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using tcp = asio::ip::tcp;
using Stream = asio::ssl::stream<tcp::socket>;
using Response = http::response<http::string_body>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds patience(12);  // for answers that are still due at the end
constexpr std::chrono::milliseconds pause_after_failure(100);
constexpr std::chrono::milliseconds time_to_connect(3);  // for each client, before the first call

struct Plan {
    tcp::endpoint server;
    std::string request;
    Clock::time_point begin, end;
    Clock::duration between{};  ///< two calls of one client; zero: none
};

struct Tally {
    std::uint64_t sent = 0, failed_connections = 0, without_retry_after = 0;
    std::map<unsigned, std::uint64_t> answers;
    std::vector<double> served_ms, refused_ms;

    void take(const Response& response, Clock::duration took) {
        const double ms = std::chrono::duration<double, std::milli>(took).count();
        ++answers[response.result_int()];
        (response.result_int() == 200 ? served_ms : refused_ms).push_back(ms);
        const bool to_be_told = response.result_int() == 503 || response.result_int() == 429;
        if (to_be_told && response[http::field::retry_after].empty()) ++without_retry_after;
    }
};

double percentile(std::vector<double>& values, double part) {
    if (values.empty()) return 0;
    const auto at = std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
    return values[at];
}

asio::awaitable<bool> connect(Stream& stream, const Plan& plan) {
    const auto [refused] = co_await stream.next_layer().async_connect(plan.server, as_result);
    if (refused) co_return false;
    stream.next_layer().set_option(tcp::no_delay(true));
    const auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::client, as_result);
    co_return !failed;
}

/// One call. \returns whether the connection may be used for another.
asio::awaitable<bool> call(Stream& stream, const Plan& plan, Tally& tally) {
    const auto start = Clock::now();
    ++tally.sent;
    const auto [lost, written] = co_await asio::async_write(stream, asio::buffer(plan.request), as_result);
    if (lost) co_return false;
    boost::beast::flat_buffer buffer;
    Response response;
    const auto [error, read] = co_await http::async_read(stream, buffer, response, as_result);
    if (error) co_return false;
    tally.take(response, Clock::now() - start);
    co_return response.keep_alive();
}

asio::awaitable<void> client(asio::ssl::context& tls, const Plan& plan, Tally& tally, Clock::duration offset) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::optional<Stream> stream;
    Clock::time_point due = plan.begin + offset;
    while (Clock::now() < plan.end) {
        if (!stream) {
            stream.emplace(timer.get_executor(), tls);
            const bool connected = co_await connect(*stream, plan);
            if (!connected) {
                ++tally.failed_connections;
                stream.reset();
                timer.expires_after(pause_after_failure);
                co_await timer.async_wait(as_result);
                continue;
            }
        }
        timer.expires_at(due);
        co_await timer.async_wait(as_result);
        const std::uint64_t answered = tally.served_ms.size() + tally.refused_ms.size();
        const bool keep = co_await call(*stream, plan, tally);
        if (!keep) {
            if (answered == tally.served_ms.size() + tally.refused_ms.size()) ++tally.failed_connections;
            stream.reset();
        }
        due += plan.between;  // a client that is behind sends at once
    }
}

void print(const Plan& plan, std::size_t connections, Tally& tally) {
    const double seconds = std::chrono::duration<double>(plan.end - plan.begin).count();
    std::cout << "{\"seconds\":" << seconds << ",\"sent\":" << tally.sent
              << ",\"failed_connections\":" << tally.failed_connections
              << ",\"without_retry_after\":" << tally.without_retry_after << ",\"due\":";
    const double between = std::chrono::duration<double>(plan.between).count();
    std::cout << (between > 0 ? static_cast<double>(connections) * seconds / between : 0) << ",\"answers\":{";
    const char* separator = "";
    for (const auto& [status, count] : tally.answers) {
        std::cout << separator << '"' << status << "\":" << count;
        separator = ",";
    }
    std::cout << '}';
    for (auto* values : {&tally.served_ms, &tally.refused_ms}) {
        std::cout << (values == &tally.served_ms ? ",\"served_ms\":" : ",\"refused_ms\":")
                  << "{\"p50\":" << percentile(*values, 0.5) << ",\"p99\":" << percentile(*values, 0.99)
                  << ",\"most\":" << percentile(*values, 1) << '}';
    }
    std::cout << "}\n";
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 7) {
        std::cerr << "usage: load_client PORT TARGET BODY_FILE CONNECTIONS CALLS_PER_SECOND SECONDS\n";
        return 2;
    }
    std::ifstream file(arguments[3], std::ios::binary);
    const std::string body(std::istreambuf_iterator<char>(file), {});
    const auto connections = static_cast<std::size_t>(std::atoi(arguments[4]));
    const double rate = std::atof(arguments[5]);
    Plan plan;
    plan.server = {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(arguments[1]))};
    plan.request = "POST " + std::string(arguments[2]) +
                   " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json" +
                   "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    plan.begin = Clock::now() + time_to_connect * static_cast<long>(connections);
    plan.end = plan.begin + std::chrono::seconds(std::atoi(arguments[6]));
    if (rate > 0) {
        plan.between = std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(static_cast<double>(connections) / rate));
    }
    asio::io_context io(1);
    asio::ssl::context tls(asio::ssl::context::tls_client);
    Tally tally;
    for (std::size_t i = 0; i < connections; ++i) {
        const auto offset = plan.between * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(connections);
        asio::co_spawn(io, client(tls, plan, tally, offset), asio::detached);
    }
    io.run_until(plan.end + patience);
    print(plan, connections, tally);
    return 0;
}
