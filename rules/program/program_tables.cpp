// The tables of a program: sources, codes, orders, laboratory tests.
#include "fhir/coding.hpp"
#include "rules/program/program_builder.hpp"

#include <algorithm>
#include <utility>

namespace rules {
namespace {

constexpr std::size_t most_sources = 32;  // bits of a SourceSet

std::size_t position_of_fact(const std::vector<CompiledFact>& facts, std::string_view name) {
    const auto found =
        std::ranges::find_if(facts, [name](const CompiledFact& fact) { return fact.written->name == name; });
    return static_cast<std::size_t>(found - facts.begin());
}

}  // namespace

void ProgramBuilder::number_sources() {
    std::vector<std::string>& keys = inner_->source_keys;
    for (const std::string_view key : source_keys(inner_->pack)) keys.emplace_back(key);
    if (keys.size() > most_sources) {
        findings_.push_back({Severity::error, Place{"pack.json", "", 1, 1}, "too-many-sources",
                             "the pack has more than 32 prefetch keys", "let analytes share a key"});
        keys.resize(most_sources);
    }
}

void ProgramBuilder::index_value_sets() {
    for (const auto& [id, value_set] : inner_->pack.value_sets) {
        const SetId set = static_cast<SetId>(inner_->value_sets.size());
        inner_->value_sets.push_back(&value_set);
        inner_->codes.add(set, value_set);
        if (const auto expanded = inner_->site.expansions.sets.find(id);
            expanded != inner_->site.expansions.sets.end()) {
            const Expansion& expansion = expanded->second;
            for (const std::string& code : expansion.codes) {
                inner_->codes.add(set, fhir::snomed_system, code, expansion.label);
            }
        }
        const auto local = inner_->site.value_set_codes.find(id);
        if (local == inner_->site.value_set_codes.end()) continue;
        for (const Coding& coding : local->second) inner_->codes.add(set, coding.system, coding.code, coding.display);
    }
    for (const Fact& fact : inner_->pack.facts) {
        if (fact.form == Fact::Form::medications || fact.form == Fact::Form::drafts) {
            for (const Authored& name : fact.value_sets) index_names(name, inner_->medicine_names);
            for (const Authored& name : fact.except) index_names(name, inner_->medicine_names);
            if (fact.completed && fact.completed->injected) index_names(*fact.completed->injected, inner_->route_words);
        }
        if (fact.routes) index_names(*fact.routes, inner_->route_words);
        if (fact.except_routes) index_names(*fact.except_routes, inner_->route_words);
    }
}

void ProgramBuilder::index_words() {
    inner_->words = WordsIndex(inner_->pack.word_lists, inner_->site.words);
    for (std::size_t id = 0; id < inner_->words.size(); ++id) {
        const SafetyWords& words = inner_->words.words(static_cast<WordsId>(id));
        std::vector<Authored> names;
        for (const std::string& name : words.not_in) names.push_back({name, {}});
        inner_->words_not_in.push_back(sets_named(names));
    }
}

std::vector<WordsId> ProgramBuilder::words_named(const std::vector<Authored>& names) const {
    std::vector<WordsId> words;
    for (const Authored& name : names) {
        if (const auto id = inner_->words.id_of(name.text)) words.push_back(*id);
    }
    return words;
}

void ProgramBuilder::index_names(const Authored& value_set, NameIndex& names) const {
    const std::vector<SetId> sets = sets_named({value_set});
    if (sets.empty()) return;
    for (const fhir::ValueSet::System& system : inner_->value_sets[sets.front()]->included()) {
        for (const auto& listed : system.concepts) {
            names.add(sets.front(), listed.display, listed.display);
            for (const std::string& name : listed.designations) names.add(sets.front(), name, listed.display);
        }
    }
}

std::vector<SetId> ProgramBuilder::sets_named(const std::vector<Authored>& names) const {
    std::vector<SetId> sets;
    for (const Authored& name : names) {
        const auto found = inner_->pack.value_sets.find(name.text);
        if (found == inner_->pack.value_sets.end()) continue;  // the reader has refused it already
        sets.push_back(static_cast<SetId>(std::distance(inner_->pack.value_sets.begin(), found)));
    }
    std::ranges::sort(sets);
    return sets;
}

void ProgramBuilder::index_orders() {
    OrderIndex& index = inner_->order_index;
    for (const auto& [intent, order] : inner_->pack.orders) {
        const SetId position = static_cast<SetId>(index.orders.size());
        index.orders.push_back(&order);
        for (const Coding& coding : order.codes) index.codes.add(position, coding.system, coding.code, order.label);
        for (const std::string& words : order.words) index.words.add(position, words, order.label);
        const auto local = inner_->site.order_codes.find(intent);
        if (local == inner_->site.order_codes.end()) continue;
        for (const Coding& coding : local->second) index.codes.add(position, coding.system, coding.code, order.label);
    }
}

void ProgramBuilder::compile_analytes() {
    std::vector<CompiledAnalyte>& analytes = inner_->analytes;
    for (const Analyte& analyte : inner_->pack.analytes) {
        const std::size_t position = analytes.size();
        CompiledAnalyte& compiled = analytes.emplace_back(compile_analyte(analyte, inner_->parameters, inner_->site));
        inner_->analyte_codes.add_units(compiled.spellings);
        for (const std::string& words : analyte.words)
            inner_->analyte_words.add(static_cast<SetId>(position), words, compiled.written->title);
        compiled.source = inner_->source_of_key(analyte.prefetch).value_or(first_observation_source);
        const auto add_code = [&](const AnalyteCode& code) {
            const auto kind = compiled.kind_named(effective_kind(analyte, code.kind, inner_->parameters));
            if (!kind) return;
            inner_->analyte_codes.add(code.system.empty() ? fhir::loinc_system : std::string_view(code.system),
                                      code.code, {position, *kind, code.property});
        };
        for (const AnalyteCode& code : analyte.codes) add_code(code);
        const auto local = inner_->site.analyte_codes.find(analyte.id);
        if (local == inner_->site.analyte_codes.end()) continue;
        for (const AnalyteCode& code : local->second) add_code(code);
    }
}

void ProgramBuilder::link_analyte(CompiledAnalyte& compiled) {
    const Analyte& analyte = *compiled.written;
    if (analyte.stale_once_on) {
        const std::size_t fact = position_of_fact(inner_->facts, analyte.stale_once_on->text.substr(1));
        if (fact < inner_->facts.size()) compiled.stale_once_on = inner_->facts[fact].slot;
    }
    if (!analyte.adjust) return;
    const auto with = std::ranges::find(inner_->pack.analytes, analyte.adjust->with.text, &Analyte::id);
    const auto from = compiled.kind_named(analyte.adjust->from);
    const auto to = compiled.kind_named(analyte.adjust->to);
    if (with == inner_->pack.analytes.end() || !from || !to) return;
    CompiledAnalyte::Adjustment adjustment{
        *from, *to, static_cast<std::size_t>(with - inner_->pack.analytes.begin()), {}};
    for (const auto& [unit, term] : analyte.adjust->formula) {
        if (const auto position = compiled.unit_of(unit, nullptr)) adjustment.terms.emplace(*position, term);
    }
    compiled.adjustment = std::move(adjustment);
}

}  // namespace rules
