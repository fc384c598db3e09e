#include "rules/explain/rule_reading.hpp"

#include <algorithm>

namespace rules {
namespace {

/// Whether an expression names `name`, and not a longer one that begins so.
bool names(const std::string& text, const std::string& name) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (end == text.size() || std::string_view(" ).,|=<>!").find(text[end]) != std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

RuleReading::RuleReading(const Program::Inner& program, const CompiledRule& rule) : program_(program) {
    add(rule.written->when);
    add(rule.written->unless);
    if (rule.written->for_each) texts_.push_back(rule.written->for_each->text);
    for (const std::uint16_t slot : rule.slots) {
        if (slot >= program.analyte_slot(0)) {
            analytes_.push_back(&program.analytes[slot - program.analyte_slot(0)]);
        } else if (slot >= first_fact_slot) {
            add(program.facts[slot - first_fact_slot]);
        }
    }
    for (const CompiledAnalyte* analyte : analytes_) {
        if (analyte->written->valid_days) texts_.push_back(analyte->written->valid_days->text);
    }
}

std::vector<const Parameter*> RuleReading::parameters() const {
    std::vector<const Parameter*> read;
    for (const Parameter& parameter : program_.pack.parameters) {
        const std::string name = "%param." + parameter.name;
        if (std::ranges::any_of(texts_, [&](const std::string& text) { return names(text, name); })) {
            read.push_back(&parameter);
        }
    }
    return read;
}

void RuleReading::add(const std::vector<Criterion>& criteria) {
    for (const Criterion& criterion : criteria) {
        texts_.push_back(criterion.expression.text);
        add(criterion.parts);
    }
}

void RuleReading::add(const CompiledFact& compiled) {
    const Fact& fact = *compiled.written;
    texts_.push_back(fact.items.text);
    for (const auto* list : {&fact.any, &fact.all, &fact.none}) {
        for (const Authored& part : *list) texts_.push_back(part.text);
    }
    for (const auto* days : {&fact.within_days, &fact.current_days}) {
        if (*days) texts_.push_back((*days)->text);
    }
    for (const auto* sets : {&compiled.sets, &compiled.values}) {
        for (const SetId id : *sets) {
            const fhir::ValueSet* set = program_.value_set(id);
            if (std::ranges::find(value_sets_, set) == value_sets_.end()) value_sets_.push_back(set);
        }
    }
}

RuleReach reach_of_rule(const Program& program, std::string_view rule) {
    RuleReach reach;
    for (const CompiledRule& compiled : program.inner().rules) {
        if (compiled.written->id != rule) continue;
        const RuleReading reading(program.inner(), compiled);
        for (const CompiledAnalyte* analyte : reading.analytes()) reach.analytes.push_back(analyte->written);
        reach.parameters = reading.parameters();
        reach.value_sets = reading.value_sets();
    }
    return reach;
}

}  // namespace rules
