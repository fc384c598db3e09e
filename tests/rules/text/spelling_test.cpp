#include "rules/text/spelling.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

struct Spelled {
    const char* name;
    const char* text;
    const char* british;
    const char* american;
};
class Spelling : public testing::TestWithParam<Spelled> {};

TEST_P(Spelling, IsThatOfTheLanguage) {
    EXPECT_EQ(spelled(GetParam().text, Language::en_gb), GetParam().british);
    EXPECT_EQ(spelled(GetParam().text, Language::en_us), GetParam().american);
}

INSTANTIATE_TEST_SUITE_P(Texts, Spelling,
                         testing::Values(Spelled{"OneWord", "macrocytic [anaemia|anemia]", "macrocytic anaemia",
                                                 "macrocytic anemia"},
                                         Spelled{"TwoPairs", "[Ionised|Ionized] [bone profile|bone labs].",
                                                 "Ionised bone profile.", "Ionized bone labs."},
                                         Spelled{"NoPair", "range [20 | 50]", "range [20 | 50]", "range [20 | 50]"},
                                         Spelled{"Union", "%a[0] | %b", "%a[0] | %b", "%a[0] | %b"},
                                         Spelled{"Unclosed", "[anaemia|anemia", "[anaemia|anemia", "[anaemia|anemia"},
                                         Spelled{"Empty", "", "", ""}),
                         CaseName());

TEST(Spelling, KnowsWhetherThereIsAPair) {
    EXPECT_TRUE(has_spellings("low [haemoglobin|hemoglobin]"));
    EXPECT_FALSE(has_spellings("%x.where(a[0] = 1 | 2)"));
}

}  // namespace
}  // namespace rules
