#include "rules/stories/coverage.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/sample_pack.hpp"

#include <algorithm>
#include <optional>

namespace rules {
namespace {

TEST(Edges, AreThoseOfEveryBandAndMarkInEachUnitOfItsKind) {
    const Pack pack = read_pack(sample_files()).pack;
    const std::vector<Edge> edges = edges_of(pack);
    // NAM 3 bands and ROS 2 in two units each; high and toxic in two units of the total and one of D2 and D3 each; the
    // mark in two units, and again under ROS.
    EXPECT_EQ(edges.size(), 3U * 2 + 2 * 2 + 2 * (2 + 1 + 1) + 2 + 2);
}

struct StepCase {
    const char* name;
    const char* number;
    const char* below;
    const char* above;
};
class Touching : public testing::TestWithParam<StepCase> {};

TEST_P(Touching, IsOneStepOfTheLastDigitBeside) {
    Edge edge;
    edge.number = *fhir::Decimal::parse(GetParam().number);
    EXPECT_EQ(touching(edge, EdgeSide::below).text(), GetParam().below);
    EXPECT_EQ(touching(edge, EdgeSide::at).text(), GetParam().number);
    EXPECT_EQ(touching(edge, EdgeSide::above).text(), GetParam().above);
}

INSTANTIATE_TEST_SUITE_P(Numbers, Touching,
                         testing::Values(StepCase{"Whole", "20", "19.9", "20.1"},
                                         StepCase{"Tenths", "2.5", "2.4", "2.6"},
                                         StepCase{"Hundredths", "2.62", "2.61", "2.63"}),
                         CaseName());

class SampleCoverage : public testing::Test {
  protected:
    void run(const std::string& stories) {
        pack = read_pack(edited_files("stories/vitamin-d.json", "", stories)).pack;
        reading = read_stories(pack);
        ASSERT_EQ(as_text(reading.findings, pack.files), "");
        run_examples(pack, reading.stories, &coverage);
    }
    bool has_gap(const std::string& says) const {
        const std::vector<Gap> gaps = coverage.gaps();
        return std::any_of(gaps.begin(), gaps.end(),
                           [&](const Gap& gap) { return gap.says.find(says) != gap.says.npos; });
    }
    Pack pack;
    StoryReading reading;
    Coverage coverage{pack};
};

constexpr const char* one_result = R"json({ "at": "2026-03-02", "stories": [ {
    "name": "low", "patient": "female, born 1987-07-15",
    "record": ["low back pain since 2025-01", "25-OH vitamin D 19.9 ng/mL on 2026-02-20"],
    "patient-view": ["vitamin-d-low (info)"] } ] })json";

TEST_F(SampleCoverage, NamesRulesWithoutACard) {
    run(one_result);
    EXPECT_FALSE(has_gap("No story shows a card of vitamin-d-low."));
    EXPECT_TRUE(has_gap("No story shows a card of vitamin-d-suggest."));
}

TEST_F(SampleCoverage, NamesCriteriaSeenOneWayOnly) {
    run(one_result);
    EXPECT_TRUE(has_gap("In no story this fails: %alive"));
    EXPECT_FALSE(has_gap("In no story this holds: %alive"));
}

TEST_F(SampleCoverage, NamesSidesOfABandEdgeWithoutAResult) {
    run(one_result);
    EXPECT_FALSE(has_gap("25-OH vitamin D 19.9 ng/mL, at the edge of \"adequate\" in nam-2011"));
    EXPECT_TRUE(has_gap("25-OH vitamin D 20 ng/mL, at the edge of \"adequate\" in nam-2011"));
    EXPECT_TRUE(has_gap("25-OH vitamin D 49.9 nmol/L, at the edge of \"adequate\" in nam-2011"));
    EXPECT_TRUE(has_gap("25-OH vitamin D 19.9 ng/mL, at the edge of \"adequate\" in ros-2020"));
}

/// A laboratory whose deficiency ends at 14 ng/mL, and stories told with it.
class CoverageOfASite : public testing::Test {
  protected:
    void run(const std::string& performer) {
        pack = read_pack(sample_files()).pack;
        site =
            read_site(R"({"laboratories": [{"name": "Ours", "reference": "Organization/ours", "bands": {"vitamin-d": {
            "title": "ours", "bands": {"total": [{"band": "deficient"},
            {"band": "low", "from": {"ng/mL": 14, "nmol/L": 35}}]}}}}]})",
                      "site.json", pack)
                .site;
        reading = read_stories(pack, "told.json",
                               R"({"at": "2026-03-02", "stories": [{"name": "low",
            "patient": "female, born 1987-07-15", "record": ["low back pain since 2025-01",
            "25-OH vitamin D 14 ng/mL on 2026-02-20)" +
                                   performer + R"("], "patient-view": ["vitamin-d-low"]}]})");
        ASSERT_EQ(as_text(reading.findings, pack.files), "");
        coverage.emplace(pack, &site);
        run_examples(pack, reading.stories, &*coverage, site);
        for (const Gap& gap : coverage->gaps()) {
            if (gap.edge && gap.edge->laboratory) gaps.push_back(gap);
        }
    }
    Pack pack;
    Site site;
    StoryReading reading;
    std::optional<Coverage> coverage;
    std::vector<Gap> gaps;  ///< at edges of laboratories
};

TEST_F(CoverageOfASite, NamesTheEdgesOfALaboratoryThatNoResultOfItTouches) {
    run("");
    ASSERT_EQ(gaps.size(), 2U * 3);  // two units, three sides
    EXPECT_EQ(gaps[0].says, "No story has a result like 25-OH vitamin D 13.9 ng/mL, at the edge of \"low\" of Ours.");
    EXPECT_EQ(gaps[0].place.file, "site.json");
    EXPECT_EQ(coverage->counts().back().of, "band edges of laboratories, each side");
    EXPECT_EQ(coverage->counts().back().all, 6U);
}

TEST_F(CoverageOfASite, TakesAResultOfTheLaboratoryAsATouch) {
    run(" by Organization/ours");
    EXPECT_EQ(gaps.size(), 5U);
    EXPECT_EQ(coverage->counts().back().touched, 1U);
}

TEST_F(CoverageOfASite, ProposesAStoryThatNamesTheLaboratory) {
    run("");
    const std::string stories = boundary_stories(gaps, reading.stories);
    EXPECT_NE(stories.find("25-OH vitamin D 35 nmol/L on 2026-02-20 by Organization/ours"), std::string::npos)
        << stories;
}

TEST_F(SampleCoverage, ProposesAStoryForAnEdge) {
    run(one_result);
    const std::string stories = boundary_stories(coverage.gaps(), reading.stories);
    EXPECT_NE(stories.find("\"25-OH vitamin D 50 nmol/L on 2026-02-20\""), std::string::npos) << stories;
    EXPECT_NE(stories.find("\"vitaminD.ruleset\": \"ros-2020\""), std::string::npos);
}

}  // namespace
}  // namespace rules
