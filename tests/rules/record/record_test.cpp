// One record out of what several sources sent: newest versions, whose a result is, what Medication a reference means.
#include "rules/record/record.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

namespace {

/// Entries of one source, each {"fullUrl", "resource"} or a bare resource.
rules::Record record_of(const boost::json::value& entries, const char* key) {
    rules::Sources sources;
    for (const boost::json::value& entry : entries.as_array()) {
        const auto read = fhir::read_entry(entry.as_object());
        sources[key].resources.push_back(read ? *read : fhir::entry_of(entry.as_object()));
    }
    return rules::read_record(sources);
}

struct FocusCase {
    const char* name;
    const char* more;  // members of the Observation
    const char* told;
};

class AboutWhom : public testing::TestWithParam<FocusCase> {};

// FHIR R4: Observation.focus, Observation.specimen, Specimen.subject, observation-focusCode.
TEST_P(AboutWhom, AnObservationIs) {
    TestRun test(shipped_program(),
                 list({observation("o", "62292-8", quantity("8", "ng/mL") + ", " + GetParam().more)}));
    EXPECT_EQ(told(test, "vitaminD"), GetParam().told);
}

const char* const theirs = "total deficient: 8 ng/mL";
const char* const untold = "unreadable: whom or what it is about cannot be told";

INSTANTIATE_TEST_SUITE_P(
    Table, AboutWhom,
    testing::Values(
        FocusCase{"TheNewborn", R"("focus": [{"reference": "RelatedPerson/newborn"}])", "nothing"},
        FocusCase{"AnotherPatient", R"("focus": [{"reference": "Patient/q"}])", "nothing"},
        FocusCase{"ThePatient", R"("focus": [{"reference": "Patient/p"}])", theirs},
        FocusCase{"ABodySite", R"("focus": [{"reference": "BodyStructure/b"}])", theirs},
        FocusCase{"ADevice", R"("focus": [{"reference": "https://a/fhir/Device/d/_history/1"}])", theirs},
        FocusCase{"ASpecimen", R"("focus": [{"reference": "Specimen/s"}])", "nothing"},
        FocusCase{"ContainedGroup",
                  R"("focus": [{"reference": "#g"}], "contained": [{"resourceType": "Group", "id": "g"}])", "nothing"},
        FocusCase{"ByTypeOnly", R"("focus": [{"type": "Patient", "display": "donor"}])", "nothing"},
        FocusCase{"NothingResolvesIt", R"("focus": [{"reference": "urn:uuid:77"}])", untold},
        FocusCase{"OneOfTwoIsTheNewborn", R"("focus": [{"reference": "Device/d"}, {"reference": "RelatedPerson/n"}])",
                  "nothing"},
        FocusCase{"FocusCode",
                  R"("extension": [{"url": "http://hl7.org/fhir/StructureDefinition/observation-focusCode",
                      "valueCodeableConcept": {"text": "donor"}}])",
                  untold},
        FocusCase{"SpecimenOfAnother",
                  R"("specimen": {"reference": "#s"}, "contained": [{"resourceType": "Specimen", "id": "s",
                      "subject": {"reference": "Patient/q"}}])",
                  "nothing"},
        FocusCase{"SpecimenOfThePatient",
                  R"("specimen": {"reference": "#s"}, "contained": [{"resourceType": "Specimen", "id": "s",
                      "subject": {"reference": "Patient/p"}}])",
                  theirs},
        FocusCase{"ModifierExtension", R"("modifierExtension": [{"url": "https://lab/qc", "valueBoolean": true}])",
                  "unreadable: an unknown extension of it may change what it means"},
        FocusCase{"ModifierExtensionFarBelow",
                  R"("referenceRange": [{"modifierExtension": [{"url": "https://lab/x", "valueBoolean": true}]}])",
                  "unreadable: an unknown extension of it may change what it means"},
        FocusCase{"EmptyModifierExtension", R"("modifierExtension": [])", theirs},
        FocusCase{
            "ModifierExtensionOfWhatItContains",
            R"("contained": [{"resourceType": "Organization", "id": "x", "modifierExtension": [{"url": "https://x"}]}])",
            theirs}),
    CaseName());

TEST(Record, NamesWhatIsNotThePatients) {
    const auto resources = parsed(list({observation("o", "62292-8", R"("focus": [{"reference": "Patient/q"}])")}));
    const rules::Record record = record_of(resources, "vitaminD");
    ASSERT_EQ(record.skipped.size(), 1U);
    EXPECT_EQ(record.skipped[0].reference + " " + std::string(words_for(record.skipped[0])),
              "Observation/o was left out: it is about somebody or something else");
}

/// What is said of an Observation that is left out; empty if nothing is.
std::string said_of(const std::string& observation) {
    const auto resources = parsed(list({observation}));
    const rules::Record record = record_of(resources, "b12");
    return record.skipped.empty() ? "" : std::string(words_for(record.skipped[0]));
}

// Converters of C-CDA documents turn "below 150 pg/mL" (IVL_PQ without a low bound) into such a result.
TEST(Record, NamesAFinalResultWithoutAValue) {
    const std::string_view no_result = "counts as no result: it is final and has no value";
    EXPECT_EQ(said_of(observation("o", "2132-9", R"("interpretation": [{"text": "low"}])")), no_result);
    EXPECT_EQ(said_of(observation("o", "2132-9", R"("dataAbsentReason": {"text": "error"})")), no_result);
}

TEST(Record, SaysNothingOfAPanelOrOfAResultThatIsAwaited) {
    EXPECT_EQ(said_of(observation("o", "2132-9", quantity("150", "pg/mL"))), "");
    EXPECT_EQ(said_of(observation("o", "2132-9", R"("hasMember": [{"reference": "Observation/m"}])")), "");
    EXPECT_EQ(said_of(observation("o", "2132-9", R"("component": [{"code": {"text": "total"}}])")), "");
    EXPECT_EQ(said_of(observation("o", "2132-9", R"("note": [])", R"("status": "preliminary")")), "");
}

TEST(Record, KeepsTheVersionsOfWhichNoneIsKnownToBeTheNewest) {
    TestRun test(shipped_program(), list({observation("o", "62292-8", quantity("8", "ng/mL")),
                                          observation("o", "62292-8", quantity("38", "ng/mL"))}));
    EXPECT_EQ(told(test, "vitaminD"), "unreadable: its versions differ, and none says that it is the newest");
}

TEST(Record, TakesTheLaterVersionWhateverTheOrder) {
    const std::string first = observation("o", "62292-8", quantity("8", "ng/mL") + R"(, "meta": {"versionId": "1"})");
    const std::string second = observation("o", "62292-8", quantity("38", "ng/mL") + R"(, "meta": {"versionId": "2"})");
    for (const auto& resources : {list({first, second}), list({second, first})}) {
        TestRun test(shipped_program(), resources);
        EXPECT_EQ(told(test, "vitaminD"), "total adequate: 38 ng/mL");
    }
}

TEST(Record, ReadsWhatAReportContains) {
    TestRun test(shipped_program(), list({R"({"resourceType": "DiagnosticReport", "id": "r", "status": "final",
        "effectiveDateTime": "2026-02-20", "subject": {"reference": "Patient/p"},
        "contained": [{"resourceType": "Observation", "id": "a", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "62292-8"}]},
            "valueQuantity": {"value": 8, "unit": "ng/mL"}}]})"}));
    EXPECT_EQ(told(test, "vitaminD"), theirs);
}

TEST(Record, HasNoPatientWhoseMeaningMayBeChanged) {
    const auto entries =
        parsed(R"([{"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-07-15",
        "modifierExtension": [{"url": "https://ehr/animal", "valueBoolean": true}]}])");
    const rules::Record record = record_of(entries, "patient");
    EXPECT_FALSE(record.patient.has_value());
    EXPECT_EQ(record.unavailable.at("patient"), rules::Unavailable::doubtful);
}

struct MedicationCase {
    const char* name;
    const char* request;     // the entry of the request, but for its resource
    const char* reference;   // to the Medication
    const char* ingredient;  // of what it leads to
};

class MedicationReferences : public testing::TestWithParam<MedicationCase> {};

TEST_P(MedicationReferences, LeadToTheMedicationThatIsMeant) {
    const std::string request =
        std::string(R"({)") + GetParam().request +
        R"("resource": {"resourceType": "MedicationRequest", "id": "m", "medicationReference": {"reference": ")" +
        GetParam().reference + R"("}}})";
    const auto entries = parsed(list(
        {R"({"fullUrl": "https://a/fhir/Medication/1", "resource": {"resourceType": "Medication", "id": "1", "code": {"text": "metformin"}}})",
         R"({"fullUrl": "https://b/fhir/Medication/1", "resource": {"resourceType": "Medication", "id": "1", "code": {"text": "prednisone"}}})",
         R"({"resource": {"resourceType": "Medication", "id": "2", "code": {"text": "omeprazole"}}})",
         R"({"fullUrl": "urn:uuid:3", "resource": {"resourceType": "Medication", "code": {"text": "phenytoin"}}})",
         request}));
    const rules::Record record = record_of(entries, "medicationRequests");
    ASSERT_EQ(record.medication_requests.size(), 1U);
    EXPECT_EQ(record.medication_requests[0].medication.code.text, GetParam().ingredient);
}

const char* const at_b = R"("fullUrl": "https://b/fhir/MedicationRequest/m", )";

// FHIR R4, bundle.html, Resolving references in Bundles.
INSTANTIATE_TEST_SUITE_P(
    Table, MedicationReferences,
    testing::Values(MedicationCase{"RelativeToItsHolder", at_b, "Medication/1", "prednisone"},
                    MedicationCase{"RelativeAndVersioned", at_b, "Medication/1/_history/3", "prednisone"},
                    MedicationCase{"Absolute", at_b, "https://a/fhir/Medication/1", "metformin"},
                    MedicationCase{"AbsoluteAndVersioned", at_b, "https://a/fhir/Medication/1/_history/3", "metformin"},
                    MedicationCase{"AbsoluteToOneWithoutPlace", at_b, "https://c/fhir/Medication/2", "omeprazole"},
                    MedicationCase{"RelativeToOneWithoutPlace", at_b, "Medication/2", "omeprazole"},
                    MedicationCase{"RelativeToOneOfTwo", "", "Medication/1", ""},
                    MedicationCase{"Urn", at_b, "urn:uuid:3", "phenytoin"},
                    MedicationCase{"ToNothing", at_b, "Medication/9", ""}),
    CaseName());

}  // namespace
