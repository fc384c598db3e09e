// The facts that come straight from resources: which conditions, medicines, procedures and orders count, and since when
// (knowledge A.1, A.6, D.6).
#include "rules/record/facts.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

namespace {

std::string condition(std::string_view code, std::string_view more) {
    std::string text = R"({"resourceType": "Condition", "id": "c", "code": {"coding": [{"system": ")";
    text.append(code.find_first_not_of("0123456789") == std::string_view::npos ? "http://snomed.info/sct"
                                                                               : "http://hl7.org/fhir/sid/icd-10-cm");
    text.append(R"(", "code": ")").append(code).append(R"("}]})").append(more.empty() ? "" : ", ").append(more);
    return text + "}";
}

std::string status(std::string_view clinical, std::string_view more = "") {
    std::string text = R"("clinicalStatus": {"coding": [{"code": ")" + std::string(clinical) + R"("}]})";
    return text.append(more.empty() ? "" : ", ").append(more);
}

/// "low back pain: 84 days, at least", or "" for nothing.
std::string told_items(TestRun& test, std::string_view slot) {
    std::string line;
    for (const fhir::path::Value& item : test.slot(slot)) {
        if (!item.is_element()) return "yes";
        const boost::json::object& object = item.json()->as_object();
        line.append(line.empty() ? "" : "; ").append(text_of(object, "label"));
        if (const auto* days = object.if_contains("ageDays")) line += ": " + std::to_string(days->as_int64()) + " days";
        if (object.contains("atLeast")) line += " or more";
    }
    return line;
}

struct FactCase {
    const char* name;
    const char* fact;
    std::string resource;
    const char* told;
};

class Facts : public testing::TestWithParam<FactCase> {};

TEST_P(Facts, AreToldAs) {
    TestRun test(shipped_program(), list({GetParam().resource}));
    EXPECT_EQ(told_items(test, GetParam().fact), GetParam().told);
}

const char* const low_back_pain = "279039007";
const char* const metastasis = "94222008";

// Knowledge A.1, status logic.
INSTANTIATE_TEST_SUITE_P(
    OfStatus, Facts,
    testing::Values(
        FactCase{"Active", "backPain", condition(low_back_pain, status("active", R"("onsetDateTime": "2025-12-08")")),
                 "low back pain: 84 days"},
        FactCase{"Relapse", "backPain", condition(low_back_pain, status("relapse")), "low back pain"},
        FactCase{"Resolved", "backPain", condition(low_back_pain, status("resolved")), ""},
        FactCase{"Inactive", "backPain", condition(low_back_pain, status("inactive")), ""},
        FactCase{
            "Refuted", "backPain",
            condition(low_back_pain, status("active", R"("verificationStatus": {"coding": [{"code": "refuted"}]})")),
            ""},
        FactCase{"Provisional", "backPain",
                 condition(low_back_pain,
                           status("active", R"("verificationStatus": {"coding": [{"code": "provisional"}]})")),
                 ""},
        FactCase{"AbatedYesterday", "backPain",
                 condition(low_back_pain, status("active", R"("abatementDateTime": "2026-03-01")")), ""},
        FactCase{"AbatesNextYear", "backPain",
                 condition(low_back_pain, status("active", R"("abatementDateTime": "2027")")), "low back pain"},
        FactCase{"WithoutStatusRecordedLately", "backPain", condition(low_back_pain, R"("recordedDate": "2025-03-02")"),
                 "low back pain: 365 days or more"},
        FactCase{"WithoutStatusRecordedLongAgo", "backPain",
                 condition(low_back_pain, R"("recordedDate": "2025-03-01")"), ""},
        FactCase{"WithoutStatusAndDate", "backPain", condition(low_back_pain, ""), ""},
        FactCase{"NotThePain", "backPain", condition("762452003", status("active")), ""},
        FactCase{"NeckPainIsNotBackPain", "backPain", condition("M54.2", status("active")), ""},
        FactCase{"OldIcdCodeStillCounts", "backPain", condition("M54.5", status("active")), "low back pain"},
        FactCase{
            "RedFlagOfUnconfirmedStatus", "redFlags",
            condition(metastasis, status("active", R"("verificationStatus": {"coding": [{"code": "provisional"}]})")),
            "bone metastasis"},
        FactCase{"RedFlagEnteredInError", "redFlags",
                 condition(metastasis,
                           status("active", R"("verificationStatus": {"coding": [{"code": "entered-in-error"}]})")),
                 ""},
        FactCase{"MalignancyInRemissionIsARedFlag", "redFlags", condition("363346000", status("remission")),
                 "malignancy"}),
    CaseName());

// Knowledge A.1, duration; D.6, who and when.
INSTANTIATE_TEST_SUITE_P(
    OfDuration, Facts,
    testing::Values(
        FactCase{"MonthIsItsLastDay", "backPain",
                 condition(low_back_pain, status("active", R"("onsetDateTime": "2025-12")")),
                 "low back pain: 61 days or more"},
        FactCase{"ThisYearIsToday", "backPain",
                 condition(low_back_pain, status("active", R"("onsetDateTime": "2026")")),
                 "low back pain: 0 days or more"},
        FactCase{"PeriodStart", "backPain",
                 condition(low_back_pain, status("active", R"("onsetPeriod": {"start": "2026-01-01"})")),
                 "low back pain: 60 days"},
        FactCase{
            "TextIsNotParsed", "backPain",
            condition(low_back_pain, status("active", R"("onsetString": "since 2019", "recordedDate": "2026-02-20")")),
            "low back pain: 10 days or more"},
        FactCase{
            "AgeIsTheDayBeforeTheNextBirthday", "backPain",
            condition(
                low_back_pain,
                status(
                    "active",
                    R"("onsetAge": {"value": 54, "unit": "years", "system": "http://unitsofmeasure.org", "code": "a"})")),
            "low back pain: 231 days or more"},
        FactCase{
            "AgeInMonthsIsNotRead", "backPain",
            condition(
                low_back_pain,
                status(
                    "active",
                    R"("onsetAge": {"value": 654, "unit": "months", "system": "http://unitsofmeasure.org", "code": "mo"})")),
            "low back pain"},
        FactCase{"TomorrowIsToday", "backPain",
                 condition(low_back_pain, status("active", R"("onsetDateTime": "2026-03-03")")),
                 "low back pain: 0 days"},
        FactCase{"TheFutureIsUnknown", "backPain",
                 condition(low_back_pain, status("active", R"("onsetDateTime": "2026-04-01")")), "low back pain"},
        FactCase{"AnInstantInOurOffset", "backPain",
                 condition(low_back_pain, status("active", R"("onsetDateTime": "2026-03-01T23:30:00-05:00")")),
                 "low back pain: 0 days"},
        FactCase{"ChronicOnDay84", "chronicBackPain",
                 condition(low_back_pain, status("active", R"("onsetDateTime": "2025-12-08")")),
                 "low back pain: 84 days"},
        FactCase{"NotChronicOnDay83", "chronicBackPain",
                 condition(low_back_pain, status("active", R"("onsetDateTime": "2025-12-09")")), ""},
        FactCase{"ChronicByCode", "chronicBackPain", condition("278860009", status("active")),
                 "chronic low back pain"}),
    CaseName());

std::string request(std::string_view concept_json, std::string_view more) {
    return R"({"resourceType": "MedicationRequest", "id": "m", "intent": "order", )" + std::string(more) +
           R"(, "medicationCodeableConcept": )" + std::string(concept_json) + "}";
}

const char* const prednisone =
    R"({"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "8640"}]})";
const char* const active_since_july = R"("status": "active", "authoredOn": "2025-07-01")";

// Knowledge A.6, D.6; decisions, RxNorm products.
INSTANTIATE_TEST_SUITE_P(
    OfMedicines, Facts,
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

std::string pregnancy_status(std::string_view code, std::string_view when) {
    return R"({"resourceType": "Observation", "id": ")" + std::string(when) +
           R"(", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "82810-3"}]},
               "effectiveDateTime": ")" +
           std::string(when) +
           R"(", "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": ")" +
           std::string(code) + R"("}]}})";
}

const char* const pregnant = "77386006";
const char* const not_pregnant = "60001007";

TEST(FactObservations, AreTheLatestOne) {
    TestRun delivered(shipped_program(),
                      list({pregnancy_status(pregnant, "2026-02-01"), pregnancy_status(not_pregnant, "2026-02-20")}));
    EXPECT_EQ(told_items(delivered, "pregnancyStatus"), "");
    TestRun expecting(shipped_program(),
                      list({pregnancy_status(pregnant, "2026-02-20"), pregnancy_status(not_pregnant, "2026-02-01")}));
    EXPECT_EQ(told_items(expecting, "pregnancyStatus"), "pregnancy: 10 days");
}

TEST(FactObservations, DatedAheadDoNotHideTheLatestOne) {
    TestRun test(shipped_program(),
                 list({pregnancy_status(pregnant, "2026-02-20"), pregnancy_status(not_pregnant, "2062-02-20")}));
    EXPECT_EQ(told_items(test, "pregnancyStatus"), "pregnancy: 10 days");
}

TEST(FactObservations, OfAWholeYearAreOfItsLastDaySoFar) {
    TestRun test(shipped_program(),
                 list({pregnancy_status(not_pregnant, "2026-02-20"), pregnancy_status(pregnant, "2026")}));
    EXPECT_EQ(told_items(test, "pregnancyStatus"), "pregnancy: 0 days or more");
}

// The laboratory's only bound is the upper one: the pack's own limit still counts (knowledge D.6).
TEST(FactResults, AreLowWhereTheLaboratoryPrintsNoLowerBound) {
    const std::string haemoglobin = observation(
        "o1", "718-7",
        R"("valueQuantity": {"value": 7, "unit": "g/dL"}, "referenceRange": [{"high": {"value": 16, "unit": "g/dL"}}])");
    const std::string woman =
        R"({"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-07-15"})";
    TestRun test(shipped_program(), list({haemoglobin, woman}));
    EXPECT_EQ(told_items(test, "lowHaemoglobin"), "Hemoglobin: 10 days");
}

TEST(FactOrders, AreOpenForTheirWindow) {
    const auto order = [](const char* id, const char* how, const char* when) {
        return R"({"resourceType": "ServiceRequest", "id": ")" + std::string(id) +
               R"(", "intent": "order", "status": ")" + how + R"(", "authoredOn": ")" + when +
               R"(", "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "82306"}]}})";
    };
    TestRun open(shipped_program(), list({order("a", "active", "2025-12-02")}));
    EXPECT_EQ(told_items(open, "orders"), "25-OH vitamin D: 90 days");
    TestRun old(shipped_program(), list({order("a", "active", "2025-12-01")}));
    EXPECT_EQ(told_items(old, "orders"), "");
    TestRun done(shipped_program(), list({order("a", "completed", "2026-02-01")}));
    EXPECT_EQ(told_items(done, "orders"), "");
}

}  // namespace
