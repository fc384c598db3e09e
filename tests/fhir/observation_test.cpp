#include "fhir/observation.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(Observation, IsReadInFull) {
    const Reading observation(R"({
        "resourceType": "Observation", "id": "o1", "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]},
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": "2025-11-02T08:15:00+01:00",
        "issued": "2025-11-03T10:00:00.000Z", "performer": [{"reference": "Organization/lab", "display": "Town laboratory"}],
        "valueQuantity": {"value": 9.0, "comparator": "<", "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"},
        "referenceRange": [{"low": {"value": 20, "unit": "ng/mL"}, "high": {"value": 50}, "text": "20-50"}],
        "specimen": {"reference": "Specimen/s1"}, "basedOn": [{"reference": "ServiceRequest/r1"}],
        "hasMember": [{"reference": "Observation/o2"}]})",
                              read_observation);
    EXPECT_EQ(observation->id, "o1");
    EXPECT_EQ(observation->status, "final");
    EXPECT_TRUE(observation->code.has(loinc_system, "62292-8"));
    EXPECT_EQ(start_of(observation->effective)->text(), "2025-11-02T08:15:00+01:00");
    EXPECT_EQ(observation->issued->text(), "2025-11-03T10:00:00.000Z");
    const Quantity& value = std::get<Quantity>(observation->value);
    EXPECT_EQ(value.value->text(), "9.0");
    EXPECT_EQ(value.comparator, Comparator::less);
    ASSERT_EQ(observation->reference_range.size(), 1U);
    EXPECT_EQ(observation->reference_range[0].low->unit, "ng/mL");
    EXPECT_EQ(observation->reference_range[0].high->value->text(), "50");
    EXPECT_EQ(observation->reference_range[0].text, "20-50");
    EXPECT_EQ(observation->performer.at(0).display, "Town laboratory");
    EXPECT_EQ(observation->specimen.reference, "Specimen/s1");
    EXPECT_EQ(observation->has_member.at(0).id, "o2");
    EXPECT_FALSE(observation->has_data_absent_reason);
    EXPECT_TRUE(observation.issues().empty());
}

enum class Kind { none, quantity, coded, text, integer, not_read };

struct ValueCase {
    std::string_view name;
    std::string_view json;
    Kind kind;
    std::vector<std::string> issues;
};

class ObservationValueKind : public testing::TestWithParam<ValueCase> {};

TEST_P(ObservationValueKind, TellsNothingFromUnreadable) {
    const Reading observation(GetParam().json, read_observation);
    EXPECT_EQ(observation->value.index(), static_cast<std::size_t>(GetParam().kind));
    EXPECT_EQ(observation.issues(), GetParam().issues);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ObservationValueKind,
    testing::ValuesIn(std::vector<ValueCase>{
        {"none", "{}", Kind::none, {}},
        {"data_absent", R"({"dataAbsentReason": {"coding": [{"code": "unknown"}]}})", Kind::none, {}},
        {"quantity", R"({"valueQuantity": {"value": 1}})", Kind::quantity, {}},
        {"coded", R"({"valueCodeableConcept": {"text": "negative"}})", Kind::coded, {}},
        {"text", R"({"valueString": "< 4 ng/mL"})", Kind::text, {}},
        {"integer", R"({"valueInteger": 4})", Kind::integer, {}},
        {"boolean", R"({"valueBoolean": true})", Kind::not_read, {"Observation.valueBoolean not-read"}},
        {"range", R"({"valueRange": {}})", Kind::not_read, {"Observation.valueRange not-read"}},
        {"quantity_as_number", R"({"valueQuantity": 4})", Kind::not_read, {"Observation.valueQuantity wrong-type"}},
        {"text_as_number", R"({"valueString": 4})", Kind::not_read, {"Observation.valueString wrong-type"}},
        {"null", R"({"valueQuantity": null})", Kind::not_read, {"Observation.valueQuantity wrong-type"}},
        {"two_values",
         R"({"valueQuantity": {"value": 1}, "valueString": "2"})",
         Kind::not_read,
         {"Observation.value several-choices"}},
        {"r5_style_value", R"({"value": {"value": 1}})", Kind::none, {}},
    }),
    CaseName());

TEST(Observation, ReadsComponentsEachWithItsOwnFaults) {
    const Reading observation(R"({"component": [
        {"code": {"text": "D2"}, "valueQuantity": {"value": 3.0}},
        {"code": {"text": "D3"}, "valueQuantity": {"value": "11"}, "dataAbsentReason": {"text": "error"},
         "referenceRange": {"text": "wide"}}]})",
                              read_observation);
    ASSERT_EQ(observation->component.size(), 2U);
    EXPECT_EQ(std::get<Quantity>(observation->component[0].value).value->text(), "3.0");
    EXPECT_EQ(std::get<Quantity>(observation->component[1].value).value, std::nullopt);
    EXPECT_FALSE(observation->component[0].has_data_absent_reason);
    EXPECT_TRUE(observation->component[1].has_data_absent_reason);
    EXPECT_EQ(observation->component[1].reference_range.at(0).text, "wide");
    EXPECT_EQ(observation.issues(), (Told{"Observation.component[1].valueQuantity.value wrong-type",
                                          "Observation.component[1].referenceRange not-a-list"}));
}

TEST(Observation, ReadsAnEffectiveInstantAndPeriod) {
    const Reading instant(R"({"effectiveInstant": "2025-01-01T00:00:00Z"})", read_observation);
    EXPECT_TRUE(std::holds_alternative<DateTime>(instant->effective));
    const Reading period(R"({"effectivePeriod": {"start": "2025-01-01"}})", read_observation);
    EXPECT_TRUE(std::holds_alternative<Period>(period->effective));
    const Reading timing(R"({"effectiveTiming": {}})", read_observation);
    EXPECT_TRUE(std::holds_alternative<NotRead>(timing->effective));
}

}  // namespace
}  // namespace fhir
