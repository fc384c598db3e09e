#include "rules/check/check.hpp"
#include "tests/rules/survey/surveyed.hpp"

#include <gmock/gmock.h>

namespace rules {
namespace {

using testing::HasSubstr;

SurveyProposals proposed(const Surveyed& surveyed, std::uint64_t least = 1) {
    return survey_proposals(surveyed.survey(), surveyed.counts(), least);
}

std::string local(const std::string& code, const std::string& display) {
    return R"({"system": "https://laboratory.example/codes", "code": ")" + code + R"(", "display": ")" + display +
           R"("})";
}

TEST(SurveyProposals, GiveTheLineForALocalCode) {
    Surveyed surveyed;
    surveyed.add(result(local_vitamin_d, in_unit("30", "ng/mL")));
    const SurveyProposals proposals = proposed(surveyed);
    ASSERT_EQ(proposals.all.size(), 1U);
    EXPECT_EQ(
        proposals.all.front().line(),
        R"("codes": { "analytes": { "vitamin-d": [{ "system": "https://laboratory.example/codes", "code": "VITD", "property": "MCnc", "kind": "total" }] } })");
    EXPECT_EQ(proposals.all.front().units, std::vector<std::string>{"ng/mL"});
}

TEST(SurveyProposals, AreLinesThatCheckTakesAndThatReadTheResults) {
    Surveyed surveyed;
    surveyed.add(result(local_vitamin_d, in_unit("30", "ng/mL")));
    surveyed.add(result(local("D3", "25-OH vitamin D3"), in_unit("30", "nmol/L")));
    surveyed.add(result(loinc_vitamin_d, in_unit("30", "NG / ML")));
    const SurveyProposals proposals = proposed(surveyed);
    const SiteReading site = read_site(proposals.site_file, "site.json", shipped_pack());
    EXPECT_FALSE(has_errors(site.findings)) << proposals.site_file;
    EXPECT_FALSE(has_errors(check(shipped_pack(), site.site)));
    Surveyed again(proposals.site_file);
    again.add(result(local_vitamin_d, in_unit("30", "ng/mL")));
    again.add(result(local("D3", "25-OH vitamin D3"), in_unit("30", "nmol/L")));
    again.add(result(loinc_vitamin_d, in_unit("30", "NG / ML")));
    EXPECT_EQ(again.patients({"result", "vitamin-d", "outcome", "readable"}), 3U);
    EXPECT_EQ(again.patients({"result", "vitamin-d", "code", "https://laboratory.example/codes", "D3", "d3"}), 1U);
    EXPECT_TRUE(proposed(again).all.empty());
}

struct NotOffered {
    const char* display;
    const char* because;
};

TEST(SurveyProposals, OfferNoLineForAnotherTestOrSpecimen) {
    for (const NotOffered& one :
         {NotOffered{"1,25-OH vitamin D", "another test"}, NotOffered{"1,25(OH)2 vitamin D3", "another test"},
          NotOffered{"Calcium 24h urine", "another specimen"}, NotOffered{"Calcium, urine", "another specimen"}}) {
        Surveyed surveyed;
        surveyed.add(result(local("X", one.display), in_unit("30", "pg/mL")));
        const SurveyProposals proposals = proposed(surveyed);
        ASSERT_EQ(proposals.all.size(), 1U) << one.display;
        EXPECT_EQ(proposals.all.front().line(), "") << one.display;
        EXPECT_THAT(proposals.all.front().why_not, HasSubstr(one.because)) << one.display;
    }
}

struct KindCase {
    const char *display, *unit;
    const char *test, *kind;
    const char* remark = "";
};

// What a name says, and no more: a line that claims a formula, a fraction or an adjusted value makes results of another
// kind look like it.
TEST(SurveyProposals, ClaimNoKindThatNothingInTheNameSpeaksOf) {
    for (const KindCase& one :
         {KindCase{"eGFR", "mL/min/1.73m2", "egfr", "other", "ckd-epi-2021"},
          KindCase{"eGFR by CKD-EPI (2009)", "mL/min/1.73m2", "egfr", "other", "ckd-epi-2021"},
          KindCase{"eGFR CKD-EPI 2021", "mL/min/1.73m2", "egfr", "ckd-epi-2021"},
          KindCase{"Calcium", "mg/dL", "calcium", "total"},
          KindCase{"Calcium ionis\u00e9", "mmol/L", "calcium", "ionised"},
          KindCase{"Free calcium", "mmol/L", "calcium", "ionised"},
          KindCase{"Corrected calcium", "mg/dL", "calcium", "adjusted"},
          KindCase{"Calcium, albumin-adjusted", "mg/dL", "calcium", "adjusted"},
          KindCase{"Vitamin B12", "pg/mL", "b12", "total"}, KindCase{"Holotranscobalamin", "pmol/L", "b12", "active"},
          KindCase{"B12, active", "pmol/L", "b12", "active"},
          KindCase{"25-OH vitamin D2 and D3", "ng/mL", "vitamin-d", "total"},
          KindCase{"25-OH vitamin D3", "ng/mL", "vitamin-d", "d3"}}) {
        Surveyed surveyed;
        surveyed.add(result(local("X", one.display), in_unit("30", one.unit)));
        const SurveyProposals proposals = proposed(surveyed);
        ASSERT_EQ(proposals.all.size(), 1U) << one.display;
        const SurveyProposal& proposal = proposals.all.front();
        EXPECT_EQ(proposal.of, one.test) << one.display;
        EXPECT_THAT(proposal.element, HasSubstr("\"kind\": \"" + std::string(one.kind) + "\""))
            << one.display << ": " << proposal.why_not;
        EXPECT_THAT(proposal.remark, HasSubstr(one.remark)) << one.display;
    }
}

TEST(SurveyProposals, OfferNoLineWhereANameSpeaksOfNoKindOrOfSeveral) {
    for (const NotOffered& one : {NotOffered{"Bioavailable 25-OH vitamin D", "no kind of this test"},
                                  NotOffered{"Free PTH", "no kind of this test"},
                                  NotOffered{"Ionised calcium, adjusted to pH 7.4", "several kinds"}}) {
        Surveyed surveyed;
        surveyed.add(result(local("X", one.display), R"("note": [])"));
        const SurveyProposals proposals = proposed(surveyed);
        ASSERT_EQ(proposals.all.size(), 1U) << one.display;
        EXPECT_EQ(proposals.all.front().line(), "") << one.display;
        EXPECT_THAT(proposals.all.front().why_not, HasSubstr(one.because)) << one.display;
    }
}

TEST(SurveyProposals, OfferNoLineThatTheLinterRefuses) {
    Surveyed surveyed;  // the check digit of 62292 is 8
    surveyed.add(result(R"({"system": "http://loinc.org", "code": "62292-7", "display": "25-OH vitamin D"})",
                        in_unit("30", "ng/mL")));
    const SurveyProposals proposals = proposed(surveyed);
    ASSERT_EQ(proposals.all.size(), 1U);
    EXPECT_EQ(proposals.all.front().line(), "");
    EXPECT_THAT(proposals.all.front().why_not, HasSubstr("check refuses it"));
    EXPECT_EQ(proposals.site_file, "");
}

// Amylase, in a column that somebody called vitamin D: findings/amylase-is-vitamin-d.sh.
TEST(SurveyProposals, SendToLoincForACodeOfItsOwn) {
    Surveyed surveyed;
    surveyed.add(result(R"({"system": "http://loinc.org", "code": "1798-8", "display": "Vitamin D Ng Ml"})",
                        in_unit("62", "ng/mL")));
    const SurveyProposals proposals = proposed(surveyed);
    ASSERT_EQ(proposals.all.size(), 1U);
    EXPECT_THAT(proposals.all.front().remark, HasSubstr("look up at LOINC"));
}

TEST(SurveyProposals, SayWhoMendsASystemThatIsNoUri) {
    Surveyed surveyed;
    surveyed.add(result(R"({"system": "L", "code": "VITD25", "display": "25-OH vitamin D"})", in_unit("30", "ng/mL")));
    const SurveyProposals proposals = proposed(surveyed);
    ASSERT_EQ(proposals.all.size(), 1U);
    EXPECT_EQ(proposals.all.front().line(), "");
    EXPECT_THAT(proposals.all.front().why_not, HasSubstr("\"L\" is no URI: ask who fills the interface for one"));
}

TEST(SurveyProposals, GuessNoUnit) {
    Surveyed surveyed;
    surveyed.add(result(loinc_vitamin_d, in_unit("30", "units")));
    const SurveyProposals proposals = proposed(surveyed);
    ASSERT_EQ(proposals.all.size(), 1U);
    EXPECT_EQ(proposals.all.front().line(), "");
}

TEST(SurveyProposals, NameWhatFewPatientsHaveToNobodyElse) {
    Surveyed surveyed;
    surveyed.add(result(local_vitamin_d, in_unit("30", "ng/mL")), 10);
    EXPECT_TRUE(proposed(surveyed, 11).all.empty());
    surveyed.add(result(local("VITD", "Jane Doe's vitamin D"), in_unit("30", "nM")));
    const SurveyProposals proposals = proposed(surveyed, 11);
    ASSERT_EQ(proposals.all.size(), 1U);
    EXPECT_TRUE(proposals.all.front().texts.empty());
    EXPECT_TRUE(proposals.all.front().units.empty());
}

}  // namespace
}  // namespace rules
