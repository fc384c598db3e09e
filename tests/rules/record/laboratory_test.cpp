// Whose bands a result is held against: a laboratory's own for the kinds that it bands, the ruleset's for all others;
// the laboratory that is named, else the site's default. Numbers of NICE NG239: total B12 below 180 pg/mL (133 pmol/L)
// and active B12 below 25 pmol/L are low.
#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

namespace {

/// A laboratory that calls a total of less than 140 pmol/L low, and says nothing of active B12.
constexpr const char* total_only = R"("bands": { "b12": { "title": "ours", "bands": { "total": [
    { "band": "low" }, { "band": "indeterminate", "from": { "pg/mL": 190, "pmol/L": 140 } },
    { "band": "unlikely", "above": { "pg/mL": 298, "pmol/L": 220 }, "orMore": true }] } } })";

/// One that bands active B12 only.
constexpr const char* active_only = R"("bands": { "b12": { "title": "ours", "bands": { "active": [
    { "band": "low" }, { "band": "indeterminate", "from": { "pmol/L": 30 } },
    { "band": "unlikely", "above": { "pmol/L": 60 }, "orMore": true }] } } })";

std::shared_ptr<const rules::Program> program_with(const std::string& laboratories, const std::string& more = "") {
    rules::SiteReading reading =
        rules::read_site("{ " + more + "\"laboratories\": [" + laboratories + "] }", "site.json", shipped_pack());
    EXPECT_EQ(findings_text(reading.findings), "");
    return compile_test_pack(shipped_pack(), std::move(reading.site));
}

std::string laboratory(const std::string& who, const std::string& bands) {
    return "{ \"name\": \"Ours\", " + who + ", " + bands + " }";
}

/// An Observation of 2026-02-20; `performer` is the member, with a comma behind it.
std::string result_by(const std::string& performer, const char* loinc, const char* number, const char* unit) {
    const std::string more = performer + R"("status": "final", "effectiveDateTime": "2026-02-20")";
    return observation("o", loinc, quantity(number, unit), more);
}

constexpr const char* ours = R"("reference": "Organization/ours")";
const std::string by_ours = R"("performer": [{ "reference": "Organization/ours" }], )";

struct LaboratoryCase {
    const char* name;
    std::string laboratories, result, told;
    std::string more = {};
};
class LaboratoryBands : public testing::TestWithParam<LaboratoryCase> {};

TEST_P(LaboratoryBands, DecideForTheKindsThatTheyBand) {
    const auto program = program_with(GetParam().laboratories, GetParam().more);
    TestRun test(*program, list({GetParam().result}));
    EXPECT_EQ(told(test, "b12"), GetParam().told);
}

constexpr const char *total = "14685-2", *active = "72160-5";

INSTANTIATE_TEST_SUITE_P(
    Kinds, LaboratoryBands,
    testing::Values(LaboratoryCase{"OwnTotal", laboratory(ours, total_only), result_by(by_ours, total, "135", "pmol/L"),
                                   "total low: 135 pmol/L"},
                    LaboratoryCase{"ActiveFallsBackToTheRuleset", laboratory(ours, total_only),
                                   result_by(by_ours, active, "12", "pmol/L"), "active low: 12 pmol/L"},
                    LaboratoryCase{"TotalFallsBackToTheRuleset", laboratory(ours, active_only),
                                   result_by(by_ours, total, "60", "pmol/L"), "total low: 60 pmol/L"},
                    LaboratoryCase{"OwnActiveWhereTheRulesetHasNone", laboratory(ours, active_only),
                                   result_by(by_ours, active, "12", "pmol/L"), "active low: 12 pmol/L",
                                   R"("parameters": { "b12.ruleset": "aafp-2017" }, )"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Default, LaboratoryBands,
    testing::Values(
        LaboratoryCase{"WithoutAPerformerTheRulesetCounts", laboratory(ours, total_only),
                       result_by("", total, "135", "pmol/L"), "total indeterminate: 135 pmol/L"},
        LaboratoryCase{"WithoutAPerformerTheDefaultCounts", laboratory(R"("default": true)", total_only),
                       result_by("", total, "135", "pmol/L"), "total low: 135 pmol/L"},
        LaboratoryCase{"APerformerThatNobodyKnowsIsTheDefaults", laboratory(R"("default": true)", total_only),
                       result_by(R"("performer": [{ "display": "Our laboratory" }], )", total, "135", "pmol/L"),
                       "total low: 135 pmol/L"},
        LaboratoryCase{"TheOneThatIsNamedGoesFirst",
                       laboratory(R"("default": true)", total_only) +
                           R"(, { "name": "Other", "reference": "Organization/other" })",
                       result_by(R"("performer": [{ "reference": "Organization/other" }], )", total, "135", "pmol/L"),
                       "total indeterminate: 135 pmol/L"}),
    CaseName());

}  // namespace
