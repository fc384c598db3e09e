#include "service/call/shadow_pair.hpp"

#include "rules/compare/card_difference.hpp"
#include "service/deployment/prefetch_union.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace service {

namespace {

/// What one of the two made of a rule.
struct Said {
    std::vector<const rules::Card*> cards;
    bool is_unknown = false;
};

using SaidByRule = std::map<std::string_view, Said>;

SaidByRule said_in(const rules::Evaluation& evaluation) {
    SaidByRule said;
    for (const rules::RuleOutcome& rule : evaluation.outcomes) {
        if (rule.outcome == rules::Outcome::other_hook) continue;
        said[rule.rule].is_unknown = rule.outcome == rules::Outcome::unknown;
    }
    for (const rules::Card& card : evaluation.cards) said[card.rule].cards.push_back(&card);
    return said;
}

bool say_the_same(const std::vector<const rules::Card*>& one, const std::vector<const rules::Card*>& other) {
    return std::ranges::equal(one, other, [](const rules::Card* before, const rules::Card* after) {
        return !rules::difference_of(*before, *after).any();
    });
}

/// Empty where there is nothing to tell: both are silent, and the shadow knows as much.
std::string_view difference_of(const Said& live, const Said& shadow) {
    if (!live.cards.empty() && !shadow.cards.empty())
        return say_the_same(live.cards, shadow.cards) ? "same" : "changed";
    if (!shadow.cards.empty()) return "only-shadow";
    if (!live.cards.empty()) return shadow.is_unknown ? "unknown-live" : "only-live";
    return shadow.is_unknown && !live.is_unknown ? "unknown" : "";
}

CallCounts counts_of(const ServedService& answered, std::string_view client) {
    return {answered.digests.cards, answered.program->pack().identity.version, answered.offered.id, client, {}};
}

/// A call, by what came of it beside. Its name says what the shadow is, which never answers.
Count call_that(std::string_view what, const ServedService& shadow) {
    const rules::Identity& pack = shadow.program->pack().identity;
    return {CountKind::shadow, "", std::string(what) + " " + shadow.digests.cards + " " + pack.id + " " + pack.version};
}

}  // namespace

rules::Evaluation evaluate_shadow(HookCall& call, const ClinicalTime& time) {
    const ServedService& answered = *call.service;
    call.service = answered.shadow.get();
    for (const rules::PrefetchTemplate& needed : call.service->offered.prefetch) {
        if (!covers(answered.offered.prefetch, needed)) call.sources[needed.key] = {{}, rules::Unavailable::not_sent};
    }
    return evaluate_call(call, time);
}

CallCounts counted_pair(const ServedService& answered, std::string_view client, const rules::Evaluation& live,
                        const rules::Evaluation& shadow) {
    CallCounts counted = counts_of(answered, client);
    counted.counts.push_back(call_that("compared", *answered.shadow));
    SaidByRule before = said_in(live);
    SaidByRule after = said_in(shadow);
    for (const auto& [rule, said] : after) before[rule];  // rules that live does not have are silent there
    for (const auto& [rule, said] : before) {
        const std::string_view what = difference_of(said, after[rule]);
        if (what.empty()) continue;
        counted.counts.push_back({CountKind::shadow, rule, std::string(what) + " " + answered.shadow->digests.cards});
    }
    return counted;
}

CallCounts counted_without_pair(const ServedService& answered, std::string_view client, std::string_view why) {
    CallCounts counted = counts_of(answered, client);
    counted.counts.push_back(call_that(why, *answered.shadow));
    return counted;
}

}  // namespace service
