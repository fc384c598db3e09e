// An HTTPS server on loopback for tests of what the service fetches: it answers as the test says, with a certificate
// made for the occasion, on threads of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace service {

/// One connection of a server, for tests that write every byte themselves.
class TestPeer {
  public:
    virtual ~TestPeer() = default;

    /// The head of the next request, with the empty line behind it; nothing once the client has closed.
    virtual std::optional<std::string> head() = 0;

    /// False if the client has closed.
    virtual bool send(std::string_view bytes) = 0;
};

/// What stands between the first two blanks of a head.
std::string target_of(std::string_view head);

/// The value of a header, or "".
std::string field_of(std::string_view head, std::string_view name);

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
        std::chrono::milliseconds delay{0};  ///< or until the server ends
        bool hang_up = false;                ///< after this answer, without having said so
        std::string raw;                     ///< sent instead of all this
    };
    using Handler = std::function<Response(const Request&)>;
    using Conversation = std::function<void(TestPeer&)>;  ///< runs on a thread of the connection; its end closes it

    struct Options {
        bool tls = true;
        std::string name = "localhost";  ///< that the certificate is for
    };

    explicit HttpsTestServer(Handler handler) : HttpsTestServer(std::move(handler), Options()) {}
    HttpsTestServer(Handler handler, Options options);
    explicit HttpsTestServer(Conversation conversation) : HttpsTestServer(std::move(conversation), Options()) {}
    HttpsTestServer(Conversation conversation, Options options);
    ~HttpsTestServer();
    HttpsTestServer(const HttpsTestServer&) = delete;
    HttpsTestServer& operator=(const HttpsTestServer&) = delete;

    std::string url(const std::string& path) const;

    /// The certificate, which is its own authority.
    const std::filesystem::path& ca_file() const { return ca_file_; }

    std::vector<Request> requests() const;
    unsigned connections() const { return connections_; }

  private:
    void begin();
    void accept_all();
    void join_finished();
    void serve(boost::asio::ip::tcp::socket socket);
    void rest(std::chrono::milliseconds time);
    template <typename Stream>
    void converse(Stream& stream);
    void make_certificate(const std::string& name);

    Handler handler_;
    Conversation conversation_;  ///< in its place
    Options options_;
    std::filesystem::path ca_file_;
    boost::asio::io_context io_;
    boost::asio::ssl::context tls_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<unsigned> connections_ = 0;
    mutable std::mutex mutex_;  // of what follows
    std::vector<Request> requests_;
    std::vector<int> sockets_;
    std::map<std::thread::id, std::thread> threads_;
    std::vector<std::thread::id> finished_;
    bool ends_ = false;
    std::condition_variable ending_;
    std::thread accepting_;
};

}  // namespace service
