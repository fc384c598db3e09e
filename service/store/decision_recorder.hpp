// Writes which cards were given to the store, beside the calls: no clinician waits for a disk. What was given in the
// last moments before the process is killed may be missing; what has been given and not yet written is written before a
// stop, and while the store cannot be had it waits here, up to a limit.
#pragma once

#include "service/base/blocking_calls.hpp"
#include "service/observe/log.hpp"
#include "service/store/store.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace service {

class DecisionRecorder {
  public:
    static constexpr std::size_t most_waiting = 100'000;
    static constexpr std::size_t most_at_once =
        500;  ///< in one transaction: calls wait for it where the store is SQLite

    /// \param store, log  outlive this, and the process if close() says so.
    DecisionRecorder(Store& store, Log& log);
    /// Writes what waits, if the store can be had.
    ~DecisionRecorder();
    DecisionRecorder(const DecisionRecorder&) = delete;
    DecisionRecorder& operator=(const DecisionRecorder&) = delete;

    /// Never blocks. Beyond most_waiting the decisions are lost, and the log says how many, once a second at most.
    void add(std::vector<Decision> decisions);

    /// Writes what waits, if the store can be had, until `deadline`; the log says how many decisions were lost.
    /// \returns false if the store hangs, and its thread with it.
    bool close(BlockingCalls::Clock::time_point deadline);

  private:
    struct State;

    std::shared_ptr<State> state_;
    BlockingCalls thread_;
};

}  // namespace service
