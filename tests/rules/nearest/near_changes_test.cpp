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
#include <set>
#include <sstream>
#include <string>
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
    question.limits = {600, 16, std::chrono::minutes(10)};  // what takes seconds where nothing is optimized
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

/// Ways from what is on record to the proposal, some of them, and the last before it.
std::vector<long> steps_before(long distance, long most) {
    std::set<long> steps;
    for (long at = 1; at <= most; ++at) steps.insert(distance * at / (most + 1));
    steps.insert(distance - 1);
    std::erase_if(steps, [distance](long step) { return step <= 0 || step >= distance; });
    return {steps.begin(), steps.end()};
}

json::value with_number(json::value resource, const fhir::Decimal& number) {
    resource.get_object().at("valueQuantity").get_object()["value"] = fhir::make_decimal(number.text());
    return resource;
}

void expect_no_smaller_value(const NearChange& change, const NearQuestion& question, bool was_shown) {
    const bool is_plain = change.what.is_object() && change.what.get_object().contains("valueQuantity");
    if (!is_plain) return;  // a component of a panel
    const fhir::Decimal from = *fhir::Decimal::parse(change.from), to = *fhir::Decimal::parse(change.to);
    const fhir::Decimal step = *fhir::Decimal::of(1, to.decimal_places());
    const bool is_up = from < to;
    fhir::Decimal at = to;
    for (int steps = 0; steps < 8; ++steps) {
        at = is_up ? *fhir::subtract(at, step) : *fhir::add(at, step);
        if (is_up ? at <= from : at >= from) return;
        const json::object edit = {{"resource", with_number(change.what, at)}};
        const std::set<std::string> after = cards_of(*question.program, with_edit(question.resources, edit));
        EXPECT_EQ(was_shown, after.contains(change.rule)) << change.words << " " << at.text();
    }
}

void expect_no_smaller_setting(const NearChange& change, const NearQuestion& question, bool was_shown) {
    if (change.unit != "days") return;
    const long from = std::stol(change.from), to = std::stol(change.to);
    for (const long step : steps_before(std::labs(to - from), 1)) {
        Site site;
        site.parameters[change.parameter] = std::to_string(to > from ? from + step : from - step);
        const auto program = compile_test_pack(shipped_pack(), std::move(site));
        EXPECT_EQ(was_shown, cards_of(*program, question.resources).contains(change.rule)) << change.words << step;
    }
}

/// One day less than the proposal: the resource as it was proposed, moved back by a day.
void expect_no_smaller_move(const NearChange& change, const NearQuestion& question, bool was_shown) {
    if (change.distance == "1") return;
    ChangedRecord proposed({change.what});
    const long back = change.to < change.from ? 1 : -1;
    const json::object edit = {{"resource", proposed.moved_by(0, back)}};
    const std::set<std::string> after = cards_of(*question.program, with_edit(question.resources, edit));
    EXPECT_EQ(was_shown, after.contains(change.rule)) << change.words;
}

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
    for (const NearChange& change : found.changes) {
        const bool was_shown = before.contains(change.rule);
        if (change.kind == NearChange::Kind::value) expect_no_smaller_value(change, question, was_shown);
        if (change.kind == NearChange::Kind::parameter) expect_no_smaller_setting(change, question, was_shown);
        if (change.kind == NearChange::Kind::date) expect_no_smaller_move(change, question, was_shown);
    }
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
