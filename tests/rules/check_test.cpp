#include "rules/check.hpp"

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
        Edit{"NoticeWithAnUnknownFill", "pack.json", "{{advice}}", "{{advise}}"},
        Edit{"NoticeThatFillsTwice", "pack.json", "{{what}} could", "{{what}} {{what}} could"},
        Edit{"NoticeTooLong", "pack.json", "{{what}} could not be read: advice on {{advice}} may be missing.",
             "Please note that {{what}}, which is a part of the record, could not be read by this service: advice on "
             "{{advice}} may be missing."},
        Edit{"NoticeThatDiagnoses", "pack.json", "Look in the record itself", "Diagnose from the record itself"},
        Edit{"NoticeWithAFillOutOfPlace", "pack.json", "Look in the record itself", "Look at {{what}}"},
        Edit{"ReasonWithAFill", "pack.json", "red flags come first", "{{%redFlags.label}} comes first"},
        Edit{"NoticeOfHalfABrace", "pack.json", "{{advice}}", "{{advice}"},
        Edit{"Diagnoses", suggest, "Assumes that red flags", "Diagnosis assumes that red flags"},
        Edit{"HttpLink", "citations.json", "https://nap", "http://nap"},
        Edit{"NoLink", "citations.json", "\"url\": \"https://doi.org/10.1210/clinem/dgae290\", ", ""}),
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

}  // namespace
}  // namespace rules
