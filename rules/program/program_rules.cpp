// Gates, rules and cards of a program: every expression and every text compiled once.
#include "rules/program/gate_reach.hpp"
#include "rules/program/program_builder.hpp"

#include <algorithm>

namespace rules {
namespace {

std::uint16_t only_fact_in(const CompiledExpression& expression) {
    if (expression.uses.size() != 1) return 0;
    const SlotUse& use = expression.uses.front();
    const bool is_bare = expression.path.text().find_first_of(".([ ") == std::string::npos;
    return is_bare && use.slot >= first_fact_slot ? use.slot : std::uint16_t(0);
}

SourceSet reads_of(const TextTemplate& text) {
    SourceSet reads = 0;
    for (const TextTemplate::Part& part : text.parts) {
        if (part.value) reads |= part.value->reads;
    }
    return reads;
}

}  // namespace

/// Adds the slots that `expression` reads, itself and through the facts that it names.
void ProgramBuilder::follow(const CompiledExpression& expression, std::vector<std::uint16_t>& reach) const {
    for (const SlotUse& use : expression.uses) {
        if (std::ranges::find(reach, use.slot) != reach.end()) continue;
        reach.push_back(use.slot);
        if (use.slot < first_fact_slot || use.slot >= inner_->analyte_slot(0)) continue;
        const CompiledFact& fact = inner_->facts[use.slot - first_fact_slot];
        if (fact.items) follow(*fact.items, reach);
        for (const auto* list : {&fact.any, &fact.all, &fact.none}) {
            for (const CompiledExpression& part : *list) follow(part, reach);
        }
    }
}

void ProgramBuilder::follow(const std::vector<CompiledCriterion>& criteria, std::vector<std::uint16_t>& reach) const {
    for (const CompiledCriterion& criterion : criteria) {
        if (criterion.expression) follow(*criterion.expression, reach);
        follow(criterion.parts, reach);
    }
}

std::vector<CompiledCriterion> ProgramBuilder::compile_criteria(const std::vector<Criterion>& written) {
    std::vector<CompiledCriterion> criteria;
    for (const Criterion& criterion : written) {
        CompiledCriterion& compiled = criteria.emplace_back();
        compiled.form = criterion.form;
        compiled.if_unknown = criterion.if_unknown;
        compiled.written = &criterion;
        if (criterion.form == Criterion::Form::expression) {
            compiled.expression = expressions_.compile_condition(criterion.expression);
            if (compiled.expression) compiled.fact_slot = only_fact_in(*compiled.expression);
            if (compiled.expression) refuse_words(*compiled.expression, criterion);
        } else {
            compiled.parts = compile_criteria(criterion.parts);
        }
    }
    return criteria;
}

/// Words for cards are told whatever could not be had: what they say must not decide anything.
void ProgramBuilder::refuse_words(const CompiledExpression& expression, const Criterion& criterion) {
    for (const SlotUse& use : expression.uses) {
        if (use.slot < first_fact_slot || use.slot >= inner_->analyte_slot(0)) continue;
        const Fact& fact = *inner_->facts[use.slot - first_fact_slot].written;
        if (fact.form != Fact::Form::says) continue;
        findings_.push_back({Severity::error, criterion.place, "says",
                             "%" + fact.name + " makes words for cards, and cannot decide whether there is one.",
                             "Ask for the facts behind it."});
    }
}

void ProgramBuilder::compile_gates() {
    for (const Gate& gate : inner_->pack.gates) {
        inner_->gates.push_back({&gate, compile_criteria(gate.when), compile_criteria(gate.unless)});
    }
    for (const ExplainFirst& first : inner_->pack.explain_first) {
        inner_->explain_first.push_back({&first, compile_criteria(first.of)});
    }
}

void ProgramBuilder::compile_rules() {
    const Pack& pack = inner_->pack;
    for (const Rule& rule : pack.rules) {
        CompiledRule& compiled = inner_->rules.emplace_back();
        compiled.written = &rule;
        for (const Hook hook : rule.hooks) compiled.hooks[static_cast<std::size_t>(hook)] = true;
    }
    for (CompiledRule& rule : inner_->rules) compile_rule(rule);
    if (!pack.data_unavailable.summary.text.empty()) {
        // Its {{what}} and {{advice}} are filled by the policy; they are no expressions.
        const auto rank = std::ranges::find(pack.show.order, pack.data_unavailable.rank);
        inner_->data_unavailable_rank = static_cast<std::size_t>(rank - pack.show.order.begin());
    }
}

void ProgramBuilder::compile_rule(CompiledRule& rule) {
    const Rule& written = *rule.written;
    const Pack& pack = inner_->pack;
    rule.is_off = std::ranges::find(inner_->site.off, written.id) != inner_->site.off.end();
    rule.rank = static_cast<std::size_t>(std::ranges::find(pack.show.order, written.rank) - pack.show.order.begin());
    if (const auto within = pack.show.within.find(written.rank); within != pack.show.within.end()) {
        const auto place = std::ranges::find(within->second, written.id, &Authored::text);
        rule.place_in_rank = static_cast<std::size_t>(place - within->second.begin());
    }
    for (const Authored& replaced : written.replaces) {
        if (const auto index = rule_named(replaced.text)) rule.replaces.push_back(*index);
    }
    for (const Authored& host : written.joins) {
        if (const auto index = rule_named(host.text)) rule.joins.push_back(*index);
    }
    for (std::size_t gate = 0; gate < pack.gates.size(); ++gate) {
        if (stands_before(pack.gates[gate], written)) rule.gates.push_back(gate);
        if (std::ranges::find(pack.gates[gate].except, written.id, &Authored::text) != pack.gates[gate].except.end())
            continue;
        rule.reads |= reads_of(inner_->gates[gate].when) | reads_of(inner_->gates[gate].unless);
    }
    expressions_.set_item_type(std::nullopt);
    if (written.for_each && (rule.for_each = expressions_.compile(*written.for_each))) {
        const std::vector<fhir::path::TypeId>& types = rule.for_each->path.result_type().types;
        expressions_.set_item_type(types.size() == 1 ? types.front() : fhir::path::TypeId::none);
        rule.reads |= rule.for_each->reads;
    }
    rule.topic = compile_text(written.topic);
    rule.when = compile_criteria(written.when);
    rule.unless = compile_criteria(written.unless);
    if (rule.for_each) follow(*rule.for_each, rule.slots);
    follow(rule.when, rule.slots);
    follow(rule.unless, rule.slots);
    std::ranges::sort(rule.slots);
    rule.card = compile_card(written.card, written.evidence);
    rule.reads |= reads_of(rule.when) | reads_of(rule.unless) | reads_of(rule.card);
    for (const Variant& variant : written.variants) {
        CompiledVariant& compiled = rule.variants.emplace_back();
        if (variant.condition) compiled.condition = expressions_.compile_condition(*variant.condition);
        if (variant.only_if) compiled.only_if = rule_named(variant.only_if->text);
        compiled.card = compile_card(variant.card, variant.evidence);
        rule.reads |= reads_of(compiled.card) | (compiled.condition ? compiled.condition->reads : 0);
    }
    expressions_.set_item_type(std::nullopt);
}

CompiledCard ProgramBuilder::compile_card(const CardForm& form, const EvidenceForm& evidence) {
    CompiledCard card;
    card.form = &form;
    card.evidence = &evidence;
    card.summary = compile_text(form.summary);
    card.why = compile_lines(form.why);
    card.cautions = compile_lines(form.cautions);
    card.options = compile_lines(form.options);
    card.says = compile_lines(evidence.says);
    if (form.suggestion) card.suggestion = compile_suggestion(*form.suggestion);
    return card;
}

CompiledSuggestion ProgramBuilder::compile_suggestion(const SuggestionForm& form) {
    CompiledSuggestion suggestion;
    suggestion.label = compile_text(form.label);
    for (const OrderForm& written : form.orders) {
        const auto order = inner_->pack.orders.find(written.intent.text);
        if (order == inner_->pack.orders.end()) continue;
        CompiledOrder& compiled = suggestion.orders.emplace_back();
        compiled.order = &order->second;
        if (written.condition) compiled.condition = expressions_.compile_condition(*written.condition);
    }
    if (form.reason) suggestion.reason = expressions_.compile(*form.reason);
    if (form.remove) suggestion.remove = expressions_.compile(*form.remove);
    if (form.only_if) suggestion.only_if = rule_named(form.only_if->text);
    return suggestion;
}

std::vector<CompiledLine> ProgramBuilder::compile_lines(const std::vector<Line>& written) {
    std::vector<CompiledLine> lines;
    for (const Line& line : written) {
        CompiledLine& compiled = lines.emplace_back();
        compiled.say = compile_text(line.say);
        compiled.besides = line.besides;
        if (line.condition) compiled.condition = expressions_.compile_condition(*line.condition);
    }
    return lines;
}

TextTemplate ProgramBuilder::compile_text(const Authored& written) {
    return expressions_.compile_template(written).value_or(TextTemplate{});
}

std::optional<std::size_t> ProgramBuilder::rule_named(const std::string& id) const {
    const auto found = std::ranges::find(inner_->pack.rules, id, &Rule::id);
    if (found == inner_->pack.rules.end()) return std::nullopt;
    return static_cast<std::size_t>(found - inner_->pack.rules.begin());
}

SourceSet ProgramBuilder::reads_of(const std::vector<CompiledCriterion>& criteria) const {
    SourceSet reads = 0;
    for (const CompiledCriterion& criterion : criteria) {
        if (criterion.expression) reads |= criterion.expression->reads;
        reads |= reads_of(criterion.parts);
    }
    return reads;
}

SourceSet ProgramBuilder::reads_of(const CompiledCard& card) const {
    SourceSet reads = rules::reads_of(card.summary);
    for (const auto* lines : {&card.why, &card.cautions, &card.options, &card.says}) {
        for (const CompiledLine& line : *lines) {
            reads |= rules::reads_of(line.say) | (line.condition ? line.condition->reads : 0);
        }
    }
    if (card.suggestion) {
        reads |= rules::reads_of(card.suggestion->label);
        if (card.suggestion->reason) reads |= card.suggestion->reason->reads;
        if (card.suggestion->remove) reads |= card.suggestion->remove->reads;
        for (const CompiledOrder& order : card.suggestion->orders) {
            if (order.condition) reads |= order.condition->reads;
        }
    }
    return reads;
}

}  // namespace rules
