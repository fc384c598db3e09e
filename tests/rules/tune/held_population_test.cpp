#include "rules/compare/impact.hpp"
#include "rules/tune/held_report.hpp"
#include "tests/rules/tune/held_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace rules {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

/// What impact counts of the same patients.
Counts impact_of(const HeldPopulation& population, const Program& draft) {
    ImpactCounter counter(*plain(), draft, 0);
    for (std::size_t at = 0; at < population.patients(); ++at) {
        const Record* record = &*population.patient(at).read.record;
        ImpactEvent event;
        for (SeenBy& seen : event.seen) seen = {record, {}, looked_at().call()};
        counter.count_patient();
        counter.count(event);
        counter.finish_patient();
    }
    return counter.impact().counts;
}

void expect_counts(const TunedCounts& tuned, const Counts& counts, std::initializer_list<std::string_view> path) {
    std::vector<std::string_view> name(path);
    const auto count_of = [&](std::string_view what) {
        if (name.size() == 1) return static_cast<std::int64_t>(counts.at({name[0], what}));
        return static_cast<std::int64_t>(counts.at({name[0], name[1], what}));
    };
    EXPECT_EQ(tuned.gained, count_of("gained")) << name.back();
    EXPECT_EQ(tuned.lost, count_of("lost")) << name.back();
    EXPECT_EQ(tuned.changed, count_of("changed")) << name.back();
    EXPECT_EQ(tuned.same, count_of("same")) << name.back();
}

struct DraftCase {
    std::string name, site;
};

const DraftCase drafts[] = {
    {"Nothing", R"({ "site": "s" })"},
    {"Ruleset", R"({ "parameters": { "vitaminD.ruleset": "ros-2020" } })"},
    {"Days", R"({ "parameters": { "backPain.chronicDays": 28, "b12.validDays": 90, "labs.validDays": 28 } })"},
    {"RuleOff", R"({ "off": ["vitamin-d-suggest"] })"},
    {"WarningsOff", R"({ "off": ["b12-low", "calcium-high", "vitamin-d-toxic"] })"},
    {"LocalBands",
     R"({ "laboratories": [ { "name": "ours", "default": true, "bands": { "b12": { "title": "ours", "bands":
        { "total": [ { "band": "low" }, { "band": "indeterminate", "from": { "pg/mL": 145, "pmol/L": 107 } },
          { "band": "unlikely", "above": { "pg/mL": 250, "pmol/L": 184 }, "orMore": true } ] } } } } ] })"},
};

void expect_what_impact_counts(const Program& draft) {
    const auto population = held(patients_of_stories(8));
    const auto tuned = population->tune(draft);
    ASSERT_TRUE(tuned);
    const Counts counts = impact_of(*population, draft);
    EXPECT_EQ(tuned->patients, static_cast<std::int64_t>(population->patients()));
    expect_counts(tuned->events, counts, {"event"});
    EXPECT_EQ(tuned->none, static_cast<std::int64_t>(counts.at({"event", "none"})));
    EXPECT_EQ(tuned->touched, static_cast<std::int64_t>(counts.at({"touched"})));
    EXPECT_EQ(tuned->loses_warning, static_cast<std::int64_t>(counts.at({"losesWarning"})));
    std::vector<std::string> rules;
    for (const auto& [rule, of_rule] : tuned->rules) {
        rules.push_back(rule);
        expect_counts(of_rule, counts, {"rule", rule});
    }
    EXPECT_EQ(rules, counts.below({"rule"}));
    for (const std::string& test : counts.below({"unreadable"})) {
        EXPECT_EQ(tuned->unreadable.at(test)[0], static_cast<std::int64_t>(counts.at({"unreadable", test, "from"})));
        EXPECT_EQ(tuned->unreadable.at(test)[1], static_cast<std::int64_t>(counts.at({"unreadable", test, "to"})));
    }
    EXPECT_EQ(tuned->unreadable.size(), counts.below({"unreadable"}).size());
}

class EveryDraft : public testing::TestWithParam<DraftCase> {};

TEST_P(EveryDraft, CountsWhatImpactCounts) {
    expect_what_impact_counts(*with_site(GetParam().site));
}

/// Its tests stand in another order, so that no place among those of the one says anything of the other.
TEST(HeldPopulation, CountsWhatImpactCountsOfAnotherPack) {
    Pack other = shipped_pack();
    std::ranges::reverse(other.analytes);
    other.files["pack.json"] += '\n';
    expect_what_impact_counts(*compile_test_pack(std::move(other)));
}

INSTANTIATE_TEST_SUITE_P(HeldPopulation, EveryDraft, testing::ValuesIn(drafts),
                         [](const auto& one) { return one.param.name; });

TEST(HeldPopulation, FindsThePatientsThatItCounts) {
    const auto population = held(patients_of_stories(8));
    const auto draft = with_site(R"({ "parameters": { "vitaminD.ruleset": "ros-2020" } })");
    const auto tuned = population->tune(*draft);
    ASSERT_TRUE(tuned);
    std::int64_t happened = 0;
    for (const char* what : {"gained", "lost", "changed", "same"}) {
        const auto filter = read_filter(json::object{{"what", what}});
        ASSERT_TRUE(filter);
        const auto found = population->find(*draft, *filter);
        ASSERT_TRUE(found);
        Tuned copy = *tuned;
        EXPECT_EQ(static_cast<std::int64_t>(found->of), copy.events.of(what)) << what;
        happened += static_cast<std::int64_t>(found->of);
    }
    EXPECT_GT(happened, 0);
    for (const TunedExample& example : tuned->examples) {
        FindFilter filter;
        filter.rule = example.rule;
        filter.what = example.what;
        const auto found = population->find(*draft, filter);
        EXPECT_NE(std::ranges::find(found->patients, example.patient, &Found::Patient::number), found->patients.end());
    }
}

TEST(HeldPopulation, FindsWhoLosesAWarningAndWhich) {
    const auto population = held(patients_of_stories(8));
    const auto draft = with_site(R"({ "off": ["b12-low", "calcium-high", "vitamin-d-toxic", "vitamin-d-suggest"] })");
    const auto tuned = population->tune(*draft);
    ASSERT_TRUE(tuned);
    EXPECT_GT(tuned->loses_warning, 0);
    EXPECT_GT(tuned->touched, tuned->loses_warning);  // who loses a suggestion alone
    const auto filter = read_filter(json::object{{"losesWarning", true}});
    ASSERT_TRUE(filter);
    const auto found = population->find(*draft, *filter);
    ASSERT_TRUE(found);
    EXPECT_EQ(static_cast<std::int64_t>(found->of), tuned->loses_warning);
    FindFilter both = *filter;
    both.what = "gained";  // of those who lose one
    EXPECT_LT(population->find(*draft, both)->of, found->of);
    for (const Found::Patient& patient : found->patients) {
        EXPECT_THAT(patient.lost_warnings, testing::Not(testing::IsEmpty()));
        EXPECT_THAT(patient.lost_warnings, testing::Not(testing::Contains("vitamin-d-suggest")));
    }
    FindFilter of_rule = *filter;
    of_rule.rule = "b12-low";
    EXPECT_GT(population->find(*draft, of_rule)->of, 0U);
    EXPECT_LT(population->find(*draft, of_rule)->of, found->of);
}

TEST(HeldPopulation, FindsPatientsBySexAgeBandAndUnreadableResults) {
    const auto population = held(patients_of_stories(8));
    std::size_t women = 0, men = 0;
    FindFilter filter;
    filter.sex = "female";
    women = population->find(*plain(), filter)->of;
    filter.sex = "male";
    men = population->find(*plain(), filter)->of;
    EXPECT_GT(women, 0U);
    EXPECT_GT(men, 0U);
    EXPECT_LE(women + men, population->patients());
    const Counts counts = impact_of(*population, *plain());
    FindFilter unreadable;
    unreadable.analyte = "vitamin-d";
    unreadable.unreadable = true;
    EXPECT_EQ(population->find(*plain(), unreadable)->of, counts.at({"unreadable", "vitamin-d", "from"}));
    FindFilter band;
    band.analyte = "vitamin-d";
    band.band = "low";
    band.is_saved = true;
    std::uint64_t low = 0;
    for (const std::string& unit : counts.below({"band", "vitamin-d"})) {
        low += counts.sum({"band", "vitamin-d", unit, "low"});
    }
    EXPECT_EQ(population->find(*plain(), band)->of, low);
}

TEST(HeldPopulation, DrawsEachReadableResultOnce) {
    const auto population = held(patients_of_stories(8));
    const auto histogram = population->histogram(*plain(), "vitamin-d", "ng/mL");
    ASSERT_TRUE(histogram);
    const Counts counts = impact_of(*population, *plain());
    std::uint64_t drawn = 0;
    for (const auto& [value, patients] : histogram->values) drawn += patients;
    EXPECT_EQ(drawn, counts.sum({"value", "vitamin-d", "total, ng/mL"}));
    std::uint64_t in_bars = 0;
    for (const ValueBar& bar : value_bars(histogram->values)) in_bars += bar.patients;
    EXPECT_LE(in_bars, drawn);  // "<4" is no bar's
    EXPECT_GT(in_bars, 0U);
    EXPECT_EQ(histogram->saved.size(), histogram->draft.size());
    EXPECT_FALSE(histogram->saved.empty());
}

TEST(HeldPopulation, DrawsTheBandsOfBeforeWhateverTheOrderOfKinds) {
    const auto population = held(patients_of_stories(8));
    Pack other = shipped_pack();
    for (Analyte& test : other.analytes) std::ranges::reverse(test.kinds);
    other.files["pack.json"] += '\n';
    const auto among_others = population->histogram(*compile_test_pack(std::move(other)), "vitamin-d", "ng/mL");
    const auto alone = population->histogram(*plain(), "vitamin-d", "ng/mL");
    ASSERT_TRUE(among_others && alone);
    ASSERT_FALSE(alone->saved.empty());
    const auto texts = [](const std::vector<ValueMark>& marks) {
        std::vector<std::string> found;
        for (const ValueMark& mark : marks) found.push_back(mark.text);
        return found;
    };
    EXPECT_EQ(texts(among_others->saved), texts(alone->saved));
}

TEST(HeldPopulation, SaysWhomItDoesNotHold) {
    HeldOptions options;
    options.most_bytes = 100'000;
    const auto population = held(patients_of_stories(8), std::move(options));
    EXPECT_GT(population->patients(), 0U);
    EXPECT_GT(population->beyond(), 0U);
    EXPECT_EQ(population->patients() + population->beyond(), patients_of_stories(8).size());
    EXPECT_LT(population->bytes(), 200'000U);
}

TEST(HeldPopulation, StopsWhenItIsAsked) {
    const auto population = held(patients_of_stories(40));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(population->tune(*plain(), stop.get_token()));
    EXPECT_FALSE(population->find(*plain(), {}, stop.get_token()));
}

TEST(HeldPopulation, HasToBeReadAgainForACodeThatWasNotKept) {
    const auto draft = with_site(R"({ "codes": { "analytes": { "b12": [ { "system": "https://lab.example.org/codes",
        "code": "B12S", "property": "SCnc", "kind": "total" } ] } } })");
    const auto population = held(patients_of_stories(80));
    EXPECT_FALSE(population->can_read(*draft));
    HeldOptions options;
    options.also = draft;
    EXPECT_TRUE(held(patients_of_stories(80), std::move(options))->can_read(*draft));
}

TEST(HeldPopulation, HoldsWhatWasSavedAgainstTheNextDraft) {
    const auto population = held(patients_of_stories(16));
    const auto saved = with_site(R"({ "parameters": { "vitaminD.ruleset": "ros-2020" } })");
    ASSERT_TRUE(population->set_saved(saved));
    const auto again = population->tune(*saved);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->events.gained + again->events.lost + again->events.changed, 0);
    const auto back = population->tune(*plain());
    ASSERT_TRUE(back);
    EXPECT_GT(back->events.gained + back->events.lost + back->events.changed, 0);
}

TEST(FindFilter, RefusesWhatItDoesNotKnow) {
    EXPECT_THAT(read_filter(json::object{{"colour", "red"}}).error(), HasSubstr("a filter has no colour"));
    EXPECT_THAT(read_filter(json::object{{"what", "moved"}}).error(), HasSubstr("gained, lost, changed or same"));
    EXPECT_EQ(read_filter(json::object{{"age", "18 to 29"}})->age, "18-29");
}

}  // namespace
}  // namespace rules
