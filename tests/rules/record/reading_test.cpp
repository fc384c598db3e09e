// Readings of laboratory results: the ways in which others have been wrong (rules/packs/back-pain-labs/REFERENCE.md
// 0.1, A.2, B.2 to B.5, D.3, D.6). Expected bands come from the printed numbers of REFERENCE.md C.1 and C.2.
#include "rules/record/reading.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

namespace {

struct ReadingCase {
    const char* name;
    const char* analyte;
    std::vector<std::string> observations;
    const char* told;
    std::map<std::string, std::string> parameters = {};
};

class Readings : public testing::TestWithParam<ReadingCase> {};

TEST_P(Readings, AreToldAs) {
    TestRun test(shipped_program(GetParam().parameters), list(GetParam().observations));
    EXPECT_EQ(told(test, GetParam().analyte), GetParam().told);
}

const char* const total = "62292-8";
const char* const total_moles = "68438-1";
const char* const d3 = "1989-3";
const char* const d2 = "49054-0";
const char* const cobalamin = "2132-9";

std::string vitamin_d(std::string_view number, std::string_view unit = "ng/mL") {
    return observation("o1", unit == "nmol/L" ? total_moles : total, quantity(number, unit));
}

std::string dated(std::string_view status, std::string_view date) {
    return R"("status": ")" + std::string(status) + R"(", "effectiveDateTime": ")" + std::string(date) + "\"";
}

/// An Observation with two LOINC codes.
std::string coded_twice(const char* first, const char* second, std::string_view value,
                        std::string_view more = R"("status": "final", "effectiveDateTime": "2026-02-20")") {
    const std::string two = std::string(first) + R"("}, {"system": "http://loinc.org", "code": ")" + second;
    return observation("o1", two, value, more);
}

// One number cannot be the result of two tests: 4.1 g/dL is a usual albumin and would be a grave anaemia. It is the
// result of neither, and keeps neither from being asked for as if nothing were there.
INSTANTIATE_TEST_SUITE_P(
    CodesOfTwoTests, Readings,
    testing::Values(ReadingCase{"AlbuminIsNotRead",
                                "albumin",
                                {coded_twice("1751-7", "718-7", quantity("4.1", "g/dL"))},
                                "unreadable: its test codes name different tests"},
                    ReadingCase{"NorIsHaemoglobin",
                                "haemoglobin",
                                {coded_twice("1751-7", "718-7", quantity("4.1", "g/dL"))},
                                "unreadable: its test codes name different tests"},
                    ReadingCase{"WhateverTheOrder",
                                "haemoglobin",
                                {coded_twice("718-7", "1751-7", quantity("4.1", "g/dL"))},
                                "unreadable: its test codes name different tests"},
                    ReadingCase{"VitaminDAndB12",
                                "vitaminD",
                                {coded_twice(total, cobalamin, quantity("9", "ng/mL"))},
                                "unreadable: its test codes name different tests"},
                    ReadingCase{"InAComponentToo",
                                "albumin",
                                {R"({"resourceType": "Observation", "id": "o1", "status": "final",
                         "effectiveDateTime": "2026-02-20", "code": {"text": "panel"}, "component": [)" +
                                 coded_twice("1751-7", "718-7", quantity("4.1", "g/dL"), R"("note": [])") + "]}"},
                                "unreadable: its test codes name different tests"}),
    CaseName());

// REFERENCE.md 0.1(2), B.1, C.1: exact bounds in the unit that was reported.
INSTANTIATE_TEST_SUITE_P(
    AtBounds, Readings,
    testing::Values(
        ReadingCase{"TwentyNanogramsIsAdequate", "vitaminD", {vitamin_d("20")}, "total adequate: 20 ng/mL"},
        ReadingCase{"JustBelowTwentyIsLow", "vitaminD", {vitamin_d("19.9")}, "total low: 19.9 ng/mL"},
        ReadingCase{"FiftyNanomolesIsAdequate", "vitaminD", {vitamin_d("50", "nmol/L")}, "total adequate: 50 nmol/L"},
        ReadingCase{
            "JustBelowFiftyNanomolesIsLow", "vitaminD", {vitamin_d("49.9", "nmol/L")}, "total low: 49.9 nmol/L"},
        ReadingCase{"ThirtyNanomolesIsNotDeficient", "vitaminD", {vitamin_d("30", "nmol/L")}, "total low: 30 nmol/L"},
        ReadingCase{"JustBelowThirtyNanomolesIsDeficient",
                    "vitaminD",
                    {vitamin_d("29.9", "nmol/L")},
                    "total deficient: 29.9 nmol/L"},
        ReadingCase{"TwelveNanogramsIsLow", "vitaminD", {vitamin_d("12")}, "total low: 12 ng/mL"},
        ReadingCase{"FiftyNanogramsIsNotAboveTarget", "vitaminD", {vitamin_d("50")}, "total adequate: 50 ng/mL"},
        ReadingCase{"AHundredIsNotHigh", "vitaminD", {vitamin_d("100")}, "total above-target: 100 ng/mL"},
        ReadingCase{"MoreThanAHundredIsHigh", "vitaminD", {vitamin_d("100.1")}, "total high: 100.1 ng/mL"},
        ReadingCase{"AHundredAndFiftyIsNotToxic", "vitaminD", {vitamin_d("150")}, "total high: 150 ng/mL"},
        ReadingCase{"MoreIsToxic", "vitaminD", {vitamin_d("150.5")}, "total toxic: 150.5 ng/mL"},
        ReadingCase{"RosCallsFiftyLow",
                    "vitaminD",
                    {vitamin_d("50", "nmol/L")},
                    "total low: 50 nmol/L",
                    {{"vitaminD.ruleset", "ros-2020"}}},
        ReadingCase{
            "Es2024HasNoBands", "vitaminD", {vitamin_d("9")}, "total -: 9 ng/mL", {{"vitaminD.ruleset", "es-2024"}}},
        ReadingCase{"Es2024StillHasToxic",
                    "vitaminD",
                    {vitamin_d("160")},
                    "total toxic: 160 ng/mL",
                    {{"vitaminD.ruleset", "es-2024"}}},
        ReadingCase{"B12AtOneHundredAndEighty",
                    "b12",
                    {observation("o1", cobalamin, quantity("180", "pg/mL"))},
                    "total indeterminate: 180 pg/mL"},
        ReadingCase{
            "B12BelowIt", "b12", {observation("o1", cobalamin, quantity("179", "ng/L"))}, "total low: 179 ng/L"},
        ReadingCase{"B12AtTheUpperBound",
                    "b12",
                    {observation("o1", "14685-2", quantity("258", "pmol/L"))},
                    "total indeterminate: 258 pmol/L"}),
    CaseName());

// REFERENCE.md B.2, 0.1(8): units. B.3: comparators. B.4: plausibility. D.6: texts.
INSTANTIATE_TEST_SUITE_P(
    AsWritten, Readings,
    testing::Values(
        ReadingCase{"PicomolesUnderAMassCode",
                    "b12",
                    {observation("o1", cobalamin, quantity("150", "pmol/L"))},
                    "unreadable: its unit does not fit its test code (mass or moles)"},
        ReadingCase{"NanomolesUnderAMassCode",
                    "vitaminD",
                    {observation("o1", total, quantity("48", "nmol/L"))},
                    "unreadable: its unit does not fit its test code (mass or moles)"},
        ReadingCase{"NanogramsPerDecilitre",
                    "vitaminD",
                    {vitamin_d("25", "ng/dL")},
                    "unreadable: its unit is not one of this test"},
        ReadingCase{
            "MicrogramsWithMicroSign", "vitaminD", {vitamin_d("19.9", "\xC2\xB5g/L")}, "total low: 19.9 \xC2\xB5g/L"},
        ReadingCase{
            "MicrogramsWithGreekMu", "vitaminD", {vitamin_d("19.9", "\xCE\xBCg/L")}, "total low: 19.9 \xCE\xBCg/L"},
        ReadingCase{"MicrogramsWithU", "vitaminD", {vitamin_d("19.9", "ug/L")}, "total low: 19.9 ug/L"},
        ReadingCase{"AnnotatedUnit", "vitaminD", {vitamin_d("19.9", "ng/mL{total}")}, "total low: 19.9 ng/mL"},
        ReadingCase{
            "UnitCodeAndUnitDiffer",
            "vitaminD",
            {observation(
                "o1", total,
                R"("valueQuantity": {"value": 25, "unit": "ng/dL", "system": "http://unitsofmeasure.org", "code": "ng/mL"})")},
            "unreadable: its unit and the code of its unit differ"},
        ReadingCase{
            "UnitForPeopleInOtherWords",
            "vitaminD",
            {observation(
                "o1", total,
                R"("valueQuantity": {"value": 19.9, "unit": "nanograms per milliliter", "system": "http://unitsofmeasure.org", "code": "ng/mL"})")},
            "total low: 19.9 ng/mL"},
        ReadingCase{
            "UnitForPeopleWithWordsBehindIt",
            "vitaminD",
            {observation(
                "o1", total,
                R"x("valueQuantity": {"value": 19.9, "unit": "ng/mL (total)", "system": "http://unitsofmeasure.org", "code": "ng/mL"})x")},
            "total low: 19.9 ng/mL"},
        ReadingCase{
            "UnitForPeopleThatHoldsAnotherUnit",
            "vitaminD",
            {observation(
                "o1", total,
                R"x("valueQuantity": {"value": 19.9, "unit": "total (NG/DL)", "system": "http://unitsofmeasure.org", "code": "ng/mL"})x")},
            "unreadable: its unit and the code of its unit differ"},
        ReadingCase{
            "UnitForPeopleThatIsAPercentage",
            "vitaminD",
            {observation(
                "o1", total,
                R"("valueQuantity": {"value": 19.9, "unit": "%", "system": "http://unitsofmeasure.org", "code": "ng/mL"})")},
            "unreadable: its unit and the code of its unit differ"},
        ReadingCase{
            "UcumByItsOid",
            "vitaminD",
            {observation(
                "o1", total,
                R"("valueQuantity": {"value": 19.9, "unit": "x", "system": "urn:oid:2.16.840.1.113883.6.8", "code": "ug/l"})")},
            "total low: 19.9 ug/L"},
        ReadingCase{"UcumWithSmallLitre", "vitaminD", {vitamin_d("180", "ug/l")}, "total toxic: 180 ug/L"},
        ReadingCase{"UcumWithExponents", "vitaminD", {vitamin_d("19.9", "ug.L-1")}, "total low: 19.9 ng/mL"},
        ReadingCase{
            "UcumWithExponentsOfMillilitre", "vitaminD", {vitamin_d("19.9", "ng.mL-1")}, "total low: 19.9 ng/mL"},
        ReadingCase{"UcumWithAPowerOfTen", "vitaminD", {vitamin_d("19.9", "10*-3.mg/L")}, "total low: 19.9 ng/mL"},
        ReadingCase{"UcumOfAnotherSize",
                    "vitaminD",
                    {vitamin_d("19.9", "mg/L")},
                    "unreadable: its unit is not one of this test"},
        ReadingCase{"UcumSpelledLikeAnotherSize",
                    "b12",
                    {observation("o1", cobalamin, quantity("179", "ng.L-1"))},
                    "total low: 179 pg/mL"},
        ReadingCase{"UcumInCapitalsIsNotUcum",
                    "vitaminD",
                    {vitamin_d("19.9", "UG.L-1")},
                    "unreadable: its unit is not one of this test"},
        ReadingCase{
            "NoBreakSpaces",
            "vitaminD",
            {observation("o1", total, "\"valueQuantity\": {\"value\": 19.9, \"unit\": \"\xC2\xA0ng/mL\xE2\x80\xAF\"}")},
            "total low: 19.9 ng/mL"},
        ReadingCase{"UnitInWordsOnly",
                    "vitaminD",
                    {observation("o1", total, R"("valueQuantity": {"value": 19.9, "unit": " ng/mL "})")},
                    "total low: 19.9 ng/mL"},
        ReadingCase{"NoUnit",
                    "vitaminD",
                    {observation("o1", total, R"("valueQuantity": {"value": 19.9})")},
                    "unreadable: it has no unit"},
        ReadingCase{
            "CodeWithoutItsSystem",
            "vitaminD",
            {R"({"resourceType": "Observation", "id": "o1", "status": "final", "code": {"coding": [{"code": "62292-8"}]}, "effectiveDateTime": "2026-02-20", "valueQuantity": {"value": 9, "unit": "ng/mL"}})"},
            "nothing"},
        ReadingCase{"LessThanFour",
                    "vitaminD",
                    {observation("o1", total, quantity("<", "4", "ng/mL"))},
                    "total deficient: <4 ng/mL"},
        ReadingCase{"TextLessThanFour",
                    "vitaminD",
                    {observation("o1", total, R"("valueString": "<4 ng/mL")")},
                    "total deficient: <4 ng/mL"},
        ReadingCase{"LessThanThirty",
                    "vitaminD",
                    {observation("o1", total, quantity("<", "30", "ng/mL"))},
                    "unreadable: it cannot be told on which side of a limit it lies"},
        ReadingCase{"MoreThanOneHundredAndFifty",
                    "vitaminD",
                    {observation("o1", total, quantity(">", "150", "ng/mL"))},
                    "total toxic: >150 ng/mL"},
        ReadingCase{"MoreThanAHundred",
                    "vitaminD",
                    {observation("o1", total, quantity(">", "100", "ng/mL"))},
                    "total high: >100 ng/mL"},
        ReadingCase{"MoreThanThirty",
                    "vitaminD",
                    {observation("o1", total, quantity(">", "30", "ng/mL"))},
                    "total adequate: >30 ng/mL"},
        ReadingCase{"MoreThanTen",
                    "vitaminD",
                    {observation("o1", total, quantity(">", "10", "ng/mL"))},
                    "unreadable: it cannot be told on which side of a limit it lies"},
        ReadingCase{"AroundTwenty",
                    "vitaminD",
                    {observation("o1", total, quantity("ad", "20", "ng/mL"))},
                    "unreadable: its comparator is not understood"},
        ReadingCase{"B12LessThanFourHundred",
                    "b12",
                    {observation("o1", cobalamin, quantity("<", "400", "pg/mL"))},
                    "unreadable: it cannot be told on which side of a limit it lies"},
        ReadingCase{"B12MoreThanTwoThousand",
                    "b12",
                    {observation("o1", cobalamin, quantity(">", "2000", "pg/mL"))},
                    "total unlikely: >2000 pg/mL"},
        ReadingCase{"TextWithoutUnit",
                    "vitaminD",
                    {observation("o1", total, R"("valueString": "19.9")")},
                    "unreadable: it has no unit"},
        ReadingCase{"TextWithDecimalComma",
                    "vitaminD",
                    {observation("o1", total, R"("valueString": "19,9 ng/mL")")},
                    "unreadable: its value is not a number with a unit"},
        ReadingCase{"TextWithASpaceBetweenGroups",
                    "b12",
                    {observation("o1", cobalamin, R"("valueString": "1 250 pg/mL")")},
                    "unreadable: its value is not a number with a unit"},
        ReadingCase{"TextWithANarrowSpaceBetweenGroups",
                    "b12",
                    {observation("o1", cobalamin, R"("valueString": "1\u202f250 pg/mL")")},
                    "unreadable: its value is not a number with a unit"},
        ReadingCase{"TextWithAnApostropheBetweenGroups",
                    "b12",
                    {observation("o1", cobalamin, R"("valueString": "1\u2019250 pg/mL")")},
                    "unreadable: its value is not a number with a unit"},
        ReadingCase{"TextOfTwoNumbers",
                    "b12",
                    {observation("o1", cobalamin, R"("valueString": "250 300 pg/mL")")},
                    "unreadable: its value is not a number with a unit"},
        ReadingCase{"TextThatIsNoNumber",
                    "vitaminD",
                    {observation("o1", total, R"("valueString": "see note")")},
                    "unreadable: its value is not a number with a unit"},
        ReadingCase{"ImplausiblyLow", "vitaminD", {vitamin_d("0.5")}, "unreadable: it is implausibly low"},
        ReadingCase{"Negative", "vitaminD", {vitamin_d("-3")}, "unreadable: no such value is possible"},
        ReadingCase{"AboveFourHundredIsStillToxic", "vitaminD", {vitamin_d("420")}, "total toxic: 420 ng/mL"},
        ReadingCase{"MmaOfOtherMagnitude",
                    "mma",
                    {observation("o1", "13964-2", quantity("240", "umol/L"))},
                    "unreadable: it is implausibly high"}),
    CaseName());

// REFERENCE.md D.3: status, dates, versions. D.6: no value is no result.
INSTANTIATE_TEST_SUITE_P(
    OfStatusAndDate, Readings,
    testing::Values(
        ReadingCase{"EnteredInErrorIsIgnored",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("entered-in-error", "2026-02-25")),
                     observation("o2", total, quantity("28", "ng/mL"))},
                    "total adequate: 28 ng/mL"},
        ReadingCase{"CancelledIsIgnored",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("cancelled", "2026-02-25"))},
                    "nothing"},
        ReadingCase{"UnknownStatus",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("unknown", "2026-02-25"))},
                    "unreadable: its status is not known"},
        ReadingCase{"StatusOfR5",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("appended", "2026-02-25"))},
                    "unreadable: its status is not known"},
        ReadingCase{"PendingForNinetyDays",
                    "vitaminD",
                    {observation("o1", total, "", dated("registered", "2025-12-02"))},
                    "pending"},
        ReadingCase{"WillNotComeAfterThem",
                    "vitaminD",
                    {observation("o1", total, "", dated("registered", "2025-12-01"))},
                    "nothing"},
        ReadingCase{"PreliminaryIsPending",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("preliminary", "2026-03-01"))},
                    "pending"},
        ReadingCase{"RegisteredWithoutValueIsPending",
                    "vitaminD",
                    {observation("o1", total, "", dated("registered", "2026-03-01"))},
                    "pending"},
        ReadingCase{"OlderResultBesideAPendingOne",
                    "vitaminD",
                    {observation("o1", total, "", dated("registered", "2026-03-01")),
                     observation("o2", total, quantity("9", "ng/mL"))},
                    "total deficient: 9 ng/mL; pending"},
        ReadingCase{"FinalReplacesItsPreliminary",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("preliminary", "2026-02-20T08:00:00Z")),
                     observation("o2", total, quantity("21", "ng/mL"), dated("final", "2026-02-20T08:00:00Z"))},
                    "total adequate: 21 ng/mL"},
        ReadingCase{"AmendedReplacesItsOriginal",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("final", "2026-02-20T08:00:00Z")),
                     observation("o2", total, quantity("29", "ng/mL"), dated("amended", "2026-02-20T08:00:00Z"))},
                    "total adequate: 29 ng/mL"},
        ReadingCase{
            "EffectivePeriodCounts",
            "vitaminD",
            {observation("o1", total, quantity("9", "ng/mL"),
                         R"("status": "final", "effectivePeriod": {"start": "2026-02-19", "end": "2026-02-20"})")},
            "total deficient: 9 ng/mL"},
        ReadingCase{"NewestByEffectiveTime",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("final", "2026-01-10")),
                     observation("o2", total, quantity("31", "ng/mL"), dated("final", "2026-02-10"))},
                    "total adequate: 31 ng/mL"},
        ReadingCase{
            "ATieGoesToTheLaterIssued",
            "vitaminD",
            {observation(
                 "o1", total, quantity("31", "ng/mL"),
                 R"("status": "final", "effectiveDateTime": "2026-02-10T08:00:00Z", "issued": "2026-02-10T10:00:00Z", "specimen": {"reference": "Specimen/1"})"),
             observation(
                 "o2", total, quantity("9", "ng/mL"),
                 R"("status": "final", "effectiveDateTime": "2026-02-10T08:00:00Z", "issued": "2026-02-10T12:00:00Z", "specimen": {"reference": "Specimen/2"})")},
            "total deficient: 9 ng/mL"},
        ReadingCase{"AYearIsTheLastDay",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("final", "2025-03-02"))},
                    "total deficient: 9 ng/mL"},
        ReadingCase{"ADayMoreIsTooOld",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("final", "2025-03-01"))},
                    "nothing"},
        ReadingCase{"TomorrowCountsAsToday",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("final", "2026-03-03"))},
                    "total deficient: 9 ng/mL"},
        ReadingCase{"TheDayAfterIsUnreadable",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), dated("final", "2026-03-04"))},
                    "unreadable: it is dated in the future"},
        ReadingCase{"WithoutADate",
                    "vitaminD",
                    {observation("o1", total, quantity("9", "ng/mL"), R"("status": "final")")},
                    "unreadable: it has no date"},
        ReadingCase{"NoValueIsNoResult", "vitaminD", {observation("o1", total, "")}, "nothing"},
        ReadingCase{"DataAbsentIsNoResult",
                    "vitaminD",
                    {observation("o1", total, R"("dataAbsentReason": {"text": "haemolysed"})")},
                    "nothing"},
        ReadingCase{"UnreadableNewerThanReadable",
                    "vitaminD",
                    {observation("o1", total, quantity("25", "ng/dL"), dated("final", "2026-02-25")),
                     observation("o2", total, quantity("9", "ng/mL"))},
                    "total deficient: 9 ng/mL; unreadable: its unit is not one of this test"},
        ReadingCase{"UnreadableOlderThanReadable",
                    "vitaminD",
                    {observation("o1", total, quantity("25", "ng/dL"), dated("final", "2026-02-05")),
                     observation("o2", total, quantity("9", "ng/mL"))},
                    "total deficient: 9 ng/mL"}),
    CaseName());

// REFERENCE.md A.2, fraction logic (a) to (d).
INSTANTIATE_TEST_SUITE_P(
    OfFractions, Readings,
    testing::Values(
        ReadingCase{"TotalBesideFractions",
                    "vitaminD",
                    {observation("o1", d3, quantity("31", "ng/mL")), observation("o2", total, quantity("18", "ng/mL"))},
                    "total low: 18 ng/mL"},
        ReadingCase{"D2AndD3AddUp",
                    "vitaminD",
                    {observation("o1", d3, quantity("18", "ng/mL")), observation("o2", d2, quantity("5", "ng/mL"))},
                    "total adequate: 23 ng/mL"},
        ReadingCase{
            "D2BelowDetection",
            "vitaminD",
            {observation("o1", d3, quantity("31", "ng/mL")), observation("o2", d2, quantity("<", "4", "ng/mL"))},
            "total adequate: 31 to 35 ng/mL"},
        ReadingCase{
            "ASumAcrossABoundIsNotRead",
            "vitaminD",
            {observation("o1", d3, quantity("18", "ng/mL")), observation("o2", d2, quantity("<", "4", "ng/mL"))},
            "unreadable: it cannot be told on which side of a limit it lies"},
        ReadingCase{
            "D3AloneAdequate", "vitaminD", {observation("o1", d3, quantity("31", "ng/mL"))}, "d3 adequate: 31 ng/mL"},
        ReadingCase{
            "D3AloneBelowAdequate", "vitaminD", {observation("o1", d3, quantity("15", "ng/mL"))}, "d3 -: 15 ng/mL"},
        ReadingCase{"D3ThatMeansTheTotal",
                    "vitaminD",
                    {observation("o1", d3, quantity("15", "ng/mL"))},
                    "total low: 15 ng/mL",
                    {{"vitaminD.d3CodeMeansTotal", "true"}}},
        ReadingCase{
            "D3AloneToxic", "vitaminD", {observation("o1", d3, quantity("160", "ng/mL"))}, "d3 toxic: 160 ng/mL"},
        ReadingCase{"D2AloneIsNoResult", "vitaminD", {observation("o1", d2, quantity("31", "ng/mL"))}, "nothing"},
        ReadingCase{"D2AloneHigh", "vitaminD", {observation("o1", d2, quantity("120", "ng/mL"))}, "d2 high: 120 ng/mL"},
        ReadingCase{"AnOlderTotalBeforeAFractionWithoutBand",
                    "vitaminD",
                    {observation("o1", d3, quantity("15", "ng/mL")),
                     observation("o2", total, quantity("9", "ng/mL"), dated("final", "2026-01-10"))},
                    "total deficient: 9 ng/mL"}),
    CaseName());

TEST(Reading, IsReadFromComponentsAndContainedPanelMembers) {
    TestRun test(shipped_program(), R"([{"resourceType": "Observation", "id": "panel", "status": "final",
        "code": {"text": "panel"}, "effectiveDateTime": "2026-02-20",
        "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "2132-9"}]},
                       "valueQuantity": {"value": 160, "unit": "pg/mL"}}],
        "hasMember": [{"reference": "#m"}],
        "contained": [{"resourceType": "Observation", "id": "m", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]},
            "valueQuantity": {"value": 9, "unit": "ng/mL"}}]}])");
    EXPECT_EQ(told(test, "b12"), "total low: 160 pg/mL");
    EXPECT_EQ(told(test, "vitaminD"), "total deficient: 9 ng/mL");
}

TEST(Reading, TellsBoundsMarksAndNearness) {
    TestRun test(shipped_program(), list({vitamin_d("11.9")}));
    const boost::json::object& reading = test.member("vitaminD", "result")->as_object();
    EXPECT_EQ(text_of(reading, "upper"), "12 ng/mL");
    EXPECT_EQ(text_of(reading, "lower"), "");
    EXPECT_EQ(text_of(reading, "ruleset"), "NAM 2011");
    EXPECT_EQ(reading.at("near"), true);
    EXPECT_EQ(reading.at("marks").as_array().at(0), "bone-profile");
}

/// The marks of a D3 fraction that stands alone, joined.
std::string marks_of_d3(std::string_view value) {
    TestRun test(shipped_program(), list({observation("o1", d3, value)}));
    const boost::json::object& reading = test.member("vitaminD", "result")->as_object();
    std::string marks;
    if (!reading.contains("marks")) return marks;
    for (const boost::json::value& mark : reading.at("marks").as_array()) marks.append(mark.as_string()).append(1, ' ');
    return marks;
}

TEST(Reading, AMarkThatNamesAFractionSpeaksOfItsOwnNumber) {
    EXPECT_EQ(marks_of_d3(quantity("11.9", "ng/mL")), "d3-below-lowest-band ");
    EXPECT_EQ(marks_of_d3(quantity("12", "ng/mL")), "");
    EXPECT_EQ(marks_of_d3(quantity("20", "ng/mL")), "d3-nam-adequate ");
}

TEST(Reading, AMarkHoldsForAComparatorOnlyIfAllThatItMeansIsOnItsSide) {
    EXPECT_EQ(marks_of_d3(quantity("<", "12", "ng/mL")), "d3-below-lowest-band ");
    EXPECT_EQ(marks_of_d3(quantity("<=", "12", "ng/mL")), "");
    EXPECT_EQ(marks_of_d3(quantity(">", "8", "ng/mL")), "");
}

/// Whether a result of 2026-02-20 counts as taken before the treatment that a resource with `more` tells of.
bool pre_dates(std::string_view type, std::string_view more) {
    const std::string medication = R"({"resourceType": ")" + std::string(type) +
                                   R"(", "id": "m", "status": "active", "medicationCodeableConcept": {"coding": [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "2418"}]}, )" +
                                   std::string(more) + "}";
    TestRun test(shipped_program(), list({vitamin_d("9"), medication}));
    return test.member("vitaminD", "result")->as_object().at("preDates").as_bool();
}

// REFERENCE.md D.3, D.6; FHIR R4, request-intent.
TEST(Reading, SaysThatItPreDatesTreatment) {
    EXPECT_TRUE(pre_dates("MedicationRequest", R"("intent": "order", "authoredOn": "2026-02-25")"));
    EXPECT_TRUE(pre_dates("MedicationRequest", R"("intent": "order", "authoredOn": "2026-02-20T15:00:00Z")"))
        << "what is taken on the day shows nothing of the treatment";
    EXPECT_FALSE(pre_dates("MedicationRequest", R"("intent": "order", "authoredOn": "2026-02-19")"));
    EXPECT_FALSE(pre_dates("MedicationRequest", R"("intent": "proposal", "authoredOn": "2026-02-25")"));
    EXPECT_FALSE(pre_dates("MedicationRequest", R"("intent": "option", "authoredOn": "2026-02-25")"));
    EXPECT_TRUE(pre_dates("MedicationRequest", R"("intent": "plan", "authoredOn": "2026-02-25")"))
        << "many servers tell so of what patients take by themselves";
    EXPECT_TRUE(pre_dates("MedicationStatement", R"("effectiveDateTime": "2026-02-25")"));
    EXPECT_FALSE(pre_dates("MedicationStatement", R"("dateAsserted": "2026-02-25")")) << "it says not since when";
}

TEST(Reading, IsNotOneOfAResultThatIsAlsoOfAnotherTest) {
    const std::string both =
        R"({"resourceType": "Observation", "id": "o", "status": "final", "effectiveDateTime": "2026-02-20",
        "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}, {"system": "http://loinc.org", "code": "62290-2"}]}, )" +
        quantity("9", "ng/mL") + "}";
    TestRun test(shipped_program(), list({both}));
    EXPECT_EQ(told(test, "vitaminD"), "unreadable: its test codes name different tests");
}

struct EchoCase {
    const char* name;
    const char* value;
    const char* shown;
};

class Echo : public testing::TestWithParam<EchoCase> {};

TEST_P(Echo, ShowsOnlyWhatIsSafe) {
    TestRun test(shipped_program(), list({observation("o1", total, GetParam().value)}));
    const boost::json::array& unreadable = test.member("vitaminD", "unreadable")->as_array();
    EXPECT_EQ(text_of(unreadable.at(0).as_object(), "text"), GetParam().shown);
}

// REFERENCE.md D.6, policy: numbers and known units whole, anything else at most 20 characters, none when it is no
// number.
INSTANTIATE_TEST_SUITE_P(
    Unreadable, Echo,
    testing::Values(EchoCase{"NumberAndKnownUnit", R"("valueQuantity": {"value": 25, "unit": "ng/dL"})", "25 ng/dL"},
                    EchoCase{"NumberAndForeignUnit",
                             R"("valueQuantity": {"value": 25, "unit": "somebody called Jane Roe"})",
                             "25 somebody called Jane"},
                    EchoCase{"TextWithAName", R"("valueString": "25 see Dr Jane Roe")", "25"},
                    EchoCase{"TextWithoutANumber", R"("valueString": "Jane Roe")", "(not a number)"},
                    EchoCase{"GroupsAreShownAsSent", R"("valueString": "<1'250.5 ng/mL")", "<1'250.5 ng/mL"},
                    EchoCase{"GroupsBehindANoBreakSpace", R"("valueString": "1\u00a0250 ng/mL")", "1\u00A0250 ng/mL"},
                    EchoCase{"GroupsWithNothingBehind", R"("valueString": "1,250")", "1,250"},
                    EchoCase{"GroupsWithAName", R"("valueString": "1,250 see Dr Jane Roe")", "(not a number)"},
                    EchoCase{"ThreeGroups", R"("valueString": "1 250 300 ng/mL")", "(not a number)"},
                    EchoCase{"FourGroups", R"("valueString": "1 250 300 400 ng/mL")", "(not a number)"},
                    EchoCase{"GroupsWithADecimalComma", R"("valueString": "1 250,5 ng/mL")", "(not a number)"},
                    EchoCase{"GroupsOfARange", R"("valueString": "250 300-400 ng/mL")", "(not a number)"},
                    EchoCase{"GroupsBehindAGraveAccent", R"("valueString": "1`250 ng/mL")", "(not a number)"},
                    EchoCase{"GroupsBehindAnAcuteAccent", R"("valueString": "1\u00b4250 ng/mL")", "(not a number)"},
                    EchoCase{"GroupsBehindAFigureSpace", R"("valueString": "1\u2007250 ng/mL")", "(not a number)"},
                    EchoCase{"GroupsBehindAnUnderscore", R"("valueString": "1_250 ng/mL")", "(not a number)"},
                    EchoCase{"ADateIsNoNumber", R"("valueString": "12.03.2026")", "(not a number)"},
                    EchoCase{"ADateWithSlashesIsNoNumber", R"("valueString": "12/03/2026")", "(not a number)"},
                    EchoCase{"ATelephoneIsNoNumber", R"("valueString": "555 0123 456")", "(not a number)"},
                    EchoCase{"ATelephoneInThreesIsNone", R"("valueString": "612 345 678")", "(not a number)"},
                    EchoCase{"ATelephoneWithAName", R"("valueString": "555 123 456 Dr Roe")", "(not a number)"},
                    EchoCase{"ATelephoneWithHyphens", R"("valueString": "555-123-4567")", "(not a number)"},
                    EchoCase{"APatientsNumberIsNone", R"("valueString": "943 476 5919")", "(not a number)"},
                    EchoCase{"AnnotationIsNoUnit",
                             R"("valueQuantity": {"value": 25, "unit": "{of Jane Roe, born 1970}"})",
                             "25 {of Jane Roe, born 1"}),
    CaseName());

}  // namespace
