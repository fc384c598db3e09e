#include "rules/check/text_bound.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

struct BoundCase {
    const char* name;
    const char* text;
    const char* item;
    std::size_t total;
};
class TextIsBounded : public testing::TestWithParam<BoundCase> {};

TEST_P(TextIsBounded, ByTheLongestThatItsFillsCanHold) {
    static const Pack pack = read_pack(sample_files()).pack;
    const TextBound bound = TextBounds(pack).bound(GetParam().text, GetParam().item);
    EXPECT_EQ(bound.total(), GetParam().total);
}

// Totals are counted by hand: the longest display of malabsorption is "Coeliac disease" (15), of the steroids
// "Systemic steroids" (17, the title); the longest unit of vitamin D is "nmol/L" (6); the longest ruleset "ROS 2020"
// (8).
INSTANTIATE_TEST_SUITE_P(
    Fills, TextIsBounded,
    testing::Values(BoundCase{"OwnText", "below 20 µg", "", 11},
                    BoundCase{"LabelOfAFact", "{{%malabsorption.label.first()}}.", "", 16},
                    BoundCase{"LabelThroughOtherFacts", "{{%vitaminDIndications.label.first()}}", "", 17},
                    BoundCase{"ValueAndUnit", "{{%vitaminD.result.text}}", "", 12},
                    BoundCase{"Date", "{{%vitaminD.result.date}}", "", 10},
                    BoundCase{"Ruleset", "{{%vitaminD.result.ruleset}}", "", 8},
                    BoundCase{"Threshold", "{{%vitaminD.result.upper}}", "", 12},
                    BoundCase{"OneOfTwoTexts", "{{iif(%vitaminD.result.kind = 'total', 'all', 'a part')}}", "", 6},
                    BoundCase{"TextsThatAddUp", "{{'age ' & %age.toString()}}", "", 7},
                    BoundCase{"TheLongerBranch",
                              "{{iif(%vitaminD.result.exists(), %vitaminD.result.date.toString(), 'no date')}}", "",
                              10},
                    BoundCase{"Since", "{{%malabsorption.first().since}}", "", 19},
                    BoundCase{"Joined", "{{'calcium'.combine('PTH').join(', ')}}", "", 12},
                    BoundCase{"JoinedWhereEachHasACondition",
                              "{{'calcium'.where(%vitaminD.result.exists()).combine('PTH').join('; ')}}", "", 12},
                    BoundCase{"JoinedLabels", "{{%malabsorption.label.distinct().join(', ')}}", "", 32},
                    BoundCase{"TextThatIsOnlyCompared",
                              "{{%malabsorption.where(label = 'a very long label that is compared').label.first()}}",
                              "", 15},
                    BoundCase{"LabelOfADraft", "{{%item.label}}", "%drafts", 23}),
    CaseName());

}  // namespace
}  // namespace rules
