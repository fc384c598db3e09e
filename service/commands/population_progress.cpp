#include "service/commands/population_progress.hpp"

#include <cstdint>
#include <ostream>
#include <string>
#include <unistd.h>

namespace service {
namespace {

constexpr std::chrono::milliseconds between_on_a_terminal{250};
constexpr std::chrono::seconds between_elsewhere{10};

std::string words_for(std::chrono::seconds time) {
    const auto seconds = time.count();
    if (seconds < 100) return std::to_string(seconds) + " s";
    if (seconds < 100 * 60) return std::to_string(seconds / 60) + " min";
    return std::to_string(seconds / 3600) + " h";
}

}  // namespace

PopulationProgressLine::PopulationProgressLine(std::ostream& err, bool quiet)
    : err_(err),
      quiet_(quiet),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      begin_(std::chrono::steady_clock::now()),
      last_(begin_) {}

PopulationProgressLine::~PopulationProgressLine() {
    if (is_open_) err_ << std::endl;
}

std::function<void(const rules::PopulationProgress&)> PopulationProgressLine::listener() {
    if (quiet_) return {};
    return [this](const rules::PopulationProgress& progress) { say(progress); };
}

void PopulationProgressLine::say(const rules::PopulationProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::milliseconds between = is_terminal_ ? between_on_a_terminal : between_elsewhere;
    if (now - last_ < between) return;
    last_ = now;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const double rate = static_cast<double>(progress.bytes) / seconds;
    err_ << (is_terminal_ ? "\r\x1b[K" : "") << progress.patients << " patients, " << progress.bytes / 1'000'000
         << " MB, " << static_cast<std::uint64_t>(rate / 1e6) << " MB/s";
    if (progress.total > progress.bytes && rate > 0) {
        const double left = static_cast<double>(progress.total - progress.bytes) / rate;
        err_ << ", " << words_for(std::chrono::seconds(static_cast<std::int64_t>(left))) << " left";
    }
    is_open_ = is_terminal_;
    if (is_terminal_) {
        err_ << std::flush;
    } else {
        err_ << std::endl;
    }
}

}  // namespace service
