#include "rules/pack/pack.hpp"

#include "tests/case_name.hpp"
#include "tests/golden_file.hpp"
#include "tests/rules/sample_pack.hpp"

#include <algorithm>

namespace rules {
namespace {

TEST(Pack, ReadsTheGoodPackWithoutAFinding) {
    const PackReading reading = read_pack(sample_files());
    EXPECT_EQ(as_text(reading.findings, reading.pack.files), "");
}

class SamplePack : public testing::Test {
  protected:
    const Rule& rule(const std::string& id) const {
        return *std::find_if(pack.rules.begin(), pack.rules.end(), [&](const Rule& each) { return each.id == id; });
    }
    const Fact& fact(const std::string& name) const {
        return *std::find_if(pack.facts.begin(), pack.facts.end(), [&](const Fact& each) { return each.name == name; });
    }
    Pack pack = read_pack(sample_files()).pack;
};

TEST_F(SamplePack, KeepsAnExpressionWithItsPlace) {
    const Criterion& criterion = rule("vitamin-d-suggest").when.at(0);
    EXPECT_EQ(criterion.expression.text, "%vitaminDTestAdvised");
    EXPECT_EQ(criterion.expression.place, (Place{"rules/vitamin-d-suggest.json", "/when/0", 11, 12}));
}

TEST_F(SamplePack, MergesAVariantWithTheCardItVaries) {
    const Variant& variant = rule("vitamin-d-low").variants.at(0);
    EXPECT_EQ(variant.card.summary.text, rule("vitamin-d-low").card.summary.text);
    EXPECT_EQ(variant.card.options.size(), 2U);
    ASSERT_EQ(variant.card.cautions.size(), 1U);
    EXPECT_EQ(variant.card.cautions[0].say.text, "Within assay variation of the threshold.");
    EXPECT_TRUE(rule("vitamin-d-low").card.cautions.empty());
}

TEST_F(SamplePack, TakesOneTextWhereAListIsMeant) {
    ASSERT_EQ(fact("backPain").value_sets.size(), 1U);
    EXPECT_EQ(fact("backPain").value_sets[0].text, "back-pain");
}

TEST_F(SamplePack, ReadsNumbersAsTheyArePrinted) {
    const std::vector<Band>& bands = pack.analytes.at(0).rulesets.at("nam-2011").bands.at("total");
    ASSERT_EQ(bands.size(), 4U);
    EXPECT_EQ(bands[1].from->at("nmol/L").text(), "30");  // REFERENCE.md B.1: 12 ng/mL and 30 nmol/L are one pair
    EXPECT_EQ(pack.analytes.at(0).fault_below.at("nmol/L").text(), "2.5");
}

TEST_F(SamplePack, LabelsAnOrderWithTheCodesOfEverySystem) {
    EXPECT_EQ(pack.orders.at("vitamin-d").codes.size(), 4U);
    EXPECT_EQ(pack.orders.at("vitamin-d").place_si, "68438-1");
}

TEST_F(SamplePack, TakesTheWindowOfAFactAsANumber) {
    EXPECT_EQ(fact("redFlags").within_days->text, "90");
    EXPECT_EQ(fact("redFlags").counts, Fact::Counts::unless_resolved);
    EXPECT_TRUE(fact("redFlags").undated_counts);
}

// Neither card would be shown.
TEST(Pack, RefusesRulesThatReplaceEachOther) {
    PackFiles files = sample_files();
    const auto replace_by = [&files](const std::string& file, const std::string& replaced) {
        files[file].replace(files[file].find("\"advises\""), 0, "\"replaces\": \"" + replaced + "\", ");
    };
    replace_by("rules/vitamin-d-low.json", "vitamin-d-suggest");
    EXPECT_EQ(as_text(read_pack(files).findings, files), "");
    replace_by("rules/vitamin-d-suggest.json", "vitamin-d-low");
    const Diagnostics findings = read_pack(files).findings;
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(one_line(findings[0]),
              "rules/vitamin-d-low.json:1:1: error: \"replaces\" leads from \"vitamin-d-low\" "
              "back to itself. [cycle]");
    EXPECT_EQ(findings[1].code, "cycle");
}

TEST(Pack, DigestCoversPathLengthAndBytes) {
    EXPECT_EQ(digest_input({{"b", "two\n"}, {"a", ""}}), "a\n0\nb\n4\ntwo\n");
}

TEST(Pack, SaysWhichFolderCannotBeRead) {
    const auto files = read_pack_directory("tests/rules/packs/none");
    ASSERT_FALSE(files.has_value());
    EXPECT_EQ(files.error().at(0).code, "cannot-read");
}

TEST(Pack, SaysThatAFileIsEmptyOrNotUtf8) {
    const auto first = [](const std::string& text) {
        const PackReading reading = read_pack(edited_files("orders.json", "", text));
        return reading.findings.empty() ? "" : one_line(reading.findings[0]);
    };
    EXPECT_EQ(first(""), "orders.json:1:1: error: This file is empty. [json]");
    EXPECT_EQ(first(" \n"), "orders.json:1:1: error: This file is empty. [json]");
    EXPECT_EQ(first("\xFF\xFE{"), "orders.json:1:1: error: This is no text in UTF-8. [json]");
    EXPECT_EQ(first(std::string("{\0}\0", 4)), "orders.json:1:2: error: This is no text in UTF-8. [json]");
    EXPECT_EQ(first("{ \"note\": \"c\xE6liac\" }"), "orders.json:1:13: error: This is no text in UTF-8. [json]");
    EXPECT_EQ(first("{ \"note\": \"c\xC3\xA6liac \xE2\x80\xA6 \xF0\x9F\x98\x80\" }").find("UTF-8"), std::string::npos);
}

struct Edit {
    const char* name;
    const char* file;
    const char* from;
    const char* to;
};
class BadPack : public testing::TestWithParam<Edit> {};

// Each golden file says what is wrong, where, and how to mend it.
TEST_P(BadPack, IsRefusedWithPlaceAndRemedy) {
    const Edit& edit = GetParam();
    const PackReading reading = read_pack(edited_files(edit.file, edit.from, edit.to));
    EXPECT_TRUE(has_errors(reading.findings));
    expect_golden(std::string("tests/rules/packs/findings/") + edit.name + ".txt",
                  as_text(reading.findings, reading.pack.files));
}

INSTANTIATE_TEST_SUITE_P(Identity, BadPack,
                         testing::Values(Edit{"NoDayOfTheCalendar", "pack.json", "2027-01-15", "2026-11-31"},
                                         Edit{"MonthForADay", "pack.json", "2027-01-15", "2027-01"},
                                         Edit{"VersionOfTwoNumbers", "pack.json", "0.9.0", "1.0"},
                                         Edit{"VersionWithAZeroBefore", "pack.json", "0.9.0", "01.0.0"}),
                         CaseName());

constexpr const char* vitamin_d = "analytes/vitamin-d.json";
constexpr const char* suggest = "rules/vitamin-d-suggest.json";

INSTANTIATE_TEST_SUITE_P(
    Form, BadPack,
    testing::Values(Edit{"NotJson", "orders.json", "\"place\": {", "\"place\": "},
                    Edit{"Comment", "facts.json", "{\n", "{ // facts\n"},
                    Edit{"MemberTwice", "orders.json", "\"cpt\": \"82306\"", "\"loinc\": \"82306\""},
                    Edit{"CodeWithASpace", "value-sets/malabsorption.json", "\"code\": \"396331005\"",
                         "\"code\": \"396331005\u00a0\""},
                    Edit{"OrderCodeWithADash", "orders.json", "62292-8", "62292\u20138"},
                    Edit{"MisspeltMember", suggest, "\"indicator\"", "\"indicater\""},
                    Edit{"WrongKind", suggest, "[\"%vitaminDTestAdvised\"]", "[84]"},
                    Edit{"MissingMember", suggest, "\"topic\": \"vitamin-d-test\",", ""},
                    Edit{"ConfirmedIsAText", suggest, "\"topic\"", "\"confirmed\": \"false\", \"topic\""},
                    Edit{"EmptyText", suggest, "\"title\": \"Consider 25-OH vitamin D\"", "\"title\": \"\""},
                    Edit{"UnknownWord", suggest, "\"info\"", "\"information\""},
                    Edit{"UnknownFile", "fact.json", "", "{}"}, Edit{"NoObject", "citations.json", "", "[]"},
                    Edit{"NoHooks", suggest, "[\"patient-view\"]", "[]"},
                    Edit{"NoCitation", suggest, "\"cites\": [\"ros-2020\"]", "\"cites\": []"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Facts, BadPack,
    testing::Values(Edit{"FactOfTwoForms", "facts.json", "\"conditions\": \"back-pain\"",
                         "\"conditions\": \"back-pain\", \"items\": \"%steroids\""},
                    Edit{"FactWithoutForm", "facts.json", "\"conditions\": \"back-pain\"", "\"counts\": \"ever\""},
                    Edit{"RouteOfACondition", "facts.json", "\"conditions\": \"back-pain\"",
                         "\"conditions\": \"back-pain\", \"routes\": \"systemic-routes\""},
                    Edit{"UnknownValueSet", "facts.json", "\"conditions\": \"back-pain\"",
                         "\"conditions\": \"backpain\""},
                    Edit{"WindowOfAnUnknownParameter", "facts.json", "\"withinDays\": 90",
                         "\"withinDays\": \"%param.redFlag.recentDays\""},
                    Edit{"ReservedName", "facts.json", "\"backPain\": {", "\"age\": {"},
                    Edit{"FilterOfSnomed", "value-sets/malabsorption.json",
                         "\"http://hl7.org/fhir/sid/icd-10-cm\",\n        \"filter\"",
                         "\"http://snomed.info/sct\",\n        \"filter\""},
                    Edit{"MisspeltConcept", "value-sets/red-flags.json", "\"concept\"", "\"concepts\""}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Analytes, BadPack,
    testing::Values(
        Edit{"PrintedPairMissing", vitamin_d, "\"from\": { \"ng/mL\": 12, \"nmol/L\": 30 }",
             "\"from\": { \"ng/mL\": 12 }"},
        Edit{"UnknownUnit", vitamin_d, "\"from\": { \"ng/mL\": 12, \"nmol/L\": 30 }",
             "\"from\": { \"ng/ml\": 12, \"nmol/L\": 30 }"},
        Edit{"BandsOutOfOrder", vitamin_d, "\"from\": { \"ng/mL\": 20, \"nmol/L\": 50 }",
             "\"from\": { \"ng/mL\": 20, \"nmol/L\": 25 }"},
        Edit{"HighAboveToxic", vitamin_d, "\"above\": { \"ng/mL\": 150, \"nmol/L\": 375 }",
             "\"above\": { \"ng/mL\": 90, \"nmol/L\": 375 }"},
        Edit{"BandOverTheHighest", vitamin_d, "\"above\": { \"ng/mL\": 50, \"nmol/L\": 125 }",
             "\"above\": { \"ng/mL\": 100, \"nmol/L\": 240 }"},
        Edit{"NoBandInAList", vitamin_d, "\"bands\": {\n        \"total\"",
             "\"bands\": {\n        \"d3\": [], \"total\""},
        Edit{"FactorOfNothing", vitamin_d, "\"shownAs\": { \"ng/mL\": 1, \"nmol/L\": 2.496 }",
             "\"shownAs\": { \"ng/mL\": 0, \"nmol/L\": -2.496 }"},
        Edit{"PrefetchOfNoGroup", vitamin_d, "\"prefetch\": \"vitaminD\"", "\"prefetch\": \"vitamind\""},
        Edit{"PrefetchOfAnotherSource", vitamin_d, "\"prefetch\": \"vitaminD\"", "\"prefetch\": \"orders\""},
        Edit{"LowestBandWithBound", vitamin_d, "{ \"band\": \"deficient\" }",
             "{ \"band\": \"deficient\", \"from\": { \"ng/mL\": 1, \"nmol/L\": 2.5 } }"},
        Edit{"RulesetIsNoValue", vitamin_d, "\"ros-2020\": {\n      \"title\"", "\"ros-2018\": {\n      \"title\""},
        Edit{"UnknownKind", vitamin_d, "\"lowerBoundOf\": \"total\"", "\"lowerBoundOf\": \"totals\""},
        Edit{"UnknownProperty", vitamin_d, "\"property\": \"SCnc\", \"kind\"", "\"property\": \"Scnc\", \"kind\""},
        Edit{"UnknownOrder", vitamin_d, "\"order\": \"vitamin-d\"", "\"order\": \"vitamin-d-total\""},
        Edit{"TherapyIsNoMedication", vitamin_d, "%vitaminDTherapy", "%malabsorption"},
        Edit{"MarkWithTwoSides", vitamin_d, "\"below\": {",
             "\"above\": { \"ng/mL\": 1, \"nmol/L\": 2.5 }, \"below\": {"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Rules, BadPack,
    testing::Values(
        Edit{"UnknownCitation", suggest, "[\"es-2024\"]", "[\"es-2042\"]"},
        Edit{"UnknownCitationOfVariants", "rules/vitamin-d-low.json", "\"cites\": \"nam-2011\"",
             "\"cites\": \"nobody-2020\""},
        Edit{"UnknownRank", suggest, "\"rank\": \"suggestion\"", "\"rank\": \"suggestions\""},
        Edit{"HookWithoutService", suggest, "[\"patient-view\"]", "[\"patient-view\", \"order-select\"]"},
        Edit{"OrderThatCannotBePlaced", suggest, "\"order\": \"vitamin-d\"", "\"order\": \"vitamin-d-1-25\""},
        Edit{"OnlyIfOfItself", "rules/wrong-vitamin-d-test.json", "\"onlyIf\": \"vitamin-d-suggest\"",
             "\"onlyIf\": \"wrong-vitamin-d-test\""},
        Edit{"ReplacesAnUnknownRule", suggest, "\"advises\"", "\"replaces\": \"b12-low\",\n  \"advises\""},
        Edit{"RuleWithoutCriteria", suggest, "\"when\": [\"%vitaminDTestAdvised\"],", ""},
        Edit{"RuleTwice", "rules/vitamin-d-low.json", "\"id\": \"vitamin-d-low\"", "\"id\": \"vitamin-d-suggest\""},
        Edit{"VariantOfNothing", "rules/vitamin-d-low.json",
             "\"card\": { \"cautions\": \"Within assay variation of the threshold.\" }", "\"note\": \"\""},
        Edit{"DefaultOutOfRange", "pack.json", "\"default\": 84, \"range\": [28, 365]",
             "\"default\": 12, \"range\": [28, 365]"},
        Edit{"GateThatKeepsNobodyOut", "pack.json", "\"unless\": [\"%redFlags\"], ", ""}),
    CaseName());

}  // namespace
}  // namespace rules
