// What a card shows of a result: the digits that the test declares, more where rounding would cross a limit that
// decided.
#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

namespace {

struct Shown {
    const char* name;
    const char* test;
    const char* loinc;
    const char* comparator;
    const char* number;
    const char* unit;
    const char* text;
};
class ShownNumber : public testing::TestWithParam<Shown> {};

TEST_P(ShownNumber, TellsTheSameAsTheExactOne) {
    const Shown& shown = GetParam();
    TestRun test(shipped_program(),
                 list({observation("o", shown.loinc, quantity(shown.comparator, shown.number, shown.unit))}));
    const boost::json::value* result = test.member(shown.test, "result");
    ASSERT_TRUE(result);
    EXPECT_EQ(text_of(result->as_object(), "text"), shown.text);
    EXPECT_TRUE(text_of(result->as_object(), "exact").starts_with(shown.comparator + std::string(shown.number)));
}

// Limits: NAM 2011 12 and 20 ng/mL, 30 and 50 nmol/L; NICE NG239 180 and 350 ng/L; calcium without a range 10.5 mg/dL.
INSTANTIATE_TEST_SUITE_P(
    Results, ShownNumber,
    testing::Values(Shown{"AsPrinted", "vitaminD", "62292-8", "", "9", "ng/mL", "9 ng/mL"},
                    Shown{"Rounded", "vitaminD", "62292-8", "", "17.94", "ng/mL", "17.9 ng/mL"},
                    Shown{"NotOverTheLimit", "vitaminD", "62292-8", "", "19.96", "ng/mL", "19.96 ng/mL"},
                    Shown{"NotOverTheLimitInMoles", "vitaminD", "68438-1", "", "49.96", "nmol/L", "49.96 nmol/L"},
                    Shown{"WholeNumbersInMoles", "vitaminD", "68438-1", "", "41.4", "nmol/L", "41 nmol/L"},
                    Shown{"ManyDigits", "b12", "2132-9", "", "235.25473471720528", "pg/mL", "235 pg/mL"},
                    Shown{"LowB12StaysLow", "b12", "2132-9", "", "179.6", "pg/mL", "179.6 pg/mL"},
                    Shown{"LessThan", "vitaminD", "62292-8", "<", "4.04", "ng/mL", "<4.0 ng/mL"},
                    Shown{"MoreThan", "vitaminD", "62292-8", ">", "150.04", "ng/mL", ">150.0 ng/mL"},
                    Shown{"CalciumStaysHigh", "calcium", "17861-6", "", "10.54", "mg/dL", "10.54 mg/dL"},
                    Shown{"CalciumInMoles", "calcium", "2000-8", "", "2.345", "mmol/L", "2.35 mmol/L"}),
    CaseName());

TEST(ShownNumbers, NeedTheLimitOfTheLaboratoryTooWhereThatDecides) {
    TestRun test(shipped_program(),
                 list({observation("o", "17861-6", quantity("", "10.24", "mg/dL"),
                                   R"("status": "final", "effectiveDateTime": "2026-02-20", "referenceRange": [{"low":
                                      {"value": 8.6}, "high": {"value": 10.2}}])")}));
    const boost::json::value* result = test.member("calcium", "result");
    ASSERT_TRUE(result);
    EXPECT_EQ(text_of(result->as_object(), "band"), "high");
    EXPECT_EQ(text_of(result->as_object(), "text"), "10.24 mg/dL");
}

}  // namespace
