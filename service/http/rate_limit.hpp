// How many requests a second are answered: a bucket that fills at that rate and holds one second's worth; one for each
// client, so that nobody uses up what is another's.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace service {

/// One bucket. Safe from every thread.
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

/// The buckets of all callers. Safe from every thread.
class RateLimits {
  public:
    using Clock = RateLimit::Clock;

    /// \param per_second  of each bucket. 0: no limit.
    explicit RateLimits(std::size_t per_second) : per_second_(per_second), strangers_(per_second) {}

    /// Takes a share of the client called `name`, who has proven to be it: there are as many buckets as clients.
    bool admit(std::string_view name, Clock::time_point now) {
        if (per_second_ == 0) return true;
        const std::lock_guard lock(mutex_);
        auto found = clients_.find(name);
        if (found == clients_.end()) found = clients_.try_emplace(std::string(name), per_second_).first;
        return found->second.admit(now);
    }

    /// Takes a share of those who have proven nothing: they have one bucket together.
    bool admit_stranger(Clock::time_point now) noexcept { return strangers_.admit(now); }

  private:
    std::size_t per_second_;
    RateLimit strangers_;
    std::mutex mutex_;
    std::map<std::string, RateLimit, std::less<>> clients_;
};

}  // namespace service
