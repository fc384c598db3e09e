// Summaries stay under 140 characters, and value and unit are never cut (CDS Hooks, card summary;
// rules/packs/back-pain-labs/REFERENCE.md G.1).
#include "rules/run/text_template.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

TEST(Summary, StaysAsItIsWhereItFits) {
    EXPECT_EQ(shortened({{{"Vitamin B12 ", false}, {"160 pg/mL", true}, {": low.", false}}}),
              "Vitamin B12 160 pg/mL: low.");
}

TEST(Summary, LosesTheConvertedValueFirst) {
    const std::string rest(110, 'x');
    EXPECT_EQ(shortened({{{"Calcium ", false}, {"2.95 mmol/L (11.8 mg/dL)", true}, {rest, false}}}),
              "Calcium 2.95 mmol/L" + rest);
}

TEST(Summary, ThenLosesWordsWithoutADigit) {
    const std::string reason(100, 'r');
    const std::string value = "1234567890.12 nmol/L";
    const std::string text =
        shortened({{{"Consider: ", false}, {reason, true}, {" with ", false}, {value, true}, {". And then.", false}}});
    EXPECT_LE(utf16_length(text), longest_summary);
    EXPECT_NE(text.find(value), std::string::npos);
    EXPECT_NE(text.find("\xE2\x80\xA6"), std::string::npos);
}

TEST(Summary, CountsAsUtf16AndCutsBetweenCharacters) {
    std::string wide;
    for (int count = 0; count < 80; ++count) wide += "\xF0\x9F\x98\x80";  // two UTF-16 units each
    EXPECT_EQ(utf16_length(wide), 160U);
    const std::string text = shortened({{{wide, true}}});
    EXPECT_LE(utf16_length(text), longest_summary);
    EXPECT_EQ((text.size() - 3) % 4, 0U);
}

TEST(Words, AreJoinedAsASentenceJoinsThem) {
    EXPECT_EQ(joined_with_and({"Medications"}), "Medications");
    EXPECT_EQ(joined_with_and({"Medications", "Procedures", "B12 results"}), "Medications, procedures and B12 results");
}

}  // namespace
}  // namespace rules
