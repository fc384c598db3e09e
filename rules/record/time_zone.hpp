// How far local time lies from UTC in one zone, on every date: summer time of the past included.
//
// A table of the changes between 1900 and 2100, made once and then only read: no environment, no lock.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

namespace rules {

class TimeZone {
  public:
    using OffsetAt = std::function<std::chrono::minutes(std::chrono::sys_seconds)>;

    /// A zone whose clocks never change.
    explicit TimeZone(std::chrono::minutes east) : first_(east) {}
    /// The zone that `offset_at` knows: local time minus UTC at an instant. It is asked once a day, and where two days
    /// differ for the second between them.
    static TimeZone of(const OffsetAt& offset_at);

    /// Local time minus UTC at an instant.
    std::chrono::minutes east_at(std::chrono::sys_seconds instant) const;
    /// The same for what the clocks of the zone show; of an hour that comes twice the first.
    std::chrono::minutes east_at_local(std::chrono::sys_seconds shown) const;

  private:
    struct Change {
        std::chrono::sys_seconds from;
        std::chrono::minutes east;
    };
    std::chrono::minutes first_;
    std::vector<Change> changes_;  // ascending
};

}  // namespace rules
