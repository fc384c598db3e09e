#include "service/hooks/shadow.hpp"

#include "service/call/shadow_pair.hpp"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <mutex>
#include <sched.h>
#include <thread>
#include <typeinfo>
#include <utility>
#include <vector>

namespace service {

namespace {

using Clock = BlockingCalls::Clock;

constexpr std::chrono::seconds between_losses_told{60};
/// A thread rests when it has worked for so long: not after each call, since waking up costs too.
constexpr std::chrono::milliseconds least_rest{2};

/// This thread runs while the processor would be idle, and at once makes way for whoever serves (sched(7)).
void yield_to_all() {
    const sched_param none{};
    (void)sched_setscheduler(0, SCHED_IDLE, &none);  // refused: it rests all the same
}

std::chrono::nanoseconds time_on_processor() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Sees to it that a thread works half of the time at most, however much there is to do: where the processor's time is
/// rationed, what it spends is taken from those who serve. Time in which it had to make way counts as rest.
class Rest {
  public:
    Rest() { yield_to_all(); }
    void begin() {
        if (worked_ == worked_.zero()) since_ = Clock::now();
        begun_ = time_on_processor();
    }
    void end(std::chrono::nanoseconds most) {
        worked_ += time_on_processor() - begun_;
        if (worked_ < least_rest) return;
        const std::chrono::nanoseconds due = 2 * worked_ - (Clock::now() - since_);
        if (due > due.zero()) std::this_thread::sleep_for(std::min(due, most));
        worked_ = {};
    }

  private:
    Clock::time_point since_;  ///< what was worked was worked since then
    std::chrono::nanoseconds begun_{}, worked_{};
};

}  // namespace

struct Shadow::State {
    State(CallCounter& counts, Log& events, const ShadowLimits& asked, Evaluate how)
        : counter(counts), log(events), limits(asked), evaluate(std::move(how)), bytes(asked.bytes) {}

    void look(Task& task);
    void complain(const char* exception);
    void give_back(std::shared_ptr<Task> task);
    void free_what_is_done();

    CallCounter& counter;
    Log& log;
    const ShadowLimits limits;
    const Evaluate evaluate;
    BodyBudget bytes;
    std::atomic<std::size_t> calls{0};
    std::mutex mutex;  // of what follows
    std::vector<std::shared_ptr<Task>> done;
    Clock::time_point complains_again_at{};
};

/// A call on its way, and the room that it takes.
struct Shadow::Task {
    Task(State& of, AnsweredCall what)
        : state(of), answered(std::move(what)), answered_by(*answered.call.service), held(of.bytes) {}
    ~Task() { --state.calls; }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    State& state;
    AnsweredCall answered;
    const ServedService& answered_by;
    HeldBody held;
};

/// On a thread of the shadow's. Throws nothing.
void Shadow::State::look(Task& task) {
    AnsweredCall& answered = task.answered;
    const char* exception = nullptr;
    try {
        const rules::Evaluation shadow = evaluate(answered.call, answered.time);
        counter.add(counted_pair(task.answered_by, answered.client, answered.evaluation, shadow));
        return;
    } catch (const std::exception& caught) {
        exception = typeid(caught).name();
    } catch (...) {
        exception = "unknown";
    }
    try {
        counter.add(counted_without_pair(task.answered_by, answered.client, "failed"));
        complain(exception);
    } catch (const std::exception&) {
        // No memory for a count: the next call has it, or will not be looked at either.
    }
}

void Shadow::State::complain(const char* exception) {
    const auto now = Clock::now();
    {
        const std::lock_guard lock(mutex);
        if (now < complains_again_at) return;
        complains_again_at = now + between_losses_told;
    }
    log.write(CallFailed{"shadow", exception});
}

/// What threads that serve have allocated they free themselves: a thread that makes way for everybody must not hold the
/// locks of their memory.
void Shadow::State::give_back(std::shared_ptr<Task> task) {
    const std::lock_guard lock(mutex);
    done.push_back(std::move(task));  // of room for all of them
}

void Shadow::State::free_what_is_done() {
    std::vector<std::shared_ptr<Task>> freed;
    freed.reserve(limits.calls);
    const std::lock_guard lock(mutex);
    freed.swap(done);
}

Shadow::Shadow(CallCounter& counter, Log& log, const ShadowLimits& limits, Evaluate evaluate)
    : state_(std::make_shared<State>(counter, log, limits, std::move(evaluate))),
      threads_({.threads = limits.threads, .waiting = limits.calls}) {
    state_->done.reserve(limits.calls);
}

Shadow::~Shadow() {
    close(Clock::now() + patience_of_destruction);
}

std::function<void()> Shadow::take(AnsweredCall answered) {
    try {
        state_->free_what_is_done();
        const bool has_place = state_->calls.fetch_add(1) < state_->limits.calls;
        const std::size_t size = answered.request_size;
        auto task = std::make_shared<Task>(*state_, std::move(answered));
        if (has_place && task->held.grow_to(size)) {
            task->answered.call.held.reset();  // counted here from now on: calls need that room
            return [this, task = std::move(task)] { start(task); };
        }
        skip(*task);
    } catch (const std::exception&) {
        // No memory: the call is answered all the same.
    }
    return {};
}

/// Throws nothing.
void Shadow::start(const std::shared_ptr<Task>& task) {
    try {
        // The thread's hold on the state outlives this object, should it be left behind.
        const bool taken = threads_.start([state = state_, task]() mutable {
            thread_local Rest rest;
            rest.begin();
            state->look(*task);
            state->give_back(std::move(task));
            rest.end(state->limits.most_rest);
        });
        if (!taken) skip(*task);
    } catch (const std::exception&) {
        // As in take().
    }
}

void Shadow::skip(const Task& task) {
    state_->counter.add(counted_without_pair(task.answered_by, task.answered.client, "skipped"));
}

bool Shadow::close(Clock::time_point deadline) {
    const bool all_ended = threads_.close(deadline);
    if (all_ended) state_->free_what_is_done();
    return all_ended;
}

}  // namespace service
