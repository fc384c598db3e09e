// A client for tests that sends any bytes it likes over TLS or plain TCP and reads whatever comes back, with a time
// limit on everything. Knows as little of HTTP as it can, so that it can be wrong on purpose.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace service {

struct HttpReply {
    int status = 0;  ///< 0: none came
    std::string head, body;

    /// The value of a header, or "".
    std::string header(std::string_view name) const;
};

class RawClient {
  public:
    enum class Transport { tls, plain };

    explicit RawClient(std::uint16_t port, Transport transport = Transport::tls);
    ~RawClient();
    RawClient(RawClient&&) noexcept;
    RawClient& operator=(RawClient&&) noexcept;

    /// Sends bytes; false if the peer has closed.
    bool send(std::string_view bytes);

    /// Sends bytes past TLS, as they are.
    bool send_beneath(std::string_view bytes);

    /// Sends a KeyUpdate (RFC 8446, 4.6.3): a record without application data.
    void update_keys();

    /// Reads one reply: head, and a body of Content-Length. \param without_body the reply to a HEAD.
    HttpReply receive(bool without_body = false);

    HttpReply exchange(std::string_view bytes) {
        send(bytes);
        return receive();
    }

    /// Whether the peer closes within `patience`; what it still sends is dropped.
    bool is_closed_within(std::chrono::milliseconds patience);

    /// Sends close_notify and half-closes the connection.
    void half_close();

    /// Ends the TCP connection without close_notify.
    void cut();

    /// Lowers the receive window, so that the peer's writes soon block.
    void read_slowly();

    /// Whether the TLS handshake, or the TCP connection, was made.
    bool connected() const;

    /// "TLSv1.3"; empty if plain.
    std::string tls_version() const;

  private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

/// A request with a JSON body and what HTTP/1.1 needs.
std::string post(std::string_view target, std::string_view body, std::string_view more_headers = "");

/// A GET (or another method without a body).
std::string get(std::string_view target, std::string_view more_headers = "", std::string_view method = "GET");

}  // namespace service
