#include "fhir/medication.hpp"

#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(Medication, IsReadWithFormAndIngredients) {
    const Reading medication(R"({"resourceType": "Medication", "id": "m1", "code": {"text": "Pills"},
        "form": {"text": "tablet"}, "ingredient": [{"itemCodeableConcept": {"text": "prednisolone"}},
        {"itemReference": {"reference": "Substance/1"}}, {}]})",
                             read_medication);
    EXPECT_EQ(medication->code.text, "Pills");
    EXPECT_EQ(medication->form.text, "tablet");
    ASSERT_EQ(medication->ingredients.size(), 1U);
    EXPECT_EQ(medication->ingredients[0].text, "prednisolone");
    EXPECT_EQ(medication.issues(),
              (Told{"Medication.ingredient[1].item not-read", "Medication.ingredient[2].item missing"}));
}

}  // namespace
}  // namespace fhir
