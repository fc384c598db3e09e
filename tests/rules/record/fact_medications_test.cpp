// Which medicines count, by ingredient and route, since when and for how long (rules/packs/back-pain-labs/REFERENCE.md
// A.6, D.6).
#include "tests/rules/record/fact_case.hpp"

namespace {

class MedicationFacts : public testing::TestWithParam<FactCase> {};

TEST_P(MedicationFacts, AreToldAs) {
    TestRun test(shipped_program(), list({GetParam().resource}));
    EXPECT_EQ(told_items(test, GetParam().fact), GetParam().told);
}

std::string request(std::string_view concept_json, std::string_view more) {
    return R"({"resourceType": "MedicationRequest", "id": "m", "intent": "order", )" + std::string(more) +
           R"(, "medicationCodeableConcept": )" + std::string(concept_json) + "}";
}

const char* const prednisone =
    R"({"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "8640"}]})";
const char* const active_since_july = R"("status": "active", "authoredOn": "2025-07-01")";

// REFERENCE.md A.6, D.6.
INSTANTIATE_TEST_SUITE_P(
    OfMedicines, MedicationFacts,
    testing::Values(
        FactCase{"ByIngredient", "vitaminDTherapy",
                 request(R"({"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "2418"}]})",
                         active_since_july),
                 "cholecalciferol: 244 days"},
        FactCase{"ByNameAsAWholeWord", "vitaminDTherapy",
                 request(R"({"text": "Cholecalciferol 25 MCG Oral Tablet"})", active_since_july),
                 "cholecalciferol: 244 days"},
        FactCase{"NotByAPartOfAWord", "vitaminDTherapy",
                 request(R"({"text": "Cholecalciferolate"})", active_since_july), ""},
        FactCase{
            "ByAtcCode", "steroidsByClass",
            request(R"({"coding": [{"system": "http://www.whocc.no/atc", "code": "H02AB07"}]})", active_since_july),
            "systemic prednisone: 244 days"},
        FactCase{"Stopped", "vitaminDTherapy",
                 request(R"({"text": "cholecalciferol"})", R"("status": "stopped", "authoredOn": "2025-07-01")"), ""},
        FactCase{"AuthoredTooLongAgo", "vitaminDTherapy",
                 request(R"({"text": "cholecalciferol"})", R"("status": "active", "authoredOn": "2025-03-01")"), ""},
        FactCase{"NotToBePerformed", "vitaminDTherapy",
                 request(R"({"text": "cholecalciferol"})",
                         R"("status": "active", "authoredOn": "2026-01-01", "doNotPerform": true)"),
                 ""},
        FactCase{
            "SteroidByMouth", "steroidsByRoute",
            request(
                prednisone,
                std::string(active_since_july) +
                    R"(, "dosageInstruction": [{"route": {"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]}}])"),
            "prednisone: 244 days"},
        FactCase{"SteroidOnTheSkin", "steroidsByRoute",
                 request(prednisone,
                         std::string(active_since_july) + R"(, "dosageInstruction": [{"route": {"text": "topical"}}])"),
                 ""},
        FactCase{"SteroidByDoseForm", "steroidsByRoute",
                 request(R"({"text": "Prednisone 5 MG Oral Tablet"})", active_since_july), "prednisone: 244 days"},
        FactCase{"SteroidCream", "steroidsByRoute",
                 request(R"({"text": "Hydrocortisone 1 % cream"})", active_since_july), ""},
        FactCase{"SteroidByUnknownRoute", "steroidsByRoute", request(prednisone, active_since_july), ""},
        FactCase{
            "StatementOfAPeriod", "vitaminDTherapy",
            R"({"resourceType": "MedicationStatement", "id": "s", "status": "active", "medicationCodeableConcept": {"text": "cholecalciferol"}, "effectivePeriod": {"start": "2020-01-01"}})",
            "cholecalciferol: 2252 days"},
        FactCase{
            "StatementThatBeginsLater", "vitaminDTherapy",
            R"({"resourceType": "MedicationStatement", "id": "s", "status": "active", "medicationCodeableConcept": {"text": "cholecalciferol"}, "effectivePeriod": {"start": "2026-06-01"}})",
            ""}),
    CaseName());

/// "pantoprazole: 637 days on treatment", or "" for nothing.
std::string told_treatment(TestRun& test, std::string_view slot) {
    std::string line;
    for (const fhir::path::Value& item : test.slot(slot)) {
        const boost::json::object& object = item.json()->as_object();
        line.append(line.empty() ? "" : "; ").append(text_of(object, "label"));
        if (const auto* days = object.if_contains("daysOnTreatment"))
            line += ": " + std::to_string(days->as_int64()) + " days on treatment";
    }
    return line;
}

std::string prescription(std::string_view id, std::string_view medicine, std::string_view how, std::string_view when,
                         std::string_view more = "") {
    std::string text = R"({"resourceType": "MedicationRequest", "id": ")" + std::string(id) +
                       R"(", "intent": "order", "status": ")" + std::string(how) + R"(", "authoredOn": ")" +
                       std::string(when) + R"(", "medicationCodeableConcept": {"text": ")" + std::string(medicine) +
                       "\"}";
    return text.append(more.empty() ? "" : ", ").append(more) + "}";
}

struct TreatmentCase {
    const char* name;
    const char* fact;
    std::vector<std::string> records;
    const char* told;
};

class Treatments : public testing::TestWithParam<TreatmentCase> {};

TEST_P(Treatments, AreToldAs) {
    TestRun test(shipped_program(), list(GetParam().records));
    EXPECT_EQ(told_treatment(test, GetParam().fact), GetParam().told);
}

const char* const six_days = R"("dosageInstruction": [{"text": "taper over 6 days", "route": {"text": "oral"},
    "timing": {"repeat": {"boundsDuration": {"value": 6, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}}}}])";
const char* const by_mouth = R"("dosageInstruction": [{"route": {"text": "oral"}}])";
const char* const supply_of_thirty = R"("dispenseRequest": {"numberOfRepeatsAllowed": 5,
    "expectedSupplyDuration": {"value": 30, "unit": "days"}}, "dosageInstruction": [{"route": {"text": "oral"}}])";

// Ends: FHIR R4, Timing.repeat.bounds, dispenseRequest. Today is 2026-03-02.
INSTANTIATE_TEST_SUITE_P(
    Ends, Treatments,
    testing::Values(TreatmentCase{"SixDayPackThatNobodyClosed",
                                  "steroidsByRoute",
                                  {prescription("a", "prednisone", "active", "2025-10-01", six_days)},
                                  ""},
                    TreatmentCase{"SixDayPackLately",
                                  "steroidsByRoute",
                                  {prescription("a", "prednisone", "active", "2026-02-01", six_days)},
                                  "prednisone: 6 days on treatment"},
                    TreatmentCase{"FiveRefillsOfThirtyDays",
                                  "steroidsByRoute",
                                  {prescription("a", "prednisone", "active", "2025-09-01", supply_of_thirty)},
                                  "prednisone: 180 days on treatment"},
                    TreatmentCase{"NoEnd",
                                  "steroidsByRoute",
                                  {prescription("a", "prednisone", "active", "2025-09-01", by_mouth)},
                                  "prednisone: 182 days on treatment"},
                    TreatmentCase{"BurstsThatWereClosed",
                                  "steroidsByRoute",
                                  {prescription("a", "prednisone", "completed", "2025-06-01", by_mouth),
                                   prescription("b", "prednisone", "completed", "2025-10-01", by_mouth),
                                   prescription("c", "prednisone", "active", "2026-02-20", by_mouth)},
                                  "prednisone: 10 days on treatment"},
                    TreatmentCase{"AnOldCourseDoesNotCount",
                                  "acidBlockers",
                                  {prescription("a", "omeprazole", "completed", "2023-01-01",
                                                R"("dispenseRequest": {"validityPeriod": {"end": "2024-06-01"}})"),
                                   prescription("b", "omeprazole", "active", "2026-01-01")},
                                  "omeprazole: 60 days on treatment"},
                    TreatmentCase{"AnotherOfTheClassIsNoNewStart",
                                  "acidBlockers",
                                  {prescription("a", "omeprazole", "stopped", "2024-06-03"),
                                   prescription("b", "omeprazole", "stopped", "2025-03-03"),
                                   prescription("c", "pantoprazole", "active", "2025-09-08")},
                                  "pantoprazole: 637 days on treatment"},
                    TreatmentCase{"OfOneDayThatDisagreeGiveNoIndication",
                                  "enzymeInducers",
                                  {prescription("a", "phenytoin", "active", "2025-09-08"),
                                   prescription("b", "phenytoin", "stopped", "2025-09-08")},
                                  ""},
                    TreatmentCase{"OfOneDayThatDisagreeSilence",
                                  "vitaminDTherapy",
                                  {prescription("a", "cholecalciferol", "active", "2025-09-08"),
                                   prescription("b", "cholecalciferol", "stopped", "2025-09-08")},
                                  "cholecalciferol: 175 days on treatment"}),
    CaseName());

const char* const large_dose = R"("dosageInstruction": [{"text": "300,000 IU once"}])";
const char* const small_dose = R"("dosageInstruction": [{"text": "50,000 IU weekly"}])";
const char* const dose_by_mass = R"("dosageInstruction": [{"doseAndRate": [{"doseQuantity":
    {"value": 2.5, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]}])";
const char* const injected =
    R"("dosageInstruction": [{"route": {"coding": [{"system": "http://snomed.info/sct", "code": "78421000"}]}}])";

std::string given(std::string_view medicine, std::string_view when, std::string_view dosage) {
    return R"({"resourceType": "MedicationAdministration", "id": "g", "status": "completed", "effectiveDateTime": ")" +
           std::string(when) + R"(", "medicationCodeableConcept": {"text": ")" + std::string(medicine) +
           R"("}, "dosage": )" + std::string(dosage) + "}";
}

// Single doses: Ilahi, AJCN 2008;87:688; Kearns 2014, PMC4128480. Injections of B12: British Society for Haematology
// 2014.
INSTANTIATE_TEST_SUITE_P(
    Completed, Treatments,
    testing::Values(
        TreatmentCase{"ALargeDose",
                      "vitaminDTherapy",
                      {prescription("a", "cholecalciferol", "completed", "2025-12-08", large_dose)},
                      "cholecalciferol: 84 days on treatment"},
        TreatmentCase{"NotForLonger",
                      "vitaminDTherapy",
                      {prescription("a", "cholecalciferol", "completed", "2025-12-07", large_dose)},
                      ""},
        TreatmentCase{"ButAResultBeforeItIsStale",
                      "vitaminDTreatment",
                      {prescription("a", "cholecalciferol", "completed", "2025-10-01", large_dose)},
                      "cholecalciferol: 152 days on treatment"},
        TreatmentCase{"ByMass",
                      "vitaminDTherapy",
                      {prescription("a", "cholecalciferol", "completed", "2026-02-01", dose_by_mass)},
                      "cholecalciferol: 29 days on treatment"},
        TreatmentCase{"ASmallDose",
                      "vitaminDTreatment",
                      {prescription("a", "cholecalciferol", "completed", "2026-02-01", small_dose)},
                      ""},
        TreatmentCase{"ACourseThatNamesFourWeeks",
                      "vitaminDTherapy",
                      {prescription("a", "cholecalciferol", "completed", "2026-01-01",
                                    R"("dispenseRequest": {"expectedSupplyDuration": {"value": 28, "code": "d"}})")},
                      "cholecalciferol: 60 days on treatment"},
        TreatmentCase{"AnAdministration",
                      "vitaminDTherapy",
                      {given("cholecalciferol", "2026-02-10", R"({"dose": {"value": 100000, "unit": "IU"}})")},
                      "cholecalciferol: 20 days on treatment"},
        TreatmentCase{"AnInjectionOfB12",
                      "b12Therapy",
                      {prescription("a", "hydroxocobalamin", "completed", "2025-12-02", injected)},
                      "hydroxocobalamin: 90 days on treatment"},
        TreatmentCase{"AnInjectionByItsWords",
                      "b12Therapy",
                      {given("hydroxocobalamin 1 mg/ml solution for injection ampoule", "2026-02-10", "{}")},
                      "hydroxocobalamin: 20 days on treatment"},
        TreatmentCase{"ACompletedTabletOfB12",
                      "b12Therapy",
                      {prescription("a", "cyanocobalamin 50 mcg tablet", "completed", "2026-02-01")},
                      ""},
        TreatmentCase{"AMultivitaminIsNone",
                      "vitaminDTherapy",
                      {prescription("a", "Multivitamin with vitamin D3 tablet", "active", "2026-02-01")},
                      ""},
        TreatmentCase{"AnOintmentIsNone",
                      "vitaminDTherapy",
                      {prescription("a", "vitamin D ointment", "active", "2026-02-01")},
                      ""},
        TreatmentCase{"OnTheSkinIsNone",
                      "vitaminDTherapy",
                      {prescription("a", "vitamin D", "active", "2026-02-01",
                                    R"("dosageInstruction": [{"route": {"text": "Topical"}}])")},
                      ""},
        TreatmentCase{"AnActiveFormIsNone",
                      "vitaminDTherapy",
                      {prescription("a", "calcitriol (active vitamin D)", "active", "2026-02-01")},
                      ""},
        TreatmentCase{
            "NitrousOxideThatEndedLately",
            "nitrousOxideDrug",
            {R"({"resourceType": "MedicationStatement", "id": "s", "status": "completed", "medicationCodeableConcept": {"text": "nitrous oxide"}, "effectivePeriod": {"start": "2025-06-01", "end": "2026-02-01"}})"},
            "nitrous oxide: 274 days on treatment"},
        TreatmentCase{
            "NitrousOxideThatEndedLongAgo",
            "nitrousOxideDrug",
            {R"({"resourceType": "MedicationStatement", "id": "s", "status": "completed", "medicationCodeableConcept": {"text": "nitrous oxide"}, "effectivePeriod": {"start": "2025-06-01", "end": "2025-11-01"}})"},
            ""}),
    CaseName());

TEST(FactMedications, StartIsThatOfTheCurrentCourse) {
    const auto of = [](const char* id, const char* how, const char* when) {
        return R"({"resourceType": "MedicationRequest", "id": ")" + std::string(id) +
               R"(", "intent": "order", "status": ")" + how + R"(", "authoredOn": ")" + when +
               R"(", "medicationCodeableConcept": {"text": "cholecalciferol"}})";
    };
    TestRun test(shipped_program(), list({of("a", "active", "2026-01-01"), of("b", "completed", "2025-06-01"),
                                          of("c", "completed", "2020-01-01")}));
    EXPECT_EQ(told_items(test, "vitaminDTherapy"), "cholecalciferol: 274 days");
}

// A search, or a contained Medication that is not there, leads to none of those beside it.
TEST(FactMedications, AreNotThoseThatAReferenceDoesNotLeadTo) {
    const auto referring = [](const char* reference) {
        return R"({"resourceType": "MedicationRequest", "id": "r", "intent": "order", "status": "active", "authoredOn": "2026-02-01",
                   "medicationReference": {"reference": ")" +
               std::string(reference) + R"("}})";
    };
    const auto told = [&](const char* reference, const char* id) {
        const std::string medication =
            R"({"resourceType": "Medication", )" + std::string(id) + R"("code": {"text": "cholecalciferol"}})";
        TestRun test(shipped_program(), list({referring(reference), medication}));
        return told_items(test, "vitaminDTherapy");
    };
    EXPECT_EQ(told("Medication/x", R"("id": "x", )"), "cholecalciferol: 29 days");
    EXPECT_EQ(told("urn:uuid:x", R"("id": "x", )"), "cholecalciferol: 29 days");
    EXPECT_EQ(told("Medication?identifier=1", ""), "");
    EXPECT_EQ(told("#x", R"("id": "x", )"), "");
    EXPECT_EQ(told("Patient/x", R"("id": "x", )"), "");
}

TEST(FactMedications, SayWhichRouteIsNotKnown) {
    TestRun test(shipped_program(), list({request(prednisone, active_since_july)}));
    const auto& slots = shipped_program().inner().slots;
    const auto slot = std::ranges::find(slots, "steroidsByRoute", &rules::Slot::name);
    const rules::SlotValue& value = test.run().slot(static_cast<std::uint16_t>(slot - slots.begin()));
    ASSERT_EQ(value.notes.size(), 1U);
    EXPECT_EQ(value.notes.front(),
              "prednisone (MedicationRequest/m): its route is not known, so it does not count as \"Systemic steroid\"");
}

}  // namespace
