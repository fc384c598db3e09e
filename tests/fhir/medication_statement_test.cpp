#include "fhir/medication_statement.hpp"

#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(MedicationStatement, IsReadInFull) {
    const Reading statement(R"({"resourceType": "MedicationStatement", "id": "s1", "status": "completed",
        "medicationCodeableConcept": {"text": "Prednisolone"}, "effectivePeriod": {"start": "2025-01", "end": "2025-03"},
        "dateAsserted": "2025-04-01", "dosage": [{"route": {"text": "oral"}}]})",
                            read_medication_statement);
    EXPECT_EQ(statement->status, "completed");
    EXPECT_EQ(statement->medication.code.text, "Prednisolone");
    EXPECT_EQ(start_of(statement->effective)->text(), "2025-01");
    EXPECT_EQ(end_of(statement->effective)->text(), "2025-03");
    EXPECT_EQ(statement->date_asserted->text(), "2025-04-01");
    EXPECT_EQ(statement->dosage.at(0).route.text, "oral");
    EXPECT_TRUE(statement.issues().empty());
}

}  // namespace
}  // namespace fhir
