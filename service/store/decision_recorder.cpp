#include "service/store/decision_recorder.hpp"

#include <exception>
#include <iterator>
#include <typeinfo>
#include <utility>

namespace service {

namespace {

constexpr std::chrono::seconds between_attempts{1};

}  // namespace

DecisionRecorder::DecisionRecorder(Store& store, Log& log) : store_(store), log_(log), thread_([this] { run(); }) {}

DecisionRecorder::~DecisionRecorder() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    thread_.join();
}

void DecisionRecorder::add(std::vector<Decision> decisions) {
    if (decisions.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() + decisions.size() <= most_waiting) {
            waiting_.insert(waiting_.end(), std::make_move_iterator(decisions.begin()),
                            std::make_move_iterator(decisions.end()));
            decisions.clear();
        }
    }
    if (decisions.empty()) {
        work_.notify_one();
    } else {
        log_.write(StoreFailed{"record-decisions", "too-many-waiting", decisions.size()});
    }
}

void DecisionRecorder::run() {
    std::vector<Decision> batch;
    std::unique_lock lock(mutex_);
    for (;;) {
        work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        batch.swap(waiting_);
        lock.unlock();
        const bool written = write(batch);
        lock.lock();
        if (written) {
            batch.clear();
        } else if (stopping_) {
            log_.write(StoreFailed{"record-decisions", "stopping", batch.size() + waiting_.size()});
            return;
        } else {
            batch.insert(batch.end(), std::make_move_iterator(waiting_.begin()),
                         std::make_move_iterator(waiting_.end()));
            waiting_ = std::exchange(batch, {});
            work_.wait_for(lock, between_attempts, [this] { return stopping_; });
        }
    }
}

bool DecisionRecorder::write(std::vector<Decision>& batch) {
    try {
        const auto recorded = store_.record(std::span<const Decision>(batch));
        if (!recorded) log_.write(StoreFailed{"record-decisions", name_of(recorded.error()), 0});
        return recorded.has_value();
    } catch (const std::exception& caught) {
        // A bug, or no memory; it would end the process.
        log_.write(CallFailed{"record-decisions", typeid(caught).name()});
        return false;
    }
}

}  // namespace service
