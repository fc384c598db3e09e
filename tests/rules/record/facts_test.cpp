// The facts that come straight from resources: which conditions, medicines, procedures and orders count, and since when
// (rules/packs/back-pain-labs/REFERENCE.md A.1, A.6, D.6).
#include "rules/record/facts.hpp"

#include "tests/rules/record/fact_case.hpp"

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

class Facts : public testing::TestWithParam<FactCase> {};

TEST_P(Facts, AreToldAs) {
    TestRun test(shipped_program(), list({GetParam().resource}));
    EXPECT_EQ(told_items(test, GetParam().fact), GetParam().told);
}

const char* const low_back_pain = "279039007";
const char* const metastasis = "94222008";

// REFERENCE.md A.1, status logic.
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

/// \param performed  its member, or nothing.
std::string dialysis(std::string_view status, std::string_view performed) {
    std::string text = R"({"resourceType": "Procedure", "id": "p", "code": {"coding": [)"
                       R"({"system": "http://snomed.info/sct", "code": "265764009"}]}, "status": ")";
    text.append(status).append("\"");
    if (!performed.empty()) text.append(", ").append(performed);
    return text.append("}");
}

// What is in progress goes on today, and so does what ends ahead (REFERENCE.md D.6).
INSTANTIATE_TEST_SUITE_P(
    OfProcedures, Facts,
    testing::Values(
        FactCase{"InProgressWithoutATime", "dialysisProcedure", dialysis("in-progress", ""), "dialysis: 0 days"},
        FactCase{"InProgressByWords", "dialysisProcedure",
                 dialysis("in-progress", R"("performedString": "three times a week")"), "dialysis: 0 days"},
        FactCase{"InProgressSinceADate", "dialysisProcedure",
                 dialysis("in-progress", R"("performedDateTime": "2019-05-01")"), "dialysis: 0 days"},
        FactCase{"InProgressAndDatedAhead", "dialysisProcedure",
                 dialysis("in-progress", R"("performedDateTime": "2027-02-20")"), "dialysis: 0 days"},
        FactCase{"InProgressInAPeriod", "dialysisProcedure",
                 dialysis("in-progress", R"("performedPeriod": {"start": "2019"})"), "dialysis: 0 days"},
        FactCase{"InProgressThoughItsPeriodHasEnded", "dialysisProcedure",
                 dialysis("in-progress", R"("performedPeriod": {"start": "2019", "end": "2020-05-01"})"), ""},
        FactCase{"EndsAheadAndGoesOn", "dialysisProcedure",
                 dialysis("in-progress", R"("performedPeriod": {"start": "2019", "end": "9999-12-31"})"),
                 "dialysis: 0 days"},
        FactCase{"EndsAheadAndIsDone", "dialysisProcedure",
                 dialysis("completed", R"("performedPeriod": {"start": "2019", "end": "9999-12-31"})"),
                 "dialysis: 0 days"},
        FactCase{"BeginsAhead", "dialysisProcedure",
                 dialysis("completed", R"("performedPeriod": {"start": "2027-02-20", "end": "9999-12-31"})"), ""},
        FactCase{"LiesAhead", "dialysisProcedure", dialysis("completed", R"("performedDateTime": "2027-02-20")"), ""},
        FactCase{"DoneLongAgo", "dialysisProcedure", dialysis("completed", R"("performedPeriod": {"start": "2019"})"),
                 ""},
        FactCase{"DoneLately", "dialysisProcedure", dialysis("completed", R"("performedDateTime": "2026-02-20")"),
                 "dialysis: 10 days"}),
    CaseName());

// REFERENCE.md A.1, duration; D.6.
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
        FactCase{"AheadOfTheRecordTheRecordCounts", "backPain",
                 condition(low_back_pain,
                           status("active", R"("onsetDateTime": "9999-12-31", "recordedDate": "2026-02-20")")),
                 "low back pain: 10 days or more"},
        FactCase{"APeriodAheadOfTheRecord", "backPain",
                 condition(low_back_pain,
                           status("active", R"("onsetPeriod": {"start": "2027-01"}, "recordedDate": "2026-02-20")")),
                 "low back pain: 10 days or more"},
        FactCase{"ARecordOfTheFutureIsUnknown", "backPain",
                 condition(low_back_pain, status("active", R"("recordedDate": "2027-02-20")")), "low back pain"},
        FactCase{
            "ARedFlagWithAnOnsetAheadKeepsNoDate", "redFlags",
            condition("267064002", status("active", R"("onsetDateTime": "2027-02-20", "recordedDate": "2024-01-20")")),
            "urinary retention"},
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

std::string hl7(std::string_view system, std::string_view code) {
    return R"({"system": "http://terminology.hl7.org/CodeSystem/condition-)" + std::string(system) + R"(", "code": ")" +
           std::string(code) + "\"}";
}

std::string clinical(const std::vector<std::string>& codings, std::string_view more = "") {
    std::string text = R"("clinicalStatus": {"coding": )" + list(codings) + "}";
    return text.append(more.empty() ? "" : ", ").append(more);
}

const char* const local_a = R"({"system": "https://ehr.example/status", "code": "A"})";
const char* const local_resolved = R"({"system": "https://ehr.example/status", "code": "resolved"})";
const char* const modified = R"("modifierExtension": [{"url": "https://ehr.example/not", "valueBoolean": true}])";

// FHIR R4: required bindings of clinicalStatus and verificationStatus; CodeableConcept; modifierExtension.
INSTANTIATE_TEST_SUITE_P(
    OfStatusConcepts, Facts,
    testing::Values(
        FactCase{"LocalCodeFirst", "backPain", condition(low_back_pain, clinical({local_a, hl7("clinical", "active")})),
                 "low back pain"},
        FactCase{"LocalCodeThatIsSpelledLikeOneOfHl7", "backPain",
                 condition(low_back_pain, clinical({local_resolved, hl7("clinical", "active")})), "low back pain"},
        FactCase{"LocalCodeOnly", "backPain", condition(low_back_pain, clinical({local_a})), ""},
        FactCase{"TwoOfHl7sThatContradict", "backPain",
                 condition(low_back_pain, clinical({hl7("clinical", "active"), hl7("clinical", "resolved")})), ""},
        FactCase{"TwoThatContradictStillSilence", "redFlags",
                 condition(metastasis, clinical({hl7("clinical", "resolved"), hl7("clinical", "active")})),
                 "bone metastasis"},
        FactCase{
            "RefutedBehindALocalCode", "osteoporosis",
            condition(
                "64859006",
                status(
                    "active",
                    R"("verificationStatus": {"coding": [{"system": "https://ehr.example/s", "code": "confirmed"}, )" +
                        hl7("ver-status", "refuted") + "]}")),
            ""},
        FactCase{"Modified", "backPain", condition(low_back_pain, status("active", modified)), ""},
        FactCase{"ModifiedStillSilences", "redFlags", condition(metastasis, status("active", modified)),
                 "bone metastasis"},
        FactCase{"ModifiedPregnancyStillSilences", "pregnancy", condition("77386006", status("active", modified)),
                 "pregnancy"}),
    CaseName());

// Lifelong diseases: visit diagnoses carry no status, and remission restores no ileum.
INSTANTIATE_TEST_SUITE_P(
    OfLifelongDiseases, Facts,
    testing::Values(
        FactCase{"InRemission", "crohnsDisease", condition("34000006", status("remission")), "Crohn's disease"},
        FactCase{"Inactive", "coeliacDisease", condition("396331005", status("inactive")), "celiac disease"},
        FactCase{"WithoutStatus", "osteoporosis", condition("64859006", R"("recordedDate": "2015-03-02")"),
                 "osteoporosis: 4018 days or more"},
        FactCase{"Resolved", "crohnsDisease", condition("34000006", status("resolved")), ""},
        FactCase{"Abated", "crohnsDisease",
                 condition("34000006", status("active", R"("abatementDateTime": "2025-01-01")")), ""},
        FactCase{"BackPainInRemission", "backPain", condition(low_back_pain, status("remission")), ""},
        FactCase{"SarcoidosisInactive", "granulomatousDisease", condition("31541009", status("inactive")),
                 "sarcoidosis"}),
    CaseName());

TEST(FactConditions, CountInSafetyWhereVersionsDiffer) {
    const std::string once = condition(metastasis, status("active")), twice = condition(metastasis, status("resolved"));
    TestRun test(shipped_program(), list({once, twice}));
    EXPECT_EQ(told_items(test, "redFlags"), "bone metastasis");
    TestRun pain(shipped_program(),
                 list({condition(low_back_pain, status("active")), condition(low_back_pain, status("inactive"))}));
    EXPECT_EQ(told_items(pain, "backPain"), "");
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

// The laboratory's only bound is the upper one: the pack's own limit still counts (REFERENCE.md D.6).
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

struct OrderCase {
    const char* name;
    const char* more;
    const char* told;
};

class Orders : public testing::TestWithParam<OrderCase> {};

// FHIR R4: ServiceRequest.occurrence[x], request-intent. Today is 2026-03-02.
TEST_P(Orders, AreOpenAs) {
    const std::string order =
        R"({"resourceType": "ServiceRequest", "id": "a", "status": "active", "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "82306"}]}, )" +
        std::string(GetParam().more) + "}";
    TestRun test(shipped_program(), list({order}));
    EXPECT_EQ(told_items(test, "orders"), GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Orders,
    testing::Values(
        OrderCase{"ForALaterDate",
                  R"("intent": "order", "authoredOn": "2025-10-15", "occurrenceDateTime": "2026-04-15")",
                  "25-OH vitamin D: 138 days"},
        OrderCase{"LongAfterItsDate",
                  R"("intent": "order", "authoredOn": "2025-09-15", "occurrenceDateTime": "2025-11-15")", ""},
        OrderCase{
            "UntilTheEndOfItsPeriod",
            R"("intent": "order", "authoredOn": "2025-03-15", "occurrencePeriod": {"start": "2025-03-20", "end": "2025-12-02"})",
            "25-OH vitamin D: 352 days"},
        OrderCase{
            "UntilTheBoundsOfItsTiming",
            R"("intent": "order", "authoredOn": "2025-03-15", "occurrenceTiming": {"repeat": {"boundsPeriod": {"end": "2027-12-02"}}})",
            "25-OH vitamin D: 352 days"},
        OrderCase{"ForADateFarAhead",
                  R"("intent": "order", "authoredOn": "2026-02-15", "occurrenceDateTime": "2062-04-15")", ""},
        OrderCase{"Proposal", R"("intent": "proposal", "authoredOn": "2026-02-15")", ""},
        OrderCase{"Option", R"("intent": "option", "authoredOn": "2026-02-15")", ""},
        OrderCase{"Plan", R"("intent": "plan", "authoredOn": "2026-02-15")", "25-OH vitamin D: 15 days"},
        OrderCase{"Modified",
                  R"("intent": "order", "authoredOn": "2026-02-15", "modifierExtension": [{"url": "https://x"}])", ""}),
    CaseName());

}  // namespace
