#include "rules/nearest/near_changes.hpp"

#include "fhir/bundle.hpp"
#include "rules/nearest/changed_record.hpp"
#include "rules/nearest/step_search.hpp"
#include "tests/rules/run_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace rules {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

// deploy/samples/README.md: when the samples are read, and where.
constexpr std::string_view sample_time = "2026-03-02T09:00:00-05:00";

boost::system::result<SourcesAtHand, std::string_view> sources_of(const fhir::Bundle& record, const Selection&,
                                                                  const json::storage_ptr&) {
    std::vector<const json::object*> resources;
    for (const fhir::Entry& entry : record.entries()) resources.push_back(entry.resource);
    return SourcesAtHand{sources_of_complete_record(resources, observation_keys(shipped_pack())), {}};
}

NearQuestion question_of(std::vector<json::value> resources) {
    NearQuestion question;
    question.program = compile_test_pack(shipped_pack());
    question.at = *fhir::DateTime::parse(sample_time);
    question.resources = std::move(resources);
    question.sources_of = sources_of;
    question.limits = {2'000, 16, std::chrono::minutes(10)};  // what takes seconds where nothing is optimized
    return question;
}

json::value read_sample(const std::string& name) {
    std::ifstream file("deploy/samples/" + name + ".json");
    std::stringstream text;
    text << file.rdbuf();
    return parsed(text.str());
}

/// What is shown of resources: by the same engine, on a way of its own.
std::set<std::string> cards_of(const Program& program, const std::vector<json::value>& resources) {
    std::vector<const json::object*> trees;
    for (const json::value& tree : resources) trees.push_back(&tree.get_object());
    fhir::Issues issues;
    const fhir::Bundle bundle = fhir::Bundle::of(trees, issues);
    const auto sources = sources_of(bundle, Selection({}), {});
    const Record record = read_record(sources->sources);
    Call call;
    call.at = *fhir::DateTime::parse(sample_time);
    std::set<std::string> rules;
    for (const Card& card : evaluate(program, record, call).cards) rules.emplace(card.rule);
    return rules;
}

json::array& entries_of(std::vector<json::value>& resources) {
    return resources.front().get_object().at("entry").get_array();
}

std::string reference_of(const json::value& entry) {
    const json::object& resource = entry.get_object().at("resource").get_object();
    return std::string(resource.at("resourceType").get_string()) + "/" + std::string(resource.at("id").get_string());
}

/// The record with the change made by its own instructions.
std::vector<json::value> with_edit(std::vector<json::value> resources, const json::object& edit) {
    json::array& entries = entries_of(resources);
    if (const json::value* removed = edit.if_contains("remove")) {
        const std::string name(removed->get_string());
        const auto found = std::ranges::find(entries, name, reference_of);
        entries.erase(found);
    } else {
        const json::value changed = json::object{{"resource", edit.at("resource")}};
        const auto found = std::ranges::find(entries, reference_of(changed), reference_of);
        if (found == entries.end()) {
            entries.push_back(changed);
        } else {
            found->get_object()["resource"] = edit.at("resource");
        }
    }
    return resources;
}

std::shared_ptr<const Program> with_set(const json::object& edit) {
    const json::object& set = edit.at("site").get_array().at(0).get_object();
    const std::string name = std::string(set.at("pointer").get_string()).substr(std::string("/parameters/").size());
    const json::value& value = set.at("value");
    const std::string text =
        value.is_string() && !fhir::is_decimal(value) ? std::string(value.get_string()) : fhir::print_json(value);
    Site site;
    site.parameters[name] = text;
    return compile_test_pack(shipped_pack(), std::move(site));
}

// What "smaller" means, kind by kind: a value by its last decimal place, or that of the proposal if it has more; a date
// by whole days; a parameter by one. A code is absent or present: there is no smaller step.

/// As many steps are looked at next to what is on record, and as many next to the proposal: all, up to twice as many.
constexpr long most_steps_at_an_end = 200;
/// Each value of a parameter is a program to compile.
constexpr long most_settings_at_an_end = 1;

std::vector<long> smaller_steps(long distance, long most_at_an_end) {
    std::vector<long> steps;
    for (long step = 1; step < distance; ++step) {
        if (step <= most_at_an_end || distance - step <= most_at_an_end) steps.push_back(step);
    }
    return steps;
}

/// The cards of one sample with one of its resources changed, each evaluated once: proposals share their ways.
class SmallerSteps {
  public:
    SmallerSteps(const NearQuestion& question, const std::set<std::string>& before)
        : question_(question), before_(before) {}

    void expect_none_flips(const NearChange& change) {
        switch (change.kind) {
            case NearChange::Kind::value:
                return try_values(change);
            case NearChange::Kind::date:
                return try_days(change);
            case NearChange::Kind::parameter:
                return try_settings(change);
            case NearChange::Kind::code:
                return;
        }
    }

    std::size_t looked_at() const { return cards_.size(); }

  private:
    void try_values(const NearChange& change) {
        const fhir::Decimal from = *fhir::Decimal::parse(change.from), to = *fhir::Decimal::parse(change.to);
        const ChangedRecord proposed({change.what});
        const auto place = proposed.find_value(0, to);
        ASSERT_TRUE(place) << change.words;
        const int places = std::max(from.decimal_places(), to.decimal_places());
        const fhir::Decimal unit = *fhir::Decimal::of(1, places);
        const fhir::Decimal distance = fhir::absolute(*fhir::subtract(to, from));
        const long steps = *fhir::floor(*fhir::divide(distance, unit)).to_int64();
        for (const long step : smaller_steps(steps, most_steps_at_an_end)) {
            const fhir::Decimal way = *fhir::multiply(unit, fhir::Decimal(step));
            const fhir::Decimal at = from < to ? *fhir::add(from, way) : *fhir::subtract(from, way);
            expect_as_before(change, at.text(), proposed.with_value(*place, at), place->component);
        }
    }

    void try_days(const NearChange& change) {
        const ChangedRecord original(question_.resources);
        const auto resource = original.find(change.reference);
        ASSERT_TRUE(resource) << change.words;
        const long direction = change.to < change.from ? -1 : 1;
        for (const long step : smaller_steps(std::stol(change.distance), most_steps_at_an_end)) {
            expect_as_before(change, std::to_string(direction * step), original.moved_by(*resource, direction * step));
        }
    }

    void try_settings(const NearChange& change) {
        const auto written = std::ranges::find(shipped_pack().parameters, change.parameter, &Parameter::name);
        if (written->type != Parameter::Type::integer) return;
        const long from = std::stol(change.from), to = std::stol(change.to);
        for (const long step : smaller_steps(std::labs(to - from), most_settings_at_an_end)) {
            const std::string value = std::to_string(to > from ? from + step : from - step);
            const Program& program = shipped_program({{change.parameter, value}});
            EXPECT_EQ(before_.contains(change.rule), cards_of(program, question_.resources).contains(change.rule))
                << change.words << ' ' << value;
        }
    }

    void expect_as_before(const NearChange& change, const std::string& step, json::value resource,
                          std::optional<std::size_t> component = {}) {
        const auto [found, is_new] =
            cards_.emplace(Step(change.kind, change.reference, component, step), std::set<std::string>());
        if (is_new) {
            const json::object edit = {{"resource", std::move(resource)}};
            found->second = cards_of(*question_.program, with_edit(question_.resources, edit));
        }
        EXPECT_EQ(before_.contains(change.rule), found->second.contains(change.rule)) << change.words << ' ' << step;
    }

    const NearQuestion& question_;
    const std::set<std::string>& before_;
    /// A value of 238 and 238 days are two steps, and so are the values of two components.
    using Step = std::tuple<NearChange::Kind, std::string, std::optional<std::size_t>, std::string>;
    std::map<Step, std::set<std::string>> cards_;
};

class EverySample : public testing::TestWithParam<const char*> {};

/// Each proposal, made by hand and evaluated anew, flips the card that it names, as it says.
TEST_P(EverySample, FlipsTheCardByEachOfItsProposalsAndByNoSmallerStep) {
    const std::vector<json::value> resources = {read_sample(GetParam())};
    const NearQuestion question = question_of(resources);
    const std::set<std::string> before = cards_of(*question.program, resources);
    const NearChanges found = near_changes(question);
    EXPECT_EQ(found.why_not, "");
    EXPECT_FALSE(found.changes.empty());
    const json::object told = near_changes_json(found);
    for (const json::value& value : told.at("changes").get_array()) {
        const json::object& change = value.get_object();
        const json::object& edit = change.at("edit").get_object();
        const std::string rule(change.at("rule").get_string());
        const bool is_site = edit.contains("site");
        const std::set<std::string> after =
            is_site ? cards_of(*with_set(edit), resources) : cards_of(*question.program, with_edit(resources, edit));
        EXPECT_NE(before.contains(rule), after.contains(rule)) << fhir::print_json(change.at("words"));
        EXPECT_EQ(after.contains(rule), change.at("gives").get_bool()) << fhir::print_json(change.at("words"));
    }
    SmallerSteps smaller(question, before);
    for (const NearChange& change : found.changes) smaller.expect_none_flips(change);
    EXPECT_GT(smaller.looked_at(), 0U);
}

INSTANTIATE_TEST_SUITE_P(NearChanges, EverySample,
                         testing::Values("ada-quill", "beatrix-holloway", "casimir-boone", "delphine-arkwright",
                                         "eamon-prescott", "farida-lindqvist", "greta-solheim", "hugo-castellane",
                                         "idris-vaughan", "imogen-tarrant"),
                         [](const auto& one) {
                             std::string name(one.param);
                             std::erase(name, '-');
                             return name;
                         });

std::vector<NearChange> of_kind(const NearChanges& found, NearChange::Kind kind, const std::string& rule) {
    std::vector<NearChange> changes;
    for (const NearChange& change : found.changes) {
        if (change.kind == kind && change.rule == rule) changes.push_back(change);
    }
    return changes;
}

// NAM 2011 prints 30 nmol/L: from there on a result is no longer deficient. Idris Vaughan has 24.
TEST(NearChanges, MovesAResultToTheEdgeInTheUnitThatWasReported) {
    const NearChanges found = near_changes(question_of({read_sample("idris-vaughan")}));
    const auto changes = of_kind(found, NearChange::Kind::value, "vitamin-d-deficient");
    ASSERT_FALSE(changes.empty());
    EXPECT_EQ(changes[0].from, "24");
    EXPECT_EQ(changes[0].to, "30");
    EXPECT_EQ(changes[0].unit, "nmol/L");
    EXPECT_EQ(changes[0].distance, "6");
    EXPECT_FALSE(changes[0].gives);
    EXPECT_THAT(changes[0].words, HasSubstr("were 30 nmol/L instead of 24"));
}

// A result with a decimal place is moved by its last digit, up to the first number of the next band.
TEST(NearChanges, MovesAResultByItsOwnLastDigit) {
    std::vector<json::value> resources = {read_sample("idris-vaughan")};
    for (json::value& entry : entries_of(resources)) {
        json::object& resource = entry.get_object().at("resource").get_object();
        json::value* quantity = resource.if_contains("valueQuantity");
        if (!quantity || fhir::number_text(quantity->get_object().at("value")) != "24") continue;
        quantity->get_object()["value"] = fhir::make_decimal("24.7");
    }
    for (const NearChange& change : near_changes(question_of(resources)).changes) {
        if (change.kind != NearChange::Kind::value || change.from != "24.7") continue;
        if (change.rule != "vitamin-d-deficient") continue;
        EXPECT_EQ(change.to, "30.0");
        EXPECT_EQ(change.distance, "5.3");
        return;
    }
    FAIL() << "no value of 24.7 nmol/L is moved";
}

// Celiac disease is why Ada Quill's vitamin D should be known: without it there is no card.
TEST(NearChanges, TakesAwayTheProblemThatACardStandsOn) {
    const NearChanges found = near_changes(question_of({read_sample("ada-quill")}));
    const auto changes = of_kind(found, NearChange::Kind::code, "vitamin-d-suggest");
    const auto is_taken = [](const NearChange& change) {
        return change.reference == "Condition/ada-quill-condition-001";
    };
    ASSERT_TRUE(std::ranges::any_of(changes, is_taken));
    EXPECT_FALSE(std::ranges::find_if(changes, is_taken)->gives);
}

TEST(NearChanges, SaysWhenALimitIsReached) {
    NearQuestion question = question_of({read_sample("ada-quill")});
    question.limits.evaluations = 20;
    const NearChanges found = near_changes(question);
    EXPECT_LE(found.evaluations, 21U);
    EXPECT_THAT(found.limit, HasSubstr("limit of 20 evaluations"));
    EXPECT_THAT(std::string(near_changes_json(found).at("limit").get_string()), HasSubstr("may be more"));
}

TEST(NearChanges, SaysWhatItHasNotTried) {
    NearQuestion question = question_of({read_sample("ada-quill")});
    question.limits.evaluations = 20;
    const std::string limit = near_changes(question).limit;
    EXPECT_THAT(limit, HasSubstr("Not tried to the end: the newest result of each test."));
    EXPECT_THAT(limit, HasSubstr("Not tried: without what rules found, "));
    EXPECT_THAT(limit, HasSubstr(", days of what no rule found."));
}

// BSH 2014 has no middle band, so that a site which sets it loses the card: its own setting is tried before all else.
TEST(NearChanges, TriesFirstWhatTheSiteHasSet) {
    Site site;
    site.parameters["b12.ruleset"] = "bsh-2014";
    NearQuestion question = question_of({read_sample("casimir-boone")});
    question.program = compile_test_pack(shipped_pack(), site);
    question.limits.evaluations = 8;
    const auto changes = of_kind(near_changes(question), NearChange::Kind::parameter, "b12-indeterminate");
    ASSERT_FALSE(changes.empty());
    EXPECT_EQ(changes[0].parameter, "b12.ruleset");
    EXPECT_TRUE(changes[0].gives);
}

// 238 pg/mL of 2026-01-28 is read, an older one of the same test is not: the newest is moved first.
TEST(NearChanges, TriesTheNewestResultOfATestFirst) {
    std::vector<json::value> resources = {read_sample("casimir-boone")};
    json::array& entries = entries_of(resources);
    const auto newest = std::ranges::find_if(entries, [](const json::value& entry) {
        const json::value* quantity = entry.at("resource").get_object().if_contains("valueQuantity");
        return quantity && fhir::number_text(quantity->get_object().at("value")) == "238";
    });
    ASSERT_NE(newest, entries.end());
    for (int year = 2015; year < 2025; ++year) {
        json::value older = *newest;
        json::object& resource = older.get_object().at("resource").get_object();
        resource["id"] = "older-" + std::to_string(year);
        resource["effectiveDateTime"] = std::to_string(year) + "-01-28";
        entries.insert(entries.begin(), std::move(older));
    }
    NearQuestion question = question_of(resources);
    question.limits.evaluations = 100;
    const NearChanges found = near_changes(question);
    EXPECT_FALSE(of_kind(found, NearChange::Kind::value, "b12-indeterminate").empty());
    EXPECT_THAT(found.limit, HasSubstr("older results"));
}

TEST(NearChanges, LooksAtTheAskedRuleAlone) {
    NearQuestion question = question_of({read_sample("casimir-boone")});
    question.rule = "b12-indeterminate";
    for (const NearChange& change : near_changes(question).changes) EXPECT_EQ(change.rule, "b12-indeterminate");
}

// ---- the search for the smallest step

ShownRules shown_if(bool holds) {
    return holds ? ShownRules{"a"} : ShownRules{};
}

TEST(StepSearch, FindsTheSmallestStepBetweenTwoCandidates) {
    const LookAtStep look = [](long step) { return std::optional(shown_if(step < 37)); };
    const std::vector<Flip> flips = smallest_flips(shown_if(true), {10, 100, 1000}, look);
    ASSERT_EQ(flips.size(), 1U);
    EXPECT_EQ(flips[0].step, 37);
    EXPECT_FALSE(flips[0].gives);
}

TEST(StepSearch, FindsWhatFlipsBackAtTheNextCandidate) {
    const LookAtStep look = [](long step) { return std::optional(shown_if(step <= -20 && step >= -25)); };
    const std::vector<Flip> flips = smallest_flips(shown_if(false), {-10, -22, -50}, look);
    ASSERT_EQ(flips.size(), 1U);
    EXPECT_EQ(flips[0].step, -20);
    EXPECT_TRUE(flips[0].gives);
}

TEST(StepSearch, StopsWhereNobodyMayLookAnyFurther) {
    int looks = 0;
    const LookAtStep look = [&looks](long) -> std::optional<ShownRules> {
        if (++looks > 2) return std::nullopt;
        return shown_if(true);
    };
    EXPECT_TRUE(smallest_flips(shown_if(true), {1, 2, 3, 4}, look).empty());
    EXPECT_EQ(looks, 3);
}

}  // namespace
}  // namespace rules
