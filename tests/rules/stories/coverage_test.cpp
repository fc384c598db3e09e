#include "rules/stories/coverage.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/sample_pack.hpp"

#include <algorithm>

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
    EXPECT_EQ(touching(edge, Side::below).text(), GetParam().below);
    EXPECT_EQ(touching(edge, Side::at).text(), GetParam().number);
    EXPECT_EQ(touching(edge, Side::above).text(), GetParam().above);
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

TEST_F(SampleCoverage, ProposesAStoryForAnEdge) {
    run(one_result);
    const std::string stories = boundary_stories(coverage.gaps(), reading.stories);
    EXPECT_NE(stories.find("\"25-OH vitamin D 50 nmol/L on 2026-02-20\""), std::string::npos) << stories;
    EXPECT_NE(stories.find("\"vitaminD.ruleset\": \"ros-2020\""), std::string::npos);
}

}  // namespace
}  // namespace rules
