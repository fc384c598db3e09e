// Shadows: versions that look at a call after its reply has gone, and are shown to nobody. They delay and fail no call:
// they run on threads of their own, which get the processor only while nobody else wants it and rest for as long as
// they work; what they wait with is bounded; and a call for which there is no room is skipped, and counted.
#pragma once

#include "service/base/blocking_calls.hpp"
#include "service/call/hook_call.hpp"
#include "service/http/body_budget.hpp"
#include "service/observe/call_counts.hpp"
#include "service/observe/log.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace service {

/// A call that was answered, and all that its shadow needs to look at it.
struct AnsweredCall {
    HookCall call;                         ///< of a service that has a shadow
    std::shared_ptr<const void> services;  ///< keeps what `call.service` points to
    rules::Evaluation evaluation;          ///< as it was answered
    ClinicalTime time;
    std::string client;            ///< its name in the configuration
    std::size_t request_size = 0;  ///< bytes that it came in; what was made of them takes about three times as much
};

struct ShadowLimits {
    std::size_t threads = 1;                   ///< started as they are needed
    std::size_t calls = 128;                   ///< that wait for their reply to go, or for a thread
    std::size_t bytes = 16 * 1024 * 1024;      ///< of these calls' requests
    std::chrono::milliseconds most_rest{250};  ///< that a thread takes at once
};

class Shadow {
  public:
    /// What a shadow says of a call, which is its own from then on: see evaluate_shadow.
    using Evaluate = std::function<rules::Evaluation(HookCall&, const ClinicalTime&)>;

    /// \param counter and log  outlive this, and the process if close() says so. \param evaluate  may throw and may
    /// take long: nobody waits for it.
    Shadow(CallCounter& counter, Log& log, const ShadowLimits& limits, Evaluate evaluate);
    ~Shadow();
    Shadow(const Shadow&) = delete;
    Shadow& operator=(const Shadow&) = delete;

    /// Takes a call. \returns what is to be done once its reply has gone; empty if there is no room, which is counted.
    std::function<void()> take(AnsweredCall answered);

    /// Takes no more calls, forgets those that wait, and gives the one that is under way until `deadline`. \returns
    /// false if it has not ended by then, and its thread with it.
    bool close(BlockingCalls::Clock::time_point deadline);

  private:
    struct State;
    struct Task;

    void start(const std::shared_ptr<Task>& task);
    void skip(const Task& task);

    std::shared_ptr<State> state_;
    BlockingCalls threads_;
};

}  // namespace service
