#include "rules/explain/explain.hpp"

#include "rules/explain/near_miss.hpp"
#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"
#include "rules/run/text_template.hpp"

#include <algorithm>

namespace rules {
namespace {

using fhir::path::Collection;
using fhir::path::Value;

constexpr std::string_view nothing_found = "none in the record";
constexpr int deepest = 8;                // facts behind facts
constexpr std::size_t most_evidence = 5;  // items named for one criterion

std::vector<std::string> named(const Collection& items) {
    std::vector<std::string> names;
    for (const Value& item : items) {
        std::string name = describe_briefly(item);
        if (!name.empty() && names.size() < most_evidence) names.push_back(std::move(name));
    }
    return names;
}

std::string missing_words(const Run& run, SourceSet missing, const std::string& error) {
    if (!error.empty()) return "the expression could not be evaluated: " + error;
    return joined(describe_missing_sources(run, missing), "; ");
}

/// The part that decided: a failing one, else an unknown one, else the first.
const Reason* decisive_part(const Reason& reason) {
    for (const Truth wanted : {Truth::fails, Truth::unknown}) {
        const auto part = std::ranges::find(reason.parts, wanted, &Reason::truth);
        if (part != reason.parts.end()) return &*part;
    }
    return reason.parts.empty() ? nullptr : &reason.parts.front();
}

/// Whether a failing reason has nothing to tell but that there is nothing.
bool has_no_near_miss(const Reason& reason) {
    return reason.truth == Truth::fails && std::ranges::all_of(reason.parts, has_no_near_miss) &&
           (reason.because.empty() || reason.because == nothing_found);
}

/// What "%test.member", without a filter, asks of a test.
std::optional<std::string_view> wanted_of_test(std::string_view expression) {
    constexpr std::pair<std::string_view, std::string_view> words[] = {{".result", " with a result"},
                                                                       {".known", " known or awaited"},
                                                                       {".pending", " awaited"},
                                                                       {".ordered", " ordered"}};
    for (const auto& [member, said] : words) {
        if (expression.ends_with(member)) return said;
    }
    return std::nullopt;
}

std::string without_full_stop(std::string text) {
    while (!text.empty() && text.back() == '.') text.pop_back();
    return text;
}

}  // namespace

std::string chain_of(const Reason& reason) {
    std::string chain = reason.what;
    const Reason* part = reason.truth == Truth::holds ? nullptr : decisive_part(reason);
    if (part) {
        const std::string deeper = chain_of(*part);
        return deeper.starts_with(chain) ? deeper : chain + " <- " + deeper;
    }
    if (!reason.evidence.empty()) chain += " <- " + reason.evidence.front();
    if (!reason.because.empty()) chain += ": " + without_full_stop(reason.because);
    return chain;
}

void Explainer::explain(std::size_t rule, RuleOutcome& outcome) {
    const CompiledRule& compiled = run_.program().rules[rule];
    const bool was_looked_at = outcome.outcome != Outcome::off && outcome.outcome != Outcome::other_hook;
    if (was_looked_at) {
        outcome.reasons = explain_gates(rule);
        if (!compiled.for_each) {
            explain_item(compiled, outcome.reasons);
        } else {
            outcome.reasons.push_back(explain_expression(*compiled.for_each, 0));
            const Answer items = run_.evaluate(*compiled.for_each);
            for (const Value& item : items.items) {
                run_.set_item(&item);
                explain_item(compiled, outcome.reasons);
            }
            run_.set_item(nullptr);
        }
    }
    if (outcome.sentence.empty()) {
        outcome.sentence = sentence_for(rule, outcome);
    } else {
        outcome.sentence = "no card. " + outcome.sentence + ".";
    }
}

/// The gates that were looked at: before the rule, before the indicator of a card that it has, or what stopped it.
std::vector<Reason> Explainer::explain_gates(std::size_t rule) {
    std::vector<Reason> reasons;
    const CompiledRule& compiled_rule = run_.program().rules[rule];
    std::vector<std::size_t> gates = compiled_rule.gates;
    const Verdict& verdict = judge_.verdict(rule);
    for (std::size_t gate = 0; gate < run_.program().gates.size(); ++gate) {
        const bool was_passed = std::ranges::any_of(verdict.candidates, [&](const Candidate& candidate) {
            return judge_.is_indicator_gate(gate, *compiled_rule.written, candidate.card->form->indicator);
        });
        const bool has_stopped = run_.program().gates[gate].written == verdict.gate;
        const bool is_new = std::ranges::find(gates, gate) == gates.end();
        if (is_new && (was_passed || has_stopped)) gates.push_back(gate);
    }
    for (const std::size_t gate : gates) {
        const CompiledGate& compiled = run_.program().gates[gate];
        explain_list(compiled.when, Truth::fails, reasons);
        explain_list(compiled.unless, Truth::holds, reasons);
    }
    return reasons;
}

void Explainer::explain_item(const CompiledRule& rule, std::vector<Reason>& reasons) {
    explain_list(rule.when, Truth::fails, reasons);
    explain_list(rule.unless, Truth::holds, reasons);
}

void Explainer::explain_list(const std::vector<CompiledCriterion>& criteria, Truth hinders,
                             std::vector<Reason>& reasons) {
    for (const CompiledCriterion& criterion : criteria) reasons.push_back(explain_criterion(criterion, hinders));
}

/// The author's "because" tells why a criterion stands in the way; it is said only where its truth `hinders`.
Reason Explainer::explain_criterion(const CompiledCriterion& criterion, Truth hinders) {
    Reason reason;
    if (criterion.expression) {
        reason = explain_expression(*criterion.expression, 0);
    } else {
        const Judgement judged = judge_.judge(criterion);
        reason.truth = judged.truth;
        reason.evidence = named(judged.evidence);
        const bool is_any = criterion.form == Criterion::Form::any;
        const bool is_none = criterion.form == Criterion::Form::none;
        const Truth opposite = hinders == Truth::fails ? Truth::holds : Truth::fails;
        explain_list(criterion.parts, is_none ? opposite : hinders, reason.parts);
        std::vector<std::string> titles;
        for (const Reason& part : reason.parts) titles.push_back(part.what);
        reason.what = (is_none ? "none of: " : "") + joined(titles, is_any ? " or " : is_none ? ", " : " and ");
        // Its author's words say more than a list of all that might have been.
        if (!criterion.written->because.empty() && reason.truth == hinders && hinders == Truth::fails)
            reason.what = criterion.written->because;
        if (is_any && reason.truth == Truth::fails) std::erase_if(reason.parts, has_no_near_miss);
    }
    // Words say more than an expression; here they tell what would stand in the way.
    const bool is_bare = criterion.expression && reason.what == criterion.expression->path.text();
    if (is_bare && hinders == Truth::holds && !criterion.written->because.empty())
        reason.what = criterion.written->because;
    const bool is_said = reason.what == criterion.written->because;
    if (!is_said && reason.because.empty() && reason.truth == hinders) reason.because = criterion.written->because;
    reason.place = criterion.written->place;
    return reason;
}

/// A fact's title; what a filter of it or of a test asks for; what a parameter means; else the expression itself.
std::string Explainer::title_of(const CompiledExpression& expression) const {
    const Program::Inner& program = run_.program();
    const std::string& text = expression.path.text();
    for (const SlotUse& use : expression.uses) {
        if (use.slot < first_fact_slot || !use.is_filtered) continue;
        const bool is_fact = use.slot < program.analyte_slot(0);
        const std::string& title = is_fact ? program.facts[use.slot - first_fact_slot].written->title
                                           : program.analytes[use.slot - program.analyte_slot(0)].written->title;
        std::vector<std::string> wanted;
        const auto asked = is_fact ? std::nullopt : wanted_of_test(text);
        if (asked) return title + std::string(*asked);
        for (const Comparison& comparison : comparisons_in(condition_of(expression.path, program.parameters))) {
            wanted.push_back(comparison.member + " " + comparison.operation + " " + comparison.wanted);
        }
        return wanted.empty() ? title : title + " with " + joined(wanted, ", ");
    }
    const Authored written{text, {}};
    const std::string_view parameter = Parameters::name_in(written);
    const auto named = std::ranges::find(program.pack.parameters, parameter, &Parameter::name);
    return named == program.pack.parameters.end() ? text : named->says;
}

Reason Explainer::explain_expression(const CompiledExpression& expression, int depth) {
    Reason reason;
    reason.what = title_of(expression);
    const Answer answer = run_.evaluate(expression);
    reason.truth = answer.truth;
    if (answer.truth == Truth::holds) {
        Collection evidence;
        add_evidence(run_, expression, answer.items, evidence);
        reason.evidence = named(evidence);
        return reason;
    }
    if (answer.truth == Truth::unknown) reason.because = missing_words(run_, answer.missing, answer.error);
    if (depth < deepest) reason.parts = explain_filter(expression, depth);
    const bool is_fact = reason.what != expression.path.text();
    if (reason.parts.empty() && reason.because.empty() && is_fact) reason.because = nothing_found;
    return reason;
}

/// The items that a filter looked at, before it filtered: of a fact all, of an analyte those of the member named.
Collection Explainer::filtered_items(const CompiledExpression& expression) {
    Collection items;
    const auto& filtered = expression.path.filtered_variable();
    const auto use = std::ranges::find(expression.uses, true, &SlotUse::is_filtered);
    if (!filtered || use == expression.uses.end()) return items;
    const Slot& slot = run_.program().slots[use->slot];
    if (!slot.is_analyte) return run_.slot(use->slot).items;
    for (const Value& whole : run_.slot(use->slot).items) {
        const boost::json::value* member = whole.json()->get_object().if_contains(filtered->first_member());
        if (!member) continue;
        if (member->is_object()) items.push_back(Value::element(member, run_.program().fact_types.reading));
        if (!member->is_array()) continue;
        for (const boost::json::value& one : member->get_array()) {
            items.push_back(Value::element(&one, run_.program().fact_types.reading));
        }
    }
    return items;
}

/// Why a filter gave nothing: each item that it looked at with what it lacks; or, where there was no item, why not.
std::vector<Reason> Explainer::explain_filter(const CompiledExpression& expression, int depth) {
    std::vector<Reason> reasons;
    const Collection items = filtered_items(expression);
    const Condition condition = condition_of(expression.path, run_.program().parameters);
    for (const Value& item : items) {
        const boost::json::object* object = item.is_element() ? item.json()->if_object() : nullptr;
        if (!object || reasons.size() == most_evidence) continue;
        const std::vector<std::string> failures = failures_of(*object, condition);
        if (failures.empty()) continue;
        reasons.push_back({describe_briefly(item), Truth::fails, joined(failures, "; "), {}, {}, {}});
    }
    if (!items.empty()) return reasons;
    for (const SlotUse& use : expression.uses) {
        if (use.slot < first_fact_slot) continue;
        const std::size_t first_analyte = run_.program().analyte_slot(0);
        const std::vector<Reason> deeper =
            use.slot >= first_analyte ? explain_analyte(use.slot - first_analyte)
                                      : explain_fact(run_.program().facts[use.slot - first_fact_slot], depth + 1);
        reasons.insert(reasons.end(), deeper.begin(), deeper.end());
    }
    return reasons;
}

std::vector<Reason> Explainer::explain_fact(const CompiledFact& fact, int depth) {
    std::vector<Reason> reasons;
    if (depth >= deepest) return reasons;
    switch (fact.form) {
        case Fact::Form::conditions:
        case Fact::Form::medications:
        case Fact::Form::procedures:
        case Fact::Form::observations:
            return passed_over(fact);
        case Fact::Form::drafts:
        case Fact::Form::says:
            return reasons;
        case Fact::Form::items:
            if (fact.items) return explain_filter(*fact.items, depth);
            return reasons;
        case Fact::Form::any:
            for (const CompiledExpression& part : fact.any) {
                Reason reason = explain_expression(part, depth);
                if (!has_no_near_miss(reason)) reasons.push_back(std::move(reason));
            }
            return reasons;
        case Fact::Form::all:
            break;
    }
    for (const CompiledExpression& part : fact.all) {
        if (run_.evaluate(part).truth != Truth::holds) reasons.push_back(explain_expression(part, depth));
    }
    for (const CompiledExpression& part : fact.none) {
        if (run_.evaluate(part).truth == Truth::fails) continue;
        Reason reason = explain_expression(part, depth);
        if (reason.truth == Truth::holds) reason.what = "speaks against it: " + reason.what;
        reasons.push_back(std::move(reason));
    }
    return reasons;
}

std::vector<Reason> Explainer::explain_analyte(std::size_t analyte) {
    const CompiledAnalyte& compiled = run_.program().analytes[analyte];
    const TestResults& results = run_.results(analyte);
    if (results.result) return {};
    Reason reason{compiled.written->title, Truth::fails, "", {}, {}, {}};
    reason.because = "no result";
    if (compiled.valid_days) reason.because += " of the last " + std::to_string(*compiled.valid_days) + " days";
    if (!results.pending.empty()) reason.because = "a result is not final yet";
    if (!results.unreadable.empty()) {
        const Measurement& measurement = results.all[results.unreadable.front()];
        reason.because = reference_to("Observation", measurement.observation->id) +
                         " cannot be read safely: " + std::string(words_for(measurement.fault));
    }
    return {reason};
}

std::string Explainer::sentence_on(const CompiledCriterion& criterion) {
    return chain_of(explain_criterion(criterion, judge_.judge(criterion).truth));
}

std::string Explainer::sentence_on_gate(const Verdict& verdict) {
    const std::string chain = verdict.decisive ? sentence_on(*verdict.decisive) : std::string();
    return without_full_stop(verdict.gate->because) + (chain.empty() ? "" : " <- " + chain);
}

std::string Explainer::sentence_for(std::size_t rule, const RuleOutcome& outcome) {
    const Verdict& verdict = judge_.verdict(rule);
    const auto decisive = [&] {
        return verdict.decisive ? sentence_on(*verdict.decisive) : std::string("what it speaks of");
    };
    switch (outcome.outcome) {
        case Outcome::card: {
            std::vector<std::string> evidence;
            for (const Candidate& candidate : verdict.candidates) {
                for (std::string& name : named(candidate.evidence)) evidence.push_back(std::move(name));
            }
            return "card: " + joined(evidence, "; ") + ".";
        }
        case Outcome::not_met:
            if (!verdict.decisive) return "no card. Nothing that it speaks of is there.";
            return "no card. Not met: " + decisive() + ".";
        case Outcome::excluded:
            return "no card. Excluded: " + decisive() + ".";
        case Outcome::gated:
            return "no card. " + sentence_on_gate(verdict) + ".";
        case Outcome::unknown: {
            const std::string missing = missing_words(run_, verdict.missing, verdict.error);
            return "no card. Not known: " + (verdict.gate ? sentence_on_gate(verdict) : decisive()) + ". " + missing +
                   ".";
        }
        case Outcome::replaced:
        case Outcome::joined:
        case Outcome::crowded_out:
            return "no card.";
        case Outcome::off:
            return "no card. Switched off by this site.";
        case Outcome::other_hook:
            return "no card. Not a rule of this hook.";
    }
    return "";
}

}  // namespace rules
