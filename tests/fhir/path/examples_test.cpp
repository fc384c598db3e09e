// The specification's own examples, clause by clause. Expected values are the comments that stand beside the examples.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

namespace fhir::path {
namespace {

struct Example {
    const char* name;
    const char* expression;
    const char* result;
};

class SpecificationExample : public testing::TestWithParam<Example> {};

TEST_P(SpecificationExample, GivesWhatTheSpecificationSays) {
    EXPECT_EQ(evaluated(GetParam().expression), GetParam().result) << GetParam().expression;
}

// FHIRPath N1, 5.6 String manipulation.
INSTANTIATE_TEST_SUITE_P(
    Strings, SpecificationExample,
    testing::Values(
        Example{"IndexOf", "'abcdefg'.indexOf('bc')", "[1]"},
        Example{"IndexOfNothing", "'abcdefg'.indexOf('x')", "[-1]"},
        Example{"IndexOfAll", "'abcdefg'.indexOf('abcdefg')", "[0]"},
        Example{"LastIndexOf", "'abc abc'.lastIndexOf('a')", "[4]"},
        Example{"Substring", "'abcdefg'.substring(3)", "[\"defg\"]"},
        Example{"SubstringWithLength", "'abcdefg'.substring(1, 2)", "[\"bc\"]"},
        Example{"SubstringBeyondTheEnd", "'abcdefg'.substring(6, 2)", "[\"g\"]"},
        Example{"SubstringOutside", "'abcdefg'.substring(7, 1)", "[]"},
        Example{"SubstringBefore", "'abcdefg'.substring(-1, 1)", "[]"},
        Example{"SubstringOfNoLength", "'abcdefg'.substring(3, 0)", "[\"\"]"},
        Example{"SubstringOfNegativeLength", "'abcdefg'.substring(3, -1)", "[\"\"]"},
        Example{"StartsWith", "'abcdefg'.startsWith('xyz')", "[false]"},
        Example{"Upper", "'AbCdefg'.upper()", "[\"ABCDEFG\"]"}, Example{"Lower", "'aBcDEFG'.lower()", "[\"abcdefg\"]"},
        Example{"Replace", "'abcdefg'.replace('cde', '123')", "[\"ab123fg\"]"},
        Example{"ReplaceNothing", "'abc'.replace('', 'x')", "[\"xaxbxcx\"]"},
        Example{"MatchesAnchored", "'N8000123123'.matches('^N[0-9]{8}$')", "[false]"},
        Example{"MatchesPart", "'N8000123123'.matches('N[0-9]{8}')", "[true]"},
        Example{"MatchesFull", "'N8000123123'.matchesFull('N[0-9]{10}')", "[true]"},
        Example{"ReplaceMatches",
                "'11/30/1972'.replaceMatches('\\\\b(?<month>\\\\d{1,2})/(?<day>\\\\d{1,2})/(?<year>\\\\d{2,4})\\\\b', "
                "'${day}-${month}-${year}')",
                "[\"30-11-1972\"]"},
        Example{"ToChars", "'abc'.toChars()", "[\"a\",\"b\",\"c\"]"},
        Example{"Split", "'A,,C'.split(',')", "[\"A\",\"\",\"C\"]"},
        Example{"SplitNothing", "'ABC'.split(',')", "[\"ABC\"]"},
        Example{"Join", "('A' | 'B' | 'C').join(',')", "[\"A,B,C\"]"},
        Example{"JoinWithout", "('A' | 'B' | 'C').join()", "[\"ABC\"]"}),
    CaseName());

// FHIRPath, 5.7 Math.
INSTANTIATE_TEST_SUITE_P(
    Math, SpecificationExample,
    testing::Values(Example{"AbsOfAQuantity", "(-5.5 'mg').abs().toString()", "[\"5.5 'mg'\"]"},
                    Example{"Ceiling", "(-1.1).ceiling()", "[-1]"}, Example{"Floor", "(-2.1).floor()", "[-3]"},
                    Example{"Logarithm", "16.log(2) = 4.0", "[true]"}, Example{"Power", "2.power(3)", "[8]"},
                    Example{"PowerOfADecimal", "2.5.power(2)", "[6.25]"},
                    Example{"PowerThatIsNotReal", "(-1).power(0.5)", "[]"},
                    Example{"Round", "3.14159.round(3)", "[3.142]"}, Example{"Root", "81.sqrt() = 9.0", "[true]"},
                    Example{"RootOfANegative", "(-1).sqrt()", "[]"}, Example{"Truncate", "(-1.56).truncate()", "[-1]"},
                    Example{"IntegerDivision", "5.5 div 0.7", "[7]"}, Example{"Remainder", "5.5 mod 0.7", "[0.6]"},
                    Example{"DivisionByZero", "5 div 0", "[]"}, Example{"RemainderByZero", "5 mod 0", "[]"},
                    Example{"Division", "12 / 0", "[]"}),
    CaseName());

// FHIRPath N1, 6.1 Equality and 6.2 Comparison, with its tables of dates.
INSTANTIATE_TEST_SUITE_P(
    Dates, SpecificationExample,
    testing::Values(Example{"SameYear", "@2012 = @2012", "[true]"}, Example{"OtherYear", "@2012 = @2013", "[false]"},
                    Example{"YearAndMonth", "@2012-01 = @2012", "[]"},
                    Example{"SameMinute", "@2012-01-01T10:30 = @2012-01-01T10:30", "[true]"},
                    Example{"OtherMinute", "@2012-01-01T10:30 = @2012-01-01T10:31", "[false]"},
                    Example{"MinuteAndSecond", "@2012-01-01T10:30:31 = @2012-01-01T10:30", "[]"},
                    Example{"FractionOfZero", "@2012-01-01T10:30:31.0 = @2012-01-01T10:30:31", "[true]"},
                    Example{"Fraction", "@2012-01-01T10:30:31.1 = @2012-01-01T10:30:31", "[false]"},
                    Example{"EquivalentOfOtherPrecision", "@2012-01 ~ @2012", "[false]"},
                    Example{"Offsets", "@2017-11-05T01:30:00.0-04:00 > @2017-11-05T01:15:00.0-05:00", "[false]"},
                    Example{"SameInstant", "@2017-11-05T01:30:00.0-04:00 = @2017-11-05T00:30:00.0-05:00", "[true]"},
                    Example{"PartialOrder", "@2018-03 > @2018-03-01", "[]"},
                    Example{"PartialTimes", "@T10 > @T10:30", "[]"},
                    Example{"TimesOfOnePrecision", "@T10:30:00 > @T10:30:00.0", "[false]"},
                    Example{"YearFromMonths", "@2014 + 24 months", "[\"2016\"]"},
                    Example{"YearFromFewMonths", "@2014 + 23 months", "[\"2015\"]"},
                    Example{"YearFromDays", "@2016 + 365 days", "[\"2017\"]"},
                    Example{"DayFromMonths", "@2019-03-01 + 24 months", "[\"2021-03-01\"]"},
                    Example{"NinetyDaysAgo", "today() - 90 days", "[\"2026-08-23\"]"}),
    CaseName());

// FHIRPath N1, 6.1.1.1 and 6.6: quantities.
INSTANTIATE_TEST_SUITE_P(
    Quantities, SpecificationExample,
    testing::Values(Example{"CalendarYear", "1 year = 1 'a'", "[]"},
                    Example{"CalendarSecond", "1 second = 1 's'", "[true]"},
                    Example{"EquivalentYear", "1 year ~ 1 'a'", "[true]"}, Example{"YearOrder", "1 year > 1 'a'", "[]"},
                    Example{"Seconds", "10 seconds > 1 's'", "[true]"}, Example{"Metres", "4 'm' > 4 'cm'", "[true]"},
                    Example{"Area", "12 'cm' * 3 'cm' = 36 'cm2'", "[true]"},
                    Example{"Quotient", "12 'cm2' / 3 'cm' = 4.0 'cm'", "[true]"},
                    Example{"Sum", "(3 'm' + 3 'cm').toString()", "[\"303 'cm'\"]"},
                    Example{"Difference", "(3 'm' - 3 'cm').toString()", "[\"297 'cm'\"]"},
                    Example{"InAnotherUnit", "(2.5 'kg').toQuantity('g').toString()", "[\"2500 'g'\"]"}),
    CaseName());

// FHIRPath, 5.9: boundaries, precision and parts of dates.
INSTANTIATE_TEST_SUITE_P(
    Parts, SpecificationExample,
    testing::Values(Example{"LowOfAYear", "@2014.lowBoundary(6)", "[\"2014-01\"]"},
                    Example{"HighOfAYear", "@2014.highBoundary(6)", "[\"2014-12\"]"},
                    Example{"HighOfAMinute", "@T10:30.highBoundary(9)", "[\"10:30:59.999\"]"},
                    Example{"HighOfAnHour", "@2014-01-01T08.highBoundary(17)", "[\"2014-01-01T08:59:59.999-12:00\"]"},
                    Example{"PrecisionOfADecimal", "1.58700.precision()", "[5]"},
                    Example{"PrecisionOfATime", "@T10:30:00.000.precision()", "[9]"},
                    Example{"Year", "@2014-01-05T10:30:00.000.yearOf()", "[2014]"},
                    Example{"NoMonth", "@2012.monthOf()", "[]"},
                    Example{"Hour", "@2012-01-01T16:30:40.002-07:00.hourOf()", "[16]"},
                    Example{"Millisecond", "@2012-01-01T12:30:00.002-07:00.millisecondOf()", "[2]"},
                    Example{"Offset", "@2012-01-01T12:30:00.000-07:00.timezoneOffsetOf()", "[-7.0]"},
                    Example{"Date", "@2012-01-01T12:30:00.000-07:00.dateOf()", "[\"2012-01-01\"]"},
                    Example{"Time", "@2012-01-01T12:30:00.000-07:00.timeOf()", "[\"12:30:00.000\"]"}),
    CaseName());

// FHIRPath N1, 5.5 conversions, 6.4 collections, 7 aggregates.
INSTANTIATE_TEST_SUITE_P(
    Collections, SpecificationExample,
    testing::Values(Example{"UnionIsASet", "(1 | 1 | 2 | 3).union(2 | 3)", "[1,2,3]"},
                    Example{"UnionWithNothing", "(1 | 1 | 2 | 3).union({ })", "[1,2,3]"},
                    Example{"Exclude", "(1 | 2 | 3).exclude(2)", "[1,3]"}, Example{"EmptyEquality", "{} = {}", "[]"},
                    Example{"EmptyOrder", "true > {}", "[]"},
                    Example{"Concatenation", "'ABC' & {} & 'DEF'", "[\"ABCDEF\"]"},
                    Example{"Addition", "'ABC' + {} + 'DEF'", "[]"},
                    Example{"Sum", "(1|2|3|4|5|6|7|8|9).aggregate($this + $total, 0)", "[45]"},
                    Example{"Yes", "'y'.toBoolean()", "[true]"},
                    Example{"NotABoolean", "'x'.convertsToBoolean()", "[false]"},
                    Example{"QuantityText", "'4 days'.toQuantity() = 4 days", "[true]"},
                    Example{"LongBeyondInteger", "'9223372036854775807'.toLong()", "[9223372036854775807]"},
                    Example{"Overflow", "2147483647 + 1", "[]"}),
    CaseName());

TEST(DefineVariable, IsSeenByWhatFollowsAndNowhereElse) {
    EXPECT_EQ(evaluated("(1 | 2).select(defineVariable('n', $this * 10).select(%n + 1))"), "[11,21]");
    EXPECT_EQ(evaluated("defineVariable('n', 1).select(%n) | %n").substr(0, 26), "refused: there is no varia");
}

TEST(Output, NeverTakesAStringForADecimal) {
    EXPECT_EQ(evaluated("'\\u0001' + '12'"), "[\"12\"]");
}

TEST(TypedOutput, NamesTypesAndWritesQuantitiesAsLiterals) {
    EXPECT_EQ(evaluated("1.10 | 4.0 'g' | 3 days | @T10:30 | 5L", "", true),
              "[{\"type\":\"Decimal\",\"value\":\"1.10\"},{\"type\":\"Quantity\",\"value\":\"4.0 'g'\"},"
              "{\"type\":\"Quantity\",\"value\":\"3 days\"},{\"type\":\"Time\",\"value\":\"10:30\"},"
              "{\"type\":\"Long\",\"value\":\"5\"}]");
}

}  // namespace
}  // namespace fhir::path
