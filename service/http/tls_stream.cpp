#include "service/http/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <sys/socket.h>

namespace service {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// A record of 16 KB, and as much read ahead of it.
constexpr std::size_t bytes_a_try = 32 * 1024;
// Greater than any handshake: OpenSSL takes 100 KB of a client's certificates, and 128 KB of its hello.
constexpr std::size_t bytes_an_operation = 256 * 1024;

// ---- the socket, as OpenSSL sees it ---------------------------------------------------------------------------------
// OpenSSL's own BIO writes by write(2), which raises SIGPIPE where a client is gone.

struct TlsBio {
    using Wire = TlsStream::Wire;

    static Wire& wire_of(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

    static bool would_block(int error) { return error == EAGAIN || error == EINTR; }

    static int send_bytes(BIO* bio, const char* bytes, int size) {
        Wire& wire = wire_of(bio);
        BIO_clear_retry_flags(bio);
        const ssize_t sent = ::send(wire.socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        if (sent >= 0) return static_cast<int>(sent);
        if (would_block(errno)) {
            BIO_set_retry_write(bio);
        } else {
            wire.error = errno;
        }
        return -1;
    }

    static int receive_bytes(BIO* bio, char* bytes, int size) {
        Wire& wire = wire_of(bio);
        BIO_clear_retry_flags(bio);
        if (wire.left_of_operation == 0) {
            wire.error = EMSGSIZE;
            return -1;
        }
        if (wire.left_of_try == 0) {  // the socket is ready at once, and the others have had their turn
            BIO_set_retry_read(bio);
            return -1;
        }
        const std::size_t most = std::min({static_cast<std::size_t>(size), wire.left_of_try, wire.left_of_operation});
        const ssize_t received = ::recv(wire.socket, bytes, most, 0);
        if (received > 0) {
            wire.left_of_try -= static_cast<std::size_t>(received);
            wire.left_of_operation -= static_cast<std::size_t>(received);
        } else if (received == 0) {
            wire.has_ended = true;
        } else if (would_block(errno)) {
            BIO_set_retry_read(bio);
        } else {
            wire.error = errno;
        }
        return static_cast<int>(received);
    }

    // Not BIO_CTRL_EOF: OpenSSL would answer an end with an alert, and take nothing more to write.
    static long control(BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1 : 0; }

    struct Release {
        void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
    };

    static const BIO_METHOD* method() {
        static const std::unique_ptr<BIO_METHOD, Release> method = [] {
            std::unique_ptr<BIO_METHOD, Release> made(
                BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket"));
            if (made == nullptr) throw std::bad_alloc();
            BIO_meth_set_write(made.get(), send_bytes);
            BIO_meth_set_read(made.get(), receive_bytes);
            BIO_meth_set_ctrl(made.get(), control);
            return made;
        }();
        return method.get();
    }

    static BIO* open(Wire& wire) {
        BIO* bio = BIO_new(method());
        if (bio == nullptr) throw std::bad_alloc();
        BIO_set_data(bio, &wire);
        BIO_set_init(bio, 1);
        return bio;
    }
};

namespace {

/// Of what OpenSSL has in its queue, the first.
error_code queued_error() {
    const unsigned long first = ERR_get_error();
    ERR_clear_error();
    return {static_cast<int>(first), asio::error::get_ssl_category()};
}

}  // namespace

TlsStream::TlsStream(Socket socket, ssl::context& context)
    : socket_(std::move(socket)),
      wire_(std::make_unique<Wire>()),
      session_(SSL_new(context.native_handle()), SSL_free) {
    if (session_ == nullptr) throw std::bad_alloc();
    error_code ignored;
    socket_.native_non_blocking(true, ignored);
    wire_->socket = socket_.native_handle();
    BIO* bio = TlsBio::open(*wire_);
    SSL_set_bio(session_.get(), bio, bio);
    // A session gives its buffers back as soon as nothing is in them; and takes a record at a time from a buffer that
    // may move.
    SSL_set_mode(session_.get(),
                 SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_read_ahead(session_.get(), 1);  // else each record is two calls of the system
    SSL_set_accept_state(session_.get());
}

bool TlsStream::has_pending() const {
    return SSL_has_pending(session_.get()) == 1;
}

void TlsStream::begin_operation() {
    wire_->left_of_operation = bytes_an_operation;
    is_cut_off_ = is_cut_off_ || is_mid_record_;  // else the write would have ended before another operation began
}

void TlsStream::begin_try() {
    ERR_clear_error();
    wire_->left_of_try = bytes_a_try;
    wire_->has_ended = false;
    wire_->error = 0;
}

TlsStream::Step TlsStream::accept() {
    begin_try();
    return outcome(SSL_do_handshake(session_.get()), 0);
}

TlsStream::Step TlsStream::close() {
    if (is_cut_off_) return {.error = asio::error::connection_aborted};
    begin_try();
    int result = SSL_shutdown(session_.get());
    if (result == 0) result = SSL_shutdown(session_.get());  // ours is sent: now for the client's
    return outcome(result, 0);
}

TlsStream::Step TlsStream::read(asio::mutable_buffer buffer) {
    if (buffer.size() == 0) return {};
    begin_try();
    std::size_t size = 0;
    const int result = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &size);
    return outcome(result, size);
}

TlsStream::Step TlsStream::write(asio::const_buffer buffer) {
    if (is_cut_off_) return {.error = asio::error::connection_aborted};
    if (buffer.size() == 0) return {};
    begin_try();
    std::size_t size = 0;
    const int result = SSL_write_ex(session_.get(), buffer.data(), buffer.size(), &size);
    const Step step = outcome(result, size);
    is_mid_record_ = step.waits_for.has_value();
    return step;
}

TlsStream::Step TlsStream::outcome(int result, std::size_t size) const {
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_NONE:
            return {.size = size};
        case SSL_ERROR_WANT_READ:
            return {.waits_for = Socket::wait_read};
        case SSL_ERROR_WANT_WRITE:
            return {.waits_for = Socket::wait_write};
        case SSL_ERROR_ZERO_RETURN:
            return {.error = asio::error::eof};
        case SSL_ERROR_SSL:
            return {.error = queued_error()};
        case SSL_ERROR_SYSCALL:
            ERR_clear_error();
            if (wire_->has_ended) return {.error = ssl::error::stream_truncated};
            if (wire_->error != 0) return {.error = error_code(wire_->error, boost::system::system_category())};
            break;
        default:
            break;
    }
    return {.error = ssl::error::unexpected_result};
}

}  // namespace service
