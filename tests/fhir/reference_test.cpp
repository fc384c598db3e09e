#include "fhir/reference.hpp"

#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

struct UrlCase {
    std::string_view name;
    std::string_view url;
    ReferenceKind kind;
    std::string_view type;
    std::string_view id;
};

class ReferenceUrl : public testing::TestWithParam<UrlCase> {};

TEST_P(ReferenceUrl, IsTakenApart) {
    const Reference reference = parse_reference(GetParam().url);
    EXPECT_EQ(reference.kind, GetParam().kind);
    EXPECT_EQ(reference.type, GetParam().type);
    EXPECT_EQ(reference.id, GetParam().id);
    EXPECT_EQ(reference.reference, GetParam().url);
}

// FHIR R4, references, Literal references.
INSTANTIATE_TEST_SUITE_P(
    Table, ReferenceUrl,
    testing::ValuesIn(std::vector<UrlCase>{
        {"relative", "Patient/023", ReferenceKind::relative, "Patient", "023"},
        {"relative_with_version", "Patient/023/_history/7", ReferenceKind::relative, "Patient", "023"},
        {"absolute", "http://ehr.example.org/fhir/Observation/1x2", ReferenceKind::absolute, "Observation", "1x2"},
        {"absolute_with_version", "https://ehr.example.org/fhir/Observation/1x2/_history/2", ReferenceKind::absolute,
         "Observation", "1x2"},
        {"uuid", "urn:uuid:04121321-4af5-424c-a0e1-ed3aab1c349d", ReferenceKind::urn, "", ""},
        {"contained", "#med1", ReferenceKind::contained, "", "med1"},
        {"the_container_itself", "#", ReferenceKind::contained, "", ""},
        {"id_only", "023", ReferenceKind::other, "", ""},
        {"lower_case_type", "patient/023", ReferenceKind::other, "", ""},
        {"id_with_blank", "Patient/0 23", ReferenceKind::other, "", ""},
        {"query", "Patient?identifier=x|1", ReferenceKind::other, "", ""},
        {"no_scheme", "fhir/Patient/023", ReferenceKind::other, "", ""},
        {"leading_slash", "/Patient/023", ReferenceKind::other, "", ""},
        {"only_a_slash", "/", ReferenceKind::other, "", ""},
        {"empty", "", ReferenceKind::none, "", ""},
    }),
    CaseName());

TEST(Reference, KeepsIdentifierDisplayAndStatedType) {
    const boost::json::value tree = parsed(
        R"({"performer": [{"type": "Organization", "identifier": {"system": "urn:lab", "value": "L1"}, "display": "Lab"}]})");
    Issues issues;
    const auto performer = read_references(Element(tree.get_object(), "Observation", issues), "performer");
    ASSERT_EQ(performer.size(), 1U);
    EXPECT_EQ(performer[0].kind, ReferenceKind::none);
    EXPECT_EQ(performer[0].type, "Organization");
    EXPECT_EQ(performer[0].identifier_system, "urn:lab");
    EXPECT_EQ(performer[0].identifier_value, "L1");
    EXPECT_EQ(performer[0].display, "Lab");
    EXPECT_TRUE(issues.empty());
}

TEST(Reference, ReportsAUrlThatLeadsNowhere) {
    const boost::json::value tree = parsed(R"({"subject": {"reference": "somebody"}})");
    Issues issues;
    EXPECT_EQ(read_reference(Element(tree.get_object(), "Condition", issues), "subject").kind, ReferenceKind::other);
    EXPECT_EQ(told(issues), Told{"Condition.subject.reference invalid-value"});
}

TEST(Id, IsOneTo64LettersDigitsDashesAndPoints) {
    EXPECT_TRUE(is_id("a-1.B"));
    EXPECT_FALSE(is_id(""));
    EXPECT_FALSE(is_id("a_b"));
    EXPECT_TRUE(is_id(std::string(64, 'a')));
    EXPECT_FALSE(is_id(std::string(65, 'a')));
}

}  // namespace
}  // namespace fhir
