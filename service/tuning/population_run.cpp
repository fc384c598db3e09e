#include "service/tuning/population_run.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
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

void say_what_was_left_out(const rules::PopulationCounts& counts, std::ostream& err) {
    constexpr std::size_t most_shown = 3;
    for (const auto& [fault, count] : counts.faults) {
        err << "warning: " << rules::words_for(fault, count);
        const auto named = counts.named.find(fault);
        const char* before = ": ";
        for (std::size_t i = 0; named != counts.named.end() && i < std::min(named->second.size(), most_shown); ++i) {
            const rules::PopulationPlace& place = named->second[i];
            err << before << place.file;
            if (place.line > 0) err << ':' << place.line;
            before = ", ";
        }
        err << (count > most_shown ? ", …\n" : "\n");
    }
}

bool has_somebody(std::uint64_t patients, const std::vector<std::string>& where, bool is_part, std::ostream& err) {
    if (patients > 0) return true;
    std::string places;
    for (const std::string& place : where) places += (places.empty() ? "" : ", ") + place;
    err << (is_part ? "warning" : "error") << ": no patient was read in " << places
        << ": give Bundles with a Patient each, Bulk Data with a Patient for each patient, or captured requests, in "
           "files that end in .json, .ndjson or .jsonl (.gz, too)\n";
    return is_part;
}

bool PartsGiven::take(const std::filesystem::path& file, const std::string& text, bool has_patients,
                      std::ostream& err) {
    std::error_code error;
    const std::filesystem::path canonical = std::filesystem::weakly_canonical(file, error);
    if (!files_.insert(error ? file : canonical).second) {
        err << "error: " << file.generic_string() << " is given twice to --merge: give each part once, or its patients "
            << "are counted twice\n";
        return false;
    }
    const auto [same, is_new] = names_by_text_.emplace(text, file.generic_string());
    if (!is_new && has_patients) {
        err << "warning: " << same->second << " and " << file.generic_string()
            << " are the same to the byte: if they are one part under two names, its patients are counted twice\n";
    }
    return true;
}

bool write_result(const std::string& file, const std::string& text, Readers readers, const Streams& streams) {
    if (file == "-") {
        streams.out << text << std::flush;
        return true;
    }
    using std::filesystem::perms;
    std::error_code error;
    if (readers == Readers::owner) {
        std::ofstream(file, std::ios::app);  // there before anything stands in it
        std::filesystem::permissions(file, perms::owner_read | perms::owner_write, error);
    }
    std::ofstream out;
    if (!error) {
        out.open(file, std::ios::binary | std::ios::trunc);
        out << text << std::flush;
    }
    if (!error && out) return true;
    streams.err << "error: " << file << " cannot be written\n";
    return false;
}

}  // namespace service
