// What went quiet: counts of days held against the days before, and against the same weeks of the year before. No store
// and no clock: both are arguments.
//
// Inputs are watched by client, since what breaks upstream breaks at one; rules over all clients. A rate is held
// against itself, by client and service: a client that joins, or a hook that is used more, changes none.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace service {

enum class Watch : std::uint8_t {
    calls,       ///< of a client
    prefetch,    ///< calls of a client in which a prefetch key was missing
    results,     ///< readable results of an analyte, by calls of a client
    unreadable,  ///< results of an analyte that cannot be read, of a client's
    unseen,      ///< results of a client whose code or unit neither pack nor site file knows
    cards        ///< of a rule, by calls in which it was looked at
};

/// As it stands in the report.
std::string_view name_of(Watch watch) noexcept;

struct Watched {
    Watch what = Watch::calls;
    std::string client;  ///< of a rule: empty
    std::string name;    ///< prefetch key, analyte or rule; of calls: empty
    auto operator<=>(const Watched&) const = default;
};

/// How often something was so, of how often it could have been: a number for each day.
struct DailyCounts {
    std::vector<std::uint64_t> part, whole;
};

struct WatchedSeries {
    Watched watched;
    std::vector<DailyCounts> strata;  ///< by client and service, each held against itself
};

/// A version of pack and site that began to answer.
struct NewVersion {
    std::size_t day = 0;
    std::string pack, digest;
};

/// A code or a unit that nobody knew on the days before.
struct NewName {
    std::string client, analyte, name;
    std::uint64_t results = 0;
};

/// Whole days from `first` on, in UTC. Each series has a number for each.
struct DriftDays {
    std::chrono::sys_days first{};
    std::size_t days = 0;
    std::vector<WatchedSeries> series;
    std::vector<NewVersion> versions;  ///< within the last 35 days
    std::vector<NewName> names;        ///< within the last 7 days
};

enum class Against : std::uint8_t {
    weeks,  ///< 7 days against the 28 before
    year    ///< 28 days against the same a year before
};

std::string_view name_of(Against against) noexcept;

struct Change {
    Watched watched;
    Against against = Against::weeks;
    bool is_rise = false;
    std::uint64_t part = 0, whole = 0;  ///< now
    std::uint64_t part_before = 0, whole_before = 0;
    double expected = 0;    ///< in place of `part`, had nothing changed
    double dispersion = 1;  ///< how much more the days before vary than independent counts do
};

enum class Unwatched : std::uint8_t {
    too_new,    ///< there is nothing to hold it against yet
    too_rare,   ///< chance alone might silence it, or do as much
    always_so,  ///< of most calls or results even before
};

std::string_view name_of(Unwatched why) noexcept;

struct NotWatched {
    Watched watched;
    Unwatched why = Unwatched::too_rare;
    std::uint64_t part_before = 0, whole_before = 0;  ///< of the 28 days
};

inline constexpr std::size_t days_now = 7, days_before = 28;
inline constexpr std::size_t days_of_a_year = 364;  ///< whole weeks
/// So many days are looked at, the last one with them.
inline constexpr std::size_t days_of_weeks = days_now + days_before;
inline constexpr std::size_t days_of_all = days_of_a_year + days_before;

/// A change as it was heard on days that follow each other.
struct Episode {
    Change change;  ///< as on the last of them
    std::chrono::sys_days first, last;
};

struct DriftReport {
    std::chrono::sys_days since, until;  ///< days that were listened on
    std::vector<Episode> episodes;       ///< sorted by what is watched, then by time
    std::vector<NotWatched> not_watched;
    std::vector<NewVersion> versions;
    std::vector<NewName> names;
    std::chrono::sys_days first{};  ///< of the days that places count from

    bool is_heard_now(const Episode& episode) const { return episode.last == until; }
    bool has_something_now() const;
};

/// Listens when each of the last `days` days is over. \param days  at least 1.
DriftReport make_drift_report(const DriftDays& counted, std::size_t days);

}  // namespace service
