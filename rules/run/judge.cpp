#include "rules/run/judge.hpp"

#include "rules/program/gate_reach.hpp"
#include "rules/run/text_template.hpp"

#include <algorithm>
#include <iterator>

namespace rules {
namespace {

using fhir::path::Collection;
using fhir::path::Value;

constexpr int deepest_evidence = 8;  // facts behind facts

bool is_known(const Collection& evidence, const Value& item) {
    return std::ranges::any_of(evidence, [&item](const Value& known) { return known.json() == item.json(); });
}

void add_items(const Collection& given, Collection& evidence) {
    for (const Value& item : given) {
        const bool is_item = item.is_element() && item.json() && item.json()->is_object();
        if (is_item && !is_known(evidence, item)) evidence.push_back(item);
    }
}

void add_items_behind(Run& run, const CompiledExpression& expression, Collection& evidence, int depth) {
    if (depth > deepest_evidence) return;
    for (const SlotUse& use : expression.uses) {
        if (use.slot < first_fact_slot || use.slot >= run.program().analyte_slot(0)) continue;
        const std::size_t before = evidence.size();
        add_items(run.slot(use.slot).items, evidence);
        if (evidence.size() > before || run.slot(use.slot).items.empty()) continue;
        const CompiledFact& fact = run.program().facts[use.slot - first_fact_slot];
        if (fact.items) add_items_behind(run, *fact.items, evidence, depth + 1);
        for (const auto* list : {&fact.any, &fact.all}) {
            for (const CompiledExpression& part : *list) add_items_behind(run, part, evidence, depth + 1);
        }
    }
}

/// An unknown that its author lets pass does not stand in the way, on either side.
void let_pass(const CompiledCriterion& criterion, Truth neutral, Judgement& judgement) {
    if (judgement.truth != Truth::unknown || criterion.if_unknown != Criterion::IfUnknown::say_so) return;
    judgement.truth = neutral;
    judgement.said |= judgement.missing;
    judgement.missing = 0;
}

void merge(const Judgement& part, Judgement& whole) {
    for (const Value& item : part.evidence) {
        if (!is_known(whole.evidence, item)) whole.evidence.push_back(item);
    }
    whole.said |= part.said;
}

void note_unknown(const CompiledCriterion& criterion, const Judgement& part, Judgement& whole) {
    whole.truth = Truth::unknown;
    whole.missing |= part.missing;
    if (!whole.decisive) whole.decisive = &criterion;
    if (whole.error.empty()) whole.error = part.error;
}

Judgement any_of(Judge& judge, const std::vector<CompiledCriterion>& criteria) {
    Judgement whole;
    whole.truth = Truth::fails;
    bool holds = false;
    for (const CompiledCriterion& criterion : criteria) {
        Judgement part = judge.judge(criterion);
        let_pass(criterion, Truth::fails, part);
        if (part.truth == Truth::holds) {
            holds = true;
            merge(part, whole);
        } else if (part.truth == Truth::unknown) {
            note_unknown(criterion, part, whole);
        }
    }
    if (holds) {
        whole.truth = Truth::holds;
        whole.missing = 0;
        whole.decisive = nullptr;
    }
    return whole;
}

/// What several items come to: what is known of one does not hide what is unknown of another.
void add(Verdict one, Verdict& all) {
    all.missing |= one.missing;
    std::ranges::move(one.candidates, std::back_inserter(all.candidates));
    if (all.outcome == Outcome::unknown && one.outcome != Outcome::unknown) return;
    all.outcome = one.outcome;
    all.decisive = one.decisive;
    all.gate = one.gate;
    all.error = std::move(one.error);
}

}  // namespace

void add_evidence(Run& run, const CompiledExpression& expression, const Collection& given, Collection& evidence) {
    const std::size_t before = evidence.size();
    add_items(given, evidence);
    if (evidence.size() == before) add_items_behind(run, expression, evidence, 0);
}

Judgement Judge::judge(const CompiledCriterion& criterion) {
    switch (criterion.form) {
        case Criterion::Form::all:
            return all_of(criterion.parts);
        case Criterion::Form::any:
            return any_of(*this, criterion.parts);
        case Criterion::Form::none: {
            Judgement none = none_of(criterion.parts);
            none.evidence.clear();
            return none;
        }
        case Criterion::Form::expression:
            break;
    }
    Judgement judgement;
    if (!criterion.expression) return judgement;
    Answer answer = run_.evaluate(*criterion.expression);
    judgement.truth = answer.truth;
    judgement.error = std::move(answer.error);
    if (answer.truth == Truth::unknown) judgement.missing = answer.missing;
    if (answer.truth == Truth::holds) add_evidence(run_, *criterion.expression, answer.items, judgement.evidence);
    return judgement;
}

Judgement Judge::all_of(const std::vector<CompiledCriterion>& criteria) {
    Judgement whole;
    for (const CompiledCriterion& criterion : criteria) {
        Judgement part = judge(criterion);
        let_pass(criterion, Truth::holds, part);
        if (part.truth == Truth::fails) {
            part.decisive = &criterion;
            part.evidence.clear();
            return part;
        }
        if (part.truth == Truth::unknown) note_unknown(criterion, part, whole);
        merge(part, whole);
    }
    return whole;
}

Judgement Judge::none_of(const std::vector<CompiledCriterion>& criteria) {
    Judgement whole;
    for (const CompiledCriterion& criterion : criteria) {
        Judgement part = judge(criterion);
        let_pass(criterion, Truth::fails, part);
        if (part.truth == Truth::holds) {
            part.truth = Truth::fails;
            part.decisive = &criterion;
            return part;
        }
        if (part.truth == Truth::unknown) note_unknown(criterion, part, whole);
        whole.said |= part.said;
    }
    return whole;
}

const Judgement& Judge::gate(std::size_t gate) {
    if (gates_[gate]) return *gates_[gate];
    const CompiledGate& compiled = run_.program().gates[gate];
    Judgement whole = all_of(compiled.when);
    if (whole.truth != Truth::fails) {
        const Judgement unless = none_of(compiled.unless);
        whole.said |= unless.said;
        if (unless.truth == Truth::fails) {
            whole = unless;
        } else if (unless.truth == Truth::unknown) {
            whole.truth = Truth::unknown;
            whole.missing |= unless.missing;
            if (!whole.decisive) whole.decisive = unless.decisive;
        }
    }
    return gates_[gate].emplace(std::move(whole));
}

void Judge::note_gate(std::size_t gate, Verdict& verdict) {
    const Judgement& judged = this->gate(gate);
    verdict.gate = run_.program().gates[gate].written;
    verdict.decisive = judged.decisive;
    verdict.error = judged.error;
    verdict.missing |= judged.missing;
    verdict.outcome = judged.truth == Truth::fails ? Outcome::gated : Outcome::unknown;
}

bool Judge::is_indicator_gate(std::size_t gate, const Rule& rule, Indicator indicator) const {
    return stands_before(*run_.program().gates[gate].written, rule, indicator);
}

/// Fails if a gate clearly stops the rule, whatever is unknown before it. The gate that does, or the first unknown one,
/// is noted.
Truth Judge::pass_gates(std::span<const std::size_t> gates, Verdict& verdict) {
    Truth passed = Truth::holds;
    for (const std::size_t gate : gates) {
        const Truth truth = this->gate(gate).truth;
        if (truth == Truth::holds) continue;
        if (truth == Truth::unknown && passed == Truth::unknown) {
            verdict.missing |= this->gate(gate).missing;
            continue;
        }
        note_gate(gate, verdict);
        if (truth == Truth::fails) return truth;
        passed = truth;
    }
    return passed;
}

Truth Judge::pass_indicator_gates(const CompiledRule& rule, Indicator indicator, Verdict& verdict) {
    std::vector<std::size_t> gates;
    for (std::size_t gate = 0; gate < run_.program().gates.size(); ++gate) {
        if (is_indicator_gate(gate, *rule.written, indicator)) gates.push_back(gate);
    }
    return pass_gates(gates, verdict);
}

bool Judge::is_meant(const CompiledVariant& variant, const Value* item) {
    if (!run_.holds(variant.condition)) return false;
    if (!variant.only_if) return true;
    const Verdict& other = verdict(*variant.only_if);
    run_.set_item(item);
    // Nobody is told that nothing calls for a test while that is not known; what the card offers then: CardBuilder.
    return !other.candidates.empty() || other.outcome == Outcome::unknown;
}

void Judge::judge_item(std::size_t rule, const Value* item, Verdict& verdict) {
    const CompiledRule& compiled = run_.program().rules[rule];
    run_.set_item(item);
    const Judgement when = all_of(compiled.when);
    if (when.truth == Truth::fails) {
        verdict.outcome = Outcome::not_met;
        verdict.decisive = when.decisive;
        return;
    }
    const Judgement unless = none_of(compiled.unless);
    if (unless.truth == Truth::fails) {
        verdict.outcome = Outcome::excluded;
        verdict.decisive = unless.decisive;
        return;
    }
    if (when.truth == Truth::unknown || unless.truth == Truth::unknown) {
        const Judgement& unknown = when.truth == Truth::unknown ? when : unless;
        verdict.outcome = Outcome::unknown;
        verdict.missing |= when.missing | unless.missing;
        verdict.decisive = unknown.decisive;
        verdict.error = unknown.error;
        return;
    }
    Candidate candidate;
    candidate.rule = rule;
    candidate.card = &compiled.card;
    for (std::size_t index = 0; index < compiled.variants.size(); ++index) {
        if (!is_meant(compiled.variants[index], item)) continue;
        candidate.variant = index;
        candidate.card = &compiled.variants[index].card;
        break;
    }
    const Indicator indicator = candidate.card->form->indicator;
    if (pass_indicator_gates(compiled, indicator, verdict) != Truth::holds) return;
    if (run_.takes_parts_for_whole() && indicator == Indicator::info) {
        verdict.outcome = Outcome::unknown;
        verdict.missing |= run_.in_part();
        return;
    }
    if (item) {
        candidate.item = *item;
        add_items(Collection{*item}, candidate.evidence);
    }
    for (const Value& found : when.evidence) {
        if (!is_known(candidate.evidence, found)) candidate.evidence.push_back(found);
    }
    candidate.said = when.said | unless.said;
    candidate.topic = filled_text(run_, compiled.topic);
    verdict.candidates.push_back(std::move(candidate));
}

Verdict Judge::find_verdict(std::size_t rule) {
    const CompiledRule& compiled = run_.program().rules[rule];
    Verdict verdict;
    if (compiled.is_off) {
        verdict.outcome = Outcome::off;
        return verdict;
    }
    const Truth passed = pass_gates(compiled.gates, verdict);
    if (passed == Truth::fails) return verdict;
    const bool gate_is_unknown = passed == Truth::unknown;
    const Verdict at_gate = verdict;
    if (!compiled.for_each) {
        judge_item(rule, nullptr, verdict);
    } else {
        const Answer items = run_.evaluate(*compiled.for_each);
        verdict.outcome = items.truth == Truth::unknown ? Outcome::unknown : Outcome::not_met;
        if (items.truth == Truth::unknown) verdict.missing |= items.missing;
        for (const Value& item : items.items) {
            Verdict one;
            judge_item(rule, &item, one);
            add(std::move(one), verdict);
        }
    }
    run_.set_item(nullptr);
    if (!verdict.candidates.empty()) verdict.outcome = gate_is_unknown ? Outcome::unknown : Outcome::card;
    const bool stopped_by_itself = verdict.outcome == Outcome::not_met || verdict.outcome == Outcome::excluded ||
                                   verdict.outcome == Outcome::gated;
    if (gate_is_unknown && !stopped_by_itself) {
        const SourceSet missing = verdict.missing;
        verdict = at_gate;
        verdict.missing |= missing;
    } else if (gate_is_unknown) {
        verdict.missing = 0;
        if (verdict.outcome != Outcome::gated) verdict.gate = nullptr;
    }
    return verdict;
}

const Verdict& Judge::verdict(std::size_t rule) {
    if (!verdicts_[rule]) verdicts_[rule] = find_verdict(rule);
    return *verdicts_[rule];
}

}  // namespace rules
