// Intervals and bands: the whole interval lies in one band, or no band is told (rules/packs/back-pain-labs/REFERENCE.md
// B.3).
#include "rules/program/banding.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

fhir::Decimal number(std::string_view text) {
    return *fhir::Decimal::parse(text);
}

/// deficient, low from 12, adequate from 20 or more, above-target above 50 or more, high above 100.
BandScale scale() {
    return {{"deficient", std::nullopt, true, false, false},
            {"low", number("12"), true, false, false},
            {"adequate", number("20"), true, true, false},
            {"above-target", number("50"), false, true, false},
            {"high", number("100"), false, true, true}};
}

struct BandCase {
    const char* name;
    fhir::Comparator comparator;
    const char* value;
    const char* band;  ///< "" for none; "+" behind a band that is said with "or more"
};

class Bands : public testing::TestWithParam<BandCase> {};

TEST_P(Bands, HoldTheWholeInterval) {
    const BandScale bands = scale();
    const auto interval = interval_of(GetParam().comparator, number(GetParam().value));
    ASSERT_TRUE(interval);
    const auto banded = band_of(*interval, bands);
    EXPECT_EQ(banded ? banded->step->band + (banded->at_least ? "+" : "") : "", GetParam().band);
}

INSTANTIATE_TEST_SUITE_P(OfAScale, Bands,
                         testing::Values(BandCase{"AtABound", fhir::Comparator::none, "20", "adequate"},
                                         BandCase{"BelowABound", fhir::Comparator::none, "19.999", "low"},
                                         BandCase{"AtABoundThatIsAbove", fhir::Comparator::none, "50", "adequate"},
                                         BandCase{"WrittenWithZeros", fhir::Comparator::none, "20.00", "adequate"},
                                         BandCase{"LessThanTheLowestBound", fhir::Comparator::less, "12", "deficient"},
                                         BandCase{"AtMostTheLowestBound", fhir::Comparator::less_or_equal, "12", ""},
                                         BandCase{"LessThanMore", fhir::Comparator::less, "13", ""},
                                         BandCase{"MoreThanAHundred", fhir::Comparator::greater, "100", "high"},
                                         BandCase{"AHundredOrMore", fhir::Comparator::greater_or_equal, "100",
                                                  "above-target+"},
                                         BandCase{"MoreThanThirty", fhir::Comparator::greater, "30", "adequate+"},
                                         BandCase{"MoreThanFifteen", fhir::Comparator::greater, "15", ""}),
                         CaseName());

TEST(Interval, IsNotMadeOfWhatCannotBe) {
    EXPECT_FALSE(interval_of(fhir::Comparator::less, number("0")));
    EXPECT_FALSE(interval_of(fhir::Comparator::greater, number("-1")));
    EXPECT_FALSE(interval_of(fhir::Comparator::other, number("5")));
}

TEST(Interval, AddsEndToEnd) {
    const Interval below_four = *interval_of(fhir::Comparator::less, number("4"));
    const auto sum = sum_of(Interval::exactly(number("18")), below_four);
    ASSERT_TRUE(sum);
    EXPECT_EQ(sum->low, number("18"));
    EXPECT_FALSE(sum->low_included);
    EXPECT_EQ(sum->high, number("22"));
}

TEST(Banding, SaysWhatIsWithinATenthOfABound) {
    const BandScale bands = scale();
    const auto near = [&bands](const char* value) {
        const Interval interval = Interval::exactly(number(value));
        return near_bound(interval, *band_of(interval, bands)).has_value();
    };
    EXPECT_TRUE(near("18"));
    EXPECT_FALSE(near("17.9"));
    EXPECT_TRUE(near("22"));
    EXPECT_FALSE(near("22.1"));
}

}  // namespace
}  // namespace rules
