// How many requests a second are answered: a bucket that fills at that rate and holds one second's worth.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace service {

/// Safe from every thread.
class RateLimit {
  public:
    using Clock = std::chrono::steady_clock;

    /// \param per_second 0: no limit.
    explicit RateLimit(std::size_t per_second)
        : cost_(per_second == 0 ? 0
                                : std::chrono::nanoseconds(std::chrono::seconds(1)).count() /
                                      static_cast<std::int64_t>(per_second)) {}

    /// Takes one request's share at `now`; false if there is none left.
    bool admit(Clock::time_point now) noexcept {
        if (cost_ == std::chrono::nanoseconds::zero()) return true;
        // The instant up to which the shares are given away; it may lie one second ahead of now (GCRA).
        Clock::rep taken = taken_until_.load(std::memory_order_relaxed);
        for (;;) {
            const Clock::time_point from = std::max(Clock::time_point(Clock::duration(taken)), now);
            if (from + cost_ > now + std::chrono::seconds(1)) return false;
            const Clock::rep next = (from + cost_).time_since_epoch().count();
            if (taken_until_.compare_exchange_weak(taken, next, std::memory_order_relaxed)) return true;
        }
    }

  private:
    std::chrono::nanoseconds cost_;
    std::atomic<Clock::rep> taken_until_{0};
};

}  // namespace service
