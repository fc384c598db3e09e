#include "rules/text/check_digit.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

// Codes as published: LOINC 62292-8 and 2132-9, SNOMED CT 279039007 and 9121000119106
// (rules/packs/back-pain-labs/REFERENCE.md A).
TEST(CheckDigit, AcceptsPublishedCodes) {
    EXPECT_TRUE(is_loinc_code("62292-8"));
    EXPECT_TRUE(is_loinc_code("2132-9"));
    EXPECT_TRUE(is_loinc_code("98979-8"));
    EXPECT_TRUE(is_snomed_code("279039007"));
    EXPECT_TRUE(is_snomed_code("9121000119106"));
    EXPECT_TRUE(is_snomed_code("138875005"));
}

TEST(CheckDigit, RefusesAWrongDigitAndTwoDigitsSwapped) {
    EXPECT_FALSE(is_loinc_code("62292-9"));
    EXPECT_FALSE(is_loinc_code("62922-8"));
    EXPECT_FALSE(is_snomed_code("279039008"));
    EXPECT_FALSE(is_snomed_code("270939007"));
}

TEST(CheckDigit, RefusesWhatHasAnotherShape) {
    EXPECT_FALSE(is_loinc_code("622928"));
    EXPECT_FALSE(is_loinc_code("-8"));
    EXPECT_FALSE(is_loinc_code("M54.5"));
    EXPECT_FALSE(is_snomed_code("12345"));
    EXPECT_FALSE(is_snomed_code("27903900X"));
    EXPECT_FALSE(is_snomed_code(""));
}

}  // namespace
}  // namespace rules
