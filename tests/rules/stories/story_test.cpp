#include "rules/stories/story.hpp"

#include "fhir/json_text.hpp"
#include "rules/stories/story_resources.hpp"
#include "tests/case_name.hpp"
#include "tests/golden_file.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

const Pack& sample_pack() {
    static const Pack pack = read_pack(sample_files()).pack;
    return pack;
}

const fhir::Date today = *fhir::Date::parse("2026-03-02");

struct LineCase {
    const char* name;
    const char* line;
    const char* type;
    const char* part;  ///< of the resource as JSON
};
class StoryLineExpands : public testing::TestWithParam<LineCase> {};

TEST_P(StoryLineExpands, ToTheResourceThatSaysSo) {
    const Vocabulary vocabulary(sample_pack());
    const auto line = read_story_line(GetParam().line, vocabulary, today);
    ASSERT_TRUE(line) << line.error().message;
    const auto resource = story_resource(*line, vocabulary, "x");
    ASSERT_TRUE(resource) << resource.error().message;
    EXPECT_EQ(resource->at("resourceType").as_string(), GetParam().type);
    const std::string text = fhir::print_json(*resource);
    EXPECT_NE(text.find(GetParam().part), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, StoryLineExpands,
    testing::Values(
        LineCase{"Since", "low back pain since 2025-12-08", "Condition", R"("onsetDateTime":"2025-12-08")"},
        LineCase{"CodedByTheDisplay", "low back pain since 2025", "Condition",
                 R"("coding":[{"system":"http://snomed.info/sct","code":"279039007","display":"Low back pain"}])"},
        LineCase{"LongestNameWins", "low back pain, unspecified since 2025", "Condition", R"("code":"M54.50")"},
        LineCase{"ActiveAndConfirmed", "coeliac disease since 2016", "Condition", R"("code":"confirmed")"},
        LineCase{"DaysAgo", "low back pain since 84 days ago", "Condition", R"("onsetDateTime":"2025-12-08")"},
        LineCase{"WeeksAgo", "low back pain since 12 weeks ago", "Condition", R"("onsetDateTime":"2025-12-08")"},
        LineCase{"Resolved", "coeliac disease since 2016, resolved 2020-05", "Condition",
                 R"("abatementDateTime":"2020-05")"},
        LineCase{"Refuted", "coeliac disease since 2016, refuted", "Condition", R"("code":"refuted")"},
        LineCase{"InError", "coeliac disease since 2016, entered in error", "Condition",
                 R"("code":"entered-in-error")"},
        LineCase{"RecordedOnly", "low back pain recorded 2025-01-03", "Condition", R"("recordedDate":"2025-01-03")"},
        LineCase{"SinceAge", "coeliac disease since age 40", "Condition", R"("onsetAge":{"value":40,)"},
        LineCase{"NoDate", "coeliac disease, no date", "Condition", R"("text":"coeliac disease")"},
        LineCase{"OtherCode", "coeliac disease coded ICD-10-CM K90.0 since 2016", "Condition", R"("code":"K90.0")"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Results, StoryLineExpands,
    testing::Values(
        LineCase{
            "ValueAndUnit", "25-OH vitamin D 19.90 ng/mL on 2026-02-20", "Observation",
            R"("valueQuantity":{"value":19.90,"unit":"ng/mL","system":"http://unitsofmeasure.org","code":"ng/mL"})"},
        LineCase{"UnitChoosesTheCode", "25-OH vitamin D 49 nmol/L on 2026-02-20", "Observation", R"("code":"68438-1")"},
        LineCase{"KindChoosesTheCode", "25-OH vitamin D3 19 ng/mL on 2026-02-20", "Observation", R"("code":"1989-3")"},
        LineCase{"SynonymIsNoUcum", "25-OH vitamin D 19 ug/L on 2026-02-20", "Observation",
                 R"("valueQuantity":{"value":19,"unit":"ug/L"})"},
        LineCase{"Comparator", "25-OH vitamin D <4 ng/mL on 2026-02-20", "Observation", R"("comparator":"<")"},
        LineCase{"ComparatorApart", "25-OH vitamin D >= 150 ng/mL on 2026-02-20", "Observation",
                 R"("comparator":">=")"},
        LineCase{"Status", "25-OH vitamin D 19 ng/mL, preliminary, on 2026-02-20", "Observation",
                 R"("status":"preliminary")"},
        LineCase{"NoUnit", "25-OH vitamin D 19 on 2026-02-20", "Observation", R"("valueQuantity":{"value":19})"},
        LineCase{"Text", "25-OH vitamin D \"<4 ng/mL\" on 2026-02-20", "Observation", R"("valueString":"<4 ng/mL")"},
        LineCase{"NoValue", "25-OH vitamin D no value on 2026-02-20", "Observation", R"("dataAbsentReason")"},
        LineCase{"Range", "25-OH vitamin D 19 ng/mL range 20 to 50 on 2026-02-20", "Observation",
                 R"("low":{"value":20,"unit":"ng/mL")"},
        LineCase{"RangeUpTo", "25-OH vitamin D 19 ng/mL range up to 50 nmol/L on 2026-02-20", "Observation",
                 R"("referenceRange":[{"high":{"value":50,"unit":"nmol/L")"},
        LineCase{"Laboratory", "25-OH vitamin D 19 ng/mL on 2026-02-20 by Organization/north", "Observation",
                 R"("performer":[{"reference":"Organization/north"}])"},
        LineCase{"WrongCode", "25-OH vitamin D 49 nmol/L coded LOINC 62292-8 on 2026-02-20", "Observation",
                 R"("code":"62292-8")"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Others, StoryLineExpands,
    testing::Values(
        LineCase{"TakenSince", "prednisone oral since 2025-06", "MedicationStatement",
                 R"("effectivePeriod":{"start":"2025-06"})"},
        LineCase{"Route", "prednisone oral since 2025-06", "MedicationStatement", R"("code":"26643006")"},
        LineCase{"OtherRoute", "prednisone since 2025-06, route topical", "MedicationStatement",
                 R"("dosage":[{"route":{"text":"topical"}}])"},
        LineCase{"Prescribed", "prednisone prescribed 2026-01-10", "MedicationRequest", R"("authoredOn":"2026-01-10")"},
        LineCase{"Stopped", "prednisone from 2025-01 to 2025-06, stopped", "MedicationStatement",
                 R"("effectivePeriod":{"start":"2025-01","end":"2025-06"})"},
        LineCase{"FreeText", "medication: \"Prednisone 5 MG Oral Tablet\" prescribed 2026-01-10", "MedicationRequest",
                 R"("medicationCodeableConcept":{"text":"Prednisone 5 MG Oral Tablet"})"},
        LineCase{"OrderNotResult", "25-OH vitamin D ordered 2026-02-10", "ServiceRequest",
                 R"("authoredOn":"2026-02-10")"},
        LineCase{"OrderOnHold", "25-OH vitamin D ordered 2026-02-10, on hold", "ServiceRequest",
                 R"("status":"on-hold")"},
        LineCase{"CommaInAName", "1,25-dihydroxyvitamin D ordered 2026-02-10", "ServiceRequest",
                 R"("code":"62290-2")"}),
    CaseName());

TEST(StoryPatient, HasSexBirthAndDeath) {
    const auto patient = story_patient_resource("Female, born 1987-07-15, died 2026-01-01");
    ASSERT_TRUE(patient);
    EXPECT_EQ(fhir::print_json(*patient),
              R"({"resourceType":"Patient","id":"patient","gender":"female","birthDate":"1987-07-15",)"
              R"("deceasedDateTime":"2026-01-01"})");
}

std::string stories_with(const std::string& members) {
    return R"({ "at": "2026-03-02", "stories": [ { "name": "x", "patient": "female, born 1987-07-15", )" + members +
           " } ] }";
}

TEST(Story, ReadsTheExpectedCard) {
    const StoryReading reading = read_stories(sample_pack(), "s.json", stories_with(R"json(
        "order-sign": ["wrong-vitamin-d-test (warning), offers 25-OH vitamin D, removes 1,25-dihydroxyvitamin D, says \"stores\""]
    )json"));
    EXPECT_EQ(as_text(reading.findings, {}), "");
    const ExpectedCard& card = reading.stories.at(0).expected.at(Hook::order_sign).at(0);
    EXPECT_EQ(card.rule, "wrong-vitamin-d-test");
    EXPECT_EQ(card.indicator, Indicator::warning);
    EXPECT_EQ(card.offers, "25-OH vitamin D");
    EXPECT_EQ(card.removes, "1,25-dihydroxyvitamin D");
    EXPECT_EQ(card.says, std::vector<std::string>{"stores"});
}

TEST(Story, IsAtNoonOfItsDay) {
    const StoryReading reading = read_stories(sample_pack(), "s.json", stories_with(R"("patient-view": "no card")"));
    EXPECT_EQ(reading.stories.at(0).at.text(), "2026-03-02T12:00:00Z");
    EXPECT_TRUE(reading.stories.at(0).expected.at(Hook::patient_view).empty());
}

TEST(Story, SelectsADraftByItsName) {
    const StoryReading reading =
        read_stories(sample_pack(), "s.json",
                     stories_with(R"("drafts": ["25-OH vitamin D", "1,25-dihydroxyvitamin D coded CPT 82652"],)"
                                  R"("selections": ["1,25-dihydroxyvitamin D"], "order-sign": [])"));
    EXPECT_EQ(as_text(reading.findings, {}), "");
    EXPECT_EQ(reading.stories.at(0).selections, std::vector<std::string>{"ServiceRequest/draft-2"});
    EXPECT_EQ(reading.stories.at(0).drafts.size(), 2U);
}

TEST(Story, TakesFullResourcesAndSiteSettings) {
    const StoryReading reading = read_stories(
        sample_pack(), "s.json",
        stories_with(
            R"("resources": [{ "resourceType": "Condition", "id": "c" }], "unavailable": "medicationRequests",)"
            R"("site": { "parameters": { "vitaminD.ruleset": "ros-2020" } }, "patient-view": "no card")"));
    EXPECT_EQ(as_text(reading.findings, {}), "");
    EXPECT_EQ(reading.stories.at(0).resources.size(), 2U);
    EXPECT_EQ(reading.stories.at(0).site.parameters.at("vitaminD.ruleset"), "ros-2020");
    EXPECT_TRUE(reading.stories.at(0).unavailable.contains("medicationRequests"));
}

struct BadStoryCase {
    const char* name;
    const char* members;
};
class BadStory : public testing::TestWithParam<BadStoryCase> {};

TEST_P(BadStory, IsRefusedWithPlaceAndRemedy) {
    const std::string text = stories_with(GetParam().members);
    const StoryReading reading = read_stories(sample_pack(), "stories/s.json", text);
    EXPECT_TRUE(has_errors(reading.findings));
    expect_golden(std::string("tests/rules/packs/findings/story-") + GetParam().name + ".txt",
                  as_text(reading.findings, {{"stories/s.json", text}}));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, BadStory,
    testing::Values(
        BadStoryCase{"MisspeltName", R"("record": ["low bak pain since 2025"], "patient-view": [])"},
        BadStoryCase{"UnknownName", R"("record": ["gout since 2025"], "patient-view": [])"},
        BadStoryCase{
            "CodeWithoutName",
            R"("record": ["B12S coded https://lab.example.org/codes B12S 138 pmol/L on 2026-02-20"], "patient-view": [])"},
        BadStoryCase{"NoDate", R"("record": ["low back pain"], "patient-view": [])"},
        BadStoryCase{"BadDate", R"("record": ["low back pain since last week"], "patient-view": [])"},
        BadStoryCase{"UnknownClause", R"("record": ["low back pain sinse 2025"], "patient-view": [])"},
        BadStoryCase{"NoValue", R"("record": ["25-OH vitamin D on 2026-02-20"], "patient-view": [])"},
        BadStoryCase{"QuotedWithoutWorld", R"("record": ["\"Prednisone 5 MG\" since 2025"], "patient-view": [])"},
        BadStoryCase{"DraftIsNoOrder", R"("drafts": ["low back pain"], "order-sign": [])"},
        BadStoryCase{"UnknownRule", R"json("patient-view": ["vitamin-d-sugest (info)"])json"},
        BadStoryCase{"UnknownIndicator", R"json("patient-view": ["vitamin-d-suggest (warn)"])json"},
        BadStoryCase{"UnknownOffer", R"("patient-view": ["vitamin-d-suggest, offers vitamin D"])"},
        BadStoryCase{"ExpectsNothing", R"("record": [])"},
        BadStoryCase{"BadSite", R"("site": { "parameters": { "vitaminD.rulesets": "ros-2020" } }, "patient-view": [])"},
        BadStoryCase{"UnknownResource",
                     R"("resources": [{ "resourceType": "Condtion", "id": "c" }], "patient-view": [])"},
        BadStoryCase{"UnknownSource", R"("unavailable": ["medications"], "patient-view": [])"},
        BadStoryCase{"SelectionOfNothing", R"("selections": ["25-OH vitamin D"], "order-sign": [])"}),
    CaseName());

}  // namespace
}  // namespace rules
