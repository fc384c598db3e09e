// A rule in one line: has it a card, was one held back, or what does it lack. Words are the pack's (titles, labels,
// "because"), the rest is how they stand together.
#include "rules/explain/explain.hpp"
#include "rules/explain/item_words.hpp"
#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"

#include <algorithm>

namespace rules {
namespace {

using fhir::path::Collection;
using fhir::path::Value;

constexpr std::size_t most_named = 3;  // named in one line

/// What decided, of all that lies below `reason`: each once. What is not there at all comes last: a near miss says
/// more.
void add_said(const Reason& reason, std::vector<std::string>& near, std::vector<std::string>& absent) {
    if (!reason.said.empty() && reason.truth == Truth::fails)
        add_once(reason.said, reason.said.starts_with("no ") ? absent : near);
    for (const Reason& part : reason.parts) add_said(part, near, absent);
}

/// Whether a problem, a treatment or an order came near; a result that is as it should be did not.
bool has_near_record(const Reason& reason) {
    const bool is_near = !reason.said.empty() && !reason.said.starts_with("no ") && reason.truth == Truth::fails;
    if (is_near && reason.what.find('/') != std::string::npos && !reason.what.starts_with("Observation")) return true;
    return std::ranges::any_of(reason.parts, has_near_record);
}

std::string few(const std::vector<std::string>& words) {
    std::vector<std::string> first(words.begin(),
                                   words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), most_named)));
    return joined(first, "; ");
}

bool is_in(const std::vector<CompiledCriterion>& criteria, const CompiledCriterion* one) {
    return std::ranges::any_of(criteria, [one](const CompiledCriterion& criterion) { return &criterion == one; });
}

/// How the outcome is told before its reason; that there is no card goes without saying.
std::string_view opening(const RuleOutcome& outcome) {
    if (outcome.is_held_back) return "held back, ";
    switch (outcome.outcome) {
        case Outcome::card:
            return "card, for ";
        case Outcome::unknown:
            return "not known without ";
        case Outcome::replaced:
        case Outcome::joined:
            return "no card of its own, ";
        case Outcome::excluded:
            return "not shown, ";
        case Outcome::not_met:
        case Outcome::gated:
        case Outcome::crowded_out:
        case Outcome::off:
        case Outcome::other_hook:
            return "";
    }
    return "";
}

}  // namespace

bool stops_everything(const Gate& gate) {
    return gate.stands_before == GateFor::every_card && gate.except.empty();
}

void Explainer::tell(std::size_t rule, RuleOutcome& outcome) {
    const CompiledRule& compiled = run_.program().rules[rule];
    const Verdict& verdict = judge_.verdict(rule);
    outcome.title = compiled.written->title;
    switch (outcome.outcome) {
        case Outcome::card:
            outcome.because = why_card(verdict);
            break;
        case Outcome::not_met:
            outcome.because = why_not(compiled);
            break;
        case Outcome::excluded:
            outcome.because = why_not(compiled);
            break;
        case Outcome::gated: {
            const auto gate = std::ranges::find(run_.program().gates, verdict.gate, &CompiledGate::written);
            const Truth speaks = stops_everything(*verdict.gate) ? Truth::unknown : would_speak(compiled);
            outcome.is_held_back = speaks == Truth::holds;
            const auto position = static_cast<std::size_t>(gate - run_.program().gates.begin());
            outcome.because = speaks == Truth::fails ? why_not(compiled) : why_gated(position);
            break;
        }
        case Outcome::unknown:
            outcome.because = verdict.error.empty() ? joined(describe_missing_sources(run_, verdict.missing), ", ")
                                                    : "a rule that can be evaluated on this record";
            break;
        case Outcome::crowded_out:
            outcome.is_held_back = true;
            break;
        case Outcome::replaced:
        case Outcome::joined:
            break;
        case Outcome::off:
            outcome.because = "switched off by this site";
            break;
        case Outcome::other_hook:
            outcome.because = "not for this hook";
            break;
    }
    outcome.sentence = std::string(outcome.title) + ": " + std::string(opening(outcome)) + outcome.because + ".";
}

std::string Explainer::why_card(const Verdict& verdict) const {
    Collection items;
    for (const Candidate& candidate : verdict.candidates) {
        for (const Value& item : candidate.evidence) items.push_back(item);
    }
    std::string words = in_words(items, most_named);
    return words.empty() ? "what it asks for" : words;
}

/// Whether a rule would have a card if no gate stood before it.
Truth Explainer::would_speak(const CompiledRule& rule) {
    const auto speaks = [&] {
        const Truth when = judge_.all_of(rule.when).truth;
        const Truth unless = judge_.none_of(rule.unless).truth;
        if (when == Truth::fails || unless == Truth::fails) return Truth::fails;
        return when == Truth::unknown ? when : unless;
    };
    if (!rule.for_each) return speaks();
    const Answer items = run_.evaluate(*rule.for_each);
    Truth truth = items.truth == Truth::unknown ? Truth::unknown : Truth::fails;
    for (const Value& item : items.items) {
        run_.set_item(&item);
        const Truth one = speaks();
        if (one == Truth::holds || truth == Truth::fails) truth = one;
        if (truth == Truth::holds) break;
    }
    run_.set_item(nullptr);
    return truth;
}

std::string Explainer::why_gated(std::size_t gate) {
    const CompiledGate& compiled = run_.program().gates[gate];
    const CompiledCriterion* decisive = judge_.gate(gate).decisive;
    if (!decisive) return compiled.written->because;
    const std::string words =
        is_in(compiled.when, decisive) ? what_is_missing(*decisive) : what_stands_against(*decisive);
    const bool is_said = !decisive->written->because.empty();
    return is_said ? words : compiled.written->because + (words.empty() ? "" : ": " + words);
}

/// Of a rule without a card, gates aside: what it lacks, or what stands against it, of each item that it goes through.
std::string Explainer::why_not(const CompiledRule& rule) {
    if (!rule.for_each) return why_not_here(rule);
    std::vector<std::string> whys;
    const Answer items = run_.evaluate(*rule.for_each);
    for (const Value& item : items.items) {
        run_.set_item(&item);
        add_once(why_not_here(rule), whys);
    }
    run_.set_item(nullptr);
    if (!whys.empty()) return few(whys);
    const std::string& because = rule.written->for_each_because;
    return because.empty() ? "there is nothing that it speaks of" : because;
}

/// Whether one thing alone is missing for a suggestion, and something of the record came near it.
bool Explainer::comes_near(std::size_t rule) {
    const CompiledRule& compiled = run_.program().rules[rule];
    const auto fails = [this](const CompiledCriterion& criterion) {
        return judge_.judge(criterion).truth == Truth::fails;
    };
    const bool is_suggestion = compiled.written->kind == RuleKind::suggestion && !compiled.for_each;
    if (!is_suggestion || compiled.when.size() < 2 || std::ranges::count_if(compiled.when, fails) != 1) return false;
    return has_near_record(explain_criterion(*std::ranges::find_if(compiled.when, fails), Truth::fails));
}

std::string Explainer::why_not_here(const CompiledRule& rule) {
    const Judgement when = judge_.all_of(rule.when);
    if (when.truth == Truth::fails && when.decisive) return what_is_missing(*when.decisive);
    const Judgement unless = judge_.none_of(rule.unless);
    if (unless.truth == Truth::fails && unless.decisive) return what_stands_against(*unless.decisive);
    return "";
}

/// The author's words, or that there is none of what is asked for; and what came near.
std::string Explainer::what_is_missing(const CompiledCriterion& criterion) {
    std::vector<std::string> near, absent;
    const Reason reason = explain_criterion(criterion, Truth::fails);
    add_said(reason, near, absent);
    const std::string& because = criterion.written->because;
    if (because.empty() && near.empty() && absent.size() == 1) return absent.front();
    const bool has_title = criterion.expression && reason.what != criterion.expression->path.text();
    const std::string words = !because.empty() ? because
                              : has_title      ? "no " + in_sentence(reason.what)
                                               : "not all that it asks for is there";
    return near.empty() ? words : words + " (" + few(near) + ")";
}

/// The author's words, or what is there; and the items behind it.
std::string Explainer::what_stands_against(const CompiledCriterion& criterion) {
    const std::string items = in_words(judge_.judge(criterion).evidence, most_named);
    const std::string& because = criterion.written->because;
    if (because.empty()) return items;
    return items.empty() ? because : because + ": " + items;
}

}  // namespace rules
