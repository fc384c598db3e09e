#include "service/live/drift_days.hpp"

#include "service/observe/call_counts.hpp"

#include <algorithm>
#include <string_view>

namespace service {

namespace {

using std::chrono::days;

/// Days that are read at once: their lines are in memory together.
constexpr std::size_t days_a_query = 14;
constexpr std::string_view readable = "readable", awaited = "awaited", sent = "sent";

/// "b12 no-unit": what comes before the space, and what behind it.
std::pair<std::string, std::string> halves_of(const std::string& key) {
    const std::size_t space = std::min(key.find(' '), key.size());
    return {key.substr(0, space), key.substr(std::min(space + 1, key.size()))};
}

bool is(const TallyLine& line, CountKind kind) {
    return line.kind == name_of(kind);
}

}  // namespace

DailyCounts& DriftCounter::of(Watch what, const TallyLine& line, const std::string& name) {
    const bool is_rule = what == Watch::cards;
    // Calls are those of a client, whatever the service: one that it no longer uses is no fault.
    const Stratum stratum{line.client, what == Watch::calls ? std::string() : line.service};
    DailyCounts& counts = series_[{what, is_rule ? std::string() : line.client, name}][stratum];
    if (counts.part.empty()) counts = {std::vector<std::uint64_t>(days_), std::vector<std::uint64_t>(days_)};
    return counts;
}

void DriftCounter::add(const TallyLine& line) {
    const std::int64_t place = line.day - first_.time_since_epoch().count();
    if (place < 0 || place >= static_cast<std::int64_t>(days_)) return;
    const auto day = static_cast<std::size_t>(place);
    if (is(line, CountKind::call)) add_call(line, day);
    if (is(line, CountKind::result)) add_result(line, day);
    if (is(line, CountKind::unseen)) add_unseen(line, day);
    if (is(line, CountKind::sent)) {
        const auto [key, reading] = halves_of(line.key);
        DailyCounts& counts = of(Watch::prefetch, line, key);
        counts.whole[day] += line.count;
        if (reading != sent) counts.part[day] += line.count;
    }
    if (is(line, CountKind::card) || is(line, CountKind::silence)) {
        DailyCounts& counts = of(Watch::cards, line, line.rule);
        counts.whole[day] += line.count;
        if (is(line, CountKind::card)) counts.part[day] += line.count;
    }
}

void DriftCounter::add_call(const TallyLine& line, std::size_t day) {
    of(Watch::calls, line, {}).part[day] += line.count;
    auto& calls = calls_[{line.client, line.service}];
    if (calls.empty()) calls.resize(days_);
    calls[day] += line.count;
    auto& version = versions_.try_emplace(line.digest, NewVersion{day, line.key, line.digest}).first->second;
    version.day = std::min(version.day, day);
}

void DriftCounter::add_result(const TallyLine& line, std::size_t day) {
    const auto [analyte, reading] = halves_of(line.key);
    if (reading == awaited) return;
    DailyCounts& all = of(Watch::unreadable, line, analyte);
    all.whole[day] += line.count;
    of(Watch::unseen, line, analyte).whole[day] += line.count;
    if (reading == readable) {
        of(Watch::results, line, analyte).part[day] += line.count;
    } else {
        all.part[day] += line.count;
    }
}

void DriftCounter::add_unseen(const TallyLine& line, std::size_t day) {
    const auto [analyte, name] = halves_of(line.key);
    DailyCounts& counts = of(Watch::unseen, line, analyte);
    counts.part[day] += line.count;
    // One with a unit of another name is a result of the analyte, and counted as such; one with a code of another is
    // not.
    if (!name.starts_with("unit ")) counts.whole[day] += line.count;
    if (day + days_of_weeks < days_) return;
    auto& seen = names_.try_emplace({line.client, analyte, name}, day, 0).first->second;
    seen.first = std::min(seen.first, day);
    if (day + days_now >= days_) seen.second += line.count;
}

DriftDays DriftCounter::take() {
    DriftDays made{first_, days_, {}, {}, {}};
    for (auto& [watched, strata] : series_) {
        WatchedSeries series{watched, {}};
        // An analyte may come first in a call of another service.
        if (watched.what == Watch::results) {
            for (auto& [stratum, counts] : strata) {
                const auto calls = calls_.find(stratum);
                if (calls != calls_.end()) counts.whole = calls->second;
            }
        }
        for (auto& [stratum, counts] : strata) {
            if (watched.what == Watch::calls) {
                const auto first = std::ranges::find_if(counts.part, [](std::uint64_t calls) { return calls > 0; });
                std::fill(counts.whole.begin() + (first - counts.part.begin()), counts.whole.end(), 1);
            }
            series.strata.push_back(std::move(counts));
        }
        made.series.push_back(std::move(series));
    }
    std::size_t oldest = days_;
    for (const auto& [digest, version] : versions_) oldest = std::min(oldest, version.day);
    for (auto& [digest, version] : versions_) {
        const bool is_new = version.day > oldest && version.day + days_of_weeks >= days_;
        if (is_new) made.versions.push_back(std::move(version));
    }
    std::ranges::sort(made.versions, {}, &NewVersion::day);
    for (const auto& [of, seen] : names_) {
        const bool is_new = seen.first + days_now >= days_;
        if (is_new) made.names.push_back({std::get<0>(of), std::get<1>(of), std::get<2>(of), seen.second});
    }
    return made;
}

boost::system::result<DriftDays, StoreFault> read_drift_days(Store& store, std::chrono::sys_days until,
                                                             std::size_t listened) {
    const std::size_t all = days_of_all + listened - 1;
    const auto first = until - days(all - 1);
    DriftCounter counter(first, all);
    // Between the year before and the last weeks lie months that no day is held against.
    const std::size_t end_of_year_before = std::min(days_before + listened - 1, all);
    const std::size_t begin_of_weeks = std::max(end_of_year_before, all - std::min(all, days_of_weeks + listened - 1));
    const auto read = [&](std::size_t from, std::size_t end) -> boost::system::result<void, StoreFault> {
        for (std::size_t day = from; day < end; day += days_a_query) {
            const auto lines =
                store.tally_by_day((first + days(day)).time_since_epoch().count(),
                                   (first + days(std::min(day + days_a_query, end))).time_since_epoch().count());
            if (!lines) return lines.error();
            for (const TallyLine& line : *lines) counter.add(line);
        }
        return {};
    };
    if (const auto done = read(0, end_of_year_before); !done) return done.error();
    if (const auto done = read(begin_of_weeks, all); !done) return done.error();
    return counter.take();
}

}  // namespace service
