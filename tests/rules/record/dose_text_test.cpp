#include "rules/record/dose_text.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

struct TextCase {
    const char* name;
    const char* text;
    const char* units;  // "" for none
};

class UnitsInText : public testing::TestWithParam<TextCase> {};

TEST_P(UnitsInText, AreTheLargestNumberBeforeTheWord) {
    const auto units = rules::units_in_text(GetParam().text);
    EXPECT_EQ(units ? units->text() : "", GetParam().units);
}

INSTANTIATE_TEST_SUITE_P(Table, UnitsInText,
                         testing::Values(TextCase{"Grouped", "300,000 IU once", "300000"},
                                         TextCase{"Plain", "take 100000 units", "100000"},
                                         TextCase{"WithoutBlank", "50000IU weekly", "50000"},
                                         TextCase{"RxNormsWord", "cholecalciferol 1000 UNT per day", "1000"},
                                         TextCase{"TheLargest", "1000 IU daily after 200,000 IU", "200000"},
                                         TextCase{"OtherNumbers", "1 tablet, 25 mcg, for 84 days", ""},
                                         TextCase{"NoGroup", "1,5 IU", "5"},
                                         TextCase{"APartOfAWord", "20 unitary doses", ""}, TextCase{"Nothing", "", ""}),
                         CaseName());

}  // namespace
