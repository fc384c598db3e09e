// The way of a token through trust, with the waiting that it takes: a key set fetched, a signature checked on the pool,
// a replay looked up among the store's calls, which may hang: tokens that may be used any number of times never wait
// there. What is decided, and in which order, is trust's; here is only who waits for what.
#pragma once

#include "service/base/blocking_calls.hpp"
#include "service/http/problem.hpp"
#include "service/http/rate_limit.hpp"
#include "service/observe/log.hpp"
#include "service/out/https_client.hpp"
#include "service/trust/trust.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace service {

/// What authentication works with. `trust` is the one of the configuration that the call began under.
struct Authentication {
    std::shared_ptr<Trust> trust;
    HttpsClient* client = nullptr;         ///< of this thread; lives until its io_context ends
    boost::asio::any_io_executor pool;     ///< where signatures are checked
    BlockingCalls* store_calls = nullptr;  ///< where the memory of tokens seen is asked
    WallTime (*now)() = nullptr;           ///< the real time, even when the clinical clock is frozen
    /// The clock that nobody sets: what has a duration, not a date, counts by it.
    KeyCache::Clock::time_point (*ticks)() = &KeyCache::Clock::now;
    Log* log = nullptr;                          ///< is told of key sets fetched; null: nobody is
    std::atomic<std::size_t>* checks = nullptr;  ///< under way on the pool, for all threads; null: as many as come
    RateLimits* rates = nullptr;                 ///< null: no limit
};

/// Signatures that may wait for the pool or be checked there: a tenth of a second's work.
inline constexpr std::size_t most_checks = 256;

/// What the client is told of a refused token: 401 and no reason, 429, or 503 where the fault is not the
/// token's: the key server or the store cannot be had, or there is too much to do.
Fault fault_of(TokenFault fault) noexcept;

/// Who sent this request, or the first reason why nobody knows, for the log alone. Asked before the request's body is
/// read, so `use.body` is not looked at: a token that may be used for several bodies is not spent yet (see
/// spend_on_body). What has no good token takes a share of all such callers together, what has one of its own client's,
/// and before it is spent: who comes too often may come again with it. `authorization` and `use` are borrowed until it
/// completes.
boost::asio::awaitable<boost::system::result<Caller, TokenFault>> authenticate(Authentication with,
                                                                               std::string_view authorization,
                                                                               const TokenUse& use);

/// Spends the token of a caller with `by_body` on the body that came. \returns why it may not be.
boost::asio::awaitable<std::optional<TokenFault>> spend_on_body(Authentication with, const Caller& caller,
                                                                const TokenUse& use);

/// Does a fetch that trust asked for, and tells trust and log what came of it. Two seconds at most.
boost::asio::awaitable<void> fetch_keys(Authentication with, KeyFetch fetch);

}  // namespace service
