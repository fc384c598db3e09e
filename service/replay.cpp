#include "service/replay.hpp"

#include <algorithm>

namespace service {

namespace {

constexpr std::chrono::seconds between_sweeps{30};

}  // namespace

Seen ReplayWindow::remember(const std::string& digest, WallTime until, WallTime now) {
    const std::lock_guard lock(mutex_);
    if (now >= next_sweep_ || until_.size() >= most_) {
        std::erase_if(until_, [&](const auto& entry) { return entry.second <= now; });
        next_sweep_ = now + between_sweeps;
    }
    const auto found = until_.find(digest);
    if (found != until_.end() && found->second > now) return Seen::before;
    if (found == until_.end() && until_.size() >= most_) return Seen::unknown;
    until_[digest] = until;
    return Seen::first_time;
}

}  // namespace service
