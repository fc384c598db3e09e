#include "fhir/decimal.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace fhir {
namespace {

Decimal decimal(std::string_view text) {
    const std::optional<Decimal> read = Decimal::parse(text);
    EXPECT_TRUE(read) << text;
    return read.value_or(Decimal());
}

std::string text_of(const std::optional<Decimal>& value) {
    return value ? value->text() : "nothing";
}

struct Reading {
    std::string_view name;
    std::string_view written;
    std::string_view text;  // "nothing" if refused
};

class DecimalText : public testing::TestWithParam<Reading> {};

TEST_P(DecimalText, IsPlainAndKeepsTheDigitsAsReceived) {
    EXPECT_EQ(text_of(Decimal::parse(GetParam().written)), GetParam().text);
}

// FHIR R4, datatypes, decimal: "the precision of the decimal value has significance"; 0.010 is not 0.01.
INSTANTIATE_TEST_SUITE_P(Table, DecimalText,
                         testing::ValuesIn(std::vector<Reading>{
                             {"trailing_zero", "1.10", "1.10"},
                             {"leading_zero_fraction", "0.010", "0.010"},
                             {"negative", "-3.7", "-3.7"},
                             {"integer", "1234", "1234"},
                             {"zero_with_places", "0.00", "0.00"},
                             {"exponent", "6.022e23", "602200000000000000000000"},
                             {"capital_exponent_with_plus", "1.50E+1", "15.0"},
                             {"negative_exponent", "25e-3", "0.025"},
                             {"zero_with_exponent", "0e7", "0"},
                             {"negative_zero", "-0.0", "0.0"},
                             {"fhirpath_leading_zeros", "007.50", "7.50"},
                             {"thirty_eight_digits", "99999999999999999999999999999999999999",
                              "99999999999999999999999999999999999999"},
                             {"thirty_nine_digits", "100000000000000000000000000000000000000", "nothing"},
                             {"more_than_38_places", "0.000000000000000000000000000000000000001", "nothing"},
                             {"too_large_exponent", "1e38", "nothing"},
                             {"absurd_exponent", "1e999999999999", "nothing"},
                             {"empty", "", "nothing"},
                             {"two_points", "1.0.0", "nothing"},
                             {"blank_before", " 1", "nothing"},
                             {"blank_after", "1 ", "nothing"},
                             {"no_digits_before_the_point", ".5", "nothing"},
                             {"no_digits_after_the_point", "5.", "nothing"},
                             {"plus_sign", "+5", "nothing"},
                             {"word", "text", "nothing"},
                             {"exponent_without_digits", "1e", "nothing"},
                         }),
                         CaseName());

TEST(Decimal, ComparesByValueNotByDigits) {
    EXPECT_EQ(decimal("1.10"), decimal("1.1"));
    EXPECT_LT(decimal("19.99"), decimal("20"));
    EXPECT_GT(decimal("-1.5"), decimal("-1.50001"));
    EXPECT_LT(decimal("-0.1"), decimal("0"));
}

TEST(Decimal, ComparesWhereAligningTheDigitsWouldOverflow) {
    EXPECT_LT(decimal("0.00000000000000000000000000000000000001"), decimal("99999999999999999999999999999999999999"));
    EXPECT_GT(decimal("1.0000000000000000000000000000000000001"), decimal("1"));
}

TEST(Decimal, TellsAWholeNumberFromAFraction) {
    EXPECT_EQ(decimal("2.00").to_int64(), 2);
    EXPECT_EQ(decimal("2.01").to_int64(), std::nullopt);
    EXPECT_EQ(decimal("9223372036854775807").to_int64(), INT64_MAX);
    EXPECT_EQ(decimal("9223372036854775808").to_int64(), std::nullopt);
}

struct Operation {
    std::string_view name;
    std::optional<Decimal> (*apply)(const Decimal&, const Decimal&);
    std::string_view left;
    std::string_view right;
    std::string_view result;
};

class DecimalArithmetic : public testing::TestWithParam<Operation> {};

TEST_P(DecimalArithmetic, IsExactOrSaysNothing) {
    const Operation& operation = GetParam();
    EXPECT_EQ(text_of(operation.apply(decimal(operation.left), decimal(operation.right))), operation.result);
}

INSTANTIATE_TEST_SUITE_P(Table, DecimalArithmetic,
                         testing::ValuesIn(std::vector<Operation>{
                             {"sum_keeps_the_finer_scale", add, "1.10", "2", "3.10"},
                             {"tenth_and_two_tenths", add, "0.1", "0.2", "0.3"},
                             {"sum_too_large", add, "99999999999999999999999999999999999999", "1", "nothing"},
                             {"sum_rounds_places_away", add, "10000000000000000000000000000000000000", "0.25",
                              "10000000000000000000000000000000000000"},
                             {"difference", subtract, "1.8", "1.2", "0.6"},
                             {"product", multiply, "2.50", "2.50", "6.2500"},
                             {"product_too_large", multiply, "1e20", "1e20", "nothing"},
                             {"product_too_long_is_rounded", multiply, "1.0000000000000000000000001",
                              "1.0000000000000000000000001", "1.0000000000000000000000002000000000000"},
                             {"quotient", divide, "1", "2", "0.5"},
                             {"whole_quotient_has_no_places", divide, "4.0", "2.0", "2"},
                             {"endless_quotient", divide, "2", "3", "0.6666666666666666666666666667"},
                             {"quotient_by_zero", divide, "1", "0.0", "nothing"},
                             {"quotient_with_digits_before_the_point", divide, "1000", "3",
                              "333.3333333333333333333333333"},
                             {"negative_quotient", divide, "-2", "3", "-0.6666666666666666666666666667"},
                             {"div", integer_quotient, "5.5", "0.7", "7"},  // FHIRPath, div and mod
                             {"div_of_negative_is_cut_off", integer_quotient, "-5", "2", "-2"},
                             {"div_by_zero", integer_quotient, "5", "0", "nothing"},
                             {"mod", remainder, "5.5", "0.7", "0.6"},
                             {"mod_follows_the_dividend", remainder, "-5", "2", "-1"},
                             {"mod_by_zero", remainder, "5", "0", "nothing"},
                             {"whole_power", power, "2.5", "2", "6.25"},  // FHIRPath, power
                             {"negative_power", power, "2", "-1", "0.5"},
                             {"zeroth_power", power, "0", "0", "1"},
                             {"root_of_a_negative", power, "-1", "0.5", "nothing"},
                             {"power_of_a_fraction", power, "4", "0.5", "2"},
                             {"power_too_large", power, "10", "40", "nothing"},
                             {"logarithm_base_2", logarithm, "16", "2", "4"},
                             {"logarithm_base_10", logarithm, "100.0", "10.0", "2"},
                             {"logarithm_of_zero", logarithm, "0", "10", "nothing"},
                         }),
                         CaseName());

struct RoundingCase {
    std::string_view name;
    std::string_view value;
    int places;
    Rounding rounding;
    std::string_view result;
};

class DecimalRounding : public testing::TestWithParam<RoundingCase> {};

TEST_P(DecimalRounding, GivesExactlyThePlacesAskedFor) {
    const RoundingCase& tested = GetParam();
    EXPECT_EQ(text_of(with_decimal_places(decimal(tested.value), tested.places, tested.rounding)), tested.result);
}

INSTANTIATE_TEST_SUITE_P(Table, DecimalRounding,
                         testing::ValuesIn(std::vector<RoundingCase>{
                             {"fhirpath_example", "3.14159", 3, Rounding::half_away_from_zero, "3.142"},
                             {"half_goes_up", "2.5", 0, Rounding::half_away_from_zero, "3"},
                             {"negative_half_goes_down", "-0.5", 0, Rounding::half_away_from_zero, "-1"},
                             {"just_below_half", "2.4999", 0, Rounding::half_away_from_zero, "2"},
                             {"floor_of_negative", "-2.1", 0, Rounding::down, "-3"},
                             {"ceiling_of_negative", "-1.1", 0, Rounding::up, "-1"},
                             {"toward_zero", "-1.56", 0, Rounding::toward_zero, "-1"},
                             {"padded", "12.5", 4, Rounding::half_away_from_zero, "12.5000"},
                             {"padding_that_does_not_fit", "1.587", 38, Rounding::half_away_from_zero, "nothing"},
                             {"more_places_than_there_are", "1.587", 39, Rounding::half_away_from_zero, "nothing"},
                             {"negative_places", "1.587", -1, Rounding::half_away_from_zero, "nothing"},
                         }),
                         CaseName());

TEST(Decimal, RoundLeavesAShorterValueAlone) {
    EXPECT_EQ(round(decimal("1.5"), 3).text(), "1.5");
    EXPECT_EQ(round(decimal("99999999999999999999999999999999999999"), 0).text(),
              "99999999999999999999999999999999999999");
}

TEST(Decimal, FloorCeilingAndTruncateGiveWholeNumbers) {
    EXPECT_EQ(floor(decimal("2.1")).text(), "2");
    EXPECT_EQ(ceiling(decimal("2.1")).text(), "3");
    EXPECT_EQ(truncate(decimal("1.00000001")).text(), "1");
}

TEST(Decimal, TranscendentalFunctionsMeanSixteenDigits) {
    EXPECT_EQ(text_of(square_root(decimal("81"))), "9");
    EXPECT_EQ(text_of(square_root(decimal("2"))), "1.414213562373095");
    EXPECT_EQ(text_of(square_root(decimal("-1"))), "nothing");
    EXPECT_EQ(text_of(natural_logarithm(decimal("1.0"))), "0");
    EXPECT_EQ(text_of(natural_logarithm(decimal("0"))), "nothing");
    EXPECT_EQ(text_of(exponential(decimal("0"))), "1");
    EXPECT_EQ(text_of(exponential(decimal("1"))), "2.718281828459045");
    EXPECT_EQ(text_of(exponential(decimal("1000"))), "nothing");
}

}  // namespace
}  // namespace fhir
