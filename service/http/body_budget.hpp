// How much of large request bodies is held at one time, all connections together: each is bounded, and ten thousand of
// them would still be more memory than there is.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace service {

/// Shared by connections on several threads.
class BodyBudget {
  public:
    explicit BodyBudget(std::size_t most) : most_(most) {}

    /// Whether `bytes` more may be held; they then count until they are given back.
    bool take(std::size_t bytes) noexcept {
        if (held_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= most_) return true;
        give_back(bytes);
        return false;
    }
    void give_back(std::size_t bytes) noexcept { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  private:
    std::atomic<std::size_t> held_ = 0;
    std::size_t most_;
};

/// What one connection holds of it.
class HeldBody {
  public:
    explicit HeldBody(BodyBudget& budget) : budget_(budget) {}
    HeldBody(const HeldBody&) = delete;
    HeldBody& operator=(const HeldBody&) = delete;
    ~HeldBody() { release(); }

    /// Whether this may be `size` bytes by now. What is announced and not there does not count.
    bool grow_to(std::size_t size) noexcept {
        if (size <= size_) return true;
        if (!budget_.take(size - size_)) return false;
        size_ = size;
        return true;
    }
    void release() noexcept { budget_.give_back(std::exchange(size_, 0)); }

  private:
    BodyBudget& budget_;
    std::size_t size_ = 0;
};

}  // namespace service
