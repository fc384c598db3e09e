#include "rules/survey/value_bins.hpp"

#include <gtest/gtest.h>

namespace rules {
namespace {

fhir::Decimal number(const char* text) {
    return *fhir::Decimal::parse(text);
}

/// NAM 2011 in ng/mL: 12, 20, above 50 (as the shipped pack has it).
BandScale scale() {
    return {
        {"deficient", std::nullopt}, {"low", number("12")}, {"adequate", number("20")}, {"above", number("50"), false}};
}

TEST(ValueBins, PutNoBarIntoTwoBands) {
    const ValueBins bins = value_bins(scale());
    const auto differ = [&](const char* one, const char* other) {
        return bins.bin_of(number(one)) != bins.bin_of(number(other));
    };
    EXPECT_TRUE(differ("11.9", "12"));
    EXPECT_TRUE(differ("19.99", "20.0"));
    EXPECT_TRUE(differ("50", "50.1"));
    EXPECT_EQ(bins.label(bins.bin_of(number("12.0"))), "12 to 14");
}

TEST(ValueBins, TakeTheBoundAsTheGuidelinePrintsIt) {
    const ValueBins bins = value_bins(scale());
    EXPECT_EQ(bins.label(bins.bin_of(number("50"))), "45 to 50");
    EXPECT_EQ(bins.label(bins.bin_of(number("500"))), "from 140");
    EXPECT_EQ(bins.label(bins.bin_of(number("0"))), "below 2");
}

TEST(ValueBins, AscendAndAreFew) {
    const ValueBins bins = value_bins(scale());
    for (std::size_t edge = 1; edge < bins.edges.size(); ++edge)
        EXPECT_LT(bins.edges[edge - 1].at, bins.edges[edge].at);
    EXPECT_LT(bins.size(), 25U);
}

TEST(ValueBins, ReachFromThousandthsToHundredThousandsWithoutBands) {
    const ValueBins bins = value_bins({});
    EXPECT_EQ(bins.label(bins.bin_of(number("0.0005"))), "below 0.001");
    EXPECT_EQ(bins.label(bins.bin_of(number("72"))), "50 to 100");
    EXPECT_EQ(bins.label(bins.bin_of(number("1000000"))), "from 500000");
}

}  // namespace
}  // namespace rules
