// Wakes a coroutine from another thread, whenever that comes about: while the coroutine waits, before it does, or when
// it has long given up.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <mutex>

namespace service {

/// Held by shared_ptr: by the one who waits and by the one who rings.
class Bell : public std::enable_shared_from_this<Bell> {
  public:
    using Clock = std::chrono::steady_clock;

    Bell() = default;
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;

    /// From any thread. What was written before is seen by whoever then finds that it rang.
    void ring() {
        const std::lock_guard lock(mutex_);
        rang_ = true;
        if (timer_ == nullptr) return;
        boost::asio::post(timer_->get_executor(), [self = shared_from_this()] {
            const std::lock_guard again(self->mutex_);
            if (self->timer_ != nullptr) self->timer_->cancel();
        });
    }

    bool rang() const {
        const std::lock_guard lock(mutex_);
        return rang_;
    }

    /// Waits until it rings, or until `deadline`. \returns whether it rang. For one coroutine, on an io_context that
    /// one thread runs.
    boost::asio::awaitable<bool> wait(Clock::time_point deadline) {
        const std::shared_ptr<Bell> self = shared_from_this();
        const auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor, deadline);
        // Taken back however the coroutine ends, its frame being destroyed with the io_context included.
        const Ear ear(*self, timer);
        if (self->rang()) co_return true;
        co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        co_return self->rang();
    }

  private:
    class Ear {
      public:
        Ear(Bell& bell, boost::asio::steady_timer& timer) : bell_(bell) { bell_.wakes(&timer); }
        ~Ear() { bell_.wakes(nullptr); }
        Ear(const Ear&) = delete;
        Ear& operator=(const Ear&) = delete;

      private:
        Bell& bell_;
    };

    void wakes(boost::asio::steady_timer* timer) {
        const std::lock_guard lock(mutex_);
        timer_ = timer;
    }

    mutable std::mutex mutex_;  // of what follows
    bool rang_ = false;
    boost::asio::steady_timer* timer_ = nullptr;
};

}  // namespace service
