#include "fhir/ucum.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fhir {
namespace {

struct Conversion {
    std::string_view name;
    std::string_view value;
    std::string_view from;
    std::string_view to;
    std::string_view result;  // "nothing" if it cannot be converted
};

class UcumConversion : public testing::TestWithParam<Conversion> {};

TEST_P(UcumConversion, IsExactOrRefused) {
    const Conversion& tested = GetParam();
    const std::optional<Decimal> result = convert(*Decimal::parse(tested.value), tested.from, tested.to);
    EXPECT_EQ(result ? result->without_trailing_zeros().text() : "nothing", tested.result);
}

// UCUM, tables 1 to 7, and the FHIRPath suite.
INSTANTIATE_TEST_SUITE_P(Table, UcumConversion,
                         testing::ValuesIn(std::vector<Conversion>{
                             {"grams", "4", "g", "mg", "4000"},
                             {"synonyms_of_one_concentration", "20", "ng/mL", "ug/L", "20"},
                             {"litre_has_two_letters", "20", "ng/mL", "ug/l", "20"},
                             {"b12_synonyms", "200", "pg/mL", "ng/L", "200"},
                             {"mma", "0.4", "umol/L", "nmol/mL", "0.4"},
                             {"mma_to_nanomoles", "0.4", "umol/L", "nmol/L", "400"},
                             {"femtolitre_and_cubic_micrometre", "101", "fL", "um3", "101"},
                             {"haemoglobin", "12.5", "g/dL", "g/L", "125"},
                             {"hour", "1", "h", "s", "3600"},
                             {"day", "36", "h", "d", "1.5"},
                             {"week", "7", "d", "wk", "1"},
                             {"julian_year", "1", "a", "d", "365.25"},
                             {"month_is_a_twelfth_of_a_year", "12", "mo", "a", "1"},
                             {"pound", "185", "[lb_av]", "kg", "83.91458845"},
                             {"inch", "1", "[in_i]", "cm", "2.54"},
                             {"foot", "1", "[ft_i]", "[in_i]", "12"},
                             {"mile", "1", "[mi_i]", "[yd_i]", "1760"},
                             {"blood_pressure", "120", "mm[Hg]", "kPa", "15.99864"},
                             {"percent", "5", "%", "1", "0.05"},
                             {"powers_of_ten", "4.5", "10*9/L", "10*3/uL", "4.5"},
                             {"powers_of_ten_other_spelling", "1", "10^3", "10*3", "1"},
                             {"negative_power", "1", "10*-2", "%", "1"},
                             {"body_mass_index", "1", "kg/m2", "g/cm2", "0.1"},
                             {"annotation_is_nothing", "60", "mL/min/{1.73_m2}", "mL/min", "60"},
                             {"annotation_on_a_unit", "12", "g/dL{RBC}", "g/dL", "12"},
                             {"annotation_on_a_number", "3", "/100{WBC}", "%", "3"},
                             {"annotation_alone", "3", "{score}", "1", "3"},
                             {"leading_slash", "60", "/min", "Hz", "1"},
                             {"parentheses", "1", "kg/(m.s2)", "Pa", "1"},
                             {"division_is_from_the_left", "1", "m/s/s", "m/s2", "1"},
                             {"product_after_division", "1", "kg/m.s", "kg.s/m", "1"},
                             {"enzyme_unit", "60", "U", "umol/s", "1"},
                             {"katal", "1", "ukat/L", "U/L", "60"},
                             {"international_units", "5000", "m[IU]/mL", "[iU]/mL", "5"},
                             {"celsius", "37", "Cel", "K", "310.15"},
                             {"fahrenheit", "98.6", "[degF]", "Cel", "37"},
                             {"celsius_to_fahrenheit", "-40", "Cel", "[degF]", "-40"},
                             {"candela_is_no_centiday", "1", "cd", "cd", "1"},
                             {"teaspoon", "1", "[tbs_us]", "[tsp_us]", "3"},
                             {"calorie", "1", "kcal", "[Cal]", "1"},
                             {"degree", "180", "deg", "rad", "3.141592653589793238"},

                             {"mass_is_no_amount", "20", "ng/mL", "nmol/L", "nothing"},
                             {"equivalent_is_no_mole", "2", "meq/L", "mmol/L", "nothing"},
                             {"osmole_is_no_mole", "2", "mosm/kg", "mmol/kg", "nothing"},
                             {"count_is_no_mole", "1", "1", "mol", "nothing"},
                             {"international_unit_is_no_enzyme_unit", "1", "[IU]", "U", "nothing"},
                             {"length_is_no_time", "1", "cm", "s", "nothing"},
                             {"celsius_in_a_product", "1", "Cel/s", "K/s", "nothing"},
                             {"celsius_with_prefix", "1", "mCel", "K", "nothing"},
                             {"calendar_word", "1", "year", "a", "nothing"},
                             {"unknown_unit", "1", "[s]", "s", "nothing"},
                             {"case_matters", "1", "ML", "mL", "1000000000"},
                             {"upper_case_is_not_the_same", "1", "NG/ML", "ng/mL", "nothing"},
                             {"prefix_on_a_customary_unit", "1", "k[in_i]", "m", "nothing"},
                             {"micro_sign", "1", "\xC2\xB5g/L", "ug/L", "nothing"},
                             {"text_after", "1", "mg/dL ", "mg/dL", "nothing"},
                             {"empty", "1", "", "1", "nothing"},
                             {"lone_slash", "1", "/", "1", "nothing"},
                             {"open_parenthesis", "1", "(m", "m", "nothing"},
                             {"open_annotation", "1", "m{x", "m", "nothing"},
                             {"two_signs", "1", "m+-2", "m-2", "nothing"},
                             {"zero", "1", "0", "1", "nothing"},
                             {"absurd_exponent", "1", "m999", "m999", "nothing"},
                             {"absurd_size", "1", "Ym9", "m9", "nothing"},
                             {"prefix_alone", "1", "k", "1", "nothing"},
                         }),
                         CaseName());

std::optional<std::strong_ordering> order(std::string_view left, std::string_view left_unit, std::string_view right,
                                          std::string_view right_unit) {
    return compare(*Decimal::parse(left), *parse_ucum(left_unit), *Decimal::parse(right), *parse_ucum(right_unit));
}

TEST(Ucum, ComparesExactlyWhereConversionWouldRound) {
    EXPECT_EQ(order("1", "/d", "7", "/wk"), std::strong_ordering::equal);
    EXPECT_EQ(order("4.0000", "g", "4000.0", "mg"), std::strong_ordering::equal);
    EXPECT_EQ(order("20.0000000000000000000001", "ng/mL", "20", "ug/L"), std::strong_ordering::greater);
    EXPECT_EQ(order("36.9", "Cel", "98.6", "[degF]"), std::strong_ordering::less);
    EXPECT_EQ(order("1.0", "deg", "1", "deg"),
              std::strong_ordering::equal);  // a scale of as many digits as there may be
}

TEST(Ucum, RefusesToCompareMassWithMolar) {
    EXPECT_EQ(order("20", "ng/mL", "20", "nmol/L"), std::nullopt);
}

TEST(Ucum, NamesTheUnitOfAProductInBaseUnits) {
    const std::optional<UcumUnit> area = multiply(*parse_ucum("cm"), *parse_ucum("m"));
    EXPECT_EQ(base_code(*area), "m2");
    EXPECT_EQ(convert(*Decimal::parse("4"), *area, base_of(*area))->text(), "0.04");
    EXPECT_EQ(base_code(*divide(*parse_ucum("mg"), *parse_ucum("dL"))), "m-3.g");
    EXPECT_EQ(base_code(*divide(*parse_ucum("m"), *parse_ucum("m"))), "1");
    EXPECT_EQ(multiply(*parse_ucum("Cel"), *parse_ucum("m")), std::nullopt);
}

TEST(Ucum, ReadsWhatItPrints) {
    const std::optional<UcumUnit> unit = parse_ucum("mmol/L");
    const std::optional<UcumUnit> again = parse_ucum(base_code(*unit));
    ASSERT_TRUE(again);
    EXPECT_TRUE(comparable(*unit, *again));
}

// What was read is remembered by few places: of so many codes each place holds several in turn, known and unknown ones.
TEST(Ucum, ReadsACodeTheSameWhateverWasReadBetween) {
    std::vector<std::string> codes;
    for (int number = 1; number <= 300; ++number) {
        codes.push_back(std::to_string(number) + ".g/L");
        codes.push_back("unknown" + std::to_string(number));
    }
    for (int times = 0; times < 2; ++times) {
        for (std::size_t at = 0; at < codes.size(); at += 2) {
            const std::optional<UcumUnit> unit = parse_ucum(codes[at]);
            ASSERT_TRUE(unit) << codes[at];
            const std::string grams = std::to_string(at / 2 + 1);
            EXPECT_EQ(convert(Decimal(1), *unit, *parse_ucum("g/L"))->text(), grams);
            EXPECT_FALSE(parse_ucum(codes[at + 1])) << codes[at + 1];
        }
    }
}

TEST(Ucum, RefusesDeepNestingAndLongCodes) {
    EXPECT_FALSE(parse_ucum("(((((((((m)))))))))"));
    EXPECT_TRUE(parse_ucum("((((((((m))))))))"));
    EXPECT_FALSE(parse_ucum(std::string(65, 'm')));
}

}  // namespace
}  // namespace fhir
