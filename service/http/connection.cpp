#include "service/http/connection.hpp"

#include "service/http/deadline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <typeinfo>
#include <utility>

namespace service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using tcp = boost::asio::ip::tcp;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
using TlsStream = ssl::stream<tcp::socket>;
constexpr std::size_t one_tls_record = 16 * 1024;
constexpr std::size_t usual_head = 512;
// What may wait to be understood beside a head: Beast wants a chunk's extension, and all trailers, in one piece.
constexpr std::size_t chunk_overhead = 64 * 1024;
using Request = http::request<http::string_body>;

Method method_of(http::verb verb) noexcept {
    if (verb == http::verb::get) return Method::get;
    if (verb == http::verb::head) return Method::head;
    if (verb == http::verb::post) return Method::post;
    return verb == http::verb::options ? Method::options : Method::other;
}

std::string_view field_of(const Request& request, http::field name) {
    const auto value = request[name];
    return {value.data(), value.size()};
}

RequestHead head_of(const Request& request) {
    RequestHead head;
    head.method = method_of(request.method());
    head.target = {request.target().data(), request.target().size()};
    head.accept = field_of(request, http::field::accept);
    head.authorization = field_of(request, http::field::authorization);
    head.content_encoding = field_of(request, http::field::content_encoding);
    head.content_type = field_of(request, http::field::content_type);
    head.origin = field_of(request, http::field::origin);
    head.announces_body =
        request.count(http::field::content_length) > 0 || request.count(http::field::transfer_encoding) > 0;
    return head;
}

/// Whether two programs could disagree on where this request ends or whom it is for (RFC 9112, sections 3.2, 5.2
/// and 6.3; request smuggling). Beast refuses Content-Length beside Transfer-Encoding and differing lengths by itself.
bool is_ambiguous(const Request& request, std::string_view head_text) {
    const bool folded =
        head_text.find("\r\n ") != std::string_view::npos || head_text.find("\r\n\t") != std::string_view::npos;
    const auto lengths = request.count(http::field::content_length);
    const auto codings = request.count(http::field::transfer_encoding);
    const auto hosts = request.count(http::field::host);
    if (folded || lengths > 1 || codings > 1 || hosts > 1) return true;
    // Fields that stand for one value: whoever looked at the request before may have gone by the other (RFC 9110, 5.3).
    for (const auto name : {http::field::authorization, http::field::content_type, http::field::origin}) {
        if (request.count(name) > 1) return true;
    }
    if (field_of(request, http::field::content_length).find(',') != std::string_view::npos) return true;
    if (request.version() == 11 && hosts == 0) return true;
    if (codings == 0) return false;
    return request.version() != 11 || !beast::iequals(request[http::field::transfer_encoding], "chunked");
}

/// The value of the Date header (RFC 9110, 5.6.7).
std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

http::response<http::string_body> message_of(Reply& reply, unsigned version, bool keep) {
    http::response<http::string_body> message{http::int_to_status(reply.status), version, std::move(reply.body)};
    message.set(http::field::date, http_date());
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    if (!message.body().empty())
        message.set(http::field::content_type,
                    beast::string_view(reply.content_type.data(), reply.content_type.size()));
    for (const Header& header : reply.headers) {
        message.insert(beast::string_view(header.name.data(), header.name.size()), header.value);
    }
    message.keep_alive(keep);
    if (reply.status != 204) message.content_length(message.body().size());
    return message;
}

/// What goes over the wire for a message: its head and, unless \p method is HEAD, its body. In one piece, since Asio's
/// TLS stream joins several buffers into records of 8 KiB at most, and each record is a system call.
std::string wire_text(const http::response<http::string_body>& message, Method method) {
    http::response_serializer<http::string_body> serializer(message);
    serializer.split(true);
    std::string text;
    text.reserve(usual_head + message.body().size());
    const auto append = [&](error_code&, const auto& buffers) {
        for (const asio::const_buffer part : beast::buffers_range_ref(buffers)) {
            text.append(static_cast<const char*>(part.data()), part.size());
        }
        serializer.consume(beast::buffer_bytes(buffers));
    };
    error_code none;  // a string body has no errors
    while (!(method == Method::head ? serializer.is_header_done() : serializer.is_done()))
        serializer.next(none, append);
    return text;
}

std::string_view handshake_fault(const error_code& error) noexcept {
    if (error == asio::error::operation_aborted) return "too-slow-or-stopping";
    if (error == ssl::error::stream_truncated || error == asio::error::eof) return "client-went-away";
    return error.category() == asio::error::get_ssl_category() ? "tls" : "network";
}

// What differs between TLS and plain TCP.

asio::awaitable<error_code> shake_hands(TlsStream& stream) {
    const auto [error] = co_await stream.async_handshake(ssl::stream_base::server, as_result);
    co_return error;
}

asio::awaitable<error_code> shake_hands(tcp::socket&) {
    co_return error_code();
}

asio::awaitable<void> close_politely(TlsStream& stream) {
    co_await stream.async_shutdown(as_result);  // a peer that went away without close_notify is none of our business
}

asio::awaitable<void> close_politely(tcp::socket& socket) {
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
    co_return;
}

/// How reading the head of a request, or its body, ended.
enum class Reading { complete, nothing, refused };

template <typename Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
  public:
    HttpConnection(Stream stream, const ConnectionSettings& settings, ConnectionSet& set, std::function<void()> on_end)
        : stream_(std::move(stream)),
          settings_(settings),
          set_(set),
          on_end_(std::move(on_end)),
          deadline_(std::make_shared<Deadline>(stream_.lowest_layer())),
          buffer_(settings.limits.header_bytes + chunk_overhead),
          held_(*settings.bodies) {
        set_.add(*this);
    }

    ~HttpConnection() override {
        deadline_->retire();
        set_.remove(*this);
        on_end_();
    }

    void drain() override {
        last_request_ = true;
        error_code ignored;
        if (idle_) stream_.lowest_layer().cancel(ignored);
    }

    void abort() override {
        error_code ignored;
        stream_.lowest_layer().close(ignored);
    }

    asio::any_io_executor executor() { return stream_.get_executor(); }

    asio::awaitable<void> run() {
        // g++ 12 miscompiles `if (co_await …)` around `while (co_await …)`: conditions get a name.
        const bool welcome = co_await handshake();
        bool more = welcome;
        while (more) {
            more = co_await serve_request();
        }
        if (welcome) co_await say_goodbye();
        abort();
    }

  private:
    asio::awaitable<bool> handshake() {
        deadline_->set(settings_.limits.handshake);
        const error_code error = co_await shake_hands(stream_);
        if (error) {
            settings_.log.write(HandshakeFailed{handshake_fault(error)});
            co_return false;
        }
        idle_ = true;
        co_return !last_request_;
    }

    /// Serves one request. \returns whether another one may follow.
    asio::awaitable<bool> serve_request() {
        parser_.emplace();
        parser_->body_limit(settings_.limits.body_bytes);
        parser_->header_limit(static_cast<std::uint32_t>(settings_.limits.header_bytes));
        const Reading head_reading = co_await read_head();
        if (head_reading == Reading::nothing) co_return false;
        // Of a head that is refused, what was read of it: the page that sent it is to be able to read the answer
        //
        const RequestHead head = head_of(parser_->get());
        Reply reply;
        if (head_reading == Reading::refused) {
            reply = settings_.port.failure(head, fault_);
        } else if (auto refusal = settings_.port.refusal(head)) {
            reply = std::move(*refusal);
            unread_ = !parser_->is_done();
        } else {
            const Reading body_reading = co_await read_body();
            if (body_reading == Reading::nothing) co_return false;
            if (body_reading == Reading::refused) {
                reply = settings_.port.failure(head, fault_);
            } else if (is_overloaded()) {
                // The body has been read, so that the connection may live on: another handshake would cost more.
                reply = settings_.port.failure(head, Fault::overloaded);
            } else {
                reply = co_await answer(head);
            }
        }
        co_return co_await write(std::move(reply));
    }

    /// Reads up to the blank line that ends a head, and parses it. Idle until the first byte is there.
    asio::awaitable<Reading> read_head() {
        std::size_t searched = 0;
        for (;;) {
            skip_empty_lines();
            const std::string_view received = received_text();
            if (!received.empty() && idle_) begin_request();
            const std::size_t end = received.find("\r\n\r\n", searched < 3 ? 0 : searched - 3);
            if (end != std::string_view::npos && end + 4 <= settings_.limits.header_bytes) {
                co_return parse_head(received.substr(0, end + 4));
            }
            if (received.size() >= settings_.limits.header_bytes) {
                const bool in_target = received.find("\r\n") == std::string_view::npos;
                parse_what_came();
                co_return refuse(in_target ? Fault::target_too_long : Fault::header_too_large);
            }
            searched = received.size();
            const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(one_tls_record), as_result);
            if (error && (idle_ || !deadline_->passed())) co_return Reading::nothing;
            if (error) {
                parse_what_came();
                co_return refuse(Fault::request_timeout);
            }
            buffer_.commit(size);
        }
    }

    /// Of a head that did not end, the lines that did: its Origin may be among them.
    void parse_what_came() {
        const std::string_view received = received_text();
        const std::size_t last = received.rfind("\r\n");
        if (last == std::string_view::npos) return;
        const std::string lines = std::string(received.substr(0, last)) + "\r\n\r\n";
        error_code ignored;
        parser_->header_limit(static_cast<std::uint32_t>(lines.size()));
        parser_->put(asio::buffer(lines), ignored);
    }

    Reading parse_head(std::string_view text) {
        error_code error;
        const std::size_t used = parser_->put(asio::buffer(text.data(), text.size()), error);
        if (error == http::error::body_limit) return refuse(Fault::body_too_large);
        if (error == http::error::header_limit) return refuse(Fault::header_too_large);
        if (error || !parser_->is_header_done() || is_ambiguous(parser_->get(), text)) return refuse(Fault::bad_http);
        if (parser_->get().target().size() > settings_.limits.target_bytes) return refuse(Fault::target_too_long);
        buffer_.consume(used);
        return Reading::complete;
    }

    asio::awaitable<Reading> read_body() {
        if (parser_->is_done()) co_return Reading::complete;
        const auto expectation = parser_->get()[http::field::expect];
        if (!expectation.empty()) {
            if (!beast::iequals(expectation, "100-continue")) co_return refuse(Fault::expectation_failed);
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(go_on), as_result);
            if (error) co_return Reading::nothing;
        }
        while (!parser_->is_done()) {
            const auto [error, received] = co_await http::async_read_some(stream_, buffer_, *parser_, as_result);
            if (error) co_return body_fault(error);
            const std::size_t size = parser_->get().body().size();
            const std::size_t usual = settings_.limits.usual_body_bytes;
            if (size > usual && !held_.grow_to(size - usual)) co_return refuse(Fault::overloaded);
        }
        co_return Reading::complete;
    }

    Reading body_fault(const error_code& error) {
        if (error == http::error::body_limit) return refuse(Fault::body_too_large);
        if (error == asio::error::operation_aborted) {
            return deadline_->passed() ? refuse(Fault::request_timeout) : Reading::nothing;
        }
        const bool bad = error.category() == http::make_error_code(http::error::bad_chunk).category() &&
                         error != http::error::partial_message && error != http::error::end_of_stream;
        return bad ? refuse(Fault::bad_http) : Reading::nothing;
    }

    /// Exceptions are bugs, or no memory: one call fails, the process goes on.
    asio::awaitable<Reply> answer(const RequestHead& head) {
        std::string exception;
        try {
            co_return co_await settings_.port.answer(head, parser_->get().body());
        } catch (const std::exception& caught) {
            exception = typeid(caught).name();
        }
        settings_.log.write(CallFailed{settings_.port_name, std::move(exception)});
        co_return settings_.port.failure(head, Fault::internal);
    }

    asio::awaitable<bool> write(Reply reply) {
        const bool keep = !unread_ && !last_request_ && parser_->get().keep_alive();
        const unsigned version = parser_->is_header_done() ? parser_->get().version() : 11;
        RequestServed served{settings_.port_name,          std::move(reply.facts), reply.status,
                             parser_->get().body().size(), reply.body.size(),      {}};
        const std::string text = wire_text(message_of(reply, version, keep), method_of(parser_->get().method()));
        deadline_->set(settings_.limits.request);
        const auto [error, sent] = co_await asio::async_write(stream_, asio::buffer(text), as_result);
        served.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
        settings_.log.write(served);
        buffer_.shrink_to_fit();  // an idle connection holds no buffer and no body
        parser_.reset();
        held_.release();
        deadline_->set(settings_.limits.idle);
        idle_ = true;
        // Asked once more: the stop may have come while a slow client was reading.
        co_return !error && keep && !last_request_;
    }

    /// Closes politely: lets the client read the last reply even if it is still sending, and says close_notify.
    asio::awaitable<void> say_goodbye() {
        idle_ = false;
        deadline_->set(settings_.limits.shutdown);
        if (unread_) {
            // Closing a socket with unread bytes resets it, and the reset may overtake our reply.
            std::array<char, 4096> discarded;
            for (;;) {
                const auto [error, size] = co_await stream_.async_read_some(asio::buffer(discarded), as_result);
                if (error) break;
            }
        }
        // Our close_notify goes out at once. The client's need not be waited for (RFC 8446, 6.1), least of all when
        // stopping.
        deadline_->set(last_request_ ? settings_.limits.shutdown / 10 : settings_.limits.shutdown);
        co_await close_politely(stream_);
    }

    void begin_request() {
        idle_ = false;
        begun_ = std::chrono::steady_clock::now();
        deadline_->set(settings_.limits.request);
        (void)is_overloaded();  // from here on the queue is watched
    }

    bool is_overloaded() {
        return settings_.limits.refuses_when_overloaded && set_.is_overloaded(stream_.get_executor());
    }

    Reading refuse(Fault fault) {
        fault_ = fault;
        unread_ = true;
        return Reading::refused;
    }

    std::string_view received_text() const {
        const auto data = buffer_.cdata();
        return {static_cast<const char*>(data.data()), data.size()};
    }

    /// A server is to look over empty lines before a request (RFC 9112, 2.2).
    void skip_empty_lines() {
        while (idle_ && received_text().starts_with("\r\n")) buffer_.consume(2);
    }

    Stream stream_;
    const ConnectionSettings& settings_;
    ConnectionSet& set_;
    std::function<void()> on_end_;
    std::shared_ptr<Deadline> deadline_;
    beast::flat_buffer buffer_;
    HeldBody held_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::chrono::steady_clock::time_point begun_;
    Fault fault_ = Fault::internal;
    bool idle_ = false;          // between two requests: nothing of the next one is here
    bool unread_ = false;        // the client may still be sending what nobody will read
    bool last_request_ = false;  // the service is stopping
};

template <typename Stream>
void start(Stream stream, const ConnectionSettings& settings, ConnectionSet& set, std::function<void()> on_end) {
    auto connection = std::make_shared<HttpConnection<Stream>>(std::move(stream), settings, set, std::move(on_end));
    auto executor = connection->executor();
    asio::co_spawn(
        executor, [connection] { return connection->run(); },
        [connection, &settings](std::exception_ptr failure) {
            if (failure) settings.log.write(CallFailed{settings.port_name, "connection"});
        });
}

}  // namespace

void ConnectionSet::drain() {
    for (Connection* connection : open_) connection->drain();
}

void ConnectionSet::abort() {
    for (Connection* connection : open_) connection->abort();
}

bool ConnectionSet::is_overloaded(const asio::any_io_executor& executor) {
    const auto now = QueueDelay::Clock::now();
    if (queue_.departs(now)) asio::post(executor, [this] { queue_.arrived(QueueDelay::Clock::now()); });
    return queue_.is_too_long(now);
}

void serve_connection(tcp::socket socket, const ConnectionSettings& settings, ConnectionSet& set,
                      std::function<void()> on_end) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (settings.tls) {
        start(TlsStream(std::move(socket), *settings.tls->get()), settings, set, std::move(on_end));
    } else {
        start(std::move(socket), settings, set, std::move(on_end));
    }
}

}  // namespace service
