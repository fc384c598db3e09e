#include "rules/explain/explain.hpp"

#include "rules/explain/item_words.hpp"
#include "rules/explain/near_miss.hpp"
#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"
#include "rules/run/text_template.hpp"

#include <algorithm>
#include <optional>

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

/// A reason that is about one thing of the record, or its lack.
Reason leaf(std::string what, std::string because, std::string said) {
    Reason reason;
    reason.what = std::move(what);
    reason.because = std::move(because);
    reason.said = std::move(said);
    return reason;
}

/// The words after a comma, and in the tree the parameter that drew the line.
Reason leaf(const Value& item, const std::vector<Failure>& failures) {
    std::vector<std::string> words, with_parameters;
    for (const Failure& failure : failures) {
        words.push_back(failure.words);
        with_parameters.push_back(failure.words + (failure.parameter.empty() ? "" : " (" + failure.parameter + ")"));
    }
    return leaf(describe_briefly(item), joined(with_parameters, ", "), in_words(item) + ", " + joined(words, ", "));
}

/// The intents that a filter of orders asks for; nothing if it asks for anything else too.
std::optional<std::vector<std::string>> intents_in(const CompiledExpression& expression, const Parameters& parameters) {
    std::vector<std::string> intents;
    for (const Comparison& asked : comparisons_in(condition_of(expression.path, parameters))) {
        if (asked.member != "intent" || asked.operation != "=") return std::nullopt;
        intents.push_back(asked.wanted);
    }
    return intents.empty() ? std::nullopt : std::optional(std::move(intents));
}

bool reads(const CompiledExpression& expression, std::uint16_t slot) {
    return std::ranges::find(expression.uses, slot, &SlotUse::slot) != expression.uses.end();
}

/// Where in `reasons` the criterion stands that decided; nothing if none did.
std::optional<std::size_t> place_of_decisive(const std::vector<Reason>& reasons, const CompiledCriterion* decisive) {
    if (decisive == nullptr) return std::nullopt;
    const auto found = std::ranges::find(reasons, decisive->written->place, &Reason::place);
    if (found == reasons.end()) return std::nullopt;
    return static_cast<std::size_t>(found - reasons.begin());
}

}  // namespace

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
        outcome.decides = place_of_decisive(outcome.reasons, judge_.verdict(rule).decisive);
    }
    tell(rule, outcome);
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
        const CriterionForm& form = form_of(*criterion.written);
        const Truth opposite = hinders == Truth::fails ? Truth::holds : Truth::fails;
        explain_list(criterion.parts, form.parts == CriterionForm::Parts::must_fail ? opposite : hinders, reason.parts);
        std::vector<std::string> titles;
        for (const Reason& part : reason.parts) titles.push_back(part.what);
        reason.what = std::string(form.before) + joined(titles, form.between);
        // Its author's words say more than a list of all that might have been.
        if (!criterion.written->because.empty() && reason.truth == hinders && hinders == Truth::fails)
            reason.what = criterion.written->because;
        const bool has_choice = form.parts == CriterionForm::Parts::may_hold;
        if (has_choice && reason.truth == Truth::fails) std::erase_if(reason.parts, has_no_near_miss);
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

/// A fact's title, and what a filter of it or of a test asks for; orders by what they ask for; what a parameter means;
/// else the expression itself.
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
        for (const Comparison& comparison : comparisons_in(condition_of(expression.path, program.parameters)))
            add_once(asked_words(comparison), wanted);
        return wanted.empty() ? title : title + ", " + joined(wanted, ", ");
    }
    const bool is_draft = reads(expression, slot_drafts);
    if (const auto intents = intents_in(expression, program.parameters);
        intents && (is_draft || reads(expression, slot_orders))) {
        std::vector<std::string> labels;
        for (const std::string& intent : *intents) {
            const auto order = program.pack.orders.find(intent);
            add_once(order == program.pack.orders.end() ? intent : order->second.label, labels);
        }
        return (is_draft ? "Draft order of " : "Open order of ") + joined(labels, " or ");
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
        const std::vector<Failure> failures = failures_of(*object, condition);
        if (!failures.empty()) reasons.push_back(leaf(item, failures));
    }
    if (!items.empty()) return reasons;
    if (const auto intents = intents_in(expression, run_.program().parameters);
        intents && reads(expression, slot_orders)) {
        return passed_over_orders(*intents);
    }
    for (const SlotUse& use : expression.uses) {
        if (use.slot < first_fact_slot) continue;
        const std::size_t first_analyte = run_.program().analyte_slot(0);
        const std::vector<Reason> deeper =
            use.slot >= first_analyte ? explain_analyte(use.slot - first_analyte, expression)
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

/// Why there is nothing of a test: no result, none awaited, no open order.
std::vector<Reason> Explainer::explain_analyte(std::size_t analyte, const CompiledExpression& expression) {
    const CompiledAnalyte& compiled = run_.program().analytes[analyte];
    const std::string title = in_sentence(compiled.written->title);
    const auto use = std::ranges::find(expression.uses, run_.program().analyte_slot(analyte), &SlotUse::slot);
    if (use != expression.uses.end() && use->part == SlotPart::orders) {
        std::vector<std::string> intents = {compiled.written->order.text};
        for (const CompiledKind& kind : compiled.kinds) add_once(kind.intent, intents);
        return passed_over_orders(intents);
    }
    const TestResults& results = run_.results(analyte);
    const std::string& text = expression.path.text();
    if (text.ends_with(".pending")) return {leaf(compiled.written->title, "none awaited", "no " + title + " awaited")};
    if (results.result) return {};
    if (!results.unreadable.empty()) {
        const Measurement& measurement = results.all[results.unreadable.front()];
        const std::string fault(words_for(measurement.fault));
        return {leaf(compiled.written->title,
                     reference_to("Observation", measurement.observation->id) + " cannot be read safely: " + fault,
                     title + ", a result that cannot be read safely: " + fault)};
    }
    if (!results.pending.empty())
        return {leaf(compiled.written->title, "a result is not final yet", title + ", not final yet")};
    const std::string lately =
        compiled.valid_days ? " in the last " + std::to_string(*compiled.valid_days) + " days" : "";
    return {leaf(compiled.written->title, "no result" + lately, "no " + title + " result" + lately)};
}

}  // namespace rules
