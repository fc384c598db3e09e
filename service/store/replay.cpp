#include "service/store/replay.hpp"

namespace service {

namespace {

// A sweep looks at every entry: not at every call, even when the memory is full.
constexpr std::chrono::seconds between_sweeps{30};
constexpr std::chrono::seconds between_sweeps_when_full{1};

}  // namespace

Seen ReplayWindow::remember(const std::string& digest, WallTime until, WallTime now) {
    const std::lock_guard lock(mutex_);
    const bool full = until_.size() >= most_;
    if (now >= last_sweep_ + (full ? between_sweeps_when_full : between_sweeps)) {
        std::erase_if(until_, [&](const auto& entry) { return entry.second <= now; });
        last_sweep_ = now;
    }
    const auto found = until_.find(digest);
    if (found != until_.end() && found->second > now) return Seen::before;
    if (found == until_.end() && until_.size() >= most_) return Seen::unknown;
    until_[digest] = until;
    return Seen::first_time;
}

}  // namespace service
