// Counts calls, and adds the counts to the store every few seconds, beside the calls: no clinician waits for a disk.
// Lost by a kill are at most the counts of the last 10 seconds; never those of feedback, which is stored with its
// answer. While the store is away the counts wait here, and the names that they have are bounded.
#pragma once

#include "service/base/blocking_calls.hpp"
#include "service/live/tally.hpp"
#include "service/observe/log.hpp"
#include "service/observe/metrics.hpp"

#include <chrono>
#include <memory>

namespace service {

struct TallyPace {
    std::chrono::milliseconds flush{5'000};
    std::chrono::milliseconds sign_of_life{60'000};  ///< of a process that has nothing to add
};

class TallyRecorder final : public CallCounter {
  public:
    static constexpr std::size_t most_lines_at_once = 500;  ///< in one transaction: calls wait for it with SQLite

    /// \param store  null: what is counted is for the metrics alone. Store and log outlive this, and the process if
    ///               close() says so.
    TallyRecorder(Store* store, Log& log, const TallyPace& pace = {});
    /// Adds what waits, if the store can be had.
    ~TallyRecorder() override;

    void add(const CallCounts& call) override;

    /// Tells `metrics` what was counted since the last time.
    void tell(Metrics& metrics);

    /// Adds what waits, if the store can be had, until `deadline`, and notes that nothing is missing.
    /// \returns false if the store hangs, and its thread with it.
    bool close(BlockingCalls::Clock::time_point deadline);

  private:
    struct State;

    std::shared_ptr<State> state_;
    BlockingCalls thread_;
};

}  // namespace service
