#include "fhir/patient.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

TEST(Patient, IsReadWithPartialBirthDate) {
    const Reading patient(
        R"({"resourceType": "Patient", "id": "p1", "active": true, "gender": "female", "birthDate": "1961-07"})",
        read_patient);
    EXPECT_EQ(patient->id, "p1");
    EXPECT_EQ(patient->gender, "female");
    ASSERT_TRUE(patient->birth_date);
    EXPECT_EQ(patient->birth_date->text(), "1961-07");
    EXPECT_FALSE(patient->deceased);
    EXPECT_TRUE(patient.issues().empty());
}

struct DeathCase {
    std::string_view name;
    std::string_view json;
    bool deceased;
};

class PatientDeath : public testing::TestWithParam<DeathCase> {};

TEST_P(PatientDeath, IsNotLostWithAnUnreadableDate) {
    const Reading patient(GetParam().json, read_patient);
    EXPECT_EQ(patient->deceased, GetParam().deceased);
}

INSTANTIATE_TEST_SUITE_P(Table, PatientDeath,
                         testing::ValuesIn(std::vector<DeathCase>{
                             {"not_said", "{}", false},
                             {"no", R"({"deceasedBoolean": false})", false},
                             {"yes", R"({"deceasedBoolean": true})", true},
                             {"since", R"({"deceasedDateTime": "2024-05"})", true},
                             {"at_an_unreadable_time", R"({"deceasedDateTime": "in spring"})", true},
                             {"both", R"({"deceasedBoolean": false, "deceasedDateTime": "2024"})", true},
                         }),
                         CaseName());

TEST(Patient, ReportsABirthDateThatIsNone) {
    const Reading patient(R"({"birthDate": "15/07/1961"})", read_patient);
    EXPECT_EQ(patient->birth_date, std::nullopt);
    EXPECT_EQ(patient.issues(), Told{"Patient.birthDate invalid-value"});
}

}  // namespace
}  // namespace fhir
