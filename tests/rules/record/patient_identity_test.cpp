// Whose a resource is (FHIR R4: Patient.link, references, contained resources; CDS Hooks: data of another patient).
#include "rules/record/patient_identity.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/evaluation_support.hpp"

namespace {

using rules::Whose;

const char* const merged_patient = R"({"resourceType": "Patient", "id": "p1",
    "identifier": [{"system": "https://hospital.example/mrn", "value": "1001"}],
    "link": [{"type": "replaces", "other": {"reference": "Patient/old"}},
             {"type": "seealso", "other": {"reference": "Patient/twin"}}]})";

Whose whose(const std::vector<std::string>& resources) {
    rules::PatientIdentity patient("p1");
    const boost::json::value own = parsed(merged_patient);
    patient.learn(own.as_object(), "urn:uuid:5c2b");
    Whose last = Whose::theirs;
    for (const std::string& text : resources) last = patient.whose(parsed(text).as_object());
    return last;
}

std::string observation_of(std::string_view subject, std::string_view more = "") {
    std::string text = R"({"resourceType": "Observation", "subject": )";
    return text.append(subject).append(more).append("}");
}

struct WhoseCase {
    const char* name;
    std::vector<std::string> resources;  // the last one is asked
    Whose whose;
};

class PatientIdentity : public testing::TestWithParam<WhoseCase> {};

TEST_P(PatientIdentity, TellsWhoseAResourceIs) {
    EXPECT_EQ(whose(GetParam().resources), GetParam().whose);
}

INSTANTIATE_TEST_SUITE_P(
    Subjects, PatientIdentity,
    testing::Values(
        WhoseCase{"Relative", {observation_of(R"({"reference": "Patient/p1"})")}, Whose::theirs},
        WhoseCase{"Versioned", {observation_of(R"({"reference": "Patient/p1/_history/4"})")}, Whose::theirs},
        WhoseCase{"Absolute", {observation_of(R"({"reference": "https://a/fhir/Patient/p1"})")}, Whose::theirs},
        WhoseCase{"AbsoluteOfTheSameBase",
                  {observation_of(R"({"reference": "https://a/fhir/Patient/p1"})"),
                   observation_of(R"({"reference": "https://a/fhir/Patient/p1/_history/2"})")},
                  Whose::theirs},
        WhoseCase{"AbsoluteOfASecondBase",
                  {observation_of(R"({"reference": "https://a/fhir/Patient/p1"})"),
                   observation_of(R"({"reference": "https://b/fhir/Patient/p1"})")},
                  Whose::another},
        WhoseCase{"UrnOfItsId", {observation_of(R"({"reference": "urn:uuid:p1"})")}, Whose::theirs},
        WhoseCase{"UrnOfItsPlace", {observation_of(R"({"reference": "urn:uuid:5c2b"})")}, Whose::theirs},
        WhoseCase{"AnotherId", {observation_of(R"({"reference": "Patient/p2"})")}, Whose::another},
        WhoseCase{"AnotherUrn", {observation_of(R"({"reference": "urn:uuid:p2"})")}, Whose::another},
        WhoseCase{"AGroup", {observation_of(R"({"reference": "Group/p1"})")}, Whose::another},
        WhoseCase{"WhoWasReplaced", {observation_of(R"({"reference": "Patient/old"})")}, Whose::theirs},
        WhoseCase{"SeeAlsoIsNobodyElse", {observation_of(R"({"reference": "Patient/twin"})")}, Whose::another},
        WhoseCase{"Identifier",
                  {observation_of(R"({"identifier": {"system": "https://hospital.example/mrn", "value": "1001"}})")},
                  Whose::theirs},
        WhoseCase{"AnotherIdentifier",
                  {observation_of(R"({"identifier": {"system": "https://hospital.example/mrn", "value": "1002"}})")},
                  Whose::another},
        WhoseCase{"IdentifierOfASystemThatThePatientDoesNotHave",
                  {observation_of(R"({"identifier": {"system": "https://elsewhere.example", "value": "7"}})")},
                  Whose::unnamed},
        WhoseCase{
            "ContainedPatientHasNoIdentity",
            {observation_of(R"({"reference": "#p"})", R"(, "contained": [{"resourceType": "Patient", "id": "p"}])")},
            Whose::holds_another}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Resources, PatientIdentity,
    testing::Values(
        WhoseCase{"NobodysMedication", {R"({"resourceType": "Medication", "id": "m"})"}, Whose::theirs},
        WhoseCase{"ThePatient", {R"({"resourceType": "Patient", "id": "p1"})"}, Whose::theirs},
        WhoseCase{"ThePatientWhoWasReplaced", {R"({"resourceType": "Patient", "id": "old"})"}, Whose::theirs},
        WhoseCase{"WhoReplacesThePatient",
                  {R"({"resourceType": "Patient", "id": "new", "link": [{"type": "replaces",
                       "other": {"reference": "https://a/fhir/Patient/p1"}}]})"},
                  Whose::theirs},
        WhoseCase{"AnotherPatient", {R"({"resourceType": "Patient", "id": "p2"})"}, Whose::another},
        WhoseCase{"ContainedSpecimenOfThePatient",
                  {observation_of(
                      R"({"reference": "Patient/p1"})",
                      R"(, "contained": [{"resourceType": "Specimen", "subject": {"reference": "Patient/p1"}}])")},
                  Whose::theirs},
        WhoseCase{
            "ContainedSpecimenOfNobody",
            {observation_of(R"({"reference": "Patient/p1"})", R"(, "contained": [{"resourceType": "Specimen"}])")},
            Whose::theirs},
        WhoseCase{"ContainedSpecimenOfAnother",
                  {observation_of(
                      R"({"reference": "Patient/p1"})",
                      R"(, "contained": [{"resourceType": "Specimen", "subject": {"reference": "Patient/p2"}}])")},
                  Whose::holds_another},
        WhoseCase{"PatientMember",
                  {R"({"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p2"}})"},
                  Whose::another}),
    CaseName());

TEST(PatientOfACall, LearnsNothingFromAStranger) {
    rules::PatientIdentity patient("p1");
    const boost::json::value stranger = parsed(
        R"({"resourceType": "Patient", "id": "p2", "link": [{"type": "replaces", "other": {"reference": "Patient/p3"}}]})");
    patient.learn(stranger.as_object());
    EXPECT_FALSE(patient.is("p2"));
    EXPECT_FALSE(patient.is("p3"));
}

}  // namespace
