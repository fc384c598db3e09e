#include "service/live/drift.hpp"

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace service {

namespace {

/// Chance alone makes so few, or so many, no more often than this. Ours, by simulation (tests/population/README.md):
/// with them 30 rules that nothing ails are said to have changed less than twice a year. Rises are rarer still, since
/// the same patient, opened again and again, makes many cards and takes none away.
constexpr double least_chance_of_a_fall = 0.001, least_chance_of_a_rise = 0.00005;
/// Where no busy series tells how much days vary. Ours: a chart that is opened is opened again, and has the same cards.
constexpr double usual_dispersion = 3;
/// So many series with a part a day must tell it.
constexpr std::size_t least_busy_series = 3;

/// How large a change must be, whatever chance would do.
struct Size {
    std::optional<double> fall;  ///< to this share of what is expected, or less
    std::optional<double> rise;  ///< to this multiple, or more
    double points = 0;           ///< and by this share of the whole
};

Size size_of(Watch what) {
    switch (what) {
        case Watch::calls:
            return {0.25, std::nullopt};  // holidays halve them
        case Watch::results:
            return {0.5, std::nullopt};
        case Watch::prefetch:
        case Watch::unreadable:
        case Watch::unseen:
            return {std::nullopt, 2, 0.1};
        case Watch::cards:
            return {0.5, 2};
    }
    return {};
}

struct Stretch {
    std::size_t first = 0, days = 0;
};

std::uint64_t sum(const std::vector<std::uint64_t>& counts, const Stretch& stretch) {
    std::uint64_t all = 0;
    for (std::size_t day = stretch.first; day < stretch.first + stretch.days; ++day) all += counts[day];
    return all;
}

/// A series now and before, over the strata that were there before.
struct Compared {
    const WatchedSeries* series = nullptr;
    Against against = Against::weeks;
    std::uint64_t part = 0, whole = 0, part_before = 0, whole_before = 0;
    double expected = 0;
    double dispersion = 0;  ///< of its own days

    Watch what() const { return series->watched.what; }
};

/// Pearson's statistic over its degrees of freedom: 1 of independent counts.
double dispersion_of(const std::array<double, days_before>& expected, const std::array<double, days_before>& found) {
    double differences = 0;
    int freedom = -1;
    for (std::size_t day = 0; day < days_before; ++day) {
        if (expected[day] <= 0) continue;
        const double off = found[day] - expected[day];
        differences += off * off / expected[day];
        ++freedom;
    }
    return freedom > 0 ? differences / freedom : 0;
}

Compared compare(const WatchedSeries& series, Against against, const Stretch& now, const Stretch& before) {
    Compared made{&series, against};
    std::array<double, days_before> expected{}, found{};
    for (const DailyCounts& counts : series.strata) {
        // What began later has no four weeks to be held against.
        if (sum(counts.whole, {before.first, 7}) == 0) continue;
        const std::uint64_t part = sum(counts.part, before), whole = sum(counts.whole, before);
        const std::uint64_t whole_now = sum(counts.whole, now);
        const double rate = static_cast<double>(part) / static_cast<double>(whole);
        made.part += sum(counts.part, now);
        made.whole += whole_now;
        made.expected += rate * static_cast<double>(whole_now);
        made.part_before += part;
        made.whole_before += whole;
        for (std::size_t day = 0; day < days_before; ++day) {
            expected[day] += rate * static_cast<double>(counts.whole[before.first + day]);
            found[day] += static_cast<double>(counts.part[before.first + day]);
        }
    }
    made.dispersion = dispersion_of(expected, found);
    return made;
}

/// By chance alone as few parts fall on now, or as many. Counts that vary `dispersion` times as much as independent
/// ones are taken for as many times fewer independent ones, and their sum as given: a binomial count, whose
/// distribution is the incomplete beta function, for counts that are not whole, too. Source: J. A. Nelder, P.
/// McCullagh, Generalized Linear Models, 1989, 4.5 (overdispersion) and 6.3.
double chance_of(const Compared& one, double dispersion, bool is_rise) {
    const double now = static_cast<double>(one.part) / dispersion;
    const double before = static_cast<double>(one.part_before) / dispersion;
    const double share = one.expected > 0
                             ? one.expected / (one.expected + static_cast<double>(one.part_before))
                             : static_cast<double>(one.whole) / static_cast<double>(one.whole + one.whole_before);
    // Sixteen digits are enough.
    const boost::math::policies::policy<boost::math::policies::promote_double<false>> as_it_is;
    if (is_rise) return now > 0 ? boost::math::ibeta(now, before + 1, share, as_it_is) : 1;
    return before > 0 ? boost::math::ibetac(now + 1, before, share, as_it_is) : 1;
}

/// Whether it fell or rose so far that it is told; nothing: neither.
std::optional<bool> is_rise_or_fall(const Compared& one, double dispersion) {
    const Size size = size_of(one.what());
    const double part = static_cast<double>(one.part), whole = static_cast<double>(one.whole);
    const bool falls = size.fall && one.expected > 0 && part <= *size.fall * one.expected;
    const bool rises =
        size.rise && part > 0 && part >= *size.rise * one.expected && part - one.expected >= size.points * whole;
    if (falls && chance_of(one, dispersion, false) <= least_chance_of_a_fall) return false;
    if (rises && chance_of(one, dispersion, true) <= least_chance_of_a_rise) return true;
    return std::nullopt;
}

/// The greatest change of the kind that is watched for: of a rule its silence.
Compared greatest_change_of(Compared one) {
    one.part = size_of(one.what()).fall ? 0 : one.whole;
    return one;
}

Unwatched why_not(const Compared& weeks) {
    if (weeks.whole_before == 0) return Unwatched::too_new;
    const double whole = static_cast<double>(weeks.whole);
    const bool has_room = size_of(weeks.what()).fall || weeks.expected * 2 <= whole;
    return has_room ? Unwatched::too_rare : Unwatched::always_so;
}

class Listener {
  public:
    Listener(const DriftDays& days, std::size_t day) : days_(days), day_(day) {
        for (const WatchedSeries& series : days_.series) compare_all(series);
        share_dispersion();
    }

    std::vector<Change> changes() const {
        std::vector<Change> told;
        for (const Comparisons& one : compared_) {
            if (one.weeks) tell_change(*one.weeks, told);
            if (one.year) tell_change(*one.year, told);
        }
        return told;
    }

    std::vector<NotWatched> not_watched() const {
        std::vector<NotWatched> told;
        for (const Comparisons& one : compared_) {
            const bool is_watched =
                (one.weeks && would_be_heard(*one.weeks)) || (one.year && would_be_heard(*one.year));
            if (!one.weeks || is_watched || !is_there_at_all(*one.weeks->series)) continue;
            told.push_back(
                {one.weeks->series->watched, why_not(*one.weeks), one.weeks->part_before, one.weeks->whole_before});
        }
        return told;
    }

  private:
    struct Comparisons {
        std::optional<Compared> weeks, year;
    };

    void compare_all(const WatchedSeries& series) {
        Comparisons made;
        if (day_ + 1 >= days_of_weeks) {
            made.weeks = compare(series, Against::weeks, {day_ + 1 - days_now, days_now},
                                 {day_ + 1 - days_of_weeks, days_before});
        }
        // How much a client calls is its own business from year to year.
        if (day_ + 1 >= days_of_all && series.watched.what != Watch::calls) {
            made.year = compare(series, Against::year, {day_ + 1 - days_before, days_before},
                                {day_ + 1 - days_of_all, days_before});
        }
        compared_.push_back(std::move(made));
    }

    /// Charts are opened again whatever the rule: the median of the busy series tells what rare ones cannot.
    void share_dispersion() {
        std::vector<double> told;
        for (const Comparisons& one : compared_) {
            if (!one.weeks || one.weeks->part_before < days_before) continue;
            const Watch what = one.weeks->what();
            if (what == Watch::cards || what == Watch::results) told.push_back(one.weeks->dispersion);
        }
        if (told.size() < least_busy_series) return;
        const auto middle = told.begin() + static_cast<std::ptrdiff_t>(told.size() / 2);
        std::ranges::nth_element(told, middle);
        shared_dispersion_ = std::max(1.0, *middle);
    }

    double dispersion_for(const Compared& one) const { return std::max(shared_dispersion_, one.dispersion); }

    /// The greatest change that there can be.
    bool would_be_heard(const Compared& one) const {
        return is_rise_or_fall(greatest_change_of(one), dispersion_for(one)).has_value();
    }

    void tell_change(const Compared& one, std::vector<Change>& changes) const {
        const double dispersion = dispersion_for(one);
        const auto is_rise = is_rise_or_fall(one, dispersion);
        if (!is_rise) return;
        changes.push_back({one.series->watched, one.against, *is_rise, one.part, one.whole, one.part_before,
                           one.whole_before, one.expected, dispersion});
    }

    /// Not of a client that left long ago.
    bool is_there_at_all(const WatchedSeries& series) const {
        const Stretch recent{day_ + 1 - days_of_weeks, days_of_weeks};
        return std::ranges::any_of(series.strata, [&](const DailyCounts& counts) {
            return sum(series.watched.what == Watch::calls ? counts.part : counts.whole, recent) > 0;
        });
    }

    const DriftDays& days_;
    const std::size_t day_;
    std::vector<Comparisons> compared_;
    double shared_dispersion_ = usual_dispersion;
};

}  // namespace

std::string_view name_of(Watch watch) noexcept {
    switch (watch) {
        case Watch::calls:
            return "calls";
        case Watch::prefetch:
            return "prefetch";
        case Watch::results:
            return "results";
        case Watch::unreadable:
            return "unreadable";
        case Watch::unseen:
            return "unseen";
        case Watch::cards:
            return "cards";
    }
    return "unknown";
}

std::string_view name_of(Against against) noexcept {
    switch (against) {
        case Against::weeks:
            return "four-weeks-before";
        case Against::year:
            return "year-before";
    }
    return "unknown";
}

std::string_view name_of(Unwatched why) noexcept {
    switch (why) {
        case Unwatched::too_new:
            return "too-new";
        case Unwatched::too_rare:
            return "too-rare";
        case Unwatched::always_so:
            return "always-so";
    }
    return "unknown";
}

bool DriftReport::has_something_now() const {
    return std::ranges::any_of(episodes, [&](const Episode& one) { return is_heard_now(one); });
}

DriftReport make_drift_report(const DriftDays& counted, std::size_t days) {
    DriftReport report;
    report.first = counted.first;
    report.until = counted.first + std::chrono::days(counted.days - 1);
    report.since = report.until - std::chrono::days(days - 1);
    std::map<std::tuple<Watched, Against, bool>, std::vector<Episode>> episodes;
    for (std::size_t day = counted.days - days; day < counted.days; ++day) {
        const auto date = counted.first + std::chrono::days(day);
        const Listener listener(counted, day);
        for (Change& change : listener.changes()) {
            auto& known = episodes[{change.watched, change.against, change.is_rise}];
            // What falls still for a moment within the week that is looked at is the same.
            const bool goes_on = !known.empty() && date - known.back().last <= std::chrono::days(days_now);
            if (!goes_on) known.push_back({{}, date, date});
            known.back().change = std::move(change);
            known.back().last = date;
        }
        if (day + 1 == counted.days) report.not_watched = listener.not_watched();
    }
    for (auto& [of, known] : episodes) std::ranges::move(known, std::back_inserter(report.episodes));
    report.versions = counted.versions;
    report.names = counted.names;
    return report;
}

}  // namespace service
