// What compilation makes of a pack and what a run reads: slots, facts in the order of their dependencies, analytes,
// gates, rules, and the tables that look codes up. Only rules/ includes this. Immutable once built.
#pragma once

#include "rules/pack/sources.hpp"
#include "rules/program/analyte.hpp"
#include "rules/program/code_index.hpp"
#include "rules/program/expression.hpp"
#include "rules/program/parameters.hpp"
#include "rules/program/program.hpp"
#include "rules/program/words_index.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rules {

inline constexpr SourceSet source_bit(std::size_t source) {
    return SourceSet(1) << source;
}

/// What a run looks at stands beside what it is made of, not behind `written`: reaching there for one byte of each of
/// hundreds of criteria is what judging them would cost.
struct CompiledCriterion {
    Criterion::Form form = Criterion::Form::expression;
    Criterion::IfUnknown if_unknown = Criterion::IfUnknown::stop;
    const Criterion* written = nullptr;
    std::optional<CompiledExpression> expression;  ///< of form expression
    std::vector<CompiledCriterion> parts;
    std::uint16_t fact_slot = 0;  ///< the fact, if the criterion is nothing but its name; else 0
};

struct CompiledFact {
    Fact::Form form = Fact::Form::items;
    const Fact* written = nullptr;
    std::uint16_t slot = 0;
    std::vector<SetId> sets, routes, values, except, except_routes;  ///< ascending
    std::vector<SetId> injected;                                     ///< of a completed dose, ascending
    std::vector<WordsId> words, history_words;                       ///< by which it is found too
    struct Dose {
        fhir::UcumUnit unit;
        fhir::Decimal amount;
    };
    std::vector<Dose> doses;  ///< from which on a completed dose is a treatment
    std::optional<long> completed_days, named_days;
    std::optional<long> within_days;
    std::optional<long> current_days;
    std::optional<CompiledExpression> items;
    std::vector<CompiledExpression> any, all, none;
    std::size_t source = 0;  ///< of an observations fact: its prefetch key
};

struct CompiledGate {
    const Gate* written = nullptr;
    std::vector<CompiledCriterion> when, unless;
};

struct CompiledExplainFirst {
    const ExplainFirst* written = nullptr;
    std::vector<CompiledCriterion> of;
};

struct CompiledLine {
    TextTemplate say;
    std::optional<CompiledExpression> condition;
    bool besides = false;
};

struct CompiledOrder {
    const Order* order = nullptr;
    std::optional<CompiledExpression> condition;
};

struct CompiledSuggestion {
    TextTemplate label;
    std::vector<CompiledOrder> orders;
    std::optional<CompiledExpression> reason, remove;
    std::optional<std::size_t> only_if;  ///< index of a rule
};

struct CompiledCard {
    const CardForm* form = nullptr;
    const EvidenceForm* evidence = nullptr;
    TextTemplate summary;
    std::vector<CompiledLine> why, cautions, options, says;
    std::optional<CompiledSuggestion> suggestion;
};

struct CompiledVariant {
    std::optional<CompiledExpression> condition;
    std::optional<std::size_t> only_if;  ///< index of a rule that must have a card
    CompiledCard card;
};

struct CompiledRule {
    const Rule* written = nullptr;
    std::array<bool, 4> hooks{};  ///< by Hook
    bool is_off = false;
    std::size_t rank = 0;           ///< position in show.order
    std::size_t place_in_rank = 0;  ///< position in show.within; behind it where the rule does not stand there
    TextTemplate topic;
    std::vector<std::size_t> replaces, joins;  ///< indices of rules
    std::optional<CompiledExpression> for_each;
    std::vector<CompiledCriterion> when, unless;
    CompiledCard card;
    std::vector<CompiledVariant> variants;
    std::vector<std::size_t> gates;    ///< that stand before this rule whatever its indicator
    SourceSet reads = 0;               ///< every source that may bear on it
    std::vector<std::uint16_t> slots;  ///< what its criteria read, facts behind facts included, ascending

    bool is_for(Hook hook) const { return hooks[static_cast<std::size_t>(hook)]; }
};

/// The types of the small JSON objects that facts are made of.
struct FactTypes {
    fhir::path::TypeId item{}, reading{}, results{}, param{};
};

struct Program::Inner {
    Inner(Pack pack_to_keep, Site site_to_keep)
        : pack(std::move(pack_to_keep)), site(std::move(site_to_keep)), parameters(pack.parameters, site.parameters) {}

    Pack pack;
    Site site;
    Parameters parameters;

    fhir::path::Types types;
    FactTypes fact_types;
    boost::json::value param;  ///< the value of %param

    std::vector<std::string> source_keys;  ///< by FixedSource, then the packs' Observation keys
    std::vector<Slot> slots;
    std::vector<CompiledFact> facts;        ///< in the pack's order; slot first_fact_slot + index
    std::vector<CompiledAnalyte> analytes;  ///< in the pack's order; slots behind the facts
    std::vector<CompiledGate> gates;
    std::vector<CompiledExplainFirst> explain_first;
    std::vector<CompiledRule> rules;
    std::optional<TextTemplate> data_unavailable;
    std::size_t data_unavailable_rank = 0;

    std::vector<const fhir::ValueSet*> value_sets;  ///< by SetId
    CodeIndex codes;                                ///< of every value set
    WordsIndex words;                               ///< of words.json and the site
    std::vector<std::vector<SetId>> words_not_in;   ///< by WordsId: whose concepts are not read for it, ascending
    NameIndex medicine_names;                       ///< of the value sets that medication facts use
    NameIndex route_words;                          ///< of the value sets of routes
    AnalyteIndex analyte_codes;
    NameIndex analyte_words;  ///< the set id is the position of the analyte
    OrderIndex order_index;

    std::array<std::vector<PrefetchTemplate>, 4> prefetch;  ///< by Hook

    std::size_t analyte_slot(std::size_t analyte) const { return first_fact_slot + facts.size() + analyte; }
    std::optional<std::size_t> source_of_key(std::string_view key) const;
    const fhir::ValueSet* value_set(SetId set) const { return value_sets[set]; }
};

/// Every source that may bear on `rule`: its own, and those of the rules that its offers wait for.
SourceSet sources_behind(const Program::Inner& program, const CompiledRule& rule);

}  // namespace rules
