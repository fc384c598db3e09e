#include "fhir/encounter.hpp"

#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(Encounter, IsReadWithItsPeriod) {
    const Reading encounter(R"({"id": "e1", "status": "in-progress", "period": {"start": "2025-11-20T12:00:00Z"}})",
                            read_encounter);
    EXPECT_EQ(encounter->status, "in-progress");
    EXPECT_EQ(encounter->period.start->text(), "2025-11-20T12:00:00Z");
}

}  // namespace
}  // namespace fhir
