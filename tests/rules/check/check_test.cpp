#include "rules/check/check.hpp"

#include "rules/program/program.hpp"
#include "tests/case_name.hpp"
#include "tests/golden_file.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

Diagnostics check_edited(const char* file, const char* from, const char* to, const CheckOptions& options = {}) {
    const PackReading reading = read_pack(edited_files(file, from, to));
    EXPECT_EQ(as_text(reading.findings, reading.pack.files), "");
    return check(reading.pack, {}, options);
}

TEST(Check, FindsNothingWrongWithTheGoodPack) {
    const Pack pack = read_pack(sample_files()).pack;
    EXPECT_EQ(as_text(check(pack, {}, {fhir::Date::parse("2026-03-02"), true}), pack.files), "");
}

TEST(Check, HoldsTheReviewDateAgainstTheCalendarOnlyWhenItHasOne) {
    const Pack pack = read_pack(sample_files()).pack;
    EXPECT_TRUE(check(pack, {}, {fhir::Date::parse("2027-01-15"), false}).empty());
    const Diagnostics late = check(pack, {}, {fhir::Date::parse("2027-01-16"), false});
    ASSERT_EQ(late.size(), 1U);
    EXPECT_EQ(late[0].code, "review-overdue");
    EXPECT_EQ(late[0].severity, Severity::warning);
}

TEST(Check, ListsWhatIsNotConfirmedOnlyWhenStrict) {
    constexpr const char* from = "\"kind\": \"d3\" }";
    constexpr const char* to = "\"kind\": \"d3\", \"confirmed\": false }";
    EXPECT_TRUE(check_edited("analytes/vitamin-d.json", from, to).empty());
    const Diagnostics strict = check_edited("analytes/vitamin-d.json", from, to, {std::nullopt, true});
    ASSERT_EQ(strict.size(), 1U);
    EXPECT_EQ(one_line(strict[0]), "analytes/vitamin-d.json:10:5: warning: \"1989-3\" is not confirmed. [unconfirmed]");
}

TEST(Check, RefusesAnApprovalThatIsDatedAhead) {
    const CheckOptions on_that_day{fhir::Date::parse("2026-01-15"), false};
    const CheckOptions before{fhir::Date::parse("2026-01-14"), false};
    const Pack pack = read_pack(sample_files()).pack;
    EXPECT_TRUE(check(pack, {}, on_that_day).empty());
    const Diagnostics early = check(pack, {}, before);
    ASSERT_EQ(early.size(), 1U);
    EXPECT_EQ(one_line(early[0]),
              "pack.json:8:19: error: This approval is dated ahead, on 2026-01-15. [future-approval]");
}

TEST(Check, RefusesAnApprovalOfASiteThatIsDatedAhead) {
    const Pack pack = read_pack(sample_files()).pack;
    const SiteReading site =
        read_site(R"({ "approval": { "by": "the chief", "date": "2026-03-03" } })", "site.json", pack);
    const Diagnostics findings = check(pack, site.site, {fhir::Date::parse("2026-03-02"), false});
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(one_line(findings[0]),
              "site.json:1:44: error: This approval is dated ahead, on 2026-03-03. [future-approval]");
}

TEST(Check, AsksForNoApprovalOfADraft) {
    EXPECT_TRUE(check_edited("pack.json", "\"approvalDate\": \"2026-01-15\",", "").empty());
}

TEST(Check, AsksForNoLinkToAChoiceOfThePacksOwn) {
    EXPECT_TRUE(
        check_edited("citations.json", "\"url\": \"https://doi.org/10.1210/clinem/dgae290\", ", "\"own\": true, ")
            .empty());
}

TEST(Check, NamesWhatIsNotConfirmedWhereItHasNoCode) {
    const Diagnostics strict =
        check_edited("pack.json", "\"vitaminD.validDays\": { \"type\": \"integer\",",
                     "\"vitaminD.validDays\": { \"type\": \"integer\", \"confirmed\": false,", {std::nullopt, true});
    ASSERT_EQ(strict.size(), 1U);
    EXPECT_EQ(strict[0].message, "\"vitaminD.validDays\" is not confirmed.");
}

struct Naming {
    const char* name;
    const char *file, *from, *to;
};
class WhatNobodyUses : public testing::TestWithParam<Naming> {};

TEST_P(WhatNobodyUses, IsNotUsedByWordsThatNameIt) {
    PackFiles files = edited_files("facts.json", "\"backPain\": {",
                                   R"("spare": { "title": "Spare", "conditions": "red-flags" }, "backPain": {)");
    std::string& file = files[GetParam().file];
    const std::size_t at = file.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    file.replace(at, std::string_view(GetParam().from).size(), GetParam().to);
    const PackReading reading = read_pack(std::move(files));
    const Diagnostics findings = check(reading.pack);
    ASSERT_EQ(findings.size(), 1U) << as_text(findings, {});
    EXPECT_EQ(one_line(findings[0]), "facts.json:2:12: warning: Nothing looks at \"spare\". [unused-fact]");
}

INSTANTIATE_TEST_SUITE_P(
    Words, WhatNobodyUses,
    testing::Values(Naming{"Note", "rules/vitamin-d-low.json", R"("kind": "result",)",
                           R"("kind": "result", "note": "not before %spare",)"},
                    Naming{"Title", "facts.json", "\"Systemic steroid\"", "\"Systemic steroid, unlike %spare\""},
                    Naming{"Because", "pack.json", "red flags come first", "%spare comes first"},
                    Naming{"TextOutsideItsFills", "rules/vitamin-d-suggest.json", "Treat without testing",
                           "Treat %spare without testing"},
                    Naming{"Story", "stories/vitamin-d.json", "\"name\": \"low", "\"name\": \"%spare: low"}),
    CaseName());

TEST(Check, TakesTheParametersOfASite) {
    const Pack pack = read_pack(edited_files("pack.json", "\"range\": [90, 730]", "\"range\": [30, 730]")).pack;
    Site site;
    site.parameters["vitaminD.validDays"] = "42";
    const Diagnostics findings = check(pack, site);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].code, "window");
}

struct Edit {
    const char* name;
    const char* file;
    const char* from;
    const char* to;
};
class ClinicalFault : public testing::TestWithParam<Edit> {};

// Each golden file says what is wrong, where, and how to mend it.
TEST_P(ClinicalFault, IsFoundWithPlaceAndRemedy) {
    const Edit& edit = GetParam();
    const Diagnostics findings = check_edited(edit.file, edit.from, edit.to);
    EXPECT_FALSE(findings.empty());
    expect_golden(std::string("tests/rules/packs/findings/check-") + edit.name + ".txt",
                  as_text(findings, edited_files(edit.file, edit.from, edit.to)));
}

constexpr const char* vitamin_d = "analytes/vitamin-d.json";
constexpr const char* suggest = "rules/vitamin-d-suggest.json";

INSTANTIATE_TEST_SUITE_P(
    Codes, ClinicalFault,
    testing::Values(Edit{"LoincCheckDigit", vitamin_d, "\"loinc\": \"62292-8\"", "\"loinc\": \"62229-8\""},
                    Edit{"SnomedCheckDigit", "value-sets/back-pain.json", "279039007", "279039070"},
                    Edit{"LookalikeAsTotal", vitamin_d, "\"kind\": \"d2\" }", "\"kind\": \"total\" }"},
                    Edit{"LookalikeAnywhere", vitamin_d, "\"loinc\": \"49054-0\"", "\"loinc\": \"35365-6\""},
                    Edit{"MolesUnderMass", vitamin_d, "[\"ug/L\", \"ng/ml\"]", "[\"ug/L\", \"pmol/mL\"]"},
                    Edit{"NoPair", vitamin_d, "\"from\": { \"ng/mL\": 20, \"nmol/L\": 50 }",
                         "\"from\": { \"ng/mL\": 30, \"nmol/L\": 50 }"},
                    Edit{"OneCodeTwoOrders", "orders.json", "\"cpt\": \"82652\"", "\"cpt\": \"82306\""},
                    Edit{"SpellingOfAnotherAmount", vitamin_d, "[\"ug/L\", \"ng/ml\"]", "[\"ug/L\", \"mg/L\"]"},
                    Edit{"SystemWithASlash", "value-sets/red-flags.json", "http://snomed.info/sct",
                         "http://snomed.info/sct/"},
                    Edit{"SystemOfAnAnalyte", vitamin_d, "\"loinc\": \"1989-3\"",
                         "\"system\": \"https://loinc.org\", \"code\": \"1989-3\""},
                    Edit{"SystemThatNobodyKnows", "value-sets/red-flags.json", "http://snomed.info/sct",
                         "http://hospital.example/codes"},
                    Edit{"NoDisplay", "value-sets/red-flags.json", ", \"display\": \"Cauda equina syndrome\"", ""},
                    Edit{"ToldApartYetCounted", "value-sets/chronic-back-pain.json", "\"id\": \"chronic-back-pain\"",
                         "\"id\": \"chronic-not-back-pain\""},
                    Edit{"TriggerAndRedFlag", "facts.json",
                         "\"red-flags\", \"counts\": \"unless resolved\", \"withinDays\": 90, \"undated\": \"counts\"",
                         "[\"red-flags\", \"chronic-back-pain\"]"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Texts, ClinicalFault,
    testing::Values(
        Edit{"SummaryTooLong", suggest, "Indication is not the back pain itself.",
             "The indication is what is named here, and is not the back pain itself, for which no guideline asks."},
        Edit{"CommandsAnOrder", suggest, "\"Test 25-OH vitamin D\"", "\"Order 25-OH vitamin D\""},
        Edit{"CommandsAnOrderInSmallLetters", suggest, "\"Test 25-OH vitamin D\"",
             "\"Weigh it up: order 25-OH vitamin D\""},
        Edit{"BracesThatDoNotMatch", suggest, "{{%vitaminDIndications", "{%vitaminDIndications"},
        Edit{"DetailTooLong", suggest, "guideline-supported for {{%vitaminDIndications.label.first()}}",
             "guideline-supported for {{%vitaminDIndications.label.first()}}, which is said here at such length, with "
             "all that was ever written about it, with whom it concerns and whom it does not, with what it costs and "
             "what it brings, with who disagrees and on what ground, that nobody who has two seconds for a card, and "
             "the patient before them, would read on to the options below"},
        Edit{"EvidenceWithoutALabel", suggest, "guideline-supported for", "Supported for"},
        Edit{"ButtonThatDoesNotSayWhatItDoes", suggest, "\"Order 25-OH vitamin D\"", "\"25-OH vitamin D\""},
        Edit{"LongLabel", "value-sets/malabsorption.json", "\"Coeliac disease\"",
             "\"Coeliac disease, proven by a biopsy of the bowel\""},
        Edit{"FrontPage", "pack.json", "https://sample.example/vitamins", "https://sample.example/"},
        Edit{"FrontPageOfASource", "citations.json", "https://doi.org/10.1210/clinem/dgae290", "https://doi.org"},
        Edit{"TooFewReasonsToOverride", "pack.json",
             "\"patient-refuses\", \"display\": \"Patient declines\" },\n      { \"system\": "
             "\"http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes\", \"code\": ",
             ""},
        Edit{"NoticeWithAnUnknownFill", "pack.json", "{{advice}}", "{{advise}}"},
        Edit{"NoticeThatFillsTwice", "pack.json", "{{sources}}.", "{{sources}} {{sources}}."},
        Edit{"NoticeTooLong", "pack.json", "Part of the record could not be read: advice may be missing.",
             "Please note that a part of the record, which this service needs in order to give advice, could not be "
             "read: advice on tests in back pain may be missing."},
        Edit{"NoticeThatDiagnoses", "pack.json", "Look in the record itself", "Diagnose from the record itself"},
        Edit{"NoticeWithAFillOutOfPlace", "pack.json", "Look in the record itself", "Look at {{sources}}"},
        Edit{"ReasonWithAFill", "pack.json", "red flags come first", "{{%redFlags.label}} comes first"},
        Edit{"NoticeOfHalfABrace", "pack.json", "{{advice}}", "{{advice}"},
        Edit{"Diagnoses", "pack.json", "Assumes red flags", "Diagnosis assumes red flags"},
        Edit{"HttpLink", "citations.json", "https://nap", "http://nap"},
        Edit{"LinkWithoutAScheme", "citations.json", "https://nap", "www.nap"},
        Edit{"LinkThatRuns", "citations.json", "https://nap", "javascript:nap"},
        Edit{"NoLink", "citations.json", "\"url\": \"https://doi.org/10.1210/clinem/dgae290\", ", ""}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Gate, ClinicalFault,
    testing::Values(
        Edit{"CodeThatVanishes", "value-sets/malabsorption.json", "\"396331005\"", "\"235595009\""},
        Edit{"CodeAddedUnseen", vitamin_d, "{ \"loinc\": \"68438-1\"",
             "{ \"loinc\": \"2276-4\", \"property\": \"MCnc\", \"kind\": \"total\" },\n    { \"loinc\": \"68438-1\""},
        Edit{"FractionToPlace", "orders.json",
             "[\"62292-8\", \"68438-1\"],\n    \"cpt\": \"82306\",\n    \"snomed\": "
             "\"12199005\",\n    \"place\": { \"conventional\": \"62292-8\"",
             "[\"62292-8\", \"68438-1\", \"1989-3\"],\n    \"cpt\": \"82306\",\n    \"snomed\": \"12199005\",\n    "
             "\"place\": { \"conventional\": \"1989-3\""},
        Edit{"SuggestionCalledAResult", suggest, "\"kind\": \"suggestion\"", "\"kind\": \"result\""},
        Edit{"TwoRulesOfOneRank", suggest, "\"rank\": \"suggestion\"", "\"rank\": \"vitamin-d\""},
        Edit{"RuleWithoutAStory", "stories/others.json", "\"vitamin-d-low (info)\"", "\"data-unavailable\""},
        Edit{"MedicinesForEver", "facts.json", "\"currentDays\": 365, \"course\"", "\"course\""},
        Edit{"DrugsAsProblems", "facts.json", "\"conditions\": \"malabsorption\"",
             "\"conditions\": \"systemic-steroids\""},
        Edit{"ValueWithoutItsUnit", "facts.json",
             "%vitaminDTherapy.where(daysOnTreatment < %param.vitaminD.earliestDays)",
             "%vitaminD.result.where(value < 20)"},
        Edit{"ShortName", "value-sets/vitamin-d-supplements.json", "\"cholecalciferol\"", "\"iron\""}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Care, ClinicalFault,
    testing::Values(Edit{"NoOwner", "pack.json", "\"publisher\": \"Sample Hospital\",", ""},
                    Edit{"NoReviewDate", "pack.json", "\"nextReviewDate\": \"2027-01-15\",", ""},
                    Edit{"ReviewBeforeTheLast", "pack.json", "\"nextReviewDate\": \"2027-01-15\"",
                         "\"nextReviewDate\": \"2025-01-15\""},
                    Edit{"LookBackShorterThanRetest", "pack.json", "\"default\": 365, \"range\": [90, 730]",
                         "\"default\": 42, \"range\": [30, 730]"},
                    Edit{"ActiveWithoutApproval", "pack.json",
                         "\"status\": \"draft\",\n  \"title\": \"Vitamin D in adults with back pain, cut down to three "
                         "rules\",\n  \"publisher\": \"Sample Hospital\",\n  \"contact\": "
                         "\"informatics@sample.example\",\n  \"approvalDate\": \"2026-01-15\",",
                         "\"status\": \"active\",\n  \"title\": \"Vitamin D\",\n  \"publisher\": \"Sample "
                         "Hospital\",\n  \"contact\": \"informatics@sample.example\","},
                    Edit{"RulesetWithoutCitation", vitamin_d, "\"cites\": \"nam-2011\",", ""},
                    Edit{"UnusedParameter", "pack.json", "\"steroid.longTermDays\"", "\"steroid.longDays\""},
                    Edit{"UnusedFact", "facts.json", "\"backPain\": {",
                         "\"spare\": { \"title\": \"Spare\", \"conditions\": \"malabsorption\" },\n  \"backPain\": {"},
                    Edit{"UnusedValueSet", "value-sets/chronic-back-pain.json", "\"id\": \"chronic-back-pain\"",
                         "\"id\": \"long-standing\""}),
    CaseName());

// ---- expressions that compile, and still cannot be meant

struct Doubt {
    const char* name;
    const char* criterion;
};
class DoubtfulCriterion : public testing::TestWithParam<Doubt> {};

TEST_P(DoubtfulCriterion, IsFoundWithItsColumn) {
    const std::string criterion = std::string("[\"") + GetParam().criterion + "\"]";
    const PackFiles files = edited_files("rules/vitamin-d-suggest.json", "[\"%vitaminDTestAdvised\"]", criterion);
    const Compilation compilation = compile(read_pack(files).pack);
    EXPECT_FALSE(compilation.findings.empty());
    expect_golden(std::string("tests/rules/packs/findings/expression-") + GetParam().name + ".txt",
                  as_text(compilation.findings, files));
}

INSTANTIATE_TEST_SUITE_P(Warned, DoubtfulCriterion,
                         testing::Values(Doubt{"NeverEqual", "%vitaminD.result.where(band = 1)"},
                                         Doubt{"UnitOfANumber", "%vitaminD.result.where(value < 20 'ng/mL')"},
                                         Doubt{"Number", "%malabsorption.count()"}, Doubt{"Constant", "true"},
                                         Doubt{"BackslashOfARegularExpression",
                                               R"(%vitaminD.result.where(band.matches('\\d')))"}),
                         CaseName());

INSTANTIATE_TEST_SUITE_P(
    Words, DoubtfulCriterion,
    testing::Values(Doubt{"Band", "%vitaminD.result.where(preDates.not() and (band = 'low' or band = 'lwo'))"},
                    Doubt{"BandOfAll", "%results.where(band in ('low' | 'idequate')).exists()"},
                    Doubt{"Kind", "%vitaminD.result.where(kind != 'totl')"},
                    Doubt{"Mark", "%vitaminD.result.where('bone-profil' in marks)"},
                    Doubt{"Intent", "%drafts.where(intent = 'vitamin-d-125')"},
                    Doubt{"Range", "%vitaminD.result.range = 'abov'"},
                    Doubt{"Analyte", "%results.where($this.analyte = 'vitaminD')"},
                    Doubt{"Ruleset", "%param.vitaminD.ruleset = 'nam2011' and %age > 18"},
                    Doubt{"Set", "%backPain.where(sets contains 'chronic-back-pian')"}, Doubt{"Sex", "%sex = 'F'"}),
    CaseName());

TEST(Check, TakesAnyWordWhereNothingDeclaresThem) {
    const PackFiles files = edited_files("rules/vitamin-d-suggest.json", "\"%vitaminDTestAdvised\"",
                                         "\"%malabsorption.where(label = 'coeliac' or status = 'active').exists()\"");
    EXPECT_EQ(as_text(compile(read_pack(files).pack).findings, files), "");
}

TEST(Check, HasNothingToSayOfTheExpressionsOfTheGoodPack) {
    const Pack pack = read_pack(sample_files()).pack;
    EXPECT_EQ(as_text(compile(pack).findings, pack.files), "");
}

// ---- what a site adds

struct SiteText {
    const char* name;
    const char* text;
};

/// What the linter says of the good pack with a site file that the reader takes.
Diagnostics check_with_site(const std::string& text) {
    const Pack pack = read_pack(sample_files()).pack;
    const SiteReading reading = read_site(text, "site.json", pack);
    EXPECT_EQ(as_text(reading.findings, {{"site.json", text}}), "");
    return check(pack, reading.site);
}

class SiteFault : public testing::TestWithParam<SiteText> {};

TEST_P(SiteFault, IsFoundInTheSiteFile) {
    const std::string text = GetParam().text;
    const Diagnostics findings = check_with_site(text);
    EXPECT_FALSE(findings.empty());
    for (const Diagnostic& finding : findings) EXPECT_EQ(finding.place.file, "site.json");
    expect_golden(std::string("tests/rules/packs/findings/check-site-") + GetParam().name + ".txt",
                  as_text(findings, {{"site.json", text}}));
}

INSTANTIATE_TEST_SUITE_P(Codes, SiteFault,
                         testing::Values(SiteText{"LoincCheckDigit", R"({ "codes": { "analytes": { "vitamin-d": [
  { "loinc": "2132-8", "property": "MCnc", "kind": "total" }] } } })"},
                                         SiteText{"Lookalike", R"({ // with a comment
  "codes": { "analytes": { "vitamin-d": [{ "loinc": "62290-2", "property": "MCnc", "kind": "total" }] } } })"},
                                         SiteText{"CodeOfThePackAgain", R"({ "codes": { "analytes": { "vitamin-d": [
  { "loinc": "1989-3", "property": "MCnc", "kind": "total" }] } } })"},
                                         SiteText{"OneCodeTwoOrders", R"({ "codes": { "orders": {
  "vitamin-d": [{ "system": "urn:local", "code": "V1" }],
  "vitamin-d-1-25": [{ "system": "urn:local", "code": "V1" }] } } })"},
                                         SiteText{"Placeholder", R"({ "codes": { "valueSets": { "malabsorption": [
  { "system": "http://snomed.info/sct", "code": "…", "display": "coeliac disease" },
  { "system": "urn:local", "code": "MAL", "display": "…" }] } } })"},
                                         SiteText{"LongDisplay", R"({ "codes": { "valueSets": { "malabsorption": [
  { "system": "urn:local", "code": "CD", "display": "coeliac disease, proven by biopsy of the bowel" }] } } })"},
                                         SiteText{"BackPainAsRedFlag", R"({ "codes": { "valueSets": { "red-flags": [
  { "system": "http://snomed.info/sct", "code": "279039007", "display": "low back pain" }] } } })"},
                                         SiteText{"LocalCodeForAndAgainst", R"({ "codes": { "valueSets": {
  "back-pain": [{ "system": "urn:local", "code": "LBP", "display": "low back pain" }],
  "red-flags": [{ "system": "urn:local", "code": "LBP", "display": "low back pain" }] } } })"},
                                         SiteText{"SystemNearlyKnown", R"({ "codes": { "valueSets": { "malabsorption": [
  { "system": "http://snomed.info/sct/", "code": "396331005", "display": "coeliac disease" },
  { "system": "http://hl7.org/fhir/sid/icd10-cm", "code": "K90.0", "display": "coeliac disease" },
  { "system": "ICD-10-CM", "code": "K90.0", "display": "coeliac disease" },
  { "system": "urn:oid:2.16.840.1.113883.6.96", "code": "396331005", "display": "coeliac disease" },
  { "system": "local", "code": "CD", "display": "coeliac disease" }] } } })"}),
                         CaseName());

INSTANTIATE_TEST_SUITE_P(Laboratories, SiteFault,
                         testing::Values(SiteText{"MolesForMass", R"({ "laboratories": [{ "name": "North",
  "reference": "Organization/north", "units": { "vitamin-d": { "ng/mL": ["nmol/L"] } } }] })"},
                                         SiteText{"AnotherAmount", R"({ "laboratories": [{ "name": "North",
  "reference": "Organization/north", "units": { "vitamin-d": { "ng/mL": ["mg/L"] } } }] })"},
                                         SiteText{"UnitsSwapped", R"({ "laboratories": [{ "name": "North",
  "reference": "Organization/north", "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
    { "band": "low" }, { "band": "adequate", "from": { "ng/mL": 50, "nmol/L": 20 } }] } } } }] })"}),
                         CaseName());

INSTANTIATE_TEST_SUITE_P(Gate, SiteFault,
                         testing::Values(SiteText{"LoincThatNobodyKnows", R"({ "codes": { "analytes": { "vitamin-d": [
  { "loinc": "2276-4", "property": "MCnc", "kind": "total" }] } } })"},
                                         SiteText{"LimitsTimesTen", R"({ "laboratories": [{ "name": "North",
  "reference": "Organization/north", "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
    { "band": "low" }, { "band": "adequate", "from": { "ng/mL": 90, "nmol/L": 225 } }] } } } }] })"},
                                         SiteText{"HighestBandLeftOut", R"({ "laboratories": [{ "name": "North",
  "reference": "Organization/north", "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
    { "band": "deficient" }, { "band": "low", "from": { "ng/mL": 14, "nmol/L": 35 } }] } } } }] })"},
                                         SiteText{"SystemByItsHome", R"({ "codes": { "valueSets": { "malabsorption": [
  { "system": "http://snomed.info", "code": "396331005", "display": "coeliac disease" },
  { "system": "http://snomed.org/sct", "code": "396331005", "display": "coeliac disease" }] } } })"}),
                         CaseName());

TEST(Check, TakesALoincThatASiteHasConfirmed) {
    EXPECT_EQ(as_text(check_with_site(R"({ "codes": { "analytes": { "vitamin-d": [
      { "loinc": "2276-4", "property": "MCnc", "kind": "total", "confirmed": true }] } } })"),
                      {}),
              "");
}

TEST(Check, WarnsOfASafetyRuleThatASiteSwitchesOff) {
    const Diagnostics findings = check_with_site(R"({ "off": ["wrong-vitamin-d-test", "vitamin-d-low"] })");
    ASSERT_EQ(findings.size(), 1U) << as_text(findings, {});
    EXPECT_EQ(findings[0].code, "safety-rule-off");
    EXPECT_EQ(findings[0].place.pointer, "/off/0");
}

TEST(Check, RefusesAnApprovalOfASiteThatIsOlderThanThePack) {
    const Pack pack = read_pack(edited_files("pack.json", "\"approvalDate\": \"2026-01-15\",",
                                             "\"effectivePeriod\": { \"start\": \"2026-01-15\" },"))
                          .pack;
    const SiteReading site =
        read_site(R"({ "approval": { "by": "the chief", "date": "2026-01-14" } })", "site.json", pack);
    const Diagnostics findings = check(pack, site.site);
    ASSERT_EQ(findings.size(), 1U) << as_text(findings, {});
    EXPECT_EQ(findings[0].code, "early-approval");
}

// A set behind a fact that asks more of its items, and a branch in place of codes, are followed.
TEST(Check, FollowsFactsAndBranchesToACodeForAndAgainst) {
    PackFiles files = edited_files("pack.json", "\"unless\": [\"%redFlags\"]", "\"unless\": [\"%stopped\"]");
    files["facts.json"].replace(files["facts.json"].rfind('}'), 1,
                                R"json(, "stopped": { "title": "Stopped", "items": "%anyStop.where(ageDays < 90)" },
           "anyStop": { "title": "Stop", "any": ["%redFlags", "%gutStop"] },
           "gutStop": { "title": "Gut", "conditions": "gut" } })json");
    files["value-sets/gut.json"] = R"({ "resourceType": "ValueSet", "id": "gut", "status": "draft", "title": "Gut",
        "compose": { "include": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm",
        "filter": [{ "property": "concept", "op": "is-a", "value": "K50" }] }] } })";
    const PackReading reading = read_pack(files);
    ASSERT_EQ(as_text(reading.findings, files), "");
    std::vector<std::string> overlaps;
    for (const Diagnostic& finding : check(reading.pack)) {
        if (finding.code == "overlap") overlaps.push_back(finding.message);
    }
    EXPECT_EQ(overlaps, std::vector<std::string>{"\"K50\" (Crohn's disease) counts for a card in %malabsorption and "
                                                 "against it in %gutStop."});
}

TEST(Check, LeavesASiteItsOwnCodeSystemsAndSpellings) {
    EXPECT_EQ(as_text(check_with_site(R"({
      "codes": { "valueSets": { "malabsorption": [
        { "system": "urn:oid:1.2.3.4", "code": "CD", "display": "coeliac disease" },
        { "system": "https://hospital.example/codes", "code": "CD", "display": "coeliac disease" }] } },
      "laboratories": [{ "name": "North", "reference": "Organization/north",
        "units": { "vitamin-d": { "nmol/L": ["nM", "pmol/mL"], "ng/mL": ["mcg/L"] } } }] })"),
                      {}),
              "");
}

std::string lines_of(const Diagnostics& findings) {
    std::string all;
    for (const Diagnostic& finding : findings) all += one_line(finding) + "\n";
    return all;
}

TEST(Check, WarnsOfWhatAnExplanationWouldHaveNoWordsFor) {
    const char* const items = "\"%drafts.where(intent = 'vitamin-d-1-25')\"";
    const std::string with_words =
        "{ \"of\": " + std::string(items) + ", \"because\": \"no such test among the orders\" }";
    EXPECT_EQ(lines_of(check_edited("rules/wrong-vitamin-d-test.json", with_words.c_str(), items)),
              "rules/wrong-vitamin-d-test.json:10:14: warning: Nothing says in words what it means that there is no "
              "item. [unexplained]\n");
    EXPECT_EQ(lines_of(check_edited("rules/vitamin-d-suggest.json", "[\"%vitaminDTestAdvised\"]",
                                    "[\"%vitaminDTestAdvised\", \"%age < 90\"]")),
              "rules/vitamin-d-suggest.json:11:36: warning: Nothing says in words what it means that this decides "
              "against a card. [unexplained]\n");
    EXPECT_EQ(lines_of(check_edited("pack.json", ", \"passes\": \"adult with back pain\"", "")),
              "pack.json:26:5: warning: Nothing says in words whom this gate lets pass, which every explanation begins "
              "with. [unexplained]\n");
}

}  // namespace
}  // namespace rules
