#include "service/base/blocking_calls.hpp"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace service {

namespace {

constexpr std::chrono::seconds patience_with_threads{1};

/// Signals are for the thread that serves: none is delivered to threads that are started meanwhile.
class SignalsHeldBack {
  public:
    SignalsHeldBack() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsHeldBack() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsHeldBack(const SignalsHeldBack&) = delete;
    SignalsHeldBack& operator=(const SignalsHeldBack&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

struct BlockingCalls::State {
    explicit State(const BlockingLimits& asked) : limits(asked) {}

    const BlockingLimits limits;
    std::mutex mutex;  // of what follows
    std::condition_variable work_there, thread_ended;
    std::deque<std::function<void()>> waiting;
    std::size_t threads = 0, idle = 0;
    bool closed = false;
};

BlockingCalls::BlockingCalls(const BlockingLimits& limits) : state_(std::make_shared<State>(limits)) {}

BlockingCalls::~BlockingCalls() {
    close(Clock::now() + patience_with_threads);
}

bool BlockingCalls::start(std::function<void()> work) {
    {
        const std::lock_guard lock(state_->mutex);
        State& state = *state_;
        if (state.closed) return false;
        const bool all_busy = state.waiting.size() >= state.idle;
        if (all_busy && state.threads < state.limits.threads) {
            // Without any thread nothing would ever be done; with fewer than wished for it only takes longer.
            if (!add_thread(state_) && state.threads == 0) return false;
        } else if (all_busy && state.waiting.size() - state.idle >= state.limits.waiting) {
            return false;
        }
        state.waiting.push_back(std::move(work));
    }
    state_->work_there.notify_one();
    return true;
}

/// With the lock held. \returns false if the system has no thread to give.
bool BlockingCalls::add_thread(const std::shared_ptr<State>& state) {
    const SignalsHeldBack held_back;
    try {
        std::thread([state] { serve(state); }).detach();
    } catch (const std::system_error&) {
        return false;
    }
    // It counts as idle from the start: it is there for the call that it was started for.
    ++state->threads;
    ++state->idle;
    return true;
}

void BlockingCalls::serve(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    for (;;) {
        state->work_there.wait(lock, [&] { return state->closed || !state->waiting.empty(); });
        if (state->waiting.empty()) break;  // closed
        std::function<void()> work = std::move(state->waiting.front());
        state->waiting.pop_front();
        --state->idle;
        lock.unlock();
        work();
        work = nullptr;  // what it owns goes before the thread counts as idle
        lock.lock();
        ++state->idle;
    }
    --state->threads;
    state->thread_ended.notify_all();
}

bool BlockingCalls::close(Clock::time_point deadline) {
    std::deque<std::function<void()>> forgotten;  // destroyed without the lock
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    // For as many as there are idle threads their turn has come already.
    for (; state_->waiting.size() > state_->idle; state_->waiting.pop_back()) {
        forgotten.push_back(std::move(state_->waiting.back()));
    }
    state_->work_there.notify_all();
    return state_->thread_ended.wait_until(lock, deadline, [this] { return state_->threads == 0; });
}

}  // namespace service
