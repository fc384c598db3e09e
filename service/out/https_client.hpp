// GET over HTTPS, for key sets and FHIR: TLS verified by name, addresses checked and pinned before the connection is
// made, one deadline for all of it, bodies limited, connections kept alive. No redirects, no cookies, no
// compression.
//
// An answer must be to what was asked: a connection carries another request only if its last exchange ended in order,
// nothing has come on it since, and it is within the same realm. Who finds no connection free waits for one.
//
// One client belongs to one thread's io_context and is used there only. It never logs, and an answer's body is never
// part of an error. Plain HTTP only in development.
#pragma once

#include "service/out/address_policy.hpp"
#include "service/out/http_get.hpp"
#include "service/out/name_lookups.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace service {

class HttpsClient {
  public:
    using Clock = std::chrono::steady_clock;

    /// Told of each TLS connection that was made, by its realm's kind.
    using Connected = std::function<void(std::string_view kind)>;

    static constexpr std::size_t most_connections = 64;  ///< to one server within one realm
    static constexpr std::size_t most_waiting = 16384;   ///< for one of them
    static constexpr std::chrono::seconds longest_idle{20};

    /// \param executor  of an io_context that one thread runs, and that is destroyed after this client.
    /// \param tls  of the realm of requests that name none.
    /// \param names  shared by the clients of all threads; null: its own.
    HttpsClient(boost::asio::any_io_executor executor, std::shared_ptr<boost::asio::ssl::context> tls,
                AddressPolicy policy, Connected connected = {}, std::shared_ptr<NameLookups> names = nullptr);
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
    struct Pool;
    struct Waiting;
    using Exchanged = boost::system::result<HttpAnswer, FetchFault>;

    boost::asio::awaitable<Exchanged> get_from(Pool& pool, const Target& target, const HttpGet& request,
                                               Clock::time_point deadline);
    boost::asio::awaitable<bool> take_turn(Pool& pool, Clock::time_point deadline);
    boost::asio::awaitable<boost::system::result<std::unique_ptr<Connection>, FetchFault>> connect(
        const Realm& realm, const Target& target, Clock::time_point deadline);
    boost::asio::awaitable<boost::system::result<std::vector<boost::asio::ip::tcp::endpoint>, FetchFault>> resolve(
        const Target& target, Clock::time_point deadline);
    std::shared_ptr<Pool> pool_of(const std::shared_ptr<const Realm>& realm, const std::string& origin);
    void close_what_is_old();
    std::string next_request_id();

    boost::asio::any_io_executor executor_;
    std::shared_ptr<const Realm> own_realm_;
    AddressPolicy policy_;
    Connected connected_;
    std::shared_ptr<NameLookups> names_;
    std::string request_ids_;  ///< what the ids of this client's requests begin with
    std::uint64_t requests_ = 0;
    /// By realm, and scheme, host and port: as many as the configuration names.
    std::map<std::pair<const Realm*, std::string>, std::shared_ptr<Pool>> pools_;
    Clock::time_point next_look_{};  ///< at what is old
};

}  // namespace service
