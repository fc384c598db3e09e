// The way of a token through trust, with the waiting that it takes: a key set fetched, a signature checked on the pool,
// a replay looked up in the store. What is decided, and in which order, is trust's; here is only who waits for what.
#pragma once

#include "service/http/problem.hpp"
#include "service/observe/log.hpp"
#include "service/out/https_client.hpp"
#include "service/trust/trust.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

namespace service {

/// What authentication works with. `trust` is the one of the configuration that the call began under.
struct Authentication {
    std::shared_ptr<Trust> trust;
    HttpsClient* client = nullptr;  ///< of this thread; lives until its io_context ends
    boost::asio::any_io_executor pool;
    WallTime (*now)() = nullptr;                 ///< the real time, even when the clinical clock is frozen
    Log* log = nullptr;                          ///< is told of key sets fetched; null: nobody is
    std::atomic<std::size_t>* checks = nullptr;  ///< under way on the pool, for all threads; null: as many as come
};

/// Checks that may wait for the pool or run there: a tenth of a second's work, or a store that does not answer.
inline constexpr std::size_t most_checks = 256;

/// What the client is told of a refused token: 401 and no reason, or 503 where the fault is not the token's:
/// the key server or the store cannot be had, or there is too much to do.
Fault fault_of(TokenFault fault) noexcept;

/// Who sent this request, or the first reason why nobody knows, for the log alone. `authorization` and `use` are
/// borrowed until it completes.
boost::asio::awaitable<boost::system::result<Caller, TokenFault>> authenticate(Authentication with,
                                                                               std::string_view authorization,
                                                                               const TokenUse& use);

/// Fetches the key set at `url` and tells trust and log what came of it. \returns whether it was one. Two seconds at
/// most.
boost::asio::awaitable<bool> fetch_keys(Authentication with, std::string url);

}  // namespace service
