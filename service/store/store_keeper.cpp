#include "service/store/store_keeper.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>
#include <typeinfo>

namespace service {

namespace {

using Clock = BlockingCalls::Clock;

}  // namespace

struct StoreKeeper::State {
    State(Store& where, Log& events, const KeeperPace& how_often, const StoreKeep& how_long)
        : store(where), log(events), pace(how_often), keep(how_long) {}

    void run();
    void look();
    void forget();
    void note(std::string_view fault);

    Store& store;
    Log& log;
    const KeeperPace pace;
    const StoreKeep keep;
    // The sweep goes by time that has passed: a clock that is set ahead makes no token expire.
    const WallTime began = wall_time();
    const Clock::time_point began_steady = Clock::now();
    mutable std::mutex mutex;  // of what follows
    std::condition_variable woken;
    bool works = true;
    std::optional<Clock::time_point> looking_since;
    bool stopping = false;
};

StoreKeeper::StoreKeeper(Store& store, Log& log, const KeeperPace& pace, const StoreKeep& keep)
    : state_(std::make_shared<State>(store, log, pace, keep)), thread_({.threads = 1}) {
    thread_.start([state = state_] { state->run(); });
}

StoreKeeper::~StoreKeeper() {
    close(Clock::now() + patience_of_destruction);
}

bool StoreKeeper::close(Clock::time_point deadline) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->woken.notify_all();
    return thread_.close(deadline);
}

bool StoreKeeper::store_works() const {
    const std::lock_guard lock(state_->mutex);
    const bool waits = state_->looking_since && Clock::now() > *state_->looking_since + state_->pace.patience;
    return state_->works && !waits;
}

void StoreKeeper::State::run() {
    auto forgets_at = Clock::now() + pace.forget;
    std::unique_lock lock(mutex);
    while (!woken.wait_for(lock, pace.look, [this] { return stopping; })) {
        looking_since = Clock::now();
        lock.unlock();
        look();
        if (Clock::now() >= forgets_at) {
            forget();
            forgets_at = Clock::now() + pace.forget;
        }
        lock.lock();
        looking_since.reset();
    }
}

void StoreKeeper::State::look() {
    try {
        const auto looked = store.look();
        note(looked ? std::string_view() : name_of(looked.error()));
    } catch (const std::exception& caught) {
        // A bug, or no memory; it would end the process.
        log.write(CallFailed{"look-at-store", typeid(caught).name()});
    }
}

/// \param fault  empty: it works.
void StoreKeeper::State::note(std::string_view fault) {
    {
        const std::lock_guard lock(mutex);
        looking_since.reset();
        if (works == fault.empty()) return;
        works = fault.empty();
    }
    log.write(StoreWatched{fault.empty(), fault});
}

void StoreKeeper::State::forget() {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_steady);
    const WallTime now = std::min(wall_time(), began + passed);
    try {
        const auto forgotten = store.forget_expired(now);
        if (!forgotten) log.write(StoreFailed{"forget-tokens", name_of(forgotten.error()), 0});
        const auto tidied = store.forget_old(keep, now);
        if (!tidied) log.write(StoreFailed{"forget-old", name_of(tidied.error()), 0});
    } catch (const std::exception& caught) {
        log.write(CallFailed{"forget", typeid(caught).name()});
    }
}

}  // namespace service
