#include "service/live/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace service {

namespace {

/// Of the normal distribution: 95 % lie within so many standard deviations.
constexpr double z = 1.959963984540054;

void add(const CardGroup& group, bool could_answer, Answers& answers) {
    answers.given += group.cards;
    if (could_answer) answers.could_answer += group.cards;
    if (group.has_comment) answers.commented += group.cards;
    if (group.has_suggestion) answers.suggestion_taken += group.cards;
    if (group.outcome == Outcome::accepted) answers.accepted += group.cards;
    if (group.outcome == Outcome::overridden) answers.overridden += group.cards;
}

struct Key {
    const char* by;
    std::string (*name)(const CardGroup&);
};

const Key keys[] = {
    {"rule", [](const CardGroup& group) { return group.rule; }},
    {"version", [](const CardGroup& group) { return group.pack + " " + group.version; }},
    {"digest", [](const CardGroup& group) { return group.digest; }},
    {"service", [](const CardGroup& group) { return group.service; }},
    {"client", [](const CardGroup& group) { return shown_client(group.client); }},
    {"week", [](const CardGroup& group) { return print_day(first_day_of(group.week)); }},
};

class Maker {
  public:
    Maker(Report& report, const StoreView& view) : report_(report), view_(view) {}

    void make(WallTime now) {
        for (const Key& key : keys) report_.tables.push_back(table_by(key));
        for (const CardGroup& group : view_.cards) {
            add(group, could_answer(group), report_.all);
            if (group.outcome == Outcome::overridden) add_reason(group);
        }
        for (const TimeOfVersion& one : view_.versions) report_.versions.push_back({one, 0, std::nullopt});
        for (const TallyGroup& group : view_.tally) take(group);
        for (const KnownWriter& writer : view_.writers) {
            const bool is_gone = now - writer.written > longest_silence;
            const WriterState state =
                writer.is_last ? WriterState::ended : (is_gone ? WriterState::silenced : WriterState::counts);
            report_.writers.push_back({writer, state});
        }
    }

  private:
    /// An answer is proof, whoever sent it.
    bool could_answer(const CardGroup& group) const {
        return group.outcome.has_value() || view_.clients_with_feedback.contains(group.client);
    }

    AnswersTable table_by(const Key& key) const {
        std::map<std::string, Answers> by_name;
        for (const CardGroup& group : view_.cards) add(group, could_answer(group), by_name[key.name(group)]);
        AnswersTable table{key.by, {}};
        for (auto& [name, answers] : by_name) table.lines.push_back({name, answers});
        return table;
    }

    void add_reason(const CardGroup& group) {
        const auto same = std::ranges::find_if(report_.reasons, [&](const ReasonCount& one) {
            return one.rule == group.rule && one.client == group.client && one.reason == group.reason;
        });
        if (same != report_.reasons.end()) {
            same->cards += group.cards;
        } else {
            report_.reasons.push_back({group.rule, group.client, group.reason, group.cards});
        }
    }

    void take(const TallyGroup& group) {
        const TallyLine& line = group.line;
        report_.beside.take(line);
        if (line.kind == name_of(CountKind::call)) take_calls(group);
        if (line.kind == name_of(CountKind::card)) report_.rules[line.rule].cards += line.count;
        if (line.kind == name_of(CountKind::silence)) report_.rules[line.rule].silences[line.key] += line.count;
        const std::size_t space = std::min(line.key.find(' '), line.key.size());
        const std::string first = line.key.substr(0, space);
        const std::string rest = line.key.substr(std::min(space + 1, line.key.size()));
        if (line.kind == name_of(CountKind::result)) report_.results[first][rest] += line.count;
        if (line.kind == name_of(CountKind::unseen)) take_unseen(first, rest, line);
    }

    void take_calls(const TallyGroup& group) {
        const TallyLine& line = group.line;
        report_.calls += line.count;
        report_.calls_by_client[shown_client(line.client)] += line.count;
        report_.calls_by_service[line.service] += line.count;
        auto version = std::ranges::find_if(report_.versions,
                                            [&](const VersionSpoke& one) { return one.cards.digest == line.digest; });
        if (version == report_.versions.end()) {
            // It was called and had no card to give.
            const std::size_t space = std::min(line.key.rfind(' '), line.key.size());
            const std::string pack = line.key.substr(0, space);
            const std::string number = line.key.substr(std::min(space + 1, line.key.size()));
            report_.versions.push_back({{pack, number, line.digest, {}, {}, 0}, 0, std::nullopt});
            version = std::prev(report_.versions.end());
        }
        version->calls += line.count;
        const auto week = first_day_of(group.week);
        version->first_week = std::min(version->first_week.value_or(week), week);
    }

    void take_unseen(const std::string& analyte, const std::string& name, const TallyLine& line) {
        const std::chrono::sys_days day{std::chrono::days(line.day)};
        const auto same = std::ranges::find_if(
            report_.unseen, [&](const UnseenCount& one) { return one.analyte == analyte && one.name == name; });
        if (same == report_.unseen.end()) {
            report_.unseen.push_back({analyte, name, day, line.count});
        } else {
            same->results += line.count;
            same->first_seen = std::min(same->first_seen, day);
        }
    }

    Report& report_;
    const StoreView& view_;
};

}  // namespace

std::optional<ShareInterval> wilson_interval(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return std::nullopt;
    const double n = static_cast<double>(whole), share = static_cast<double>(part) / n, square = z * z / n;
    const double middle = share + square / 2, half = z * std::sqrt(share * (1 - share) / n + square / (4 * n));
    return ShareInterval{std::max(0.0, (middle - half) / (1 + square)), std::min(1.0, (middle + half) / (1 + square))};
}

std::string shown_client(const std::string& client) {
    return client.empty() ? "(without a name)" : client;
}

std::string print_day(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    char text[48] = {};
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

std::string print_second(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    char text[48] = {};
    std::snprintf(text, sizeof text, "T%02d:%02d:%02dZ", static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return print_day(day) + text;
}

Report make_report(StoreView view, WallTime since, WallTime now) {
    Report report;
    report.since = since;
    report.until = now;
    report.exact = std::move(view);
    Maker(report, report.exact).make(now);
    return report;
}

}  // namespace service
