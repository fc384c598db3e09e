// What a person is shown before a file is saved.
#include "service/workbench/line_difference.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace service {
namespace {

/// " a", "-b", "+c": a line each.
std::string told(std::string_view before, std::string_view after) {
    std::string lines;
    for (const ToldLine& line : line_difference(before, after)) lines += line.kind + line.text + '\n';
    return lines;
}

struct Texts {
    std::string_view before, after, expected;
};

void PrintTo(const Texts& texts, std::ostream* to) {
    *to << texts.expected;
}

class LineDifference : public testing::TestWithParam<Texts> {};

TEST_P(LineDifference, TellsTheFewestLinesAsOthers) {
    EXPECT_EQ(told(GetParam().before, GetParam().after), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Lines, LineDifference,
                         testing::Values(Texts{"", "", ""}, Texts{"a\nb\n", "a\nb\n", " a\n b\n"},
                                         Texts{"", "a\n", "+a\n"}, Texts{"a\n", "", "-a\n"},
                                         Texts{"a\nb\nc\n", "a\nB\nc\n", " a\n-b\n+B\n c\n"},
                                         Texts{"a\nb\n", "b\na\nb\n", "+b\n a\n b\n"},
                                         Texts{"1\n2\n3\n4\n", "1\n3\n4\n5\n", " 1\n-2\n 3\n 4\n+5\n"}));

TEST(LineDifference, OfTextsOfManyOtherLinesIsToldAsAWhole) {
    std::string before, after;
    for (int i = 0; i < 5000; ++i) {
        before += "b" + std::to_string(i) + '\n';
        after += "a" + std::to_string(i) + '\n';
    }
    const auto lines = line_difference(before, after);
    ASSERT_EQ(lines.size(), 10'000U);
    EXPECT_EQ(lines.front().kind, '-');
    EXPECT_EQ(lines.back().kind, '+');
}

}  // namespace
}  // namespace service
