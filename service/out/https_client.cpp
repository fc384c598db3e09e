#include "service/out/https_client.hpp"

#include "service/base/as_result.hpp"
#include "service/base/uuid.hpp"
#include "service/out/answer_reader.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url.hpp>

#include <algorithm>
#include <charconv>
#include <list>
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

constexpr std::size_t piece_bytes = 16 * 1024;
constexpr std::chrono::seconds between_looks{1};

/// RFC 6750, section 2.1, and what else servers make tokens of: visible characters, so that none can end the header.
bool fits_a_header(std::string_view token) {
    return std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
}

FetchFault fault_of(const error_code& error, FetchFault otherwise) {
    if (error == beast::error::timeout || error == asio::error::timed_out) return FetchFault::timed_out;
    return otherwise;
}

}  // namespace

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
        stream_.next_layer().socket().non_blocking(true, ignored);  // for holds_something()
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

    /// What comes back for `request`, which is called `id`.
    asio::awaitable<Exchanged> exchange(const Target& target, const HttpGet& request, std::string id,
                                        Clock::time_point deadline) {
        stream_.next_layer().expires_at(deadline);
        reusable_ = false;
        AnswerReader reader({id, request.most_bytes, request.held});
        auto message = message_of(target, request, id);
        if (secure_) {
            Exchanged answer = co_await exchange_over(stream_, message, reader);
            co_return answer;
        }
        Exchanged answer = co_await exchange_over(stream_.next_layer(), message, reader);
        co_return answer;
    }

    bool reusable() const { return reusable_; }

    /// Whether a byte of an answer came for the last request.
    bool answered_something() const { return answered_something_; }

    /// Whether there is something to read, or the other side has closed. Nothing was asked: so it is no answer to what
    /// is asked next.
    bool holds_something() {
        char byte = 0;
        error_code error;
        const auto one = asio::buffer(&byte, 1);
        // Over TLS this takes in what is not for us (session tickets), and finds what was decrypted already.
        const std::size_t read = secure_ ? stream_.read_some(one, error) : stream_.next_layer().read_some(one, error);
        return read > 0 || error != asio::error::would_block;
    }

    /// Since when nobody uses it.
    Clock::time_point idle_since{};

  private:
    using Message = http::request<http::empty_body>;

    static Message message_of(const Target& target, const HttpGet& request, const std::string& id) {
        Message message(http::verb::get, target.path, 11);
        message.set(http::field::host, target.authority);
        message.set(http::field::accept, request.accept);
        message.set(http::field::accept_encoding, "identity");
        message.set(http::field::user_agent, "backpain-cds");
        message.set("X-Request-Id", id);
        if (request.fresh) message.set(http::field::cache_control, "no-cache");
        if (request.alone) message.set(http::field::connection, "close");
        if (!request.bearer.empty()) message.set(http::field::authorization, "Bearer " + request.bearer);
        return message;
    }

    template <typename Stream>
    asio::awaitable<Exchanged> exchange_over(Stream& stream, Message& message, AnswerReader& reader) {
        answered_something_ = false;
        const auto [unsent, sent] = co_await http::async_write(stream, message, as_result);
        if (unsent) co_return fault_of(unsent, FetchFault::unreachable);
        std::vector<char> piece(piece_bytes);
        auto state = AnswerReader::State::wants_more;
        // Ends with the answer, at the deadline, or at what the reader takes at most.
        while (state == AnswerReader::State::wants_more) {
            const auto [unread, read] = co_await stream.async_read_some(asio::buffer(piece), as_result);
            if (read > 0) state = reader.take({piece.data(), read});
            answered_something_ = reader.began();
            if (!unread || state != AnswerReader::State::wants_more) continue;
            if (unread == beast::error::timeout) co_return FetchFault::timed_out;
            state = reader.end(unread == asio::error::eof);
        }
        reusable_ = state == AnswerReader::State::whole && reader.leaves_a_clean_connection();
        co_return reader.answer();
    }

    ssl::stream<beast::tcp_stream> stream_;
    bool secure_;
    bool reusable_ = false;
    bool answered_something_ = false;
};

/// Who waits for a connection to get free.
struct HttpsClient::Waiting {
    Waiting(Pool& of, const asio::any_io_executor& executor, Clock::time_point deadline);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    Pool& pool;
    asio::steady_timer wake;
    bool served = false;
};

/// The connections to one server within one realm.
struct HttpsClient::Pool {
    explicit Pool(std::weak_ptr<const Realm> of) : realm(std::move(of)) {}

    /// One that is in order, or null.
    std::unique_ptr<Connection> take_idle() {
        close_idle_since(Clock::now() - longest_idle);
        // Bounded by most_connections: as many are there.
        while (!idle.empty()) {
            std::unique_ptr<Connection> connection = std::move(idle.back());
            idle.pop_back();
            if (!connection->holds_something()) return connection;
        }
        return nullptr;
    }

    void keep(std::unique_ptr<Connection> connection) {
        if (!connection->reusable() || realm.expired()) return;
        connection->idle_since = Clock::now();
        idle.push_back(std::move(connection));
    }

    void close_idle_since(Clock::time_point oldest) {
        std::erase_if(idle, [&](const auto& connection) { return connection->idle_since < oldest; });
    }

    /// Whoever has waited longest goes on in the place of one that is done.
    void leave() {
        if (waiting.empty()) {
            --in_use;
            return;
        }
        Waiting* next = waiting.front();
        waiting.pop_front();
        next->served = true;
        next->wake.cancel();
    }

    std::weak_ptr<const Realm> realm;
    std::vector<std::unique_ptr<Connection>> idle;
    std::size_t in_use = 0;
    std::list<Waiting*> waiting;  ///< in the order they came
};

HttpsClient::Waiting::Waiting(Pool& of, const asio::any_io_executor& executor, Clock::time_point deadline)
    : pool(of), wake(executor, deadline) {
    pool.waiting.push_back(this);
}

HttpsClient::Waiting::~Waiting() {
    if (!served) pool.waiting.remove(this);
}

HttpsClient::HttpsClient(asio::any_io_executor executor, std::shared_ptr<ssl::context> tls, AddressPolicy policy,
                         Connected connected, std::shared_ptr<NameLookups> names)
    : executor_(std::move(executor)),
      own_realm_(std::make_shared<const Realm>(Realm{std::move(tls)})),
      policy_(std::move(policy)),
      connected_(std::move(connected)),
      names_(names != nullptr ? std::move(names) : std::make_shared<NameLookups>()),
      request_ids_(std::string(request_id_prefix) + random_uuid() + "-") {}

HttpsClient::~HttpsClient() = default;

asio::awaitable<HttpsClient::Exchanged> HttpsClient::get(HttpGet request, Clock::time_point deadline) {
    const auto target = Target::of(request.url, policy_.development);
    if (!target) co_return FetchFault::bad_url;
    if (!fits_a_header(request.bearer)) co_return FetchFault::bad_token;
    if (request.realm == nullptr) request.realm = own_realm_;
    close_what_is_old();
    // The pool lives on with whoever uses it: a frame may be destroyed after the client, with its io_context.
    const std::shared_ptr<Pool> pool = pool_of(request.realm, target->origin());
    const bool may_go_on = co_await take_turn(*pool, deadline);
    if (!may_go_on) co_return FetchFault::too_busy;
    const std::shared_ptr<void> turn(nullptr, [pool](void*) { pool->leave(); });
    Exchanged answer = co_await get_from(*pool, *target, request, deadline);
    co_return answer;
}

std::shared_ptr<HttpsClient::Pool> HttpsClient::pool_of(const std::shared_ptr<const Realm>& realm,
                                                        const std::string& origin) {
    std::shared_ptr<Pool>& known = pools_[{realm.get(), origin}];
    // A realm that is gone may have left its address to another.
    if (known == nullptr || known->realm.expired()) known = std::make_shared<Pool>(realm);
    return known;
}

/// Connections that nobody has used for long, and those of realms that are gone with their configuration.
void HttpsClient::close_what_is_old() {
    const Clock::time_point now = Clock::now();
    if (now < next_look_) return;
    next_look_ = now + between_looks;
    std::erase_if(pools_, [](const auto& known) { return known.second->realm.expired(); });
    for (const auto& known : pools_) known.second->close_idle_since(now - longest_idle);
}

/// Waits until there may be one connection more. \returns false if that was not before the deadline.
asio::awaitable<bool> HttpsClient::take_turn(Pool& pool, Clock::time_point deadline) {
    if (pool.in_use < most_connections) {
        ++pool.in_use;
        co_return true;
    }
    if (pool.waiting.size() >= most_waiting) co_return false;
    Waiting waiting(pool, executor_, deadline);
    co_await waiting.wake.async_wait(as_result);
    co_return waiting.served;
}

std::string HttpsClient::next_request_id() {
    return request_ids_ + std::to_string(++requests_);
}

asio::awaitable<HttpsClient::Exchanged> HttpsClient::get_from(Pool& pool, const Target& target, const HttpGet& request,
                                                              Clock::time_point deadline) {
    if (std::unique_ptr<Connection> idle = request.alone ? nullptr : pool.take_idle()) {
        Exchanged answer = co_await idle->exchange(target, request, next_request_id(), deadline);
        // A server may close an idle connection while the request is on its way: then it has not seen the request. Or
        // what it still had to say of an earlier one was on its way: then ours is not answered. A GET may be repeated.
        const bool unseen = !answer && answer.error() != FetchFault::timed_out && !idle->answered_something();
        const bool crossed = !answer && answer.error() == FetchFault::other_answer;
        if (!unseen && !crossed) {
            pool.keep(std::move(idle));
            co_return answer;
        }
    }
    auto connection = co_await connect(*request.realm, target, deadline);
    if (!connection) co_return connection.error();
    if ((*connection)->holds_something()) co_return FetchFault::bad_answer;
    Exchanged answer = co_await (*connection)->exchange(target, request, next_request_id(), deadline);
    if (!request.alone) pool.keep(std::move(*connection));
    co_return answer;
}

asio::awaitable<result<std::unique_ptr<HttpsClient::Connection>, FetchFault>> HttpsClient::connect(
    const Realm& realm, const Target& target, Clock::time_point deadline) {
    const auto endpoints = co_await resolve(target, deadline);
    if (!endpoints) co_return endpoints.error();
    FetchFault last = FetchFault::unreachable;
    std::size_t left = endpoints->size();
    for (const tcp::endpoint& endpoint : *endpoints) {
        // Each address gets its share of the time: one that swallows packets must not use up the others'.
        const Clock::time_point now = Clock::now();
        const Clock::time_point share = left > 1 ? now + (deadline - now) / static_cast<long>(left) : deadline;
        --left;
        auto connection = std::make_unique<Connection>(executor_, *realm.tls, target.secure);
        const std::optional<FetchFault> fault = co_await connection->open(endpoint, target.host, share);
        if (!fault) {
            if (target.secure && connected_) connected_(realm.kind);
            co_return connection;
        }
        last = *fault;
        if (last == FetchFault::bad_certificate) break;
    }
    co_return last;
}

asio::awaitable<result<std::vector<tcp::endpoint>, FetchFault>> HttpsClient::resolve(const Target& target,
                                                                                     Clock::time_point deadline) {
    std::uint16_t port = 0;
    const auto [end, no_port] = std::from_chars(target.port.data(), target.port.data() + target.port.size(), port);
    if (no_port != std::errc()) co_return FetchFault::bad_url;
    const auto found = co_await names_->addresses_of(target.host, deadline);
    if (!found) co_return FetchFault::timed_out;
    if (found->empty()) co_return FetchFault::unresolved;
    std::vector<tcp::endpoint> allowed;
    for (const asio::ip::address& address : *found) {
        if (policy_.allows(address)) allowed.emplace_back(address, port);
    }
    if (allowed.empty()) co_return FetchFault::address_refused;
    co_return allowed;
}

}  // namespace service
