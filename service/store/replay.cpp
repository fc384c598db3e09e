#include "service/store/replay.hpp"

#include <algorithm>

namespace service {

namespace {

// A sweep looks at every entry: not at every call, even when the memory is full.
constexpr std::chrono::seconds between_sweeps{30};
constexpr std::chrono::seconds between_sweeps_when_full{1};

}  // namespace

Seen ReplayWindow::remember(const std::string& digest, WallTime until, WallTime now) {
    const std::lock_guard lock(mutex_);
    const bool full = entries_.size() >= most_;
    if (steady_() >= next_sweep_ - (full ? between_sweeps - between_sweeps_when_full : std::chrono::seconds(0))) {
        sweep(now);
    }
    const auto found = entries_.find(digest);
    if (found != entries_.end()) {
        if (!over(found->second, now)) return Seen::before;
        forgotten_until_ = std::max(forgotten_until_, found->second.until);
        entries_.erase(found);
    }
    if (until <= forgotten_until_) return Seen::before;
    if (entries_.size() >= most_) return Seen::unknown;
    entries_[digest] = {until, steady_() + std::max(until - now, WallTime::duration::zero())};
    return Seen::first_time;
}

void ReplayWindow::sweep(WallTime now) {
    std::erase_if(entries_, [&](const auto& entry) {
        if (!over(entry.second, now)) return false;
        forgotten_until_ = std::max(forgotten_until_, entry.second.until);
        return true;
    });
    next_sweep_ = steady_() + between_sweeps;
}

}  // namespace service
