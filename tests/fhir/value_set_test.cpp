#include "fhir/value_set.hpp"

#include "fhir/coding.hpp"
#include "tests/case_name.hpp"
#include "tests/fhir/reading.hpp"

namespace fhir {
namespace {

constexpr std::string_view crohns = R"({
  "resourceType": "ValueSet", "id": "crohns", "title": "Crohn's disease", "url": "https://example.org/crohns",
  "compose": {
    "include": [
      { "system": "http://snomed.info/sct", "concept": [ { "code": "34000006", "display": "Crohn's disease" },
          { "code": "1", "extension": [ { "url": "https://backpain-cds.org/fhir/StructureDefinition/confirmed", "valueBoolean": false } ] } ] },
      { "system": "http://hl7.org/fhir/sid/icd-10-cm", "concept": [ { "code": "K50", "display": "Crohn's disease of any part" },
          { "code": "K50.0", "display": "Crohn's disease of the small intestine" }, { "code": "Z87.19" } ] },
      { "system": "http://hl7.org/fhir/sid/icd-10-cm", "filter": [ { "property": "concept", "op": "is-a", "value": "K50" } ] },
      { "system": "http://www.whocc.no/atc", "filter": [ { "property": "concept", "op": "is-a", "value": "A07EC" } ] }
    ],
    "exclude": [
      { "system": "http://hl7.org/fhir/sid/icd-10-cm", "concept": [ { "code": "K50.014" } ] },
      { "system": "http://hl7.org/fhir/sid/icd-10-cm", "filter": [ { "property": "concept", "op": "is-a", "value": "K50.8" } ] }
    ] } })";

ValueSet value_set(std::string_view text) {
    const auto read = ValueSet::read(parsed(text));
    EXPECT_TRUE(read);
    return read ? *read : ValueSet();
}

struct Membership {
    std::string_view name;
    std::string_view system;
    std::string_view code;
    bool contained;
    std::string_view label;
};

class ValueSetMembership : public testing::TestWithParam<Membership> {};

TEST_P(ValueSetMembership, FollowsTheListsAndTheBranches) {
    const ValueSet set = value_set(crohns);
    EXPECT_EQ(set.contains(GetParam().system, GetParam().code), GetParam().contained);
    EXPECT_EQ(set.label(GetParam().system, GetParam().code), GetParam().label);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ValueSetMembership,
    testing::ValuesIn(std::vector<Membership>{
        {"listed", snomed_system, "34000006", true, "Crohn's disease"},
        {"other_code", snomed_system, "34000007", false, ""},
        {"other_system", loinc_system, "34000006", false, ""},
        {"branch_itself", icd10_cm_system, "K50", true, "Crohn's disease of any part"},
        {"below_the_branch", icd10_cm_system, "K50.90", true, "Crohn's disease of any part"},
        {"longest_listed_start_names_it", icd10_cm_system, "K50.011", true, "Crohn's disease of the small intestine"},
        {"dots_do_not_count", icd10_cm_system, "K50011", true, "Crohn's disease of the small intestine"},
        {"listed_without_dot", icd10_cm_system, "Z8719", true, "Crohn's disease"},
        {"listed_is_no_branch", icd10_cm_system, "Z87.191", false, ""},
        {"above_the_branch", icd10_cm_system, "K5", false, ""},
        {"beside_the_branch", icd10_cm_system, "K51.0", false, ""},
        {"same_code_in_icd10", icd10_system, "K50.0", false, ""},
        {"excluded_code", icd10_cm_system, "K50.014", false, ""},
        {"excluded_branch", icd10_cm_system, "K50.811", false, ""},
        {"atc_below", atc_system, "A07EC02", true, "Crohn's disease"},
        {"empty_code", icd10_cm_system, "", false, ""},
        {"empty_system", "", "K50", false, ""},
    }),
    CaseName());

TEST(ValueSet, TellsWhoItIsAndWhatItIncludes) {
    const ValueSet set = value_set(crohns);
    EXPECT_EQ(set.id(), "crohns");
    EXPECT_EQ(set.title(), "Crohn's disease");
    EXPECT_EQ(set.url(), "https://example.org/crohns");
    ASSERT_EQ(set.included().size(), 3U);
    EXPECT_EQ(set.included()[1].concepts.size(), 3U);
    EXPECT_EQ(set.included()[1].branches, (std::vector<std::vector<std::string>>{{"K50"}}));
    EXPECT_EQ(set.excluded().size(), 1U);
}

TEST(ValueSet, AppliesAllFiltersOfOneInclude) {
    const ValueSet set = value_set(R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{
        "system": "http://hl7.org/fhir/sid/icd-10", "filter": [
          {"property": "concept", "op": "is-a", "value": "C7"}, {"property": "concept", "op": "is-a", "value": "C7A"}]}]}})");
    EXPECT_TRUE(set.contains(icd10_system, "C7A.0"));
    EXPECT_FALSE(set.contains(icd10_system, "C79.5"));
}

// hl7.org/fhir/R4/snomedct.html: the filters "By Subsumption" and "By Reference Set or Expression".
TEST(ValueSet, KeepsWhatATerminologyServerExpandsAndHoldsTheRootAlone) {
    const ValueSet set = value_set(R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [
        {"system": "http://snomed.info/sct", "concept": [{"code": "19943007", "display": "cirrhosis"}]},
        {"system": "http://snomed.info/sct", "filter": [{"property": "concept", "op": "is-a", "value": "34000006"}]},
        {"system": "http://snomed.info/sct",
         "filter": [{"property": "constraint", "op": "=", "value": "<< 19943007 MINUS << 1761006"}]}]}})");
    ASSERT_EQ(set.included().size(), 1U);
    EXPECT_EQ(set.included()[0].constraints, (std::vector<std::string>{"<< 34000006", "<< 19943007 MINUS << 1761006"}));
    EXPECT_TRUE(set.contains(snomed_system, "34000006"));
    EXPECT_FALSE(set.contains(snomed_system, "56689002"));
    EXPECT_FALSE(set.contains(snomed_system, "1761006"));
}

TEST(ValueSet, IsEmptyByDefault) {
    EXPECT_FALSE(ValueSet().contains(snomed_system, "34000006"));
}

struct BadValueSet {
    std::string_view name;
    std::string_view json;
    std::vector<std::string> pointers;
};

class ValueSetErrors : public testing::TestWithParam<BadValueSet> {};

TEST_P(ValueSetErrors, PointToThePlace) {
    const auto read = ValueSet::read(parsed(GetParam().json));
    ASSERT_FALSE(read);
    std::vector<std::string> pointers;
    for (const ValueSetError& error : read.error()) pointers.push_back(error.pointer);
    EXPECT_EQ(pointers, GetParam().pointers);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ValueSetErrors,
    testing::ValuesIn(std::vector<BadValueSet>{
        {"not_an_object", "[]", {""}},
        {"another_resource", R"({"resourceType": "Patient"})", {""}},
        {"nothing_in_it", R"({"resourceType": "ValueSet"})", {"", ""}},
        {"id_is_a_number", R"({"resourceType": "ValueSet", "id": 1.5, "compose": {"include": []}})", {"/id"}},
        {"compose_is_a_list", R"({"resourceType": "ValueSet", "id": "x", "compose": []})", {"/compose"}},
        {"include_is_empty", R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": []}})", {"/compose"}},
        {"include_is_an_object",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": {}}})",
         {"/compose/include"}},
        {"no_system",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"concept": [{"code": "1"}]}]}})",
         {"/compose/include/0"}},
        {"whole_system",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "s"}]}})",
         {"/compose/include/0"}},
        {"value_set_in_it",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "s", "valueSet": ["y"], "concept": [{"code": "1"}]}]}})",
         {"/compose/include/0/valueSet"}},
        {"concept_without_code",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "s", "concept": [{"code": "1"}, {"display": "d"}]}]}})",
         {"/compose/include/0/concept/1"}},
        {"is_a_in_loinc",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "http://loinc.org",
          "filter": [{"property": "concept", "op": "is-a", "value": "1"}]}]}})",
         {"/compose/include/0/filter/0"}},
        {"two_filters_in_snomed",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "http://snomed.info/sct",
          "filter": [{"property": "concept", "op": "is-a", "value": "100000001"}, {"property": "concept", "op": "is-a", "value": "100000002"}]}]}})",
         {"/compose/include/0/filter/1"}},
        {"other_filter_in_snomed",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "http://snomed.info/sct",
          "filter": [{"property": "parent", "op": "=", "value": "1"}]}]}})",
         {"/compose/include/0/filter/0"}},
        {"constraint_that_excludes",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "s", "concept": [{"code": "1"}]}],
          "exclude": [{"system": "http://snomed.info/sct",
          "filter": [{"property": "constraint", "op": "=", "value": "<< 1"}]}]}})",
         {"/compose/exclude/0"}},
        {"other_filter",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "http://www.whocc.no/atc",
          "filter": [{"property": "concept", "op": "regex", "value": "A.*"}]}]}})",
         {"/compose/include/0/filter/0"}},
        {"confirmed_as_text",
         R"({"resourceType": "ValueSet", "id": "x", "compose": {"include": [{"system": "s", "concept": [{"code": "1",
          "extension": [{"url": "https://backpain-cds.org/fhir/StructureDefinition/confirmed", "valueBoolean": "false"}]}]}]}})",
         {"/compose/include/0/concept/0/extension/0"}},
    }),
    CaseName());

}  // namespace
}  // namespace fhir
