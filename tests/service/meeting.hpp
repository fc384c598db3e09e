// Threads that wait for each other, so that a test asks who was there and never how long it took.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace service {

class Meeting {
  public:
    explicit Meeting(unsigned of) : missing_(of) {}

    /// Waits until everybody is here; gives up after half a minute, so that a test that fails ends.
    void join() {
        std::unique_lock lock(mutex_);
        if (missing_ > 0) --missing_;
        all_here_.notify_all();
        all_here_.wait_for(lock, std::chrono::seconds(30), [this] { return missing_ == 0; });
    }

  private:
    std::mutex mutex_;  // of what follows
    std::condition_variable all_here_;
    unsigned missing_;
};

}  // namespace service
