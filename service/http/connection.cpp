#include "service/http/connection.hpp"

#include "service/base/as_result.hpp"
#include "service/http/deadline.hpp"
#include "service/http/request_head.hpp"
#include "service/http/tls_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using tcp = boost::asio::ip::tcp;

namespace {

constexpr std::size_t one_tls_record = 16 * 1024;
constexpr std::size_t usual_head = 512;
// What may wait to be understood beside a head: Beast wants a chunk's extension, and all trailers, in one piece.
constexpr std::size_t chunk_overhead = 64 * 1024;
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
    const bool may_be_kept = std::ranges::find(reply.headers, "Cache-Control", &Header::name) != reply.headers.end();
    if (!may_be_kept) message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    if (!message.body().empty())
        message.set(http::field::content_type,
                    beast::string_view(reply.content_type.data(), reply.content_type.size()));
    for (const Header& header : reply.headers) {
        message.insert(beast::string_view(header.name.data(), header.name.size()), header.value);
    }
    message.keep_alive(keep);
    // A 304 would tell the length of what it does not send (RFC 9110, 8.6).
    if (reply.status != 204 && reply.status != 304) message.content_length(message.body().size());
    return message;
}

/// What goes over the wire for a message: its head and, unless it answers a HEAD, its body. In one piece, since each
/// buffer becomes a record of its own, and a system call.
std::string wire_text(const http::response<http::string_body>& message, bool head_only) {
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
    while (!(head_only ? serializer.is_header_done() : serializer.is_done())) serializer.next(none, append);
    return text;
}

std::string_view handshake_fault(const error_code& error) noexcept {
    if (error == asio::error::operation_aborted) return "too-slow-or-stopping";
    if (error == ssl::error::stream_truncated || error == asio::error::eof) return "client-went-away";
    return error.category() == asio::error::get_ssl_category() ? "tls" : "network";
}

// What differs between TLS and plain TCP.

/// Whether a client with this session may be served, by what is in force now.
bool is_welcome(TlsStream& stream, const ConnectionSettings& settings) {
    return accepts_session(*settings.tls->get(), stream.native_handle());
}

bool is_welcome(tcp::socket&, const ConnectionSettings&) {
    return true;
}

asio::awaitable<error_code> shake_hands(TlsStream& stream) {
    const auto [error, none] = co_await stream.async_handshake(as_result);
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

/// How reading the head of a request, or its body, ended: whole, or with the fault that the client is told, or with a
/// client that is gone.
enum class Reading { whole, gone, refused };
struct Read {
    Reading how = Reading::whole;
    Fault fault = Fault::internal;  ///< why it is refused
};
Read refuse(Fault fault) {
    return {Reading::refused, fault};
}

/// Where a connection stands.
enum class State {
    shaking_hands,
    idle,  ///< between two requests: nothing of the next one is here
    busy   ///< with a request, from its first byte to the last of its reply
};

/// How long a connection that was open when the service began to stop waits for what its client has sent by then.
constexpr std::chrono::milliseconds on_its_way = std::chrono::seconds(1);

/// What is left to do with a connection.
enum class Next {
    request,  ///< the next one
    end,
    end_unread  ///< and the client may still be sending what nobody will read
};

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
        if (std::exchange(is_draining_, true)) return;
        if (state_ == State::idle) deadline_->set(on_its_way);
    }

    void withdraw() override {
        is_withdrawn_ = true;
        if (state_ == State::idle) deadline_->set({});
    }

    void abort() override {
        error_code ignored;
        stream_.lowest_layer().close(ignored);
    }

    bool still_welcome() override { return state_ == State::shaking_hands || is_welcome(stream_, settings_); }

    asio::any_io_executor executor() { return stream_.get_executor(); }

    asio::awaitable<void> run() {
        // g++ 12 miscompiles `if (co_await …)` around `while (co_await …)`: conditions get a name.
        const bool known = co_await handshake();
        Next next = known && !is_withdrawn_ ? Next::request : Next::end;
        while (next == Next::request) {
            next = co_await serve_request();
        }
        if (known) co_await say_goodbye(next);
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
        // A reload may have come meanwhile, which this handshake knew nothing of.
        if (!is_welcome(stream_, settings_)) {
            settings_.log.write(ConnectionsWithdrawn{1});
            is_withdrawn_ = true;
        }
        wait_for_request();
        co_return true;
    }

    /// Waits for a request with nothing to read it into: most connections are idle, most of the time.
    asio::awaitable<bool> request_comes() {
        if (buffer_.size() > 0) co_return true;
        if constexpr (requires { stream_.has_pending(); }) {
            if (stream_.has_pending()) co_return true;
        }
        const auto [error] = co_await stream_.lowest_layer().async_wait(tcp::socket::wait_read, as_result);
        co_return !error;
    }

    asio::awaitable<Next> serve_request() {
        const bool comes = co_await request_comes();
        if (!comes) co_return Next::end;
        parser_.emplace();
        parser_->body_limit(settings_.limits.body_bytes);
        parser_->header_limit(static_cast<std::uint32_t>(settings_.limits.header_bytes));
        const Read head_read = co_await read_head();
        if (head_read.how == Reading::gone) co_return Next::end;
        // Of a head that is refused, what was read of it: the page that sent it is to be able to read the answer
        //
        const RequestHead head = head_of(parser_->get());
        if (head_read.how == Reading::refused) {
            Reply reply = settings_.port.failure(head, head_read.fault);
            co_return co_await write(std::move(reply), Next::end_unread);
        }
        co_return co_await serve_rest(head);
    }

    /// From the head of a request to its reply. The body is read for those who may send one.
    asio::awaitable<Next> serve_rest(const RequestHead& head) {
        Admission admission = co_await admit(head);
        if (Reply* refusal = std::get_if<Reply>(&admission)) {
            const bool past = co_await skip_body();
            co_return co_await write(std::move(*refusal), past ? Next::request : Next::end_unread);
        }
        const Read body_read = co_await read_body();
        if (body_read.how == Reading::gone) co_return Next::end;
        if (body_read.how == Reading::refused) {
            Reply reply = settings_.port.failure(head, body_read.fault);
            co_return co_await write(std::move(reply), Next::end_unread);
        }
        Reply reply = co_await answer(head, std::get<Answer>(admission));
        co_return co_await write(std::move(reply), Next::request);
    }

    /// Reads up to the blank line that ends a head, and parses it.
    asio::awaitable<Read> read_head() {
        std::size_t searched = 0;
        bool begun = false;
        for (;;) {
            if (!begun) skip_empty_lines();
            const std::string_view received = received_text();
            if (!begun && !received.empty()) {
                begin_request();
                begun = true;
            }
            if (!begun && deadline_->passed()) co_return Read{Reading::gone};
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
            if (!error) buffer_.commit(size);
            if (begun && deadline_->passed()) {
                parse_what_came();
                co_return refuse(Fault::request_timeout);
            }
            if (error) co_return Read{Reading::gone};
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

    Read parse_head(std::string_view text) {
        error_code error;
        const std::size_t used = parser_->put(asio::buffer(text.data(), text.size()), error);
        if (error == http::error::body_limit) return refuse(Fault::body_too_large);
        if (error == http::error::header_limit) return refuse(Fault::header_too_large);
        if (error || !parser_->is_header_done() || is_ambiguous(parser_->get(), text)) return refuse(Fault::bad_http);
        if (parser_->get().target().size() > settings_.limits.target_bytes) return refuse(Fault::target_too_long);
        if (expectation_of(parser_->get()) == Expectation::unknown) return refuse(Fault::expectation_failed);
        buffer_.consume(used);
        return {};
    }

    /// Exceptions are bugs, or no memory: one call fails, the process goes on.
    asio::awaitable<Admission> admit(const RequestHead& head) {
        // Before a token is spent on the request; and the connection lives on: another handshake would cost more.
        if (is_overloaded()) co_return settings_.port.failure(head, Fault::overloaded);
        std::string exception;
        try {
            co_return co_await settings_.port.admit(head);
        } catch (const std::exception& caught) {
            exception = typeid(caught).name();
        }
        co_return failed(head, std::move(exception));
    }

    asio::awaitable<Reply> answer(const RequestHead& head, const Answer& port_answer) {
        std::string exception;
        try {
            co_return co_await port_answer(parser_->get().body());
        } catch (const std::exception& caught) {
            exception = typeid(caught).name();
        }
        co_return failed(head, std::move(exception));
    }

    Reply failed(const RequestHead& head, std::string exception) {
        settings_.log.write(CallFailed{settings_.port_name, std::move(exception)});
        return settings_.port.failure(head, Fault::internal);
    }

    asio::awaitable<Read> read_body() {
        if (parser_->is_done()) co_return Read();
        if (expectation_of(parser_->get()) == Expectation::leave_to_send) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(go_on), as_result);
            if (error) co_return Read{Reading::gone};
        }
        while (!parser_->is_done()) {
            // It may have passed while nothing was waited for here that it could have ended.
            if (deadline_->passed()) co_return refuse(Fault::request_timeout);
            const auto [error, received] = co_await http::async_read_some(stream_, buffer_, *parser_, as_result);
            if (error) co_return body_fault(error);
            const std::size_t size = parser_->get().body().size();
            const std::size_t usual = settings_.limits.usual_body_bytes;
            if (size > usual && !held_.grow_to(size - usual)) co_return refuse(Fault::overloaded);
        }
        co_return Read();
    }

    Read body_fault(const error_code& error) const {
        if (error == http::error::body_limit) return refuse(Fault::body_too_large);
        if (error == asio::error::operation_aborted) {
            return deadline_->passed() ? refuse(Fault::request_timeout) : Read{Reading::gone};
        }
        const bool bad = error.category() == http::make_error_code(http::error::bad_chunk).category() &&
                         error != http::error::partial_message && error != http::error::end_of_stream;
        return bad ? refuse(Fault::bad_http) : Read{Reading::gone};
    }

    /// Reads past a body that nobody wants, so that the connection can serve the next request: if it is small, and
    /// there soon. \returns whether it did. Nothing of it is kept.
    asio::awaitable<bool> skip_body() {
        const std::size_t most = settings_.limits.usual_body_bytes;
        // Who waits for leave to send may send the body all the same, or not: nobody knows where the next request is.
        const bool uncertain = expectation_of(parser_->get()) != Expectation::none;
        const bool large = parser_->content_length().value_or(0) > most;
        if (!parser_->is_done() && (uncertain || large)) co_return false;
        deadline_->set(settings_.limits.shutdown);
        std::size_t skipped = 0;
        while (!parser_->is_done()) {
            const auto [error, received] = co_await http::async_read_some(stream_, buffer_, *parser_, as_result);
            parser_->get().body().clear();
            skipped += received;
            if (error || deadline_->passed() || skipped > most + chunk_overhead) co_return false;
        }
        co_return true;
    }

    asio::awaitable<Next> write(Reply reply, Next next) {
        const bool more = next == Next::request && !is_ending() && parser_->keep_alive();
        const unsigned version = parser_->is_header_done() ? parser_->get().version() : 11;
        RequestServed served{settings_.port_name,          std::move(reply.facts), reply.status,
                             parser_->get().body().size(), reply.body.size(),      {}};
        const bool head_only = parser_->get().method() == http::verb::head;
        const std::string text = wire_text(message_of(reply, version, more), head_only);
        deadline_->set(settings_.limits.request);
        const auto [error, sent] = co_await asio::async_write(stream_, asio::buffer(text), as_result);
        served.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_);
        settings_.log.write(served);
        if (reply.afterwards) reply.afterwards();
        buffer_.shrink_to_fit();  // an idle connection holds no buffer and no body
        parser_.reset();
        held_.release();
        wait_for_request();
        if (next != Next::request) co_return next;
        // A stop may have come while a slow client was reading: it was told that it may ask once more.
        if (error || !more || is_withdrawn_) co_return Next::end;
        co_return Next::request;
    }

    /// No other request is taken than the one that is here.
    bool is_ending() const { return is_draining_ || is_withdrawn_; }

    void wait_for_request() {
        state_ = State::idle;
        deadline_->set(is_draining_ ? on_its_way : settings_.limits.idle);
    }

    /// Closes politely: lets the client read the last reply even if it is still sending, and says close_notify.
    asio::awaitable<void> say_goodbye(Next next) {
        deadline_->set(settings_.limits.shutdown);
        if (next == Next::end_unread) {
            // Closing a socket with unread bytes resets it, and the reset may overtake our reply.
            std::array<char, 4096> discarded;
            for (;;) {
                const auto [error, size] = co_await stream_.async_read_some(asio::buffer(discarded), as_result);
                if (error || deadline_->passed()) break;
            }
        }
        // Our close_notify goes out at once. The client's need not be waited for (RFC 8446, 6.1), least of all when
        // stopping.
        deadline_->set(is_ending() ? settings_.limits.shutdown / 10 : settings_.limits.shutdown);
        co_await close_politely(stream_);
    }

    void begin_request() {
        state_ = State::busy;
        begun_ = std::chrono::steady_clock::now();
        deadline_->set(settings_.limits.request);
        (void)is_overloaded();  // from here on the queue is watched
    }

    bool is_overloaded() {
        return settings_.limits.refuses_when_overloaded && set_.is_overloaded(stream_.get_executor());
    }

    std::string_view received_text() const {
        const auto data = buffer_.cdata();
        return {static_cast<const char*>(data.data()), data.size()};
    }

    /// A server is to look over empty lines before a request (RFC 9112, 2.2).
    void skip_empty_lines() {
        while (received_text().starts_with("\r\n")) buffer_.consume(2);
    }

    Stream stream_;
    const ConnectionSettings& settings_;
    ConnectionSet& set_;
    std::function<void()> on_end_;
    std::shared_ptr<Deadline> deadline_;
    beast::flat_buffer buffer_;
    HeldBody held_;
    std::optional<http::request_parser<RequestBody>> parser_;
    std::chrono::steady_clock::time_point begun_;
    State state_ = State::shaking_hands;
    bool is_draining_ = false, is_withdrawn_ = false;
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
