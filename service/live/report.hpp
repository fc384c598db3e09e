// What became of cards, and what was silent: the store's counts put together for people. Exact; who shows it to others
// rounds (report_page). No clock and no store: both are arguments.
#pragma once

#include "service/live/report_beside.hpp"
#include "service/observe/call_counts.hpp"
#include "service/store/store_view.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace service {

/// An interval in which a share lies with 95 % confidence, if what is counted is independent of each other.
struct ShareInterval {
    double low = 0, high = 0;
};

/// Wilson's score interval; nothing without a denominator.
/// Source: E. B. Wilson, J Am Stat Assoc 1927;22:209-212.
std::optional<ShareInterval> wilson_interval(std::uint64_t part, std::uint64_t whole);

/// The last word on cards.
struct Answers {
    std::uint64_t given = 0;
    std::uint64_t could_answer = 0;  ///< of those given: to clients that ever sent feedback
    std::uint64_t accepted = 0, suggestion_taken = 0, overridden = 0;
    std::uint64_t commented = 0;  ///< with the user's own words, which are not kept

    /// Without an answer: nobody said anything, and the client could have.
    std::uint64_t unanswered() const { return could_answer - accepted - overridden; }
};

struct AnswersLine {
    std::string name;
    Answers answers;
};

/// All cards, told apart by one thing.
struct AnswersTable {
    std::string by;  ///< "rule", "version", "digest", "service", "client", "week"
    std::vector<AnswersLine> lines;
};

struct ReasonCount {
    std::string rule, client;
    std::optional<Reason> reason;  ///< nothing: none was told
    std::uint64_t cards = 0;
};

/// When which version spoke: cards to the second, calls by the day.
struct VersionSpoke {
    TimeOfVersion cards;
    std::uint64_t calls = 0;
    std::optional<std::chrono::sys_days> first_week;  ///< in which it was called
};

/// A rule's cards and silences.
struct RuleCounts {
    std::uint64_t cards = 0;
    std::map<std::string, std::uint64_t> silences;  ///< by reason
};

struct UnseenCount {
    std::string analyte, name;
    std::chrono::sys_days first_seen;
    std::uint64_t results = 0;
};

/// What a process that counted is known to have come to.
enum class WriterState {
    ended,    ///< in order: all of its counts are here
    counts,   ///< runs, or was killed a moment ago: what it counted last is not here yet
    silenced  ///< ended without its last counts
};

struct WriterSeen {
    KnownWriter writer;
    WriterState state = WriterState::ended;
};

struct Report {
    WallTime since{}, until{};
    std::vector<AnswersTable> tables;
    Answers all;
    std::vector<ReasonCount> reasons;  ///< of cards overridden
    std::vector<VersionSpoke> versions;
    std::map<std::string, std::uint64_t> calls_by_client, calls_by_service;
    std::uint64_t calls = 0;
    std::map<std::string, RuleCounts> rules;
    std::map<std::string, std::map<std::string, std::uint64_t>> results;  ///< by analyte and reading
    std::vector<UnseenCount> unseen;
    VersionsBeside beside;
    std::vector<WriterSeen> writers;
    StoreView exact;  ///< what all of this is made of
};

/// A process that has said nothing for so long is no longer there: it gives a sign of life every minute.
inline constexpr std::chrono::minutes longest_silence{3};
/// What a killed process may not have stored.
inline constexpr std::chrono::seconds most_lost_by_a_kill{10};

Report make_report(StoreView view, WallTime since, WallTime now);

/// The name of a client in a report: calls without a token have none.
std::string shown_client(const std::string& client);

/// "2026-01-12".
std::string print_day(std::chrono::sys_days day);

/// "2026-01-12T08:30:00Z".
std::string print_second(WallTime time);

}  // namespace service
