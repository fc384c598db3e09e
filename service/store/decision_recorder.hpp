// Writes which cards were given to the store, beside the calls: no clinician waits for a disk. What was given in the
// last moments before the process is killed may be missing; what has been given and not yet written is written before a
// stop, and while the store cannot be had it waits here, up to a limit.
#pragma once

#include "service/observe/log.hpp"
#include "service/store/store.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace service {

class DecisionRecorder {
  public:
    static constexpr std::size_t most_waiting = 100'000;

    /// \param store, log  outlive this.
    DecisionRecorder(Store& store, Log& log);
    /// Writes what waits, if the store can be had.
    ~DecisionRecorder();
    DecisionRecorder(const DecisionRecorder&) = delete;
    DecisionRecorder& operator=(const DecisionRecorder&) = delete;

    /// Never blocks. Beyond most_waiting the decisions are lost, and the log says how many.
    void add(std::vector<Decision> decisions);

  private:
    void run();
    bool write(std::vector<Decision>& batch);

    Store& store_;
    Log& log_;
    std::mutex mutex_;  // of what follows
    std::condition_variable work_;
    std::vector<Decision> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace service
