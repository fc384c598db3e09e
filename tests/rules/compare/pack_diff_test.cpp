#include "rules/compare/pack_diff.hpp"

#include "rules/compare/pack_diff_text.hpp"
#include "tests/case_name.hpp"
#include "tests/rules/sample_pack.hpp"

#include <gmock/gmock.h>

#include <ostream>

namespace rules {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Pack read(PackFiles files) {
    PackReading reading = read_pack(std::move(files));
    EXPECT_FALSE(has_errors(reading.findings)) << as_text(reading.findings, reading.pack.files);
    return std::move(reading.pack);
}

PackDiff diff_of(const PackFiles& from, const PackFiles& to) {
    const Pack old = read(from), now = read(to);
    const Site none;
    return diff_packs({old, none}, {now, none});
}

PackDiff diff_with_sites(const std::string& from, const std::string& to) {
    const Pack pack = read(sample_files());
    SiteReading old = read_site(from, "old.json", pack), now = read_site(to, "new.json", pack);
    EXPECT_THAT(old.findings, IsEmpty());
    EXPECT_THAT(now.findings, IsEmpty());
    return diff_packs({pack, old.site}, {pack, now.site});
}

auto told(DiffSection section, const std::string& aspect, const std::string& from, const std::string& to) {
    return AllOf(Field(&Change::section, section), Field(&Change::aspect, HasSubstr(aspect)),
                 Field(&Change::from, HasSubstr(from)), Field(&Change::to, HasSubstr(to)));
}

TEST(PackDiff, SaysNothingOfTwoPacksThatAreTheSame) {
    const PackDiff diff = diff_of(sample_files(), sample_files());
    EXPECT_THAT(diff.changes, IsEmpty());
    EXPECT_EQ(diff.step, Step::none);
    EXPECT_TRUE(diff.holds);
    EXPECT_THAT(text_of(diff), HasSubstr("The packs are the same"));
}

struct DiffCase {
    const char* name;
    const char *file, *from, *to;  ///< an edit of the small pack
    DiffSection section;
    const char *aspect, *was, *is;
    Step step;
};
void PrintTo(const DiffCase& one, std::ostream* to) {
    *to << one.name;
}

class PackDiffCases : public testing::TestWithParam<DiffCase> {};

TEST_P(PackDiffCases, TellsTheChangeInItsSection) {
    const DiffCase& one = GetParam();
    const PackDiff diff = diff_of(sample_files(), edited_files(one.file, one.from, one.to));
    EXPECT_THAT(diff.changes, Contains(told(one.section, one.aspect, one.was, one.is))) << text_of(diff);
    EXPECT_EQ(diff.step, one.step) << text_of(diff);
}

const DiffCase cases[] = {
    {"a_code_of_a_safety_set_that_goes", "value-sets/red-flags.json", "192970008", "192970009", DiffSection::safety,
     "holds", "192970008", "", Step::major},
    {"a_limit", "analytes/vitamin-d.json", R"("from": { "ng/mL": 12, "nmol/L": 30 })",
     R"("from": { "ng/mL": 11, "nmol/L": 30 })", DiffSection::who, "limits of nam-2011, total", "low from 12",
     "low from 11", Step::major},
    {"a_default", "pack.json", R"("default": 84)", R"("default": 48)", DiffSection::who, "default", "84", "48",
     Step::major},
    {"how_loud_a_card_is", "rules/vitamin-d-suggest.json", R"("indicator": "info")", R"("indicator": "critical")",
     DiffSection::who, "how loud", "information", "critical", Step::major},
    {"words_of_a_card", "rules/vitamin-d-suggest.json", "No action", "Nothing", DiffSection::card, "options",
     "No action", "Nothing", Step::patch},
    {"what_is_drafted", "orders.json", R"("conventional": "62292-8")", R"("conventional": "68438-1")",
     DiffSection::card, "drafted in conventional units", "62292-8", "68438-1", Step::major},
    {"a_sentence_of_a_source", "citations.json", R"("says": ")", R"("says": "Perhaps: )", DiffSection::evidence, "says",
     "", "Perhaps", Step::patch},
};
INSTANTIATE_TEST_SUITE_P(Edits, PackDiffCases, testing::ValuesIn(cases), CaseName());

TEST(PackDiff, TakesTheOrderOfMembersLayoutAndRemarksForNothingClinical) {
    PackFiles files = sample_files();
    files["orders.json"] = "\n" + files["orders.json"];
    std::string& rule = files["rules/vitamin-d-low.json"];
    rule.insert(rule.find('{') + 1, R"( "$schema": "x", )");
    const PackDiff diff = diff_of(sample_files(), files);
    EXPECT_THAT(diff.changes, Not(IsEmpty()));
    EXPECT_THAT(diff.changes, Each(Field(&Change::section, DiffSection::nothing))) << text_of(diff);
    EXPECT_EQ(diff.step, Step::patch) << "under one version a pack has one content";
}

TEST(PackDiff, TellsLayoutWhereNothingElseDiffers) {
    PackFiles files = sample_files();
    files["orders.json"] = "\n" + files["orders.json"];
    EXPECT_THAT(diff_of(sample_files(), files).changes,
                Contains(AllOf(Field(&Change::subject, "orders.json"), Field(&Change::section, DiffSection::nothing))));
}

TEST(PackDiff, TellsARuleThatIsNewOrGoneOnceAndNotEachMemberOfIt) {
    PackFiles without = sample_files();
    const std::string rule = without["rules/vitamin-d-suggest.json"];
    PackFiles with = without;
    std::string copy = rule;
    copy.replace(copy.find("vitamin-d-suggest"), std::string("vitamin-d-suggest").size(), "vitamin-d-again");
    with["rules/vitamin-d-again.json"] = copy;
    const PackDiff added = diff_of(without, with);
    EXPECT_THAT(added.changes, Contains(told(DiffSection::who, "rule", "", "vitamin-d-again")));
    EXPECT_THAT(added.changes, Contains(told(DiffSection::card, "summary", "", "")));
    EXPECT_THAT(added.changes, Not(Contains(Field(&Change::aspect, "rank")))) << text_of(added);
    EXPECT_EQ(added.step, Step::minor) << text_of(added);
    EXPECT_EQ(diff_of(with, without).step, Step::major);
}

TEST(PackDiff, TellsAnExclusionByItsReasonAndShowsTheExpression) {
    const PackDiff diff =
        diff_of(sample_files(), edited_files("rules/vitamin-d-suggest.json", R"("when": [)",
                                             R"("unless": [{ "if": "%age > 90", "because": "very old" }], "when": [)"));
    EXPECT_THAT(diff.changes, Contains(told(DiffSection::who, "must not hold", "", "very old [%age > 90]")))
        << text_of(diff);
}

TEST(PackDiff, TellsWhatAnEhrIsAskedForWhenACodeIsAdded) {
    const PackDiff diff = diff_with_sites("{}", R"({ "codes": { "analytes": { "vitamin-d": [
            { "system": "urn:oid:1.2.3.4", "code": "LAB-D", "property": "MCnc", "kind": "total" }] } } })");
    EXPECT_THAT(diff.changes, Contains(told(DiffSection::prefetch, "asks for", "", "code=urn:oid:1.2.3.4|LAB-D")))
        << text_of(diff);
    EXPECT_THAT(diff.changes, Contains(told(DiffSection::who, "codes", "", "LAB-D")));
    EXPECT_EQ(diff.step, Step::none) << "a site file is no version of the pack";
    EXPECT_TRUE(diff.holds);
}

TEST(PackDiff, TellsTheLimitsThatASiteChoosesByAnotherRuleset) {
    const PackDiff diff = diff_with_sites("{}", R"({ "parameters": { "vitaminD.ruleset": "ros-2020" } })");
    EXPECT_THAT(diff.changes, Contains(told(DiffSection::who, "vitaminD.ruleset", "the pack's default", "ros-2020")));
    EXPECT_THAT(diff.changes, Contains(told(DiffSection::who, "limits in force here, total", "from 12", "from 10")))
        << text_of(diff);
}

struct VersionCase {
    const char* name;
    const char* version;
    Step step;
    const char* after;
};
void PrintTo(const VersionCase& one, std::ostream* to) {
    *to << one.name;
}

class VersionAfter : public testing::TestWithParam<VersionCase> {};

// Semantic Versioning 2.0.0, 4 and 6 to 8; before 1.0.0 as the range "^0.9" has it.
TEST_P(VersionAfter, StepsAsSemanticVersioningSays) {
    EXPECT_EQ(version_after(GetParam().version, GetParam().step), GetParam().after);
}
const VersionCase versions[] = {
    {"none", "1.2.3", Step::none, "1.2.3"},    {"patch", "1.2.3", Step::patch, "1.2.4"},
    {"minor", "1.2.3", Step::minor, "1.3.0"},  {"major", "1.2.3", Step::major, "2.0.0"},
    {"early", "0.9.2", Step::major, "0.10.0"}, {"early_minor", "0.9.2", Step::minor, "0.9.3"}};
INSTANTIATE_TEST_SUITE_P(Steps, VersionAfter, testing::ValuesIn(versions), CaseName());

TEST(PackDiff, HoldsANumberAgainstTheStepThatTheChangesAskFor) {
    PackFiles files = edited_files("pack.json", R"("default": 84)", R"("default": 48)");
    EXPECT_FALSE(diff_of(sample_files(), files).holds);
    std::string& pack = files["pack.json"];
    const PackDiff wanted = diff_of(sample_files(), files);
    const std::string was = '"' + wanted.from + '"';
    pack.replace(pack.find(was), was.size(), '"' + wanted.least + '"');
    EXPECT_TRUE(diff_of(sample_files(), files).holds);
    EXPECT_THAT(verdict_of(wanted), HasSubstr("the version must be " + wanted.least));
}

TEST(PackDiff, WritesMarkdownInWhichTextsOfThePackAreNoMarkUp) {
    const PackDiff diff = diff_of(
        sample_files(), edited_files("rules/vitamin-d-suggest.json", "No action", "<b>No action</b> [x](http://x)"));
    const std::string text = markdown_of(diff);
    EXPECT_THAT(text, HasSubstr("## What the card says"));
    EXPECT_THAT(text, HasSubstr(R"(\<b\>No action\</b\> \[x\](http://x))"));
    EXPECT_THAT(text, Not(HasSubstr("<b>")));
}

TEST(PackDiff, TellsEachChangeToProgramsWithItsStep) {
    const PackDiff diff = diff_of(sample_files(), edited_files("pack.json", R"("default": 84)", R"("default": 48)"));
    const boost::json::object json = json_of(diff);
    const auto& change = json.at("changes").as_array().at(0).as_object();
    EXPECT_EQ(change.at("section"), "Who gets a card");
    EXPECT_EQ(change.at("change"), "changed");
    EXPECT_EQ(change.at("step"), "major");
    EXPECT_EQ(json.at("holds"), false);
}

}  // namespace
}  // namespace rules
