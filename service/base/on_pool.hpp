// Work that takes over half a millisecond (an ES384 check, a store write) leaves the thread that serves connections.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace service {

/// Runs `work` on `pool` and comes back to the caller's own thread with its result. `work` may refer to the caller's
/// frame; so the pool is joined before any io_context whose coroutines use it is destroyed.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> on_pool(boost::asio::any_io_executor pool, Work work) {
    using Result = std::invoke_result_t<Work&>;
    auto result = co_await boost::asio::co_spawn(
        pool, [work = std::move(work)]() mutable -> boost::asio::awaitable<Result> { co_return work(); },
        boost::asio::use_awaitable);
    co_return result;
}

}  // namespace service
