#include "fhir/procedure.hpp"

#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(Procedure, IsReadInFull) {
    const Reading procedure(R"({"resourceType": "Procedure", "id": "x", "status": "completed",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "430715008"}]}, "subject": {"reference": "Patient/p1"},
        "performedPeriod": {"start": "2019-05", "end": "2019-05"}})",
                            read_procedure);
    EXPECT_EQ(procedure->status, "completed");
    EXPECT_TRUE(procedure->code.has(snomed_system, "430715008"));
    EXPECT_EQ(procedure->subject.id, "p1");
    EXPECT_EQ(end_of(procedure->performed)->text(), "2019-05");
    EXPECT_TRUE(procedure.issues().empty());
}

}  // namespace
}  // namespace fhir
