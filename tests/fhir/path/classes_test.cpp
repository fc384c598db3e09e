// Kinds of expressions on which the engine once gave what the specification does not say, beyond the examples that the
// specification prints itself.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

namespace fhir::path {
namespace {

struct Case {
    const char* name;
    const char* expression;
    const char* result;
};

class ExpressionOfAKind : public testing::TestWithParam<Case> {};
TEST_P(ExpressionOfAKind, GivesWhatTheTextSays) {
    EXPECT_EQ(evaluated(GetParam().expression), GetParam().result) << GetParam().expression;
}

// FHIRPath 3.0, Time-valued unit conversions: 12 months or 365 days a year, 30 days a month, among calendar units;
// across the two systems years and months are not comparable.
INSTANTIATE_TEST_SUITE_P(
    CalendarUnits, ExpressionOfAKind,
    testing::Values(
        Case{"YearIsDays", "1 year = 365 days", "[true]"}, Case{"MonthIsDays", "1 month = 30 days", "[true]"},
        Case{"YearIsNotTwelveTimesThirtyDays", "1 year = 360 days", "[false]"},
        Case{"MonthsAndDays", "12 months = 360 days", "[true]"}, Case{"WeeksInAMonth", "4 weeks < 1 month", "[true]"},
        Case{"HoursInAYear", "8760 hours = 1 year", "[true]"}, Case{"YearAndUcumDays", "1 year = 365 'd'", "[]"},
        Case{"UcumYearAndDays", "1 'a' > 365 days", "[]"}, Case{"DaysAndUcumHours", "1 day > 23 'h'", "[true]"},
        Case{"UcumAmongThemselves", "1 'a' = 12 'mo'", "[true]"},
        Case{"KeywordInQuotes", "1 'year' = 12 months", "[true]"},
        Case{"MonthsOfAUcumYear", "(1 'a').toQuantity('months').toString()", "[\"12 months\"]"},
        Case{"DaysOfAUcumMonth", "(1 'mo').toQuantity('days').toString()", "[\"30.4375 days\"]"},
        Case{"UcumDaysOfAYear", "(1 year).toQuantity('d').toString()", "[\"365 'd'\"]"},
        Case{"MicrosecondsOfADay", "(1 day).toQuantity('us') = 86400000000 'us'", "[true]"},
        Case{"NoLength", "(1 day).toQuantity('cm')", "[]"}, Case{"SumOfMonthsAndDays", "1 month + 30 days", "[]"},
        Case{"SumOfYears", "(1 year + 1 year).toString()", "[\"2 years\"]"},
        Case{"ProductOfDurations", "2 days * 3 days", "[]"},
        Case{"ProductWithANumber", "(2 days * 3).toString()", "[\"6 days\"]"},
        Case{"QuotientOfDurations", "4 days / 2 days", "[]"}),
    CaseName());

// UCUM conversions that are exact stay exact, and units that measure the same leave none behind.
INSTANTIATE_TEST_SUITE_P(
    Units, ExpressionOfAKind,
    testing::Values(Case{"HourThroughSeconds", "1 'h' / 60 's' = 60 '1'", "[true]"},
                    Case{"MinutesThroughHours", "30 'min' / 1 'h' = 0.5 '1'", "[true]"},
                    Case{"SameUnit", "(6 'mg' / 2 'mg').toString()", "[\"3 '1'\"]"},
                    Case{"Speed", "(120 'm' / 60 's' * 2 's').toString()", "[\"4 'm'\"]"},
                    Case{"BodyMassIndex", "(80 'kg' / (2 'm' * 2 'm')).toString()", "[\"20 'kg/m2'\"]"},
                    Case{"CountsPerVolume", "(10 '10*3/uL' * 2 'uL').toString()", "[\"20 '10*3/uL.uL'\"]"},
                    Case{"DegreesHaveNoSum", "20 'Cel' + 1 'Cel'", "[]"},
                    Case{"DegreesHaveNoMultiple", "20 'Cel' * 2", "[]"},
                    Case{"EquivalenceOfOtherDimensions", "1 'cm' ~ 1 's'", "[]"},
                    Case{"CoarserUnitDecides", "2.1 'cm' ~ 2 'mm'", "[false]"}),
    CaseName());

// FHIRPath N1, 6.7: what cannot be added is an error.
INSTANTIATE_TEST_SUITE_P(
    Times, ExpressionOfAKind,
    testing::Values(
        Case{"TimePlusDay", "@T10:00 + (1 day | {}).first()", "failed: the operator is not defined for these values"},
        Case{"TimePlusYear", "@T10:00 + (1 year | {}).first()", "failed: the operator is not defined for these values"},
        Case{"DatePlusHours", "@2026-01-01 + (24 hours | {}).first()",
             "failed: the operator is not defined for these values"},
        Case{"PartialDateTimePlusHours", "@2026-01-01T + 24 hours", "[\"2026-01-02\"]"},
        Case{"YearBeyondTheLast", "(@9999 | {}).first() + 1 year",
             "failed: the operator is not defined for these values"},
        Case{"UcumYear", "@2026-01-01 + (1 'a' | {}).first()", "failed: the operator is not defined for these values"},
        Case{"QuotedKeyword", "@2026-01-01 + 1 'month'", "[\"2026-02-01\"]"}),
    CaseName());

// FHIRPath 3.0, Date and Time Interval Functions.
INSTANTIATE_TEST_SUITE_P(
    Intervals, ExpressionOfAKind,
    testing::Values(Case{"Backwards", "@2026-03-01.duration(@2025-03-02, 'month')", "[-11]"},
                    Case{"LeapDay", "@2008-02-29.duration(@2026-02-28, 'year')", "[17]"},
                    Case{"DayAfterTheLeapDay", "@2008-02-29.duration(@2026-03-01, 'year')", "[18]"},
                    Case{"DaysWithAClock", "@2026-01-01T10:00.duration(@2026-01-03T09:00, 'day')", "[1]"},
                    Case{"HoursAcrossOffsets", "@2026-01-01T10:00:00+01:00.duration(@2026-01-01T10:00:00Z, 'hour')",
                         "[1]"},
                    Case{"OneOffsetMissing", "@2026-01-01T10:00:00.duration(@2026-01-01T10:00:00Z, 'hour')", "[]"},
                    Case{"HourBoundary", "@T10:59.difference(@T11:01, 'hour')", "[1]"},
                    Case{"HourDuration", "@T10:59.duration(@T11:01, 'hour')", "[0]"},
                    Case{"WeekBoundariesBackwards", "@2025-01-07.difference(@2025-01-02, 'week')", "[-1]"},
                    Case{"NotPreciseEnough", "@2025-01.duration(@2026-01-07, 'day')", "[]"},
                    Case{"MonthsOfPartialDates", "@2025-01.duration(@2026-03, 'month')", "[14]"},
                    Case{"HoursOfDates", "@2025-01-01.duration(@2025-01-02, 'hour').empty()",
                         "refused: the precision is 'year', 'month', 'week' or 'day' for dates, 'hour', 'minute', "
                         "'second' or 'millisecond' for times, any of these for date-times"},
                    Case{"DateAndTime", "@2025-01-01.duration((@T10:00 | {}).first(), 'day').empty()",
                         "failed: a value of the input's type is needed here"}),
    CaseName());

// FHIRPath 3.0, Date/DateTime String Format Codes.
INSTANTIATE_TEST_SUITE_P(
    Formats, ExpressionOfAKind,
    testing::Values(Case{"OneDigit", "'3/9/2026'.toDate('M/d/yyyy')", "[\"2026-03-09\"]"},
                    Case{"LastCentury", "'14.03.61'.toDate('dd.MM.yy')", "[\"1961-03-14\"]"},
                    Case{"Clock", "'20260314 0930'.toDateTime('yyyyMMdd HHmm')", "[\"2026-03-14T09:30\"]"},
                    Case{"Afternoon", "'03/14/2026 12:05 AM'.toDateTime('MM/dd/yyyy hh:mm a')",
                         "[\"2026-03-14T00:05\"]"},
                    Case{"Offset", "'2026-03-14 09:30:00.5 +0200'.toDateTime('yyyy-MM-dd HH:mm:ss.S Z')",
                         "[\"2026-03-14T09:30:00.5+02:00\"]"},
                    Case{"NoSuchDay", "'30-02-2026'.toDate('dd-MM-yyyy')", "[]"},
                    Case{"OtherForm", "'2026-03-14'.convertsToDate('dd-MM-yyyy')", "[false]"},
                    Case{"DayWithoutMonth", "'14 2026'.toDate('dd yyyy')", "[]"},
                    Case{"NotAString", "@2026-03-14.toDate('yy')", "[\"2026-03-14\"]"},
                    Case{"NameOfAMonth", "'14 March 2026'.toDate('d MMMM yyyy' & '')",
                         "failed: this date format has codes that are not known here: names of months (MMM, MMMM) or "
                         "of time zones (z)"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Strings, ExpressionOfAKind,
    testing::Values(Case{"WhiteSpaceAtTheEnds", "' a' ~ 'a'", "[false]"},
                    Case{"NoBreakSpace", "'a\\u00A0b' ~ 'A b'", "[true]"},
                    Case{"ShortUnicodeEscape", "'\\u005x'", "[\"u005x\"]"},
                    Case{"HalfACharacter", "'\\uD83D'",
                         "refused: half of a character: \\uD800 to \\uDFFF stand in pairs"},
                    Case{"QuoteAndMore", "'a\\'b'", "[\"a'b\"]"},
                    Case{"UnknownFlag", "'a'.matches('a', 'x')",
                         "refused: the flags are of 'i' (case does not count) and 'm' (^ and $ at every line)"},
                    Case{"ComputedFlags", "'A'.matches('a', 'i' & '')", "[true]"},
                    Case{"FlagsOfAReplacement", "'aAb'.replaceMatches('a', 'x', 'i')", "[\"xxb\"]"},
                    Case{"Ascii", "'a\\u00E9\\uD83D\\uDD25'.encode('ascii')", "[\"a??\"]"},
                    Case{"BytesThatAreNoText", "'ff'.decode('hex')", "[]"},
                    Case{"FormFeedIsNoBlank", "'\\fa '.trim().length()", "[2]"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Values, ExpressionOfAKind,
    testing::Values(Case{"RoundedQuantity", "(2.55 'mg').round(1).toString()", "[\"2.6 'mg'\"]"},
                    Case{"CeilingOfAQuantity", "(2.1 'mg').ceiling().toString()", "[\"3 'mg'\"]"},
                    Case{"TruncatedDuration", "(2.9 days).truncate().toString()", "[\"2 days\"]"},
                    Case{"LogarithmOfZero", "0.log(2)", "failed: only numbers above 0 have a logarithm"},
                    Case{"YearOfAString", "'2014'.yearOf()", "[]"}, Case{"HourOfADate", "@2014-01-01.hourOf()", "[]"},
                    Case{"IndexAtTheBeginning", "$index", "[0]"},
                    Case{"ComparableOfAString", "1.comparable('x')", "[]"},
                    Case{"SortPutsNothingFirst", "(1 | 2).select(iif($this = 2, 'b', 'a')).sort($this desc).first()",
                         "[\"b\"]"},
                    Case{"SortBySign", "(1 | 3 | 2).sort(-$this)", "[3,2,1]"},
                    Case{"SortBySignAscending", "(1 | 3 | 2).sort(-$this asc)", "[3,2,1]"},
                    Case{"SortBySignDescending", "(1 | 3 | 2).sort(-$this desc)", "[1,2,3]"}),
    CaseName());

constexpr const char* observation = R"({"resourceType":"Observation","id":"o","valueQuantity":
    {"value":2,"unit":"box","system":"urn:packages","code":"a"},"component":[
    {"valueQuantity":{"value":2,"system":"http://unitsofmeasure.org","code":"a"}},
    {"valueQuantity":{"value":14,"system":"http://unitsofmeasure.org","code":"d"}},
    {"valueQuantity":{"value":3,"unit":"mg"}},
    {"valueQuantity":{"value":1,"system":"http://hl7.org/fhirpath/CodeSystem/calendar-units","code":"month"}},
    {"valueCodeableConcept":{"coding":[{"system":"urn:x","code":"1","display":"One"},{"system":"urn:x","code":"2"}]}},
    {"valueCodeableConcept":{"coding":[{"system":"urn:x","code":"2","display":"Two"}],"text":"two"}},
    {"id":"p","code":{"text":"Code  X"},"interpretation":[{"text":"a"},{"text":"b"}]},
    {"id":"q","code":{"text":"code  x"},"interpretation":[{"text":"B"},{"text":"A"}]}]})";

class AnObservation : public testing::TestWithParam<Case> {};
TEST_P(AnObservation, GivesWhatR4Says) {
    EXPECT_EQ(evaluated(GetParam().expression, observation), GetParam().result) << GetParam().expression;
}

// FHIR R4, FHIRPath, Use of FHIR Quantity: only UCUM codes are FHIRPath's; those of time are the calendar's.
INSTANTIATE_TEST_SUITE_P(Quantities, AnObservation,
                         testing::Values(Case{"YearsAreTheCalendars", "component[0].value = 24 months", "[true]"},
                                         Case{"NotUcums", "component[0].value = 2 'a'", "[]"},
                                         Case{"DaysAreBoth",
                                              "component[1].value = 2 weeks and component[1].value = 14 'd'", "[true]"},
                                         Case{"CodeOfAnotherSystem", "value = 2 'a'", "[]"},
                                         Case{"CodeOfAnotherSystemHasNoOrder", "value > 1 'a'", "[]"},
                                         Case{"CodeOfAnotherSystemEqualsItself", "value = value", "[true]"},
                                         Case{"TextAlone", "component[2].value > 1 'mg'", "[]"},
                                         Case{"CalendarsOwnCode", "component[3].value = 30 days", "[true]"},
                                         Case{"InADate", "@2026-01-31 + component[3].value", "[\"2026-02-28\"]"},
                                         Case{"Words", "component[1].value.toString()", "[\"14 days\"]"}),
                         CaseName());

// FHIR R4, FHIRPath, Changes to operators and Additional functions.
INSTANTIATE_TEST_SUITE_P(
    Elements, AnObservation,
    testing::Values(Case{"ConceptsWithOneCodingInCommon", "component[4].value ~ component[5].value", "[true]"},
                    Case{"CodingsByCodeAndSystem", "component[4].value.coding[1] ~ component[5].value.coding",
                         "[true]"},
                    Case{"OtherCode", "component[4].value.coding[0] ~ component[5].value.coding", "[false]"},
                    Case{"IdsDoNotCountAndListsHaveNoOrder", "component[6] ~ component[7]", "[true]"},
                    Case{"EqualityCountsBoth", "component[6] = component[7]", "[false]"},
                    Case{"ValueOfSeveral", "component.code.text.getValue()", "[]"},
                    Case{"IdIsASystemString", "id is System.String and id is FHIR.id", "[true]"},
                    Case{"IdOfAPartIsOne", "component[6].id is System.String", "[true]"},
                    Case{"TextIsNone", "component[6].code.text is System.String", "[false]"},
                    Case{"IdByEitherType", "id.ofType(System.String) | id.ofType(id) | component[6].id.ofType(string)",
                         "[\"o\",\"p\"]"}),
    CaseName());

// FHIRPath N1, 4.5: where a Boolean is needed, a single item that is none counts as true.
TEST(Condition, OfATypeThatIsNotKnownIsTrueForAnItemThatIsNoBoolean) {
    EXPECT_EQ(evaluated("children().where($this).count()", R"({"resourceType":"Patient","active":false,"id":"1"})"),
              "[1]");
}

}  // namespace
}  // namespace fhir::path
