#include "rules/compare/card_difference.hpp"
#include "rules/compare/impact.hpp"
#include "rules/run/reach.hpp"
#include "rules/run/trace.hpp"
#include "rules/stories/story.hpp"
#include "rules/tune/held_report.hpp"
#include "tests/rules/run_support.hpp"

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

std::shared_ptr<const Program> with_site(const std::string& text) {
    SiteReading reading = read_site(text, "site.json", shipped_pack());
    EXPECT_EQ(findings_text(reading.findings), "");
    return compile_test_pack(shipped_pack(), std::move(reading.site));
}

std::shared_ptr<const Program> plain() {
    static const auto program = compile_test_pack(shipped_pack());
    return program;
}

LookedAt looked_at() {
    LookedAt at;
    at.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
    at.sources_of = [](const fhir::Bundle& record, const Selection&,
                       const json::storage_ptr&) -> boost::system::result<SourcesAtHand, std::string_view> {
        std::vector<const json::object*> resources;
        for (const fhir::Entry& entry : record.entries()) resources.push_back(entry.resource);
        return SourcesAtHand{sources_of_complete_record(resources, observation_keys(shipped_pack())), {}};
    };
    return at;
}

/// The patients of every `nth` story of the shipped pack: invented by its authors to touch every rule.
std::vector<std::vector<json::value>> patients_of_stories(std::size_t nth) {
    static const StoryReading stories = read_stories(shipped_pack());
    std::vector<std::vector<json::value>> patients;
    for (std::size_t at = 0; at < stories.stories.size(); at += nth) {
        patients.push_back(stories.stories[at].resources);
    }
    return patients;
}

std::unique_ptr<HeldPopulation> held(std::vector<std::vector<json::value>> patients, HeldOptions options = {}) {
    options.looked_at = looked_at();
    options.threads = 2;
    auto population = std::make_unique<HeldPopulation>(plain(), std::move(options));
    std::uint64_t line = 0;
    for (std::vector<json::value>& trees : patients) {
        PopulationPatient patient{trees, {}, {}, {"stories", ++line}};
        population->add(patient);
    }
    EXPECT_TRUE(population->finish());
    return population;
}

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
    {"LocalBands",
     R"({ "laboratories": [ { "name": "ours", "default": true, "bands": { "b12": { "title": "ours", "bands":
        { "total": [ { "band": "low" }, { "band": "indeterminate", "from": { "pg/mL": 145, "pmol/L": 107 } },
          { "band": "unlikely", "above": { "pg/mL": 250, "pmol/L": 184 }, "orMore": true } ] } } } } ] })"},
};

class EveryDraft : public testing::TestWithParam<DraftCase> {};

TEST_P(EveryDraft, CountsWhatImpactCounts) {
    const auto population = held(patients_of_stories(8));
    const auto draft = with_site(GetParam().site);
    const auto tuned = population->tune(*draft);
    ASSERT_TRUE(tuned);
    const Counts counts = impact_of(*population, *draft);
    EXPECT_EQ(tuned->patients, static_cast<std::int64_t>(population->patients()));
    expect_counts(tuned->events, counts, {"event"});
    EXPECT_EQ(tuned->none, static_cast<std::int64_t>(counts.at({"event", "none"})));
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

INSTANTIATE_TEST_SUITE_P(HeldPopulation, EveryDraft, testing::ValuesIn(drafts),
                         [](const auto& one) { return one.param.name; });

/// Values at both ends of a parameter's range, or all others that it may have.
std::vector<std::string> other_values(const Parameter& parameter) {
    switch (parameter.type) {
        case Parameter::Type::integer:
            return {std::to_string(parameter.range->first), std::to_string(parameter.range->second)};
        case Parameter::Type::boolean:
            return {parameter.default_value == "true" ? "false" : "true"};
        case Parameter::Type::code:
            break;
    }
    return parameter.values;
}

// What is passed by when a slider moves must be nothing that the slider moves.
TEST(ChangeReach, NobodyWhomAChangeDoesNotReachGetsOtherCards) {
    const auto population = held(patients_of_stories(24));
    const Call call = looked_at().call();
    std::size_t passed_by = 0, reached = 0;
    for (const Parameter& parameter : shipped_pack().parameters) {
        for (const std::string& value : other_values(parameter)) {
            if (value == parameter.default_value) continue;
            const Program& draft = shipped_program({{parameter.name, value}});
            const ChangeReach reach = reach_of(plain()->inner(), draft.inner());
            for (std::size_t at = 0; at < population->patients(); ++at) {
                const Record& record = *population->patient(at).read.record;
                Trace trace;
                const Evaluation before = evaluate(*plain(), record, call, trace);
                const bool is_reached = reach.touches(trace);
                ++(is_reached ? reached : passed_by);
                EXPECT_TRUE(is_reached || !reach.parameters.contains(parameter.name) ||
                            !parameters_behind(plain()->inner(), trace).contains(parameter.name))
                    << parameter.name;
                if (is_reached) continue;
                const Evaluation after = evaluate(draft, record, call);
                ASSERT_EQ(before.cards.size(), after.cards.size()) << parameter.name << " " << value;
                for (std::size_t card = 0; card < before.cards.size(); ++card) {
                    EXPECT_FALSE(difference_of(before.cards[card], after.cards[card]).any()) << parameter.name;
                }
            }
        }
    }
    EXPECT_GT(passed_by, 0U);
    EXPECT_GT(reached, 0U);
}

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
