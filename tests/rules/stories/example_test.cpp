#include "rules/stories/example.hpp"

#include "tests/golden_file.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

ExpectedCard expected(const std::string& rule) {
    ExpectedCard card;
    card.text = card.rule = rule;
    return card;
}

Card shown(const char* rule, Indicator indicator) {
    Card card;
    card.rule = rule;
    card.indicator = indicator;
    card.summary = "25-OH vitamin D 19 ng/mL";
    return card;
}

class Differences : public testing::Test {
  protected:
    std::vector<std::string> found(const std::vector<ExpectedCard>& cards) const {
        return differences(cards, evaluation, pack, story);
    }
    Pack pack = read_pack(sample_files()).pack;
    Story story;
    Evaluation evaluation;
};

TEST_F(Differences, AreNoneWhereTheCardsAreThoseExpected) {
    evaluation.cards = {shown("a", Indicator::warning), shown("b", Indicator::info)};
    EXPECT_TRUE(found({expected("a"), expected("b")}).empty());
}

TEST_F(Differences, NameWhatIsMissingAndWhy) {
    RuleOutcome& outcome = evaluation.outcomes.emplace_back();
    outcome.rule = "a";
    outcome.outcome = Outcome::gated;
    outcome.sentence = "Red flags come first.";
    EXPECT_EQ(found({expected("a")}),
              (std::vector<std::string>{"Expected a; got no card.", "a: Red flags come first."}));
}

TEST_F(Differences, CountTheOrder) {
    evaluation.cards = {shown("b", Indicator::info), shown("a", Indicator::warning)};
    EXPECT_EQ(found({expected("a"), expected("b")}),
              std::vector<std::string>{"Expected a, b; got b (info), a (warning)."});
}

TEST_F(Differences, LookAtIndicatorOfferAndWords) {
    evaluation.cards = {shown("a", Indicator::warning)};
    ExpectedCard card = expected("a");
    card.indicator = Indicator::info;
    card.offers = "25-OH vitamin D";
    card.says = {"19 ng/mL", "20 ng/mL"};
    EXPECT_EQ(found({card}),
              (std::vector<std::string>{"a is warning, not info.", "a offers nothing, not 25-OH vitamin D.",
                                        "a does not say \"20 ng/mL\"."}));
}

TEST_F(Differences, NameAnOrderThatNobodyExpected) {
    evaluation.cards = {shown("a", Indicator::info)};
    evaluation.cards[0].proposal = Proposal{"", {}, {{"vitamin-d", "62292-8", "", {}, {}, {}}}};
    ExpectedCard card = expected("a");
    card.offers = "";
    EXPECT_EQ(found({card}), std::vector<std::string>{"a offers 25-OH vitamin D, not nothing."});
}

Site site_of(const std::string& text, const Pack& pack) {
    SiteReading reading = read_site(text, "site.json", pack);
    EXPECT_EQ(as_text(reading.findings, {}), "");
    return std::move(reading.site);
}

TEST(Examples, TellApartWhatOnlyTheSiteChanges) {
    const Pack pack = read_pack(sample_files()).pack;
    const Site site = site_of(R"({ "off": ["vitamin-d-suggest"] })", pack);
    const ExampleReport report = run_examples(pack, read_stories(pack).stories, nullptr, site);
    EXPECT_TRUE(all_pass(report));
    EXPECT_TRUE(text_report(report).starts_with("stories/vitamin-d.json:4:5: with this site: low back pain"));
    EXPECT_TRUE(text_report(report).ends_with("\n3 examples, 0 failed, 0 known misses, 1 changed by the site\n"));
}

TEST(Examples, FailWithASiteWhereTheyFailWithoutIt) {
    const Pack pack = read_pack(edited_files("stories/vitamin-d.json",
                                             "[\"vitamin-d-suggest (info), offers 25-OH vitamin D\"]", "\"no card\""))
                          .pack;
    const Site site = site_of(R"({ "parameters": { "vitaminD.validDays": 400 } })", pack);
    EXPECT_FALSE(all_pass(run_examples(pack, read_stories(pack).stories, nullptr, site)));
}

TEST(Examples, LeaveAStoryItsOwnSite) {
    const Pack pack =
        read_pack(edited_files("stories/vitamin-d.json", "\"patient\"", "\"site\": {}, \"patient\"")).pack;
    const Site site = site_of(R"({ "off": ["vitamin-d-suggest"] })", pack);
    const ExampleReport report = run_examples(pack, read_stories(pack).stories, nullptr, site);
    EXPECT_EQ(text_report(report), "3 examples, 0 failed, 0 known misses, 0 changed by the site\n");
}

ExampleReport sample_report() {
    ExampleReport report;
    report.examples = {
        {"holds", {"stories/a.json", "", 3, 5}, Hook::patient_view, {}, ""},
        {"fails <b> & c", {"stories/a.json", "", 9, 5}, Hook::order_sign, {"Expected a; got no card."}, ""},
        {"is known", {"stories/a.json", "", 12, 5}, Hook::patient_view, {"Expected a; got no card."}, "why"}};
    return report;
}

TEST(ExampleReport, PassesOnlyIfNothingButKnownMissesFails) {
    ExampleReport report = sample_report();
    EXPECT_FALSE(all_pass(report));
    report.examples.erase(report.examples.begin() + 1);
    EXPECT_TRUE(all_pass(report));
    report.findings.push_back({Severity::error, {}, "json", "", ""});
    EXPECT_FALSE(all_pass(report));
}

TEST(ExampleReport, TellsPeopleWhatFailed) {
    EXPECT_EQ(text_report(sample_report()),
              "stories/a.json:9:5: failed: fails <b> & c (order-sign)\n"
              "  Expected a; got no card.\n"
              "stories/a.json:12:5: known miss: is known (patient-view)\n"
              "  Expected a; got no card.\n"
              "  Known: why\n"
              "3 examples, 1 failed, 1 known misses\n");
}

TEST(ExampleReport, IsJUnitForMachines) {
    expect_golden("tests/rules/packs/examples.junit.xml", junit_report(sample_report(), "back-pain-sample"));
}

TEST(Examples, HoldForTheGoodPack) {
    const Pack pack = read_pack(sample_files()).pack;
    const ExampleReport report = run_examples(pack, read_stories(pack).stories);
    EXPECT_EQ(text_report(report), "3 examples, 0 failed, 0 known misses\n");
    EXPECT_TRUE(all_pass(report));
}

TEST(Examples, FailWhereAPatientIsOneDayShort) {
    const Pack pack = read_pack(edited_files("stories/vitamin-d.json", "2025-12-08", "2025-12-09")).pack;
    const ExampleReport report = run_examples(pack, read_stories(pack).stories);
    EXPECT_FALSE(all_pass(report));
}

TEST(Examples, SayThatAKnownMissHoldsNow) {
    const Pack pack =
        read_pack(edited_files("stories/vitamin-d.json", "\"record\"", "\"knownMiss\": \"why\", \"record\"")).pack;
    const ExampleReport report = run_examples(pack, read_stories(pack).stories);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].code, "known-miss");
    EXPECT_TRUE(all_pass(report));
}

}  // namespace
}  // namespace rules
