// The same for each of many, by several threads, until somebody stops it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace rules {

/// How many threads this machine can run at once; 1 if nobody knows.
inline std::size_t all_cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

/// Calls `look(worker, index)` for each index below `count`, ascending within a worker. What it throws ends the whole,
/// and is thrown here.
/// \returns false if it was stopped before the end.
template <typename Look>
bool in_parallel(std::size_t threads, std::size_t count, const std::stop_token& stop, const Look& look) {
    constexpr std::size_t at_once = 16;
    std::atomic<std::size_t> next{0};
    std::atomic<bool> is_stopped{false};
    const auto work = [&](std::size_t worker) {
        for (std::size_t first = next.fetch_add(at_once); first < count; first = next.fetch_add(at_once)) {
            if (stop.stop_requested()) {
                is_stopped = true;
                return;
            }
            for (std::size_t at = first; at < std::min(first + at_once, count); ++at) look(worker, at);
        }
    };
    std::mutex throwing;
    std::exception_ptr thrown;
    const auto work_or_note = [&](std::size_t worker) {
        try {
            work(worker);
        } catch (...) {
            next = count;  // nobody begins more
            const std::lock_guard lock(throwing);
            if (!thrown) thrown = std::current_exception();
        }
    };
    std::vector<std::jthread> others;
    const std::size_t most = std::min(threads, count / at_once + 1);
    for (std::size_t worker = 1; worker < most; ++worker) {
        others.emplace_back([&work_or_note, worker] { work_or_note(worker); });
    }
    work_or_note(0);
    others.clear();
    if (thrown) std::rethrow_exception(thrown);
    return !is_stopped;
}

}  // namespace rules
