#include "service/store/decision_recorder.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <mutex>
#include <span>
#include <typeinfo>
#include <utility>

namespace service {

namespace {

using Clock = BlockingCalls::Clock;

constexpr std::chrono::seconds between_attempts{1};
constexpr std::chrono::seconds between_complaints{1};

}  // namespace

struct DecisionRecorder::State {
    State(Store& where, Log& events) : store(where), log(events) {}

    void run();
    bool write(const std::vector<Decision>& batch);
    std::size_t take_loss(Clock::time_point now);

    Store& store;
    Log& log;
    std::mutex mutex;  // of what follows
    std::condition_variable work;
    std::deque<Decision> waiting;  // taken from by the thread alone
    std::size_t lost = 0;          // not told yet
    Clock::time_point complains_again_at{};
    bool stopping = false;
};

DecisionRecorder::DecisionRecorder(Store& store, Log& log)
    : state_(std::make_shared<State>(store, log)), thread_({.threads = 1}) {
    thread_.start([state = state_] { state->run(); });
}

DecisionRecorder::~DecisionRecorder() {
    close(Clock::now() + patience_of_destruction);
}

bool DecisionRecorder::close(Clock::time_point deadline) {
    {
        const std::lock_guard lock(state_->mutex);
        if (std::exchange(state_->stopping, true)) return thread_.close(deadline);
    }
    state_->work.notify_all();
    const bool ended = thread_.close(deadline);
    std::size_t lost = 0;
    {
        const std::lock_guard lock(state_->mutex);
        lost = std::exchange(state_->lost, 0) + state_->waiting.size();
    }
    if (lost > 0) state_->log.write(StoreFailed{"record-decisions", "stopping", lost});
    return ended;
}

void DecisionRecorder::add(std::vector<Decision> decisions) {
    if (decisions.empty()) return;
    std::size_t lost = 0;
    {
        const std::lock_guard lock(state_->mutex);
        std::deque<Decision>& waiting = state_->waiting;
        if (waiting.size() + decisions.size() <= most_waiting) {
            waiting.insert(waiting.end(), std::make_move_iterator(decisions.begin()),
                           std::make_move_iterator(decisions.end()));
        } else {
            state_->lost += decisions.size();
            lost = state_->take_loss(Clock::now());
        }
    }
    state_->work.notify_one();
    if (lost > 0) state_->log.write(StoreFailed{"record-decisions", "too-many-waiting", lost});
}

/// With the lock held: the loss to complain of now; 0 if there is none, or the last complaint is too recent.
std::size_t DecisionRecorder::State::take_loss(Clock::time_point now) {
    if (now < complains_again_at) return 0;
    complains_again_at = now + between_complaints;
    return std::exchange(lost, 0);
}

void DecisionRecorder::State::run() {
    std::unique_lock lock(mutex);
    for (;;) {
        work.wait(lock, [this] { return stopping || !waiting.empty(); });
        if (waiting.empty()) return;
        const auto size = static_cast<std::ptrdiff_t>(std::min(waiting.size(), most_at_once));
        const std::vector<Decision> batch(waiting.begin(), waiting.begin() + size);
        lock.unlock();
        const bool written = write(batch);
        lock.lock();
        if (written) {
            waiting.erase(waiting.begin(), waiting.begin() + size);
        } else if (stopping) {
            return;
        } else {
            work.wait_for(lock, between_attempts, [this] { return stopping; });
        }
    }
}

bool DecisionRecorder::State::write(const std::vector<Decision>& batch) {
    try {
        const auto recorded = store.record(std::span<const Decision>(batch));
        if (!recorded) log.write(StoreFailed{"record-decisions", name_of(recorded.error()), 0});
        return recorded.has_value();
    } catch (const std::exception& caught) {
        // A bug, or no memory; it would end the process.
        log.write(CallFailed{"record-decisions", typeid(caught).name()});
        return false;
    }
}

}  // namespace service
