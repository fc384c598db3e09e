#include "rules/check/expansions.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

/// The good pack, whose malabsorption names two roots, and whose "not-malabsorption" tells one code apart.
const Pack& pack_with_roots() {
    static const Pack pack = [] {
        PackFiles files = edited_files("value-sets/malabsorption.json", "\"include\": [", R"j("include": [
      { "system": "http://snomed.info/sct", "filter": [{ "property": "constraint", "op": "=", "value": "<< 396331005 MINUS << 23829007" }] },
      { "system": "http://snomed.info/sct", "filter": [{ "property": "concept", "op": "is-a", "value": "32230006" }] },)j");
        files["value-sets/not-malabsorption.json"] =
            R"j({ "resourceType": "ValueSet", "id": "not-malabsorption", "title": "No malabsorption", "status": "draft", "compose": { "include": [
            { "system": "http://snomed.info/sct", "concept": [{ "code": "271857006", "display": "loin pain" }] }] } })j";
        PackReading reading = read_pack(files);
        EXPECT_EQ(as_text(reading.findings, files), "");
        return std::move(reading.pack);
    }();
    return pack;
}

constexpr const char* whole = R"j({ "resourceType": "Bundle", "type": "collection", "entry": [
  { "resource": { "resourceType": "ValueSet", "id": "malabsorption",
    "compose": { "include": [{ "system": "http://snomed.info/sct",
      "filter": [{ "property": "constraint", "op": "=", "value": "(<< 396331005 MINUS << 23829007) OR (<< 32230006)" }] }] },
    "expansion": { "timestamp": "2026-03-01T09:00:00Z", "total": 3,
      "parameter": [{ "name": "version", "valueUri": "http://snomed.info/sct|http://snomed.info/sct/731000124108/version/20250901" }],
      "contains": [
        { "system": "http://snomed.info/sct", "code": "396331005", "display": "x" },
        { "system": "http://snomed.info/sct", "code": "32230006" },
        { "system": "http://snomed.info/sct", "code": "271857006" } ] } } } ] })j";

ExpansionReading read_edited(const std::string& from, const std::string& to) {
    std::string text = whole;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return read_expansions(text, "expansions.json", pack_with_roots());
}

TEST(Expansions, AreReadWithoutWhatThePackTellsApart) {
    const ExpansionReading reading = read_expansions(whole, "expansions.json", pack_with_roots());
    EXPECT_EQ(as_text(reading.findings, {}), "");
    ASSERT_TRUE(reading.expansions.sets.contains("malabsorption"));
    const Expansion& set = reading.expansions.sets.at("malabsorption");
    EXPECT_EQ(set.codes, (std::vector<std::string>{"32230006", "396331005"}));
    EXPECT_EQ(set.version, "http://snomed.info/sct/731000124108/version/20250901");
    EXPECT_EQ(release_date(set.version), "2025-09-01");
    EXPECT_EQ(edition_of(set.version), "http://snomed.info/sct/731000124108");
    EXPECT_EQ(reading.expansions.concepts(), 2U);
}

TEST(Expansions, AreAskedForByAllConstraintsOfAValueSet) {
    EXPECT_EQ(constraint_of(pack_with_roots(), "malabsorption"), "(<< 396331005 MINUS << 23829007) OR (<< 32230006)");
    EXPECT_EQ(constraint_of(pack_with_roots(), "red-flags"), "");
    EXPECT_EQ(constraint_of(pack_with_roots(), "unknown"), "");
}

struct Fault {
    const char* name;
    const char *from, *to, *code;
};
class BadExpansions : public testing::TestWithParam<Fault> {};

TEST_P(BadExpansions, AreRefused) {
    const ExpansionReading reading = read_edited(GetParam().from, GetParam().to);
    ASSERT_FALSE(reading.findings.empty());
    EXPECT_EQ(reading.findings[0].code, GetParam().code);
    EXPECT_EQ(reading.findings[0].severity, Severity::error);
    EXPECT_TRUE(reading.expansions.sets.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Form, BadExpansions,
    testing::Values(Fault{"AnotherResource", "Bundle", "Parameters", "expansion-form"},
                    Fault{"AnotherKindOfBundle", "collection", "searchset", "expansion-form"},
                    Fault{"EntryOfAnotherKind", "\"ValueSet\"", "\"CodeSystem\"", "expansion-form"},
                    Fault{"NoList", "\"entry\": [", "\"entries\": [", "expansion-form"},
                    Fault{"NoExpansion", "\"expansion\"", "\"expansions\"", "expansion-form"},
                    Fault{"UnknownSet", "\"malabsorption\"", "\"malabsorbtion\"", "unknown-value-set"},
                    Fault{"SetWithoutRoots", "\"malabsorption\"", "\"red-flags\"", "unknown-value-set"},
                    Fault{"AnotherRoot", "<< 32230006", "<< 34000006", "expansion-root"},
                    Fault{"AnotherSystem", "\"include\": [{ \"system\": \"http://snomed.info/sct\"",
                          "\"include\": [{ \"system\": \"http://loinc.org\"", "expansion-root"},
                    Fault{"WithoutItsRoot", "\"32230006\"", "\"34000006\"", "expansion-root"},
                    Fault{"NoVersion", "\"version\",", "\"edition\",", "expansion-version"},
                    Fault{"VersionWithoutADate", "/version/20250901", "", "expansion-version"},
                    Fault{"VersionOfAnotherSystem", "sct|http://snomed.info/sct/731", "sct|http://loinc.org/731",
                          "expansion-version"},
                    Fault{"FewerThanTheTotal", "\"total\": 3", "\"total\": 4", "expansion-incomplete"},
                    Fault{"OneTwice", "\"271857006\"", "\"32230006\"", "expansion-incomplete"},
                    Fault{"NoTotal", "\"total\": 3,", "", "expansion-incomplete"},
                    Fault{"TotalAsText", "\"total\": 3", "\"total\": \"3\"", "expansion-incomplete"},
                    Fault{"NoConcepts", "\"contains\"", "\"contents\"", "expansion-incomplete"},
                    Fault{"ForeignConcept", "\"system\": \"http://snomed.info/sct\", \"code\"",
                          "\"system\": \"http://loinc.org\", \"code\"", "expansion-form"},
                    Fault{"NoCode", "\"271857006\"", "\"27-1\"", "expansion-form"},
                    Fault{"NestedConcept", "\"code\": \"271857006\"", "\"code\": \"271857006\", \"contains\": []",
                          "expansion-form"}),
    CaseName());

TEST(Expansions, ThatAreBrokenOffAreNoJson) {
    const std::string text(whole);
    const ExpansionReading reading =
        read_expansions(text.substr(0, text.size() / 2), "expansions.json", pack_with_roots());
    ASSERT_EQ(reading.findings.size(), 1U);
    EXPECT_EQ(reading.findings[0].place.file, "expansions.json");
    EXPECT_EQ(reading.findings[0].severity, Severity::error);
}

TEST(Expansions, ThatLackASetAreWarnedOf) {
    const ExpansionReading reading = read_expansions(
        R"({ "resourceType": "Bundle", "type": "collection", "entry": [] })", "x.json", pack_with_roots());
    ASSERT_EQ(reading.findings.size(), 1U);
    EXPECT_EQ(reading.findings[0].code, "expansion-missing");
    EXPECT_EQ(reading.findings[0].severity, Severity::warning);
}

}  // namespace
}  // namespace rules
