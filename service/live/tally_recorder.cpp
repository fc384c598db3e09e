#include "service/live/tally_recorder.hpp"

#include "service/base/blocking_calls.hpp"
#include "service/base/uuid.hpp"
#include "service/base/wall_time.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <span>
#include <string>
#include <typeinfo>
#include <utility>

namespace service {

namespace {

using Clock = BlockingCalls::Clock;

constexpr std::string_view operation = "add-tally";
/// What is counted while a flush is under way is left to the next one, unless there is none.
constexpr int most_rounds_of_a_flush = 2;

std::int64_t today() {
    return std::chrono::floor<std::chrono::days>(wall_time()).time_since_epoch().count();
}

}  // namespace

struct TallyRecorder::State {
    State(Store* where, Log& events, const TallyPace& how_often)
        : store(where), log(events), pace(how_often), writer{random_uuid()} {}

    void run();
    bool flush();
    bool add_next();
    bool say(bool is_last);
    bool write(const TallyWriter& next, std::span<const TallyLine> lines);

    Store* store;
    Log& log;
    const TallyPace pace;
    std::mutex mutex;  // of what follows
    std::condition_variable woken;
    Tally tally;
    bool stopping = false;
    // Of the thread alone:
    TallyWriter writer;
    std::vector<TallyLine> waiting;  ///< taken from the tally. The same until all of it is stored: see TallyWriter
    Clock::time_point written_at{};
    std::uint64_t lost_before = 0;
    bool is_too_full = false;
};

TallyRecorder::TallyRecorder(Store* store, Log& log, const TallyPace& pace)
    : state_(std::make_shared<State>(store, log, pace)), thread_({.threads = 1}) {
    if (store != nullptr) thread_.start([state = state_] { state->run(); });
}

TallyRecorder::~TallyRecorder() {
    close(Clock::now() + patience_of_destruction);
}

bool TallyRecorder::close(Clock::time_point deadline) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->woken.notify_all();
    return thread_.close(deadline);
}

void TallyRecorder::add(const CallCounts& call) {
    const std::int64_t day = today();
    const std::lock_guard lock(state_->mutex);
    state_->tally.add(call, day);
}

void TallyRecorder::tell(Metrics& metrics) {
    std::vector<TallyLine> lines;
    {
        const std::lock_guard lock(state_->mutex);
        lines = state_->tally.take_for_metrics();
        if (state_->store == nullptr) (void)state_->tally.take(today());
    }
    const auto is = [](const TallyLine& line, CountKind kind) { return line.kind == name_of(kind); };
    for (const TallyLine& line : lines) {
        const std::size_t space = std::min(line.key.find(' '), line.key.size());
        const std::string first = line.key.substr(0, space),
                          rest = line.key.substr(std::min(space + 1, line.key.size()));
        if (is(line, CountKind::call)) metrics.calls_answered(line.service, line.client, line.count);
        if (is(line, CountKind::silence)) metrics.rule_silent(line.rule, line.key, line.count);
        if (is(line, CountKind::sent)) metrics.prefetch_came(line.client, first, rest, line.count);
        if (is(line, CountKind::result)) metrics.results_seen(first, rest, line.count);
        if (is(line, CountKind::unseen)) metrics.names_unseen(first, line.count);
        const bool is_of_calls = line.rule.empty();
        if (is(line, CountKind::shadow) && is_of_calls) metrics.shadow_calls(first, line.count);
        if (is(line, CountKind::shadow) && !is_of_calls) metrics.shadow_differed(line.rule, first, line.count);
        const bool is_answer = first == "live" || first == "canary";
        if (is(line, CountKind::canary) && is_of_calls && is_answer) metrics.canary_calls(first, line.count);
    }
}

void TallyRecorder::State::run() {
    bool is_over = false;
    while (!is_over) {
        {
            std::unique_lock lock(mutex);
            woken.wait_for(lock, pace.flush, [this] { return stopping; });
            is_over = stopping;
        }
        const bool all_stored = flush();
        if (is_over && all_stored) (void)say(true);
        const bool is_due = Clock::now() - written_at >= pace.sign_of_life;
        if (!is_over && all_stored && is_due) (void)say(false);
    }
}

/// \returns whether everything that was counted before is stored.
bool TallyRecorder::State::flush() {
    for (int round = 0; round < most_rounds_of_a_flush; ++round) {
        if (waiting.empty()) {
            const std::lock_guard lock(mutex);
            waiting = tally.take(today());
            is_too_full = tally.lost() > lost_before;
            lost_before = tally.lost();
        }
        if (std::exchange(is_too_full, false)) log.write(StoreFailed{operation, "too-many-names", 0});
        if (waiting.empty()) return true;
        while (!waiting.empty()) {
            if (!add_next()) return false;
        }
    }
    return true;
}

bool TallyRecorder::State::add_next() {
    const std::size_t size = std::min(waiting.size(), most_lines_at_once);
    const TallyWriter next{writer.process, writer.number + 1, false};
    if (!write(next, std::span<const TallyLine>(waiting).first(size))) return false;
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(size));
    return true;
}

/// Adds nothing: a sign of life, or the last one. Its number is spent even if nobody knows whether it was stored: what
/// is added next would else be taken for it.
bool TallyRecorder::State::say(bool is_last) {
    return write({writer.process, ++writer.number, is_last}, {});
}

bool TallyRecorder::State::write(const TallyWriter& next, std::span<const TallyLine> lines) {
    try {
        const auto added = store->add(next, lines, wall_time());
        if (!added) {
            log.write(StoreFailed{operation, name_of(added.error()), 0});
            return false;
        }
        writer.number = next.number;
        written_at = Clock::now();
        return true;
    } catch (const std::exception& caught) {
        // A bug, or no memory; it would end the process.
        log.write(CallFailed{operation, typeid(caught).name()});
        return false;
    }
}

}  // namespace service
