#include "tests/service/raw_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace service {
namespace {

constexpr timeval patience{10, 0};

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

std::string HttpReply::header(std::string_view name) const {
    const std::string wanted = "\r\n" + lower(std::string(name)) + ":";
    const std::size_t at = lower(head).find(wanted);
    if (at == std::string::npos) return "";
    const std::size_t from = head.find_first_not_of(' ', at + wanted.size());
    return head.substr(from, head.find("\r\n", from) - from);
}

struct RawClient::Connection {
    int socket = -1;
    SSL_CTX* context = nullptr;
    SSL* tls = nullptr;
    bool connected = false;
    std::string received;

    ~Connection() {
        SSL_free(tls);
        SSL_CTX_free(context);
        if (socket >= 0) ::close(socket);
    }

    /// Bytes read; 0 or less if the connection is over or the time is.
    long read_some() {
        std::array<char, 16 * 1024> bytes{};
        const long size = tls != nullptr ? SSL_read(tls, bytes.data(), static_cast<int>(bytes.size()))
                                         : ::recv(socket, bytes.data(), bytes.size(), 0);
        if (size > 0) received.append(bytes.data(), static_cast<std::size_t>(size));
        ERR_clear_error();
        return size;
    }
};

RawClient::RawClient(std::uint16_t port, Transport transport) : connection_(std::make_unique<Connection>()) {
    Connection& it = *connection_;
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that the server has closed
    it.socket = ::socket(AF_INET, SOCK_STREAM, 0);
    ::setsockopt(it.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(it.socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    it.connected = ::connect(it.socket, &generic, sizeof address) == 0;
    if (!it.connected || transport == Transport::plain) return;
    it.context = SSL_CTX_new(TLS_client_method());
    it.tls = SSL_new(it.context);
    SSL_set_fd(it.tls, it.socket);
    it.connected = SSL_connect(it.tls) == 1;
    ERR_clear_error();
}

RawClient::~RawClient() = default;
RawClient::RawClient(RawClient&&) noexcept = default;
RawClient& RawClient::operator=(RawClient&&) noexcept = default;

bool RawClient::send(std::string_view bytes) {
    Connection& it = *connection_;
    while (!bytes.empty()) {
        const long size = it.tls != nullptr ? SSL_write(it.tls, bytes.data(), static_cast<int>(bytes.size()))
                                            : ::send(it.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        ERR_clear_error();
        if (size <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

bool RawClient::send_beneath(std::string_view bytes) {
    return ::send(connection_->socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

void RawClient::update_keys() {
    SSL_key_update(connection_->tls, SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(connection_->tls);
    ERR_clear_error();
}

HttpReply RawClient::receive(bool without_body) {
    Connection& it = *connection_;
    std::size_t end = 0;
    while ((end = it.received.find("\r\n\r\n")) == std::string::npos) {
        if (it.read_some() <= 0) return {};
    }
    HttpReply reply;
    reply.head = it.received.substr(0, end + 2);
    reply.status = std::atoi(reply.head.c_str() + std::strlen("HTTP/1.1 "));
    it.received.erase(0, end + 4);
    const std::size_t size = without_body ? 0 : std::strtoul(reply.header("Content-Length").c_str(), nullptr, 10);
    while (it.received.size() < size) {
        if (it.read_some() <= 0) return {};
    }
    reply.body = it.received.substr(0, size);
    it.received.erase(0, size);
    return reply;
}

bool RawClient::is_closed_within(std::chrono::milliseconds time) {
    const timeval limit{time.count() / 1000, time.count() % 1000 * 1000};
    ::setsockopt(connection_->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    errno = 0;
    while (connection_->read_some() > 0) {
    }
    const bool timed_out = errno == EAGAIN;
    ::setsockopt(connection_->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return !timed_out;
}

void RawClient::half_close() {
    if (connection_->tls != nullptr) SSL_shutdown(connection_->tls);
    ::shutdown(connection_->socket, SHUT_WR);
}

void RawClient::cut() {
    ::shutdown(connection_->socket, SHUT_RDWR);
}

void RawClient::read_slowly() {
    const int bytes = 1024;
    ::setsockopt(connection_->socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool RawClient::connected() const {
    return connection_->connected;
}

std::string RawClient::tls_version() const {
    return connection_->tls == nullptr ? "" : SSL_get_version(connection_->tls);
}

std::string post(std::string_view target, std::string_view body, std::string_view more_headers) {
    std::string request = "POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return request + std::string(more_headers) + "\r\n" + std::string(body);
}

std::string get(std::string_view target, std::string_view more_headers, std::string_view method) {
    return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
           std::string(more_headers) + "\r\n";
}

}  // namespace service
