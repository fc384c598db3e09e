// The memory of tokens already seen, so that one cannot be used twice (RFC 7519, section 4.1.7; ).
//
// What is remembered is a digest, never a token. The store keeps it for several replicas and across restarts;
// ReplayWindow keeps it in one process when no store is configured.
//
// A clock that is set wrong, and right again, must let no token pass twice. So the memory knows up to which end of
// validity it has forgotten tokens: one that ends before may have been among them, and is refused.
#pragma once

#include "service/base/wall_time.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace service {

/// How long a call waits for the store: what has not been said by then is not known, and answered 503.
inline constexpr std::chrono::milliseconds longest_store_wait{600};

/// What the memory says of a token.
enum class Seen {
    first_time,
    before,  ///< or it is of an age of which tokens have been forgotten
    unknown  ///< the memory failed, or is full: the token must not pass
};

/// Remembers. Any number of threads may ask at once, and of two that ask for one digest exactly one is first.
class ReplayMemory {
  public:
    ReplayMemory() = default;
    ReplayMemory(const ReplayMemory&) = delete;
    ReplayMemory& operator=(const ReplayMemory&) = delete;
    virtual ~ReplayMemory() = default;

    /// Whether `digest` is new; from now on, until `until`, it is not. It may block: run it among blocking calls.
    virtual Seen remember(const std::string& digest, WallTime until, WallTime now) = 0;
};

/// A memory in this process, of limited size. When it is full of tokens that are still valid it says `unknown`: to
/// forget one would be to let it pass again. A token is forgotten when it has expired by the clock and its validity has
/// also passed since it was seen; so a clock that is moved for a while makes nobody forgotten.
class ReplayWindow final : public ReplayMemory {
  public:
    using Steady = std::chrono::steady_clock;

    /// \param steady  durations are counted by it.
    explicit ReplayWindow(std::size_t most = 200'000, Steady::time_point (*steady)() = Steady::now)
        : most_(most), steady_(steady) {}

    Seen remember(const std::string& digest, WallTime until, WallTime now) override;

  private:
    struct Entry {
        WallTime until{};             ///< by the clock
        Steady::time_point passed{};  ///< when that much time has passed
    };
    bool over(const Entry& entry, WallTime now) const { return entry.until <= now && entry.passed <= steady_(); }
    void sweep(WallTime now);

    std::size_t most_;
    Steady::time_point (*steady_)();
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
    WallTime forgotten_until_{};  ///< the latest `until` of those forgotten
    Steady::time_point next_sweep_{};
};

}  // namespace service
