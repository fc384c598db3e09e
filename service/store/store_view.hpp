// What the report reads of the store: counts by week, each of names of ours. No card is told apart from another.
#pragma once

#include "service/store/store.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace service {

/// Weeks begin on Monday, in UTC. 0 is the one of 1970-01-01, which began on 1969-12-29.
using WeekNumber = std::int64_t;

constexpr std::chrono::sys_days first_day_of(WeekNumber week) {
    return std::chrono::sys_days(std::chrono::days(week * 7 - 3));
}

/// Cards that were given, and the last word on them.
struct CardGroup {
    WeekNumber week = 0;
    std::string pack, version, digest, service, client, rule;
    std::optional<Outcome> outcome;  ///< nothing: no answer
    std::optional<Reason> reason;
    bool has_suggestion = false;  ///< taken, of an accepted card
    bool has_comment = false;
    std::uint64_t cards = 0;
};

/// Lines of the tally of one week.
struct TallyGroup {
    WeekNumber week = 0;
    TallyLine line;  ///< its day is the first on which it counted
};

/// When cards of a pack and site were given.
struct TimeOfVersion {
    std::string pack, version, digest;
    WallTime first{}, last{};
    std::uint64_t cards = 0;
};

/// A process that added to the tally.
struct KnownWriter {
    std::string process;
    WallTime written{};
    bool is_last = false;
};

struct StoreView {
    std::vector<CardGroup> cards;
    std::vector<TallyGroup> tally;
    std::vector<TimeOfVersion> versions;
    std::vector<KnownWriter> writers;
    std::set<std::string> clients_with_feedback;  ///< that ever sent any
    std::uint64_t feedback_of_unknown_cards = 0;
};

}  // namespace service
