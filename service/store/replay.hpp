// The memory of tokens already seen, so that one cannot be used twice (RFC 7519, section 4.1.7; ).
//
// What is remembered is a digest, never a token. The store keeps it for several replicas and across restarts;
// ReplayWindow keeps it in one process when no store is configured.
#pragma once

#include "service/base/wall_time.hpp"

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace service {

/// What the memory says of a token.
enum class Seen {
    first_time,
    before,
    unknown  ///< the memory failed, or is full: the token must not pass
};

/// Remembers. Any number of threads may ask at once, and of two that ask for one digest exactly one is first.
class ReplayMemory {
  public:
    ReplayMemory() = default;
    ReplayMemory(const ReplayMemory&) = delete;
    ReplayMemory& operator=(const ReplayMemory&) = delete;
    virtual ~ReplayMemory() = default;

    /// Whether `digest` is new; from now on, until `until`, it is not. May block: run it on a pool.
    virtual Seen remember(const std::string& digest, WallTime until, WallTime now) = 0;
};

/// A memory in this process, of limited size. When it is full of tokens that are still valid it says `unknown`: to
/// forget one would be to let it pass again.
class ReplayWindow final : public ReplayMemory {
  public:
    explicit ReplayWindow(std::size_t most = 200'000) : most_(most) {}

    Seen remember(const std::string& digest, WallTime until, WallTime now) override;

  private:
    std::size_t most_;
    std::mutex mutex_;
    std::unordered_map<std::string, WallTime> until_;
    WallTime last_sweep_{};
};

}  // namespace service
