// What a card has room for: an info card 420 characters of detail, a warning 600.
#include "rules/run/card_layout.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

Card card_with(std::vector<std::string> cautions, Indicator indicator = Indicator::info) {
    Card card;
    card.indicator = indicator;
    card.why = std::string(150, 'w');
    card.evidence = std::string(60, 'e');
    card.options = std::string(60, 'o');
    card.cautions = std::move(cautions);
    return card;
}

TEST(CardLayout, HasItsLinesInOneOrderAndNoneThatIsEmpty) {
    Card card = card_with({"First.", "Second."});
    card.evidence.clear();
    std::string headings;
    for (const DetailLine& line : detail_of(card)) headings += std::string(line.heading) + ";";
    EXPECT_EQ(headings, "Why;Options;Caution;;");
    EXPECT_EQ(detail_of(card)[2].text, "First. Second.");
    EXPECT_EQ(detail_of(card)[3].text, "Not approved by a clinical owner.");
}

TEST(CardLayout, BeginsWithACapitalButWhereTheWordIsSpelledOtherwise) {
    EXPECT_EQ(with_capital("osteoporosis"), "Osteoporosis");
    EXPECT_EQ(with_capital("eGFR 41"), "eGFR 41");
    EXPECT_EQ(with_capital("a"), "A");
    EXPECT_EQ(with_capital(""), "");
}

TEST(CardLayout, SaysNothingOfAnApprovalThatIsThere) {
    Card card = card_with({});
    card.is_approved = true;
    EXPECT_EQ(detail_of(card).back().heading, "Options");
}

TEST(CardLayout, LetsTheLastCautionFallAwayWhereThereIsNoRoom) {
    Card card = card_with({std::string(50, 'a'), std::string(60, 'b')});
    fit_detail(card);
    EXPECT_EQ(card.cautions, std::vector<std::string>{std::string(50, 'a')});
    EXPECT_EQ(card.cautions_left_out, std::vector<std::string>{std::string(60, 'b')});
    EXPECT_LE(detail_length(card), longest_detail(Indicator::info));
}

TEST(CardLayout, HasRoomForMoreInAWarning) {
    Card card = card_with({std::string(50, 'a'), std::string(60, 'b')}, Indicator::warning);
    fit_detail(card);
    EXPECT_EQ(card.cautions.size(), 2U);
}

// 150 + 60 + 60 of text, "Why: Evidence: Options: " and three ends of lines, 33 for the approval.
TEST(CardLayout, CountsWhatAPersonSees) {
    EXPECT_EQ(detail_length(card_with({})), 150U + 60U + 60U + 24U + 3U + 33U);
}

TEST(CardLayout, BeginsASentenceWithACapitalAndEndsItWithAStop) {
    EXPECT_EQ(as_sentence("celiac disease (since 2016)"), "Celiac disease (since 2016).");
    EXPECT_EQ(as_sentence("25-OH vitamin D is low."), "25-OH vitamin D is low.");
}

}  // namespace
}  // namespace rules
