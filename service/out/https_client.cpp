#include "service/out/https_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url.hpp>

#include <algorithm>
#include <utility>

namespace service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
namespace urls = boost::urls;
using boost::system::error_code;
using boost::system::result;
using tcp = boost::asio::ip::tcp;
using Clock = HttpsClient::Clock;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t header_bytes_limit = 16 * 1024;

/// RFC 6750, section 2.1, and what else servers make tokens of: visible characters, so that none can end the header.
bool fits_a_header(std::string_view token) {
    return std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
}

FetchFault fault_of(const error_code& error, FetchFault otherwise) {
    if (error == beast::error::timeout || error == asio::error::timed_out) return FetchFault::timed_out;
    if (error == http::error::body_limit || error == http::error::header_limit) return FetchFault::too_large;
    return otherwise;
}

}  // namespace

std::string_view name_of(FetchFault fault) noexcept {
    switch (fault) {
        case FetchFault::bad_url:
            return "bad-url";
        case FetchFault::bad_token:
            return "bad-token";
        case FetchFault::unresolved:
            return "unresolved";
        case FetchFault::address_refused:
            return "address-refused";
        case FetchFault::unreachable:
            return "unreachable";
        case FetchFault::bad_certificate:
            return "bad-certificate";
        case FetchFault::timed_out:
            return "timed-out";
        case FetchFault::too_large:
            return "too-large";
        case FetchFault::bad_answer:
            return "bad-answer";
        case FetchFault::too_busy:
            return "too-busy";
    }
    return "unknown";
}

std::shared_ptr<ssl::context> open_client_tls(const std::filesystem::path& ca_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    error_code error;
    context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
    if (!error) context->set_default_verify_paths(error);
    if (!error && !ca_file.empty()) context->load_verify_file(ca_file.string(), error);
    if (!error) context->set_verify_mode(ssl::verify_peer, error);
    return error ? nullptr : context;
}

/// An address taken apart.
struct HttpsClient::Target {
    bool secure = true;
    std::string host;  ///< without the brackets of an IPv6 address
    std::string port;
    std::string authority;  ///< for the Host header
    std::string path;       ///< with the query

    static std::optional<Target> of(std::string_view text, bool development) {
        const auto url = urls::parse_uri(text);
        if (!url || url->has_userinfo() || url->has_fragment() || url->encoded_host().empty()) return std::nullopt;
        const bool secure = url->scheme_id() == urls::scheme::https;
        if (!secure && !(development && url->scheme_id() == urls::scheme::http)) return std::nullopt;
        Target target;
        target.secure = secure;
        target.host = url->host_address();
        target.port = url->port().empty() ? (secure ? "443" : "80") : std::string(url->port());
        target.authority = url->encoded_host_and_port();
        target.path = url->encoded_path().empty() ? "/" : std::string(url->encoded_path());
        if (url->has_query()) target.path += "?" + std::string(url->encoded_query());
        return target;
    }

    std::string origin() const { return (secure ? "https://" : "http://") + host + ":" + port; }
};

/// One connection, and the way one request takes over it.
class HttpsClient::Connection {
  public:
    Connection(const asio::any_io_executor& executor, ssl::context& tls, bool secure)
        : stream_(executor, tls), secure_(secure) {}

    asio::awaitable<std::optional<FetchFault>> open(const tcp::endpoint& endpoint, const std::string& host,
                                                    Clock::time_point deadline) {
        stream_.next_layer().expires_at(deadline);
        const auto [unreachable] = co_await stream_.next_layer().async_connect(endpoint, as_result);
        if (unreachable) co_return fault_of(unreachable, FetchFault::unreachable);
        error_code ignored;
        stream_.next_layer().socket().set_option(tcp::no_delay(true), ignored);
        if (!secure_) co_return std::nullopt;
        stream_.set_verify_callback(ssl::host_name_verification(host));
        error_code not_an_address;
        asio::ip::make_address(host, not_an_address);
        // A server name indication is a name, never an address (RFC 6066, section 3).
        if (not_an_address) {
            // SSL_set_tlsext_host_name is a macro with a cast of old.
            std::string name = host;
            SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
        }
        const auto [refused] = co_await stream_.async_handshake(ssl::stream_base::client, as_result);
        if (refused) co_return fault_of(refused, FetchFault::bad_certificate);
        co_return std::nullopt;
    }

    asio::awaitable<Exchanged> exchange(const Target& target, const HttpGet& request, Clock::time_point deadline) {
        stream_.next_layer().expires_at(deadline);
        if (secure_) {
            Exchanged answer = co_await exchange_over(stream_, target, request);
            co_return answer;
        }
        Exchanged answer = co_await exchange_over(stream_.next_layer(), target, request);
        co_return answer;
    }

    bool reusable() const { return reusable_; }
    bool answered_something() const { return answered_something_; }

    /// Since when nobody uses it.
    Clock::time_point idle_since{};

  private:
    template <typename Stream>
    asio::awaitable<Exchanged> exchange_over(Stream& stream, const Target& target, const HttpGet& request) {
        reusable_ = false;
        answered_something_ = false;
        http::request<http::empty_body> message(http::verb::get, target.path, 11);
        message.set(http::field::host, target.authority);
        message.set(http::field::accept, request.accept);
        message.set(http::field::accept_encoding, "identity");
        message.set(http::field::user_agent, "backpain-cds");
        if (!request.bearer.empty()) message.set(http::field::authorization, "Bearer " + request.bearer);
        const auto [unsent, sent] = co_await http::async_write(stream, message, as_result);
        if (unsent) co_return fault_of(unsent, FetchFault::unreachable);

        http::response_parser<http::string_body> parser;
        parser.body_limit(request.most_bytes);
        parser.header_limit(header_bytes_limit);
        beast::flat_buffer buffer;
        const auto [unread, read] = co_await http::async_read(stream, buffer, parser, as_result);
        answered_something_ = parser.got_some();
        if (unread) co_return fault_of(unread, FetchFault::bad_answer);
        reusable_ = parser.keep_alive() && buffer.size() == 0;
        co_return answer_of(parser.release());
    }

    static Exchanged answer_of(http::response<http::string_body> message) {
        const auto field = [&](http::field name) { return std::string(message[name]); };
        const auto encoding = message[http::field::content_encoding];
        if (!encoding.empty() && !beast::iequals(encoding, "identity")) return FetchFault::bad_answer;
        HttpAnswer answer;
        answer.status = message.result_int();
        answer.cache_control = field(http::field::cache_control);
        answer.age = field(http::field::age);
        answer.body = std::move(message.body());
        return answer;
    }

    ssl::stream<beast::tcp_stream> stream_;
    bool secure_;
    bool reusable_ = false;
    bool answered_something_ = false;
};

/// The connections to one server.
struct HttpsClient::Origin {
    std::vector<std::unique_ptr<Connection>> idle;
    std::size_t in_use = 0;
};

HttpsClient::HttpsClient(asio::any_io_executor executor, std::shared_ptr<ssl::context> tls, AddressPolicy policy)
    : executor_(std::move(executor)), tls_(std::move(tls)), policy_(std::move(policy)) {}

HttpsClient::~HttpsClient() = default;

asio::awaitable<HttpsClient::Exchanged> HttpsClient::get(HttpGet request, Clock::time_point deadline) {
    const auto target = Target::of(request.url, policy_.development);
    if (!target) co_return FetchFault::bad_url;
    if (!fits_a_header(request.bearer)) co_return FetchFault::bad_token;
    std::shared_ptr<Origin>& known = origins_[target->origin()];
    if (known == nullptr) known = std::make_shared<Origin>();
    // The origin lives on with whoever uses it: a frame may be destroyed after the client, with its io_context.
    const std::shared_ptr<Origin> origin = known;
    if (origin->in_use >= most_connections) co_return FetchFault::too_busy;
    ++origin->in_use;
    const std::shared_ptr<void> counted(nullptr, [origin](void*) { --origin->in_use; });
    Exchanged answer = co_await get_from(*origin, *target, request, deadline);
    co_return answer;
}

asio::awaitable<HttpsClient::Exchanged> HttpsClient::get_from(Origin& origin, const Target& target,
                                                              const HttpGet& request, Clock::time_point deadline) {
    if (std::unique_ptr<Connection> idle = take_idle(origin)) {
        Exchanged answer = co_await idle->exchange(target, request, deadline);
        // A server may close an idle connection while the request is on its way: then it has not seen the request.
        const bool stale = !answer && answer.error() != FetchFault::timed_out && !idle->answered_something();
        if (!stale) {
            keep(origin, std::move(idle));
            co_return answer;
        }
    }
    auto connection = co_await connect(target, deadline);
    if (!connection) co_return connection.error();
    Exchanged answer = co_await (*connection)->exchange(target, request, deadline);
    keep(origin, std::move(*connection));
    co_return answer;
}

std::unique_ptr<HttpsClient::Connection> HttpsClient::take_idle(Origin& origin) {
    const Clock::time_point oldest = Clock::now() - longest_idle;
    std::erase_if(origin.idle, [&](const auto& connection) { return connection->idle_since < oldest; });
    if (origin.idle.empty()) return nullptr;
    std::unique_ptr<Connection> connection = std::move(origin.idle.back());
    origin.idle.pop_back();
    return connection;
}

void HttpsClient::keep(Origin& origin, std::unique_ptr<Connection> connection) {
    if (!connection->reusable() || origin.idle.size() >= most_idle) return;
    connection->idle_since = Clock::now();
    origin.idle.push_back(std::move(connection));
}

asio::awaitable<result<std::unique_ptr<HttpsClient::Connection>, FetchFault>> HttpsClient::connect(
    const Target& target, Clock::time_point deadline) {
    const auto endpoints = co_await resolve(target, deadline);
    if (!endpoints) co_return endpoints.error();
    FetchFault last = FetchFault::unreachable;
    std::size_t left = endpoints->size();
    for (const tcp::endpoint& endpoint : *endpoints) {
        // Each address gets its share of the time: one that swallows packets must not use up the others'.
        const Clock::time_point now = Clock::now();
        const Clock::time_point share = left > 1 ? now + (deadline - now) / static_cast<long>(left) : deadline;
        --left;
        auto connection = std::make_unique<Connection>(executor_, *tls_, target.secure);
        const std::optional<FetchFault> fault = co_await connection->open(endpoint, target.host, share);
        if (!fault) co_return connection;
        last = *fault;
        if (last == FetchFault::bad_certificate) break;
    }
    co_return last;
}

asio::awaitable<result<std::vector<tcp::endpoint>, FetchFault>> HttpsClient::resolve(const Target& target,
                                                                                     Clock::time_point deadline) {
    // The system's resolver cannot be interrupted. It works on beside us if the deadline passes first, and what it then
    // finds is forgotten.
    struct Lookup {
        explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
        tcp::resolver resolver;
        asio::steady_timer done;
        bool finished = false;
        tcp::resolver::results_type found;
    };
    const auto lookup = std::make_shared<Lookup>(executor_);
    lookup->done.expires_at(deadline);
    lookup->resolver.async_resolve(target.host, target.port,
                                   [lookup](const error_code& error, tcp::resolver::results_type found) {
                                       lookup->finished = true;
                                       if (!error) lookup->found = std::move(found);
                                       lookup->done.cancel();
                                   });
    co_await lookup->done.async_wait(as_result);
    if (!lookup->finished) co_return FetchFault::timed_out;
    if (lookup->found.empty()) co_return FetchFault::unresolved;
    std::vector<tcp::endpoint> allowed;
    for (const auto& entry : lookup->found) {
        if (policy_.allows(entry.endpoint().address())) allowed.push_back(entry.endpoint());
    }
    if (allowed.empty()) co_return FetchFault::address_refused;
    co_return allowed;
}

}  // namespace service
