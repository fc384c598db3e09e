// An HTTPS server on loopback for tests of what the service fetches: it answers as the test says, with a certificate
// made for the occasion, on threads of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace service {

class HttpsTestServer {
  public:
    struct Request {
        std::string target;
        std::string accept;
        std::string authorization;
    };
    struct Response {
        unsigned status = 200;
        std::string body;
        std::vector<std::pair<std::string, std::string>> headers;
        std::chrono::milliseconds delay{0};
        bool hang_up = false;  ///< after this answer, without having said so
        std::string raw;       ///< sent instead of all this
    };
    using Handler = std::function<Response(const Request&)>;

    struct Options {
        bool tls = true;
        std::string name = "localhost";  ///< that the certificate is for
    };

    explicit HttpsTestServer(Handler handler) : HttpsTestServer(std::move(handler), Options()) {}
    HttpsTestServer(Handler handler, Options options);
    ~HttpsTestServer();
    HttpsTestServer(const HttpsTestServer&) = delete;
    HttpsTestServer& operator=(const HttpsTestServer&) = delete;

    std::string url(const std::string& path) const;

    /// The certificate, which is its own authority.
    const std::filesystem::path& ca_file() const { return ca_file_; }

    std::vector<Request> requests() const;
    unsigned connections() const { return connections_; }

  private:
    void accept_all();
    void serve(boost::asio::ip::tcp::socket socket);
    template <typename Stream>
    void converse(Stream& stream);
    void make_certificate(const std::string& name);

    Handler handler_;
    Options options_;
    std::filesystem::path ca_file_;
    boost::asio::io_context io_;
    boost::asio::ssl::context tls_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<unsigned> connections_ = 0;
    mutable std::mutex mutex_;  // of what follows
    std::vector<Request> requests_;
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
    std::thread accepting_;
};

}  // namespace service
