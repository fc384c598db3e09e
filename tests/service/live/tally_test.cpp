#include "service/live/tally.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

constexpr std::int64_t today = 20'465;

CallCounts call(std::vector<Count> counts) {
    return {"sha256:00", "1.0.0", "view", "General Hospital", std::move(counts)};
}

TEST(Tally, AddsUpWhatHasOneName) {
    Tally tally;
    for (int i = 0; i < 3; ++i) tally.add(call({{CountKind::card, "b12-low", "info 1.0.0"}}), today);
    tally.add(call({{CountKind::result, "", "b12 readable", 4}}), today);
    const std::vector<TallyLine> expected = {
        {today, "sha256:00", "view", "General Hospital", "", "result", "b12 readable", 4},
        {today, "sha256:00", "view", "General Hospital", "b12-low", "card", "info 1.0.0", 3}};
    EXPECT_EQ(tally.take(today), expected);
}

TEST(Tally, GivesEachCountOnceToEachReader) {
    Tally tally;
    tally.add(call({{CountKind::call, "", "pack 1.0.0"}}), today);
    EXPECT_EQ(tally.take(today).at(0).count, 1U);
    EXPECT_TRUE(tally.take(today).empty());
    tally.add(call({{CountKind::call, "", "pack 1.0.0"}}), today);
    EXPECT_EQ(tally.take(today).at(0).count, 1U);
    EXPECT_EQ(tally.take_for_metrics().at(0).count, 2U);
    EXPECT_TRUE(tally.take_for_metrics().empty());
}

TEST(Tally, KeepsDaysApart) {
    Tally tally;
    tally.add(call({{CountKind::call, "", "pack 1.0.0"}}), today);
    tally.add(call({{CountKind::call, "", "pack 1.0.0"}}), today + 1);
    const std::vector<TallyLine> taken = tally.take(today + 1);
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].day, today);
    EXPECT_EQ(taken[1].day, today + 1);
}

// Names of what nobody knows come from outside: their number is bounded, their count is not lost.
TEST(Tally, CountsUnseenNamesBeyondItsLimitTogether) {
    Tally tally;
    for (std::size_t i = 0; i < Tally::most_unseen_names + 5; ++i) {
        tally.add(call({{CountKind::unseen, "", "b12 code " + std::to_string(i)}}), today);
    }
    const std::vector<TallyLine> taken = tally.take(today);
    EXPECT_EQ(taken.size(), Tally::most_unseen_names + 1);
    std::uint64_t more = 0, sum = 0;
    for (const TallyLine& line : taken) {
        sum += line.count;
        if (line.key == Tally::more_names) more = line.count;
    }
    EXPECT_EQ(more, 5U);
    EXPECT_EQ(sum, Tally::most_unseen_names + 5);
}

TEST(Tally, HasRoomForSoManyNamesAndSaysWhatFoundNone) {
    Tally tally;
    for (std::size_t i = 0; i < Tally::most_names + 2; ++i) {
        tally.add(call({{CountKind::silence, "r", std::to_string(i)}}), today);
    }
    EXPECT_EQ(tally.lost(), 2U);
    EXPECT_EQ(tally.take(today).size(), Tally::most_names);
}

// Metrics that nobody asks for must not hold days of long ago.
TEST(Tally, MakesRoomWhenADayIsOver) {
    Tally tally;
    for (std::int64_t day = 0; day < 4; ++day) {
        for (std::size_t i = 0; i < Tally::most_names / 3; ++i) {
            tally.add(call({{CountKind::silence, "r", std::to_string(i)}}), today + day);
        }
        EXPECT_EQ(tally.take(today + day).size(), Tally::most_names / 3) << day;
    }
    EXPECT_EQ(tally.lost(), 0U);
}

}  // namespace
}  // namespace service
