#include "fhir/medication_request.hpp"

#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(MedicationRequest, IsReadInFull) {
    const Reading request(R"({"resourceType": "MedicationRequest", "id": "r1", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "6809"}]},
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2025-05-01",
        "dosageInstruction": [{"route": {"text": "oral"}}],
        "dispenseRequest": {"validityPeriod": {"start": "2025-05-01", "end": "2026-05-01"}}})",
                          read_medication_request);
    EXPECT_EQ(request->status, "active");
    EXPECT_EQ(request->intent, "order");
    EXPECT_FALSE(request->do_not_perform);
    EXPECT_TRUE(request->medication.code.has(rxnorm_system, "6809"));
    EXPECT_EQ(request->medication.reference.kind, ReferenceKind::none);
    EXPECT_EQ(request->authored_on->text(), "2025-05-01");
    EXPECT_EQ(request->dosage.at(0).route.text, "oral");
    EXPECT_EQ(request->validity.end->text(), "2026-05-01");
    EXPECT_TRUE(request.issues().empty());
}

TEST(MedicationRequest, FollowsAReferenceToAContainedMedication) {
    const Reading request(
        R"({"contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Prednisolone 5 mg"},
        "form": 3, "ingredient": [{"itemCodeableConcept": {"text": "prednisolone"}}]}],
        "medicationReference": {"reference": "#m"}})",
        read_medication_request);
    EXPECT_TRUE(request->medication.resolved);
    EXPECT_EQ(request->medication.code.text, "Prednisolone 5 mg");
    EXPECT_EQ(request->medication.ingredients.at(0).text, "prednisolone");
    EXPECT_EQ(request.issues(), Told{"MedicationRequest.contained.form wrong-type"});
}

TEST(MedicationRequest, LeavesAnotherReferenceWithItsDisplayUntilItIsFilled) {
    const Reading request(R"({"medicationReference": {"reference": "Medication/9", "display": "Metformin 500 mg"}})",
                          read_medication_request);
    EXPECT_FALSE(request->medication.resolved);
    EXPECT_EQ(request->medication.reference.id, "9");
    EXPECT_EQ(request->medication.reference.display, "Metformin 500 mg");

    const Reading medication(R"({"id": "9", "code": {"coding": [{"code": "6809"}], "text": "Metformin"}})",
                             read_medication);
    MedicationChoice choice = request->medication;
    fill(choice, *medication.operator->());
    EXPECT_TRUE(choice.resolved);
    EXPECT_EQ(choice.code.text, "Metformin");
    EXPECT_EQ(choice.code.codings.at(0).code, "6809");
}

TEST(MedicationRequest, ReportsAContainedMedicationThatIsNotThere) {
    const Reading request(R"({"medicationReference": {"reference": "#m"}})", read_medication_request);
    EXPECT_EQ(request.issues(), Told{"MedicationRequest.medicationReference unresolved"});
}

TEST(MedicationRequest, ReportsThatNoMedicationIsNamed) {
    const Reading request(R"({"doNotPerform": true})", read_medication_request);
    EXPECT_TRUE(request->do_not_perform);
    EXPECT_EQ(request.issues(), Told{"MedicationRequest.medication missing"});
}

}  // namespace
}  // namespace fhir
