#include "rules/page/value_plot.hpp"

#include "rules/page/page_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rules {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

fhir::Decimal number(const char* text) {
    return *fhir::Decimal::parse(text);
}

/// One patient for each whole number from `low` up to `high`, `times` over.
ValueDistribution whole_numbers(int low, int high, std::uint64_t times) {
    ValueDistribution values{"Test", "ng/mL", {}, {}};
    for (int value = low; value < high; ++value) values.patients[std::to_string(value)] = times;
    return values;
}

Plot drawn(const ValueDistribution& values) {
    const Block block = value_plot(values);
    const Plot* plot = std::get_if<Plot>(&block);
    EXPECT_NE(plot, nullptr);
    return plot ? *plot : Plot();
}

std::vector<double> heights(const Plot& plot) {
    std::vector<double> all;
    for (const PlotValue& value : plot.series.front().values) all.push_back(value.number.value_or(-1));
    return all;
}

struct CountedCase {
    const char *number, *counted;
};

TEST(CountedValue, IsTheNumberToItsFirstThreeDigits) {
    for (const CountedCase& one :
         {CountedCase{"19.96", "19.9"}, CountedCase{"123.4", "123"}, CountedCase{"1239", "1230"},
          CountedCase{"0.0123456", "0.0123"}, CountedCase{"20.0", "20"}, CountedCase{"100", "100"},
          CountedCase{"0", "0"}, CountedCase{"7", "7"}, CountedCase{"2.500", "2.5"}}) {
        EXPECT_EQ(counted_value(number(one.number)), one.counted) << one.number;
    }
}

// What grows with the value makes spikes where there are none: 110 and 120 beside 98 and 99.
TEST(ValuePlot, HasBarsOfOneWidthOverTheWholeRange) {
    const Plot plot = drawn(whole_numbers(0, 200, 10));
    EXPECT_THAT(plot.labels, Contains("90 to 100"));
    EXPECT_THAT(plot.labels, Contains("100 to 110"));
    for (const double height : heights(plot)) EXPECT_EQ(height, 100);
}

TEST(ValuePlot, DrawsNoGapWhereValuesAreWholeNumbers) {
    const Plot plot = drawn(whole_numbers(135, 146, 400));  // a narrower bar than 1 would stand between empty ones
    EXPECT_THAT(heights(plot), Each(400));
    EXPECT_EQ(plot.labels.front(), "135 to 136");
}

TEST(ValuePlot, TellsNoSmallestAndNoGreatestValue) {
    ValueDistribution values = whole_numbers(40, 60, 50);
    values.patients["3"] = 1;
    values.patients["412"] = 2;
    const Plot plot = drawn(values);
    const std::string text = page_text({"", "en", {plot}, {}});
    EXPECT_THAT(text, HasSubstr("below 40"));
    EXPECT_THAT(text, HasSubstr("from 60"));
    EXPECT_THAT(text, Not(HasSubstr("412")));
    EXPECT_THAT(heights(plot), Contains(-1).Times(2));
    EXPECT_EQ(plot.series.front().values.front().text, "<11");
}

TEST(ValuePlot, TellsAnEmptyBarFromASmallOne) {
    ValueDistribution values = whole_numbers(0, 10, 50);
    values.patients.erase("4");
    values.patients["5"] = 3;
    const Plot plot = drawn(values);
    EXPECT_EQ(plot.series.front().values.at(4).text, "0");
    EXPECT_EQ(plot.series.front().values.at(5).text, "<11");
    EXPECT_THAT(plot.note, HasSubstr("not drawn"));
}

// Cell size suppression of CMS: nothing is told of 1 to 10 persons.
TEST(ValuePlot, IsTextWhereNoBarHasElevenPatients) {
    for (const std::uint64_t patients : {0U, 1U, 10U}) {
        ValueDistribution values{"Test", "ng/mL", {}, {}};
        if (patients > 0) values.patients = {{"20", patients}, {"2000", 1}};
        const Block block = value_plot(values);
        EXPECT_TRUE(std::holds_alternative<Paragraph>(block)) << patients;
    }
}

TEST(ValuePlot, MarksALimitInsideOfItsBar) {
    ValueDistribution values = whole_numbers(0, 100, 5);
    values.marks = {
        {number("20"), "adequate from 20"}, {number("12"), "low from 12"}, {number("150"), "toxic from 150"}};
    const Plot plot = drawn(values);
    ASSERT_EQ(plot.labels.front(), "0 to 5");
    ASSERT_EQ(plot.marks.size(), 2U);
    EXPECT_DOUBLE_EQ(plot.marks[0].at, 2.4);
    EXPECT_DOUBLE_EQ(plot.marks[1].at, 4);
    EXPECT_THAT(plot.note, HasSubstr("toxic from 150"));
    const Table table = table_of(plot);
    EXPECT_EQ(table.rows.at(2).front(), "10 to 15");
    EXPECT_EQ(table.rows.at(3).front(), "— low from 12 —");
    EXPECT_EQ(table.rows.at(5).front(), "— adequate from 20 —");
}

TEST(ValuePlot, HasFewBarsForFewPatientsAndNeverManyBars) {
    EXPECT_LE(drawn(whole_numbers(0, 100, 2)).labels.size(), 12U);
    ValueDistribution far = whole_numbers(0, 100, 1000);
    far.patients["9000"] = 20;
    EXPECT_LE(drawn(far).labels.size(), 42U);
    EXPECT_LE(drawn(whole_numbers(0, 999, 1000)).labels.size(), 42U);
}

TEST(ValuePlot, TakesValuesAsFineAsTheyAre) {
    ValueDistribution values{"Test", "mmol/L", {}, {}};
    for (int value = 200; value < 270; ++value)
        values.patients["2." + std::to_string(value % 100 + 100).substr(1)] = 40;
    const Plot plot = drawn(values);
    EXPECT_EQ(plot.labels.front(), "2 to 2.05");
}

TEST(ValuePlot, LeavesOutNumbersBeyondAllMeasure) {
    ValueDistribution values = whole_numbers(0, 10, 50);
    values.patients["99900000000000000000000000000000"] = 1;
    EXPECT_EQ(drawn(values).labels.front(), "0 to 1");
}

}  // namespace
}  // namespace rules
