// TLS over a socket that OpenSSL itself reads and writes. Asio's stream puts a pair of BIOs and two buffers in between:
// 68 KB for each connection, idle or not, and every byte is copied once more.
#pragma once

#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace service {

/// The server's side of a connection: an AsyncReadStream and AsyncWriteStream of Asio's, used on the socket's thread,
/// one operation at a time. What ends an operation is told as Asio's own stream tells it: `eof` after a close_notify,
/// `ssl::error::stream_truncated` without. Cancelling the socket ends what waits for it; the stream can be used again
/// after a handshake or a read. After a write it can only be read: part of a record may be sent, and nothing that came
/// behind it would be understood, so that writes and the shutdown are refused (`connection_aborted`).
///
/// A client may send what is no application data without end (TLS 1.3's KeyUpdate). Whoever else lives on the thread
/// gets a turn after each 32 KB of it, and an operation ends after 256 KB (`message_size`).
class TlsStream {
  public:
    using Socket = boost::asio::ip::tcp::socket;
    using executor_type = Socket::executor_type;          // NOLINT: named by Asio
    using lowest_layer_type = Socket::lowest_layer_type;  // NOLINT
    using error_code = boost::system::error_code;

    TlsStream(Socket socket, boost::asio::ssl::context& context);

    executor_type get_executor() { return socket_.get_executor(); }
    lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
    SSL* native_handle() { return session_.get(); }

    /// Whether bytes of the client wait here, of which the socket knows nothing any more.
    bool has_pending() const;

    template <typename Token>
    auto async_handshake(Token&& token) {
        return run([this] { return accept(); }, std::forward<Token>(token));
    }

    /// Says close_notify, and waits for the client's.
    template <typename Token>
    auto async_shutdown(Token&& token) {
        return run([this] { return close(); }, std::forward<Token>(token));
    }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return run([this, buffer = first_of<boost::asio::mutable_buffer>(buffers)] { return read(buffer); },
                   std::forward<Token>(token));
    }

    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return run([this, buffer = first_of<boost::asio::const_buffer>(buffers)] { return write(buffer); },
                   std::forward<Token>(token));
    }

  private:
    /// What OpenSSL's BIO knows of its socket, and tells of it. On the heap: a stream moves.
    struct Wire {
        int socket = -1;
        std::size_t left_of_try = 0, left_of_operation = 0;  ///< bytes that may be received
        bool has_ended = false;                              ///< the client sends nothing any more
        int error = 0;                                       ///< of the system, in the last try
    };
    friend struct TlsBio;

    /// What came of one try: it is over, or wants the socket to be ready first.
    struct Step {
        std::optional<Socket::wait_type> waits_for{};
        error_code error{};
        std::size_t size = 0;
    };

    /// Tries, and waits for the socket, until it is over.
    template <typename Try>
    struct Operation {
        TlsStream& stream;
        Try attempt;
        std::optional<Step> over{};
        bool has_waited = false;

        template <typename Self>
        void operator()(Self& self, error_code error = {}) {
            if (over) return self.complete(over->error, over->size);
            if (error) return self.complete(error, 0);
            if (!has_waited) stream.begin_operation();
            // Its number may be another socket's by now, and OpenSSL knows nothing but the number.
            const bool is_open = stream.socket_.is_open();
            const Step step = is_open ? attempt() : Step{.error = boost::asio::error::bad_descriptor};
            if (step.waits_for) {
                has_waited = true;
                stream.socket_.async_wait(*step.waits_for, std::move(self));
            } else if (has_waited) {
                self.complete(step.error, step.size);
            } else {
                over = step;  // nobody is called back before the call that began it has returned
                boost::asio::post(stream.get_executor(), std::move(self));
            }
        }
    };

    template <typename Try, typename Token>
    auto run(Try attempt, Token&& token) {
        return boost::asio::async_compose<Token, void(error_code, std::size_t)>(
            Operation<Try>{*this, std::move(attempt)}, token, socket_);
    }

    template <typename Buffer, typename Buffers>
    static Buffer first_of(const Buffers& buffers) {
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != boost::asio::buffer_sequence_end(buffers);
             ++at) {
            if (const Buffer buffer(*at); buffer.size() > 0) return buffer;
        }
        return {};
    }

    void begin_operation();
    void begin_try();
    Step accept();
    Step close();
    Step read(boost::asio::mutable_buffer buffer);
    Step write(boost::asio::const_buffer buffer);
    Step outcome(int result, std::size_t size) const;

    Socket socket_;
    std::unique_ptr<Wire> wire_;
    std::unique_ptr<SSL, void (*)(SSL*)> session_;
    bool is_mid_record_ = false;  ///< a write waits to send the rest of what OpenSSL has made of it
    bool is_cut_off_ = false;     ///< a write did so when it was cancelled
};

}  // namespace service
