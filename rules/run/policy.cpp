#include "rules/run/policy.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace rules {
namespace {

constexpr std::string_view data_unavailable = "data-unavailable";

bool is_louder(const Program::Inner& program, const Candidate& left, const Candidate& right) {
    const auto key = [&program](const Candidate& candidate) {
        const CompiledRule& rule = program.rules[candidate.rule];
        return std::tuple(-static_cast<int>(candidate.card->form->indicator), rule.rank, rule.place_in_rank);
    };
    return key(left) < key(right);
}

/// As an explanation names a rule.
std::string title_of(const CompiledRule& rule) {
    return '"' + rule.written->title + '"';
}

/// The rule that takes the place of `candidate`'s, if one does.
const CompiledRule* replacing(const Program::Inner& program, const std::vector<Candidate>& candidates,
                              const Candidate& candidate) {
    for (const Candidate& other : candidates) {
        const CompiledRule& rule = program.rules[other.rule];
        if (std::ranges::find(rule.replaces, candidate.rule) != rule.replaces.end()) return &rule;
    }
    return nullptr;
}

/// Whether a gate clearly stands before `data-unavailable`, an info card of kind notice.
bool is_gated(Judge& judge) {
    const std::vector<CompiledGate>& gates = judge.run().program().gates;
    for (std::size_t gate = 0; gate < gates.size(); ++gate) {
        const Gate& written = *gates[gate].written;
        const bool concerns = written.stands_before == GateFor::every_card || written.stands_before == GateFor::info ||
                              written.stands_before == GateFor::notice;
        if (!concerns || std::ranges::find(written.except, data_unavailable, &Authored::text) != written.except.end()) {
            continue;
        }
        if (judge.gate(gate).truth == Truth::fails) return true;
    }
    return false;
}

/// Takes the candidates that join the card of another out of `standing`.
void join(const Program::Inner& program, const std::vector<Candidate>& candidates, std::vector<std::size_t>& standing,
          SelectedCards& selection) {
    const auto host_of = [&](std::size_t guest) -> std::optional<std::size_t> {
        const std::vector<std::size_t>& hosts = program.rules[candidates[guest].rule].joins;
        const auto host = std::ranges::find_if(standing, [&](std::size_t other) {
            return std::ranges::find(hosts, candidates[other].rule) != hosts.end();
        });
        return host == standing.end() ? std::nullopt : std::optional(*host);
    };
    std::vector<std::size_t> alone;
    for (const std::size_t guest : standing) {
        const auto host = host_of(guest);
        if (!host) {
            alone.push_back(guest);
            continue;
        }
        selection.joined.push_back({guest, *host});
        selection.dropped.push_back(
            {guest, Outcome::joined, "its offer stands on " + title_of(program.rules[candidates[*host].rule])});
    }
    standing = std::move(alone);
}

/// The rules, those of the loudest rank first.
std::vector<std::size_t> by_rank(const Program::Inner& program) {
    std::vector<std::size_t> rules(program.rules.size());
    std::iota(rules.begin(), rules.end(), std::size_t(0));
    std::ranges::stable_sort(rules, {}, [&program](std::size_t rule) { return program.rules[rule].rank; });
    return rules;
}

SourceSet never_provided(const Program::Inner& program, const Record& record) {
    SourceSet never = 0;
    for (const std::string& key : program.site.not_provided) {
        if (const auto source = program.source_of_key(key)) never |= source_bit(*source);
    }
    for (const auto& [key, reason] : record.unavailable) {
        const auto source = program.source_of_key(key);
        if (source && reason == Unavailable::not_provided) never |= source_bit(*source);
    }
    return never;
}

}  // namespace

SelectedCards select_cards(const Program::Inner& program, const std::vector<Candidate>& candidates) {
    SelectedCards selection;
    std::vector<std::size_t> standing;
    for (std::size_t index = 0; index < candidates.size(); ++index) {
        if (const CompiledRule* other = replacing(program, candidates, candidates[index])) {
            selection.dropped.push_back({index, Outcome::replaced, title_of(*other) + " takes its place"});
        } else {
            standing.push_back(index);
        }
    }
    join(program, candidates, standing, selection);
    std::ranges::stable_sort(standing, [&](std::size_t left, std::size_t right) {
        return is_louder(program, candidates[left], candidates[right]);
    });
    std::size_t beside_critical = 0;
    for (const std::size_t index : standing) {
        const Candidate& candidate = candidates[index];
        const auto louder = std::ranges::find_if(
            selection.shown, [&](std::size_t shown) { return candidates[shown].topic == candidate.topic; });
        if (louder != selection.shown.end()) {
            const std::string sentence =
                title_of(program.rules[candidates[*louder].rule]) + " speaks of the same matter";
            selection.dropped.push_back({index, Outcome::crowded_out, sentence});
            continue;
        }
        const bool is_critical = candidate.card->form->indicator == Indicator::critical;
        if (!is_critical && beside_critical == program.pack.show.at_most) {
            const std::string sentence = "no more than " + std::to_string(program.pack.show.at_most) +
                                         " cards are shown beside critical ones, and others come first";
            selection.dropped.push_back({index, Outcome::crowded_out, sentence, true});
            continue;
        }
        beside_critical += is_critical ? 0 : 1;
        selection.shown.push_back(index);
    }
    return selection;
}

Unknowns unknowns_to_tell(Judge& judge) {
    const Program::Inner& program = judge.run().program();
    Unknowns unknowns;
    if (program.pack.data_unavailable.summary.text.empty() || is_gated(judge)) return unknowns;
    const SourceSet never = never_provided(program, judge.run().record());
    for (const std::size_t rule : by_rank(program)) {
        if (!program.rules[rule].is_for(judge.run().call().hook)) continue;
        const Verdict& verdict = judge.verdict(rule);
        const SourceSet missing = verdict.outcome == Outcome::unknown ? verdict.missing & ~never : 0;
        if (missing == 0) continue;
        unknowns.missing |= missing;
        const std::string& advice = program.rules[rule].written->advises;
        const bool is_new = std::ranges::find(unknowns.advice, advice) == unknowns.advice.end();
        if (!advice.empty() && is_new) unknowns.advice.push_back(advice);
    }
    return unknowns;
}

}  // namespace rules
