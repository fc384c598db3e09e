#include "service/call/counted_call.hpp"

#include <algorithm>
#include <string>

namespace service {

namespace {

/// Why a rule had no card in a response; empty of one that had, or that is not for the hook.
/// \param is_given  whether a card of it stands in the response.
std::string_view silence_of(const rules::RuleOutcome& rule, bool is_given) {
    switch (rule.outcome) {
        case rules::Outcome::card:
            return is_given ? "" : "client";  // which has no room for it, or did not want it
        case rules::Outcome::not_met:
        case rules::Outcome::excluded:
            return "criterion";
        case rules::Outcome::gated:
            return "gate";
        case rules::Outcome::unknown:
            return "unknown";
        case rules::Outcome::replaced:
            return "replaced";
        case rules::Outcome::joined:
            return "joined";
        case rules::Outcome::crowded_out:
            return rule.by_limit ? "cap" : "topic";
        case rules::Outcome::off:
            return "off";
        case rules::Outcome::other_hook:
            return "";
    }
    return "";
}

/// The call and its cards once more, by who of the two answered: what the report sets side by side is of one time.
void count_canary(const HookCall& call, const rules::Evaluation& evaluation, const std::vector<GivenCard>& given,
                  std::vector<Count>& counts) {
    const ServedService& service = *call.service;
    if (!service.canary && !service.is_canary) return;
    const std::string& canary = service.is_canary ? service.digests.cards : service.canary->digests.cards;
    const std::string who = (service.is_canary ? "canary " : "live ") + canary;
    counts.push_back({CountKind::canary, "", who});
    if (call.request.user_id.empty()) counts.push_back({CountKind::canary, "", "without-user " + canary});
    for (const GivenCard& one : given) counts.push_back({CountKind::canary, evaluation.cards[one.index].rule, who});
}

}  // namespace

CallCounts counted_call(const HookCall& call, std::string_view client, const rules::Evaluation& evaluation,
                        const std::vector<GivenCard>& given, const rules::SeenResults& seen) {
    const rules::Identity& pack = call.service->program->pack().identity;
    CallCounts counted{call.service->digests.cards, pack.version, call.service->offered.id, client, {}};
    std::vector<Count>& counts = counted.counts;
    counts.reserve(evaluation.outcomes.size() + given.size() + call.sent.size() + seen.results.size() +
                   seen.unseen.size() + 1);
    counts.push_back({CountKind::call, "", pack.id + " " + pack.version});
    for (const GivenCard& one : given) {
        const rules::Card& card = evaluation.cards[one.index];
        counts.push_back({CountKind::card, card.rule, std::string(name_of(card.indicator)) + " " + pack.version});
    }
    for (const rules::RuleOutcome& rule : evaluation.outcomes) {
        const bool is_given = std::ranges::any_of(
            given, [&](const GivenCard& one) { return evaluation.cards[one.index].rule == rule.rule; });
        const std::string_view reason = silence_of(rule, is_given);
        if (!reason.empty()) counts.push_back({CountKind::silence, rule.rule, std::string(reason)});
    }
    for (const SentKey& one : call.sent) {
        const std::string_view how = one.unavailable ? name_of(*one.unavailable) : "sent";
        counts.push_back({CountKind::sent, "", std::string(one.key) + " " + std::string(how)});
    }
    for (const rules::SeenResult& one : seen.results) {
        counts.push_back(
            {CountKind::result, "", std::string(one.analyte) + " " + std::string(one.reading), one.results});
    }
    for (const rules::UnseenName& one : seen.unseen) {
        counts.push_back({CountKind::unseen, "", std::string(one.analyte) + " " + one.name, one.results});
    }
    count_canary(call, evaluation, given, counts);
    return counted;
}

}  // namespace service
