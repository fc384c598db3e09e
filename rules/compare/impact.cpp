#include "rules/compare/impact.hpp"

#include "rules/compare/band_edges.hpp"
#include "rules/compare/card_difference.hpp"
#include "rules/compare/seen_patient.hpp"
#include "rules/run/run.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace rules {
namespace {

std::string_view name_of(Side side) {
    return side == Side::from ? "from" : "to";
}

std::size_t index_of(Side side) {
    return static_cast<std::size_t>(side);
}

std::string_view words_of(Indicator indicator) {
    switch (indicator) {
        case Indicator::info:
            return "info";
        case Indicator::warning:
            return "warning";
        case Indicator::critical:
            break;
    }
    return "critical";
}

std::map<std::string_view, std::array<std::vector<const Card*>, 2>> by_rule(
    const std::array<Evaluation, 2>& evaluations) {
    std::map<std::string_view, std::array<std::vector<const Card*>, 2>> cards;
    for (const Side side : sides) {
        for (const Card& card : evaluations[index_of(side)].cards) cards[card.rule][index_of(side)].push_back(&card);
    }
    return cards;
}

}  // namespace

void describe_change(const Program& from, const Program& to, ImpactSubject& subject) {
    subject.changes = diff_packs({from.pack(), from.site()}, {to.pack(), to.site()}).changes;
    if (subject.changes.size() > most_kept_changes) {
        subject.more_changes = subject.changes.size() - most_kept_changes;
        subject.changes.resize(most_kept_changes);
    }
    for (const Side side : sides) {
        const Program& program = side == Side::from ? from : to;
        for (const CompiledAnalyte& analyte : program.inner().analytes) {
            for (std::size_t kind = 0; kind < analyte.kinds.size(); ++kind) {
                for (std::size_t unit = 0; unit < analyte.units.size(); ++unit) {
                    std::vector<ValueMark> edges = band_edges(analyte, kind, unit);
                    if (edges.empty()) continue;
                    auto& of_unit = subject.bands[analyte.written->id][unit_name(analyte, kind, unit)];
                    of_unit[index_of(side)] = std::move(edges);
                }
            }
        }
    }
}

void Impact::add(const Impact& other) {
    counts.add(other.counts);
    patients.add(other.patients);
    for (const auto& [fault, count] : other.faults) faults[fault] += count;
    most_examples = std::max(most_examples, other.most_examples);
    for (const auto& [rule, kinds] : other.examples) {
        for (const auto& [what, named] : kinds) {
            std::set<std::string>& own = examples[rule][what];
            own.insert(named.begin(), named.end());
            while (own.size() > most_examples) own.erase(std::prev(own.end()));
        }
    }
}

void ImpactCounter::count(const ImpactEvent& event) {
    counts_.add({"events"});
    bool is_evaluated = true;
    for (const Side side : sides) {
        const SeenBy& seen = event.seen[index_of(side)];
        if (seen.record != nullptr) continue;
        counts_.add({"notEvaluated", name_of(side), seen.why_not});
        is_evaluated = false;
    }
    if (!is_evaluated) return;
    std::array<Evaluation, 2> evaluations;
    for (const Side side : sides) {
        const SeenBy& seen = event.seen[index_of(side)];
        evaluations[index_of(side)] = evaluate(*programs_[index_of(side)], *seen.record, seen.call);
        count_outcomes(side, evaluations[index_of(side)]);
    }
    count_cards(event, evaluations);
    count_readings(event);
}

void ImpactCounter::count_cards(const ImpactEvent& event, const std::array<Evaluation, 2>& evaluations) {
    Counts& counts = counts_;
    const SeenBy& after = event.seen[index_of(Side::to)];
    const Person person{sex_of(*after.record), age_band(*after.record, after.call)};
    std::set<std::string_view> happened;
    std::vector<const Card*> lost_warnings, gained;
    bool loses = false;
    for (auto& [rule, cards] : by_rule(evaluations)) {
        const CardPairs pairing = pair_up(cards[0], cards[1]);
        loses = loses || loses_warning(pairing);
        const auto note = [&](std::string_view what, const Card& card) {
            count_change(event, person, card, what);
            happened.insert(what);
        };
        for (const auto& [one, other] : pairing.pairs) {
            const CardDifference difference = difference_of(*one, *other);
            note(difference.any() ? "changed" : "same", *other);
            if (difference.indicator) counts.add({"ruleChanged", rule, "indicator"});
            if (other->indicator < one->indicator) {
                counts.add({"warning", rule, words_of(other->indicator)});
            }
            if (difference.text) counts.add({"ruleChanged", rule, "text"});
            if (difference.suggestion) counts.add({"ruleChanged", rule, "suggestion"});
        }
        for (const Card* card : pairing.lost) {
            note("lost", *card);
            counts.add({"indicator", words_of(card->indicator), "lost"});
            sums_.add({"indicator", "any", "lost"});
            if (is_urgent(*card)) lost_warnings.push_back(card);
        }
        for (const Card* card : pairing.gained) {
            note("gained", *card);
            counts.add({"indicator", words_of(card->indicator), "gained"});
            sums_.add({"indicator", "any", "gained"});
            gained.push_back(card);
        }
    }
    count_lost_warnings(lost_warnings, std::move(gained));
    for (const Side side : sides) {
        for (const Card& card : evaluations[index_of(side)].cards) {
            counts.add({"cards", name_of(side), words_of(card.indicator)});
            sums_.add({"cards", name_of(side), "any"});
        }
    }
    const bool is_touched = std::ranges::any_of(happened, [](std::string_view what) { return what != "same"; });
    if (is_touched) counts.add({"touched"});
    if (loses) counts.add({"losesWarning"});
    if (happened.empty()) happened.insert("none");
    for (const std::string_view what : happened) counts.add({"event", what});
}

void ImpactCounter::count_change(const ImpactEvent& event, const Person& person, const Card& card,
                                 std::string_view what) {
    Counts& counts = counts_;
    const std::string_view rule = card.rule;
    counts.add({"rule", rule, what});
    counts.add({"sex", rule, person.sex, what});
    counts.add({"age", rule, person.age, what});
    if (!event.month.empty()) counts.add({"month", event.month, what});
    for (const auto& [when, not_then] : {std::pair("before", "gained"), std::pair("after", "lost")}) {
        if (what == not_then) continue;
        sums_.add({"rule", rule, when});
        if (!event.month.empty()) sums_.add({"month", event.month, when});
    }
    if (impact_.most_examples == 0 || what == "same" || event.patient.empty()) return;
    std::set<std::string>& examples = impact_.examples[std::string(rule)][std::string(what)];
    examples.emplace(event.patient);
    if (examples.size() > impact_.most_examples) examples.erase(std::prev(examples.end()));
}

/// What stands in the place of a warning whose rule has no card any more: a card of its topic that is new.
void ImpactCounter::count_lost_warnings(const std::vector<const Card*>& lost, std::vector<const Card*> gained) {
    for (const Card* warning : lost) {
        const auto instead = std::ranges::find_if(
            gained, [&](const Card* card) { return topic_of(Side::to, *card) == topic_of(Side::from, *warning); });
        if (instead == gained.end()) {
            counts_.add({"warning", warning->rule, "none"});
            continue;
        }
        counts_.add({"warning", warning->rule, "other-" + std::string(words_of((*instead)->indicator))});
        gained.erase(instead);
    }
}

std::string_view ImpactCounter::topic_of(Side side, const Card& card) const {
    const std::vector<Rule>& rules = programs_[index_of(side)]->pack().rules;
    const auto found = std::ranges::find(rules, card.rule, &Rule::id);
    return found == rules.end() ? card.rule : std::string_view(found->topic.text);
}

void ImpactCounter::finish_patient() {
    for (const auto& [test, value] : values_) counts_.add({"value", test, value.first, value.second});
    values_.clear();
    impact_.counts.add(counts_);
    impact_.patients.add_one_for_each(counts_);
    impact_.patients.add_one_for_each(sums_);
    counts_.clear();
    sums_.clear();
}

void ImpactCounter::count_outcomes(Side side, const Evaluation& evaluation) {
    for (const RuleOutcome& outcome : evaluation.outcomes) {
        if (outcome.by_limit) counts_.add({"dropped", outcome.rule, name_of(side)});
        if (outcome.outcome == Outcome::unknown) counts_.add({"unknown", outcome.rule, name_of(side)});
    }
}

/// Of each test of either pack the result that speaks, in its band before and after.
void ImpactCounter::count_readings(const ImpactEvent& event) {
    std::map<std::string, std::array<SeenTest, 2>> tests;
    for (const Side side : sides) {
        const SeenBy& seen = event.seen[index_of(side)];
        Run run(programs_[index_of(side)]->inner(), *seen.record, seen.call);
        for (std::size_t analyte = 0; analyte < run.program().analytes.size(); ++analyte) {
            SeenTest test = seen_test(run, analyte);
            if (test.has_unreadable) counts_.add({"unreadable", test.title, name_of(side)});
            std::string title = test.title;
            tests[std::move(title)][index_of(side)] = std::move(test);
        }
    }
    for (const auto& [test, seen] : tests) {
        const SeenTest& shown = seen[1].unit.empty() ? seen[0] : seen[1];
        if (shown.unit.empty() && seen[0].band == seen[1].band) continue;
        const std::string_view unit = shown.unit.empty() ? std::string_view("-") : std::string_view(shown.unit);
        counts_.add({"band", test, unit, seen[0].band, seen[1].band});
        sums_.add({"result", test, unit});
        if (!shown.unit.empty()) values_[test] = {shown.unit, shown.value};
    }
}

}  // namespace rules
