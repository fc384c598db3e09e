// A descriptor that is written to only while its reader takes what is written: a reader that has stopped reading holds
// the thread that writes, and that only until it is told to hurry.
#pragma once

#include <atomic>
#include <chrono>
#include <string_view>

namespace service {

/// Written to by one thread.
class PatientOutput {
  public:
    using Clock = std::chrono::steady_clock;

    /// \param descriptor  stays open, and blocking: it may be shared with other processes.
    explicit PatientOutput(int descriptor) : descriptor_(descriptor) {}

    /// Writes all of `text`, when its reader has room for it. \returns false if it was not written, or not to its end:
    /// there is no reader, or the time to hurry() has passed.
    bool write(std::string_view text);

    /// From now on nobody is waited for beyond `deadline`. From any thread.
    void hurry(Clock::time_point deadline) { deadline_.store(deadline.time_since_epoch().count()); }

  private:
    bool wait_for_room() const;

    int descriptor_;
    std::atomic<Clock::rep> deadline_{Clock::time_point::max().time_since_epoch().count()};
};

}  // namespace service
