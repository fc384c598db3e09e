// GET over HTTPS, for key sets and FHIR: TLS verified by name, addresses checked and pinned before the connection is
// made, one deadline for all of it, bodies limited, connections kept alive. No redirects, no cookies, no
// compression.
//
// One client belongs to one thread's io_context and is used there only. It never logs, and an answer's body is never
// part of an error. Plain HTTP only in development.
#pragma once

#include "service/out/address_policy.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Why nothing came back.
enum class FetchFault {
    bad_url,          ///< not absolute https (or http in development), or with user or fragment
    bad_token,        ///< a bearer token with characters that no header may hold
    unresolved,       ///< the name has no address
    address_refused,  ///< it has, but none that the policy allows
    unreachable,
    bad_certificate,  ///< or any other failure of the TLS handshake
    timed_out,
    too_large,
    bad_answer,  ///< not HTTP, or cut off, or encoded
    too_busy     ///< too many connections to that server already
};

std::string_view name_of(FetchFault fault) noexcept;

/// A TLS client context: TLS 1.2 and above, the system's certificates (SSL_CERT_FILE is honoured) and those of
/// `ca_file`, if it is not empty. Nothing if that file cannot be read as PEM certificates.
std::shared_ptr<boost::asio::ssl::context> open_client_tls(const std::filesystem::path& ca_file);

struct HttpGet {
    std::string url;
    std::string accept = "application/json";
    std::string bearer;  ///< empty: none
    std::size_t most_bytes = 1024 * 1024;
};

struct HttpAnswer {
    unsigned status = 0;
    std::string cache_control;
    std::string age;
    std::string body;
};

class HttpsClient {
  public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t most_connections = 64;  ///< to one server
    static constexpr std::size_t most_idle = 8;          ///< of them kept
    static constexpr std::chrono::seconds longest_idle{20};

    /// \param executor  of an io_context that one thread runs, and that is destroyed after this client.
    HttpsClient(boost::asio::any_io_executor executor, std::shared_ptr<boost::asio::ssl::context> tls,
                AddressPolicy policy);
    HttpsClient(const HttpsClient&) = delete;
    HttpsClient& operator=(const HttpsClient&) = delete;
    ~HttpsClient();

    /// What the server answers, whatever its status. The client must outlive the coroutine.
    boost::asio::awaitable<boost::system::result<HttpAnswer, FetchFault>> get(HttpGet request,
                                                                              Clock::time_point deadline);

    boost::asio::any_io_executor executor() const { return executor_; }

  private:
    struct Target;
    class Connection;
    struct Origin;
    using Exchanged = boost::system::result<HttpAnswer, FetchFault>;

    boost::asio::awaitable<Exchanged> get_from(Origin& origin, const Target& target, const HttpGet& request,
                                               Clock::time_point deadline);
    boost::asio::awaitable<boost::system::result<std::unique_ptr<Connection>, FetchFault>> connect(
        const Target& target, Clock::time_point deadline);
    boost::asio::awaitable<boost::system::result<std::vector<boost::asio::ip::tcp::endpoint>, FetchFault>> resolve(
        const Target& target, Clock::time_point deadline);
    std::unique_ptr<Connection> take_idle(Origin& origin);
    void keep(Origin& origin, std::unique_ptr<Connection> connection);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    AddressPolicy policy_;
    std::map<std::string, std::shared_ptr<Origin>>
        origins_;  ///< by scheme, host and port; as many as the configuration names
};

}  // namespace service
