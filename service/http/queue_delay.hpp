// Whether more is asked of a thread than it can do: how long what is ready waits for its turn.
//
// A marker is put at the end of the thread's queue; the time until its own turn is what everything behind it waits. A
// short burst is worked off; where every marker of a whole interval was late, the queue stands, and what is more than
// twice the target behind is better refused than served too late (the idea of CoDel, RFC 8289). Pure: the caller brings
// the time. Used by one thread only.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace service {

struct QueueLimits {
    std::chrono::milliseconds target{50};     ///< a delay that a queue may always have
    std::chrono::milliseconds interval{500};  ///< a queue whose delay stays above the target for so long stands
    std::chrono::milliseconds burst{1'000};   ///< refused beyond it even if the queue does not stand
};

class QueueDelay {
  public:
    using Clock = std::chrono::steady_clock;

    explicit QueueDelay(const QueueLimits& limits = {}) : limits_(limits) {}

    /// \returns whether the caller is to put a marker at the end of the queue, whose turn is told to arrived().
    bool departs(Clock::time_point now) {
        if (since_) return false;
        if (now > interval_end_ + limits_.interval) begin_interval(now, false);  // what was known is old
        since_ = now;
        return true;
    }

    /// The marker's turn has come.
    void arrived(Clock::time_point now) {
        least_ = std::min(least_, now - since_.value_or(now));
        since_.reset();
        if (now >= interval_end_) begin_interval(now, least_ > limits_.target);
    }

    /// Whether what is taken from the queue now has waited so long that it is to be refused.
    bool is_too_long(Clock::time_point now) const {
        if (!since_) return false;
        return now - *since_ > (stands_ ? 2 * limits_.target : limits_.burst);
    }

  private:
    void begin_interval(Clock::time_point now, bool stands) {
        stands_ = stands;
        least_ = Clock::duration::max();
        interval_end_ = now + limits_.interval;
    }

    QueueLimits limits_;
    std::optional<Clock::time_point> since_;  // when the marker departed that is on its way
    Clock::time_point interval_end_;
    Clock::duration least_ = Clock::duration::max();  // of this interval's delays
    bool stands_ = false;
};

}  // namespace service
