// Several results of one draw or one day: which of them speaks, and what is computed from them (42 CFR 493.931).
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

class Draws : public testing::TestWithParam<ReadingCase> {};

TEST_P(Draws, AreToldAs) {
    TestRun test(shipped_program(GetParam().parameters), list(GetParam().observations));
    EXPECT_EQ(told(test, GetParam().analyte), GetParam().told);
}

std::string dated(std::string_view status, std::string_view date) {
    return R"("status": ")" + std::string(status) + R"(", "effectiveDateTime": ")" + std::string(date) + "\"";
}

const char* const total = "62292-8";
const char* const total_moles = "68438-1";
const char* const cobalamin = "2132-9";
const char* const active_b12 = "72160-5";

// rules/packs/back-pain-labs/REFERENCE.md D.6: two values of one specimen, active B12. B.5: calcium.
INSTANTIATE_TEST_SUITE_P(
    OfOneDay, Draws,
    testing::Values(
        ReadingCase{"BothUnitsOfOneSpecimen",
                    "vitaminD",
                    {observation("o1", total_moles, quantity("49.9", "nmol/L")),
                     observation("o2", total, quantity("20", "ng/mL"))},
                    "total adequate: 20 ng/mL"},
        ReadingCase{"TwoValuesOfOneBand",
                    "vitaminD",
                    {observation("o1", total_moles, quantity("60", "nmol/L")),
                     observation("o2", total, quantity("20", "ng/mL"))},
                    "total adequate: 20 ng/mL and 60 nmol/L (24.0 ng/mL)"},
        ReadingCase{
            "TheLowerOfTwoNeighboursForDeficiency",
            "vitaminD",
            {observation("o1", total, quantity("22", "ng/mL")), observation("o2", total, quantity("18", "ng/mL"))},
            "total low: 18 ng/mL and 22 ng/mL"},
        ReadingCase{
            "TheHigherOfTwoNeighboursAboveTheTarget",
            "vitaminD",
            {observation("o1", total, quantity("48", "ng/mL")), observation("o2", total, quantity("53", "ng/mL"))},
            "total above-target: 53 ng/mL and 48 ng/mL"},
        ReadingCase{
            "TwoBandsApart",
            "vitaminD",
            {observation("o1", total, quantity("8", "ng/mL")), observation("o2", total, quantity("31", "ng/mL"))},
            "unreadable: two values of one draw disagree (the other: 31 ng/mL)"},
        ReadingCase{
            "ThreeOfOneDraw",
            "vitaminD",
            {observation("o1", total, quantity("19", "ng/mL")), observation("o2", total, quantity("18", "ng/mL")),
             observation("o3", total, quantity("21", "ng/mL"))},
            "total low: 18 ng/mL and 19 ng/mL and 21 ng/mL"},
        ReadingCase{"TwoNormalCalciums",
                    "calcium",
                    {observation("o1", "17861-6", quantity("9.4", "mg/dL")),
                     observation("o2", "49765-1", quantity("9.1", "mg/dL"))},
                    "total not-high: 9.4 mg/dL and 9.1 mg/dL"},
        ReadingCase{"TwoHighCalciums",
                    "calcium",
                    {observation("o1", "17861-6", quantity("10.9", "mg/dL")),
                     observation("o2", "17861-6", quantity("11.4", "mg/dL"))},
                    "total high: 11.4 mg/dL and 10.9 mg/dL"},
        ReadingCase{
            "TwoSpecimensAreTwoDraws",
            "vitaminD",
            {observation(
                 "o1", total, quantity("8", "ng/mL"),
                 R"("status": "final", "effectiveDateTime": "2026-02-20T08:00:00Z", "issued": "2026-02-20T10:00:00Z", "specimen": {"reference": "Specimen/1"})"),
             observation(
                 "o2", total, quantity("31", "ng/mL"),
                 R"("status": "final", "effectiveDateTime": "2026-02-20T08:00:00Z", "issued": "2026-02-20T12:00:00Z", "specimen": {"reference": "Specimen/2"})")},
            "total adequate: 31 ng/mL"},
        ReadingCase{
            "TheLastOfTwoCorrections",
            "vitaminD",
            {observation(
                 "o1", total, quantity("8", "ng/mL"),
                 R"("status": "corrected", "effectiveDateTime": "2026-02-20T08:00:00Z", "issued": "2026-02-21T10:00:00Z")"),
             observation(
                 "o2", total, quantity("31", "ng/mL"),
                 R"("status": "amended", "effectiveDateTime": "2026-02-20T08:00:00Z", "issued": "2026-02-22T10:00:00Z")"),
             observation(
                 "o3", total, quantity("18", "ng/mL"),
                 R"("status": "final", "effectiveDateTime": "2026-02-20T08:00:00Z", "issued": "2026-02-23T10:00:00Z")")},
            "total adequate: 31 ng/mL"},
        ReadingCase{"TwoValuesThatDisagreeButAreBothCritical",
                    "calcium",
                    {observation("o1", "17861-6", quantity("14.8", "mg/dL")),
                     observation("o2", "17861-6", quantity("14.1", "mg/dL"))},
                    "total critical: 14.8 mg/dL and 14.1 mg/dL"},
        ReadingCase{
            "OneOfADangerAndOneNot",
            "vitaminD",
            {observation("o1", total, quantity("160", "ng/mL")), observation("o2", total, quantity("120", "ng/mL"))},
            "total toxic: 160 ng/mL and 120 ng/mL"},
        ReadingCase{
            "TwoOfADayOfWhichOneWasIssuedLater",
            "calcium",
            {observation("o1", "17861-6", quantity("9.5", "mg/dL"),
                         R"("status": "final", "effectiveDateTime": "2026-02-20", "issued": "2026-02-20T09:00:00Z")"),
             observation("o2", "17861-6", quantity("12.8", "mg/dL"),
                         R"("status": "final", "effectiveDateTime": "2026-02-20", "issued": "2026-02-20T15:00:00Z")")},
            "total critical: 12.8 mg/dL"},
        ReadingCase{"AdjustedByAlbuminOfTheDay",
                    "calcium",
                    {observation("o1", "2000-8", quantity("2.60", "mmol/L")),
                     observation("o2", "1751-7", quantity("30", "g/L"))},
                    "adjusted high: 2.80 mmol/L"},
        ReadingCase{"AdjustedInConventionalUnits",
                    "calcium",
                    {observation("o1", "17861-6", quantity("10.0", "mg/dL")),
                     observation("o2", "1751-7", quantity("3.0", "g/dL"))},
                    "adjusted high: 10.8 mg/dL"},
        ReadingCase{"AlbuminOfAnotherDayDoesNotAdjust",
                    "calcium",
                    {observation("o1", "2000-8", quantity("2.60", "mmol/L")),
                     observation("o2", "1751-7", quantity("30", "g/L"), dated("final", "2026-02-19"))},
                    "total not-high: 2.60 mmol/L"},
        ReadingCase{"IonisedBeforeTotal",
                    "calcium",
                    {observation("o1", "2000-8", quantity("2.90", "mmol/L")),
                     observation("o2", "1995-0", quantity("1.25", "mmol/L"))},
                    "ionised not-high: 1.25 mmol/L"},
        ReadingCase{"ALaterDayBeforeIonised",
                    "calcium",
                    {observation("o1", "2000-8", quantity("2.90", "mmol/L"), dated("final", "2026-02-25")),
                     observation("o2", "1995-0", quantity("1.25", "mmol/L"))},
                    "total high: 2.90 mmol/L"},
        ReadingCase{
            "CriticalAboveTheLaboratorysRange",
            "calcium",
            {observation(
                "o1", "2000-8",
                R"("valueQuantity": {"value": 3.0, "unit": "mmol/L"}, "referenceRange": [{"low": {"value": 2.2, "unit": "mmol/L"}, "high": {"value": 2.6, "unit": "mmol/L"}}])")},
            "total critical: 3.0 mmol/L"},
        ReadingCase{
            "HighByTheLaboratorysRange",
            "calcium",
            {observation(
                "o1", "2000-8",
                R"("valueQuantity": {"value": 2.58, "unit": "mmol/L"}, "referenceRange": [{"low": {"value": 2.1, "unit": "mmol/L"}, "high": {"value": 2.55, "unit": "mmol/L"}}])")},
            "total high: 2.58 mmol/L"},
        ReadingCase{
            "HighWhereTheLaboratoryPrintsNoUpperBound",
            "calcium",
            {observation(
                "o1", "17861-6",
                R"("valueQuantity": {"value": 11.9, "unit": "mg/dL"}, "referenceRange": [{"low": {"value": 8.5, "unit": "mg/dL"}}])")},
            "total high: 11.9 mg/dL"},
        ReadingCase{
            "HighByTheOnlyBoundOfTheLaboratory",
            "calcium",
            {observation(
                "o1", "17861-6",
                R"("valueQuantity": {"value": 10.4, "unit": "mg/dL"}, "referenceRange": [{"high": {"value": 10.2, "unit": "mg/dL"}}])")},
            "total high: 10.4 mg/dL"},
        ReadingCase{
            "NotKnownToBeNormalWhereTheLaboratoryPrintsNoLowerBound",
            "haemoglobin",
            {observation(
                "o1", "718-7",
                R"("valueQuantity": {"value": 7, "unit": "g/dL"}, "referenceRange": [{"high": {"value": 16, "unit": "g/dL"}}])")},
            "mass -: 7 g/dL"},
        ReadingCase{
            "ARangeThatLeavesTheUnitToTheValue",
            "calcium",
            {observation(
                "o1", "17861-6",
                R"("valueQuantity": {"value": 10.4, "unit": "mg/dL"}, "referenceRange": [{"low": {"value": 8.5}, "high": {"value": 10.2}}])")},
            "total high: 10.4 mg/dL"},
        ReadingCase{
            "ARangeInAnotherUnitIsNotUsed",
            "calcium",
            {observation(
                "o1", "2000-8",
                R"("valueQuantity": {"value": 2.58, "unit": "mmol/L"}, "referenceRange": [{"low": {"value": 8.5, "unit": "mg/dL"}, "high": {"value": 10.2, "unit": "mg/dL"}}])")},
            "total not-high: 2.58 mmol/L"},
        ReadingCase{"ActiveB12OutranksTotalWithinThirtyDays",
                    "b12",
                    {observation("o1", cobalamin, quantity("160", "pg/mL")),
                     observation("o2", active_b12, quantity("80", "pmol/L"), dated("final", "2026-01-25"))},
                    "active unlikely: 80 pmol/L"},
        ReadingCase{"ActiveB12DoesNotOutrankLater",
                    "b12",
                    {observation("o1", cobalamin, quantity("160", "pg/mL")),
                     observation("o2", active_b12, quantity("80", "pmol/L"), dated("final", "2026-01-10"))},
                    "total low: 160 pg/mL"},
        ReadingCase{"ActiveB12WithoutBandsDoesNotOutrank",
                    "b12",
                    {observation("o1", cobalamin, quantity("140", "pg/mL")),
                     observation("o2", active_b12, quantity("80", "pmol/L"))},
                    "total low: 140 pg/mL",
                    {{"b12.ruleset", "aafp-2017"}}}),
    CaseName());

}  // namespace
