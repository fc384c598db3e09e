// Whoever moves a slider is told what a whole evaluation tells, though next to nobody is evaluated: for every parameter
// of the shipped pack, over invented patients whose dates and states are drawn by seed.
#include "rules/compare/card_difference.hpp"
#include "rules/nearest/changed_record.hpp"
#include "rules/run/reach.hpp"
#include "rules/run/trace.hpp"
#include "rules/tune/held_report.hpp"
#include "tests/rules/tune/held_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace rules {
namespace {

namespace json = boost::json;
using Random = std::mt19937;  // the same numbers everywhere; distributions are not

bool happens(Random& random, unsigned one_in) {
    return random() % one_in == 0;
}

/// Limits are in days: some results and problems stay where the story has them, some lie near, some long ago.
long days_back(Random& random) {
    switch (random() % 3) {
        case 0:
            return 0;
        case 1:
            return static_cast<long>(random() % 45);
        default:
            return static_cast<long>(random() % 600);
    }
}

/// Without a status, awaited, or without a unit, now and then: what some of the parameters are about.
void make_doubtful(json::value& resource, Random& random) {
    json::object& object = resource.get_object();
    if (happens(random, 3)) object.erase("clinicalStatus");
    if (!object.contains("valueQuantity")) return;
    if (happens(random, 6)) {
        object["status"] = "registered";
        object.erase("valueQuantity");
    } else if (happens(random, 6)) {
        json::object& quantity = object["valueQuantity"].get_object();
        for (const char* name : {"unit", "code", "system"}) quantity.erase(name);
    }
}

std::vector<Resources> drawn_patients(std::size_t nth, unsigned seed) {
    Random random(seed);
    std::vector<Resources> patients = patients_of_stories(nth);
    for (Resources& resources : patients) {
        const ChangedRecord record(resources);
        for (std::size_t at = 0; at < resources.size(); ++at) {
            resources[at] = record.moved_by(at, -days_back(random));
            make_doubtful(resources[at], random);
        }
    }
    return patients;
}

/// Both ends of a parameter's range, and values between them; or all others that it may have.
std::vector<std::string> other_values(const Parameter& parameter, Random& random, unsigned between) {
    std::vector<std::string> values = parameter.values;
    if (parameter.type == Parameter::Type::boolean) values = {"false", "true"};
    if (parameter.type == Parameter::Type::integer) {
        const auto [low, high] = *parameter.range;
        values = {std::to_string(low), std::to_string(high)};
        for (unsigned drawn = 0; drawn < between; ++drawn) {
            values.push_back(std::to_string(low + static_cast<long>(random() % static_cast<unsigned>(high - low + 1))));
        }
    }
    std::erase(values, parameter.default_value);
    return values;
}

std::string setting(const Parameter& parameter, const std::string& value) {
    const bool is_text = parameter.type == Parameter::Type::code;
    return '"' + parameter.name + "\": " + (is_text ? '"' + value + '"' : value);
}

// What is passed by when a slider moves must be nothing that the slider moves.
TEST(ChangeReach, NobodyWhomAChangeDoesNotReachGetsOtherCards) {
    struct Before {
        Evaluation evaluation;
        Trace trace;
        RecordOutline outline;
        std::set<std::string, std::less<>> behind;
    };
    std::vector<Resources> patients = patients_of_stories(40);
    std::ranges::move(drawn_patients(24, 1), std::back_inserter(patients));
    const auto population = held(std::move(patients));
    const Call call = looked_at().call();
    std::vector<Before> all(population->patients());
    for (std::size_t at = 0; at < all.size(); ++at) {
        const Record& record = *population->patient(at).read.record;
        all[at].evaluation = evaluate(*plain(), record, call, all[at].trace);
        all[at].outline = population->patient(at).outline;
        all[at].behind = parameters_behind(plain()->inner(), all[at].trace);
    }
    std::size_t passed_by = 0, reached = 0;
    Random random(2);
    for (const Parameter& parameter : shipped_pack().parameters) {
        for (const std::string& value : other_values(parameter, random, 1)) {
            const Program& draft = shipped_program({{parameter.name, value}});
            const ChangeReach reach = reach_of(plain()->inner(), draft.inner());
            for (std::size_t at = 0; at < all.size(); ++at) {
                const bool is_reached = reach.touches(all[at].trace, all[at].outline);
                ++(is_reached ? reached : passed_by);
                // Whom it reaches, somebody who searches what would change his cards tries it on.
                EXPECT_TRUE(!is_reached || all[at].behind.contains(parameter.name)) << parameter.name;
                if (is_reached) continue;
                const std::vector<Card>& before = all[at].evaluation.cards;
                const Evaluation after = evaluate(draft, *population->patient(at).read.record, call);
                ASSERT_EQ(before.size(), after.cards.size()) << parameter.name << " " << value;
                for (std::size_t card = 0; card < before.size(); ++card) {
                    EXPECT_FALSE(difference_of(before[card], after.cards[card]).any()) << parameter.name;
                }
            }
        }
    }
    EXPECT_GT(passed_by, reached);
    EXPECT_GT(reached, 0U);
}

/// All that is told but whom it looked at.
std::string told(const std::optional<Tuned>& tuned) {
    return tuned ? json::serialize(tuned_json(*tuned)) : std::string("stopped");
}

/// The same patients twice: as they are held, and under rules of another site name, from which every draft differs in
/// something that reaches everybody: the whole evaluation.
class Moves : public testing::Test {
  protected:
    void expect_whole_evaluation(const Program& draft, const std::string& what) {
        const auto fast = fast_->tune(draft);
        const auto whole = whole_->tune(draft);
        ASSERT_TRUE(fast && whole);
        EXPECT_EQ(told(fast), told(whole)) << what;
        EXPECT_EQ(whole->looked_at, whole_->patients());
        looked_at_ += fast->looked_at;
        all_ += whole_->patients();
        moved_cards_ += whole->events.gained + whole->events.lost + whole->events.changed;
    }

    void save(const std::string& members) {
        ASSERT_TRUE(fast_->set_saved(with_site("{ " + members + " }")));
        ASSERT_TRUE(
            whole_->set_saved(with_site(R"({ "site": "another" )" + (members.empty() ? "" : ", " + members) + " }")));
    }

    std::unique_ptr<HeldPopulation> fast_ = held(drawn_patients(16, 3));
    std::unique_ptr<HeldPopulation> whole_ = held(drawn_patients(16, 3));
    std::size_t looked_at_ = 0, all_ = 0;
    std::int64_t moved_cards_ = 0;
};

TEST_F(Moves, OfEveryParameterTellWhatAWholeEvaluationTells) {
    save("");
    Random random(4);
    for (const Parameter& parameter : shipped_pack().parameters) {
        for (const std::string& value : other_values(parameter, random, 2)) {
            const std::string moved = setting(parameter, value);
            expect_whole_evaluation(*with_site(R"({ "parameters": { )" + moved + " } }"), moved);
        }
    }
    EXPECT_GT(moved_cards_, 0);
    EXPECT_LT(looked_at_, all_ / 2);
}

TEST_F(Moves, OfSeveralParametersAndBackTellWhatAWholeEvaluationTells) {
    save("");
    Random random(5);
    const std::vector<Parameter>& parameters = shipped_pack().parameters;
    for (int saved = 0; saved < 3; ++saved) {
        std::string members;
        for (int move = 0; move < 5; ++move) {
            const Parameter& parameter = parameters[random() % parameters.size()];
            const std::vector<std::string> values = other_values(parameter, random, 1);
            if (members.find('"' + parameter.name + '"') != std::string::npos) continue;
            members += (members.empty() ? "" : ", ") + setting(parameter, values[random() % values.size()]);
            expect_whole_evaluation(*with_site(R"({ "parameters": { )" + members + " } }"), members);
        }
        expect_whole_evaluation(*plain(), "all of it undone, after " + members);
        save(R"("parameters": { )" + members + " }");
        expect_whole_evaluation(*plain(), "taken back after it was saved: " + members);
        expect_whole_evaluation(*with_site(R"({ "parameters": { )" + members + " } }"), "saved: " + members);
    }
    EXPECT_GT(moved_cards_, 0);
}

// A laboratory's bands are those of a few results: who has none of them is passed by.
TEST_F(Moves, OfBandsTellWhatAWholeEvaluationTells) {
    const auto with_limit = [](const std::string& picograms, const std::string& picomoles) {
        return R"("laboratories": [ { "name": "ours", "default": true, "bands": { "b12": { "title": "ours", "bands":
            { "total": [ { "band": "low" }, { "band": "indeterminate", "from": { "pg/mL": )" +
               picograms + R"(, "pmol/L": )" + picomoles +
               R"( } }, { "band": "unlikely", "above": { "pg/mL": 350, "pmol/L": 258 },
            "orMore": true } ] } } } } ])";
    };
    save(with_limit("180", "133"));
    expect_whole_evaluation(*with_site("{ " + with_limit("300", "221") + " }"), "300 pg/mL");
    expect_whole_evaluation(*with_site("{ " + with_limit("180", "133") + " }"), "back");
    EXPECT_GT(moved_cards_, 0);
    EXPECT_LT(looked_at_, all_ / 2);
}

}  // namespace
}  // namespace rules
