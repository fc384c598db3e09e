// Which printed range is believed (FHIR R4, Observation.referenceRange).
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

class Ranges : public testing::TestWithParam<ReadingCase> {};

TEST_P(Ranges, AreToldAs) {
    TestRun test(shipped_program(GetParam().parameters), list(GetParam().observations));
    EXPECT_EQ(told(test, GetParam().analyte), GetParam().told);
}

std::string dated(std::string_view status, std::string_view date) {
    return R"("status": ")" + std::string(status) + R"(", "effectiveDateTime": ")" + std::string(date) + "\"";
}

std::string calcium_with(std::string_view value, std::string_view ranges) {
    return observation("o1", "17861-6",
                       quantity(value, "mg/dL") + R"(, "referenceRange": [)" + std::string(ranges) + "]");
}

std::string range(std::string_view low, std::string_view high, std::string_view more = "") {
    const auto bound = [](std::string_view name, std::string_view number) {
        return "\"" + std::string(name) + R"(": {"value": )" + std::string(number) + R"(, "unit": "mg/dL"})";
    };
    std::string text = "{";
    if (!low.empty()) text += bound("low", low);
    if (!high.empty()) text += (text.size() > 1 ? ", " : "") + bound("high", high);
    if (!more.empty()) text.append(", ").append(more);
    return text + "}";
}

const char* const of_infants = R"("age": {"low": {"value": 0, "code": "a"}, "high": {"value": 1, "code": "a"}})";
const char* const of_adults = R"("age": {"low": {"value": 18, "code": "a"}})";
const char* const of_women =
    R"("appliesTo": [{"coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": "female"}]}])";
const char* const of_men = R"("appliesTo": [{"text": "male"}])";

// The patient is a woman of 55. FHIR R4, Observation.referenceRange; the pack's own limit is 10.5 mg/dL.
INSTANTIATE_TEST_SUITE_P(
    Printed, Ranges,
    testing::Values(
        ReadingCase{"OfHerAge",
                    "calcium",
                    {calcium_with("10.4", range("8.8", "11.3", of_infants) + ", " + range("8.6", "10.2", of_adults))},
                    "total high: 10.4 mg/dL"},
        ReadingCase{"OfHerSex",
                    "calcium",
                    {calcium_with("10.4", range("8.6", "10.6", of_men) + ", " + range("8.6", "10.2", of_women))},
                    "total high: 10.4 mg/dL"},
        ReadingCase{"TheMostSpecific",
                    "calcium",
                    {calcium_with("10.4", range("8.6", "10.6") + ", " + range("8.6", "10.2", of_women))},
                    "total high: 10.4 mg/dL"},
        ReadingCase{"TwoThatDifferAreNone",
                    "calcium",
                    {calcium_with("10.4", range("8.6", "10.2") + ", " + range("8.6", "10.3"))},
                    "total not-high: 10.4 mg/dL"},
        ReadingCase{"TwoThatAreEqualAreOne",
                    "calcium",
                    {calcium_with("10.4", range("8.6", "10.2") + ", " + range("8.6", "10.2"))},
                    "total high: 10.4 mg/dL"},
        ReadingCase{"OfSomebodyElse",
                    "calcium",
                    {calcium_with("10.4", range("8.6", "10.2", R"("appliesTo": [{"text": "Asian"}])"))},
                    "total not-high: 10.4 mg/dL"},
        ReadingCase{"AnAlarmLimitIsNone",
                    "calcium",
                    {calcium_with("10.8", range("", "11.4", R"("type": {"text": "Critical"})"))},
                    "total high: 10.8 mg/dL"},
        ReadingCase{"Normal",
                    "calcium",
                    {calcium_with("10.4", range("8.6", "10.2", R"("type": {"text": "Normal Range"})"))},
                    "total high: 10.4 mg/dL"},
        ReadingCase{"ZeroToZeroIsNone", "calcium", {calcium_with("9.6", range("0", "0"))}, "total not-high: 9.6 mg/dL"},
        ReadingCase{"WithoutWidthIsNone",
                    "calcium",
                    {calcium_with("10.4", range("10.2", "10.2"))},
                    "total not-high: 10.4 mg/dL"},
        ReadingCase{"BeyondWhatLaboratoriesPrint",
                    "calcium",
                    {calcium_with("10.8", range("8.6", "13.0"))},
                    "total high: 10.8 mg/dL"},
        ReadingCase{"ALowBoundOfZeroIsNoBound",
                    "calcium",
                    {calcium_with("9.6", range("0", "10.2"))},
                    "total not-high: 9.6 mg/dL"},
        ReadingCase{"CriticalOfHalfAYearAgo",
                    "calcium",
                    {observation("o1", "17861-6", quantity("12.8", "mg/dL"), dated("final", "2025-09-01"))},
                    "total critical: 12.8 mg/dL"},
        ReadingCase{"HighOfHalfAYearAgo",
                    "calcium",
                    {observation("o1", "17861-6", quantity("11.0", "mg/dL"), dated("final", "2025-09-01"))},
                    "nothing"},
        ReadingCase{"CriticalThatWasRepeated",
                    "calcium",
                    {observation("o1", "17861-6", quantity("12.8", "mg/dL"), dated("final", "2025-09-01")),
                     observation("o2", "17861-6", quantity("9.8", "mg/dL"))},
                    "total not-high: 9.8 mg/dL"}),
    CaseName());

}  // namespace
