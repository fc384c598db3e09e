// Threads for calls that block and may hang: SQL, the system's resolver. They are apart from the threads that serve and
// from those that compute, bounded in number, and so is what waits for them. Whoever asks waits until a deadline of
// his own; the call may take longer, or never end, at nobody's cost but that of its thread.
#pragma once

#include "service/base/bell.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace service {

/// How long one that is destroyed waits for a thread of its own that still writes.
inline constexpr std::chrono::seconds patience_of_destruction{10};

struct BlockingLimits {
    std::size_t threads = 1;    ///< started as they are needed
    std::size_t waiting = 256;  ///< calls that have no thread yet; more are turned away
};

/// Safe from every thread.
class BlockingCalls {
  public:
    using Clock = std::chrono::steady_clock;

    explicit BlockingCalls(const BlockingLimits& limits);
    /// Closes, and gives what is under way a second. A call that has not ended by then is left behind with its thread:
    /// what it refers to must not be destroyed while the process lives (see close()).
    ~BlockingCalls();
    BlockingCalls(const BlockingCalls&) = delete;
    BlockingCalls& operator=(const BlockingCalls&) = delete;

    /// Has a thread run `work`, which throws nothing. \returns false if too many wait already, or after close().
    bool start(std::function<void()> work);

    /// Has a thread run `work` and waits for its result until `deadline`. Nothing comes back if it is not there by
    /// then, or if too many wait. `work` owns what it uses, or refers to what outlives these calls: the frame of the
    /// caller may be gone. What no thread has begun when its caller gives up is never begun.
    template <typename Work>
    boost::asio::awaitable<std::optional<std::invoke_result_t<Work&>>> run(Work work, Clock::time_point deadline);

    /// Takes no more calls, forgets those that have no thread, and waits for those under way. \returns whether all have
    /// ended.
    bool close(Clock::time_point deadline);

  private:
    struct State;
    static void serve(const std::shared_ptr<State>& state);
    static bool add_thread(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;  // shared with the threads: one that hangs outlives this
};

template <typename Work>
boost::asio::awaitable<std::optional<std::invoke_result_t<Work&>>> BlockingCalls::run(Work work,
                                                                                      Clock::time_point deadline) {
    using Result = std::invoke_result_t<Work&>;
    struct Call {
        explicit Call(Work what) : work(std::move(what)) {}
        Work work;
        std::atomic<bool> given_up{false};
        std::optional<Result> result;
        std::exception_ptr failure;
    };
    struct GivesUp {
        std::shared_ptr<Call> call;
        ~GivesUp() { call->given_up = true; }
    };
    const auto call = std::make_shared<Call>(std::move(work));
    const auto bell = std::make_shared<Bell>();
    const GivesUp gives_up{call};
    const bool taken = start([call, bell] {
        if (call->given_up) return;
        try {
            call->result.emplace(call->work());
        } catch (...) {
            call->failure = std::current_exception();
        }
        bell->ring();
    });
    if (!taken) co_return std::nullopt;
    const bool done = co_await bell->wait(deadline);
    if (!done) co_return std::nullopt;
    if (call->failure) std::rethrow_exception(call->failure);
    co_return std::move(call->result);
}

}  // namespace service
