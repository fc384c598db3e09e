#include "rules/text/place_in_string.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rules {
namespace {

struct Inside {
    const char* name;
    const char* string;  ///< as the file writes it
    std::size_t inner, column;
};
class PlaceInAString : public testing::TestWithParam<Inside> {};

// RFC 8259, section 7: how each escape is written. Columns are those of the "x" in the file, counted by hand.
TEST_P(PlaceInAString, CountsEscapesAsTheFileWritesThem) {
    const std::string file = "{\n  \"if\": " + std::string(GetParam().string) + "\n}\n";
    const Place place = place_in_string(place_of("rule.json", file, "/if"), file, GetParam().inner);
    EXPECT_EQ(place.line, 2U);
    EXPECT_EQ(place.column, GetParam().column);
}

INSTANTIATE_TEST_SUITE_P(
    Escapes, PlaceInAString,
    testing::Values(Inside{"None", R"("abx")", 2, 12}, Inside{"Quotes", R"("a\"b\"x")", 4, 16},
                    Inside{"Backslash", R"("a\\x")", 2, 13}, Inside{"TwoBytes", R"("\u00b5x")", 2, 16},
                    Inside{"ThreeBytes", R"("\u20acx")", 3, 16}, Inside{"OneByte", R"("\u0041x")", 1, 16},
                    Inside{"Pair", R"("\ud83d\ude00x")", 4, 22}, Inside{"PlainBytes", "\"\xC2\xB5x\"", 2, 12},
                    Inside{"BehindTheEnd", R"("ab")", 9, 12}),
    CaseName());

TEST(PlaceInAStringThatIsNone, IsThatOfTheValue) {
    const std::string file = R"({"if": 12})";
    const Place place = place_of("rule.json", file, "/if");
    EXPECT_EQ(place_in_string(place, file, 1), place);
}

}  // namespace
}  // namespace rules
