// Builds a Program::Inner from a pack that was read without error: tables, then slots in the order of their
// dependencies, then gates and rules, then the prefetch. Gathers findings; the result is used only without errors.
#pragma once

#include "rules/program/program_inner.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rules {

class ProgramBuilder {
  public:
    ProgramBuilder(Pack pack, Site site);

    /// Call once.
    Compilation build();

  private:
    // Tables (program_tables.cpp)
    void number_sources();
    void index_value_sets();
    void index_words();
    void index_orders();
    void compile_analytes();
    void link_analyte(CompiledAnalyte& compiled);
    void index_names(const Authored& value_set, NameIndex& names) const;
    std::vector<SetId> sets_named(const std::vector<Authored>& names) const;
    std::vector<WordsId> words_named(const std::vector<Authored>& names) const;

    // Slots and facts (program_facts.cpp)
    void declare_types();
    fhir::path::TypeId declare_parameters(const std::string& prefix, boost::json::object& value);
    void define_fixed_slots();
    /// \returns whether it could: not if facts depend on each other in a circle.
    bool define_slots_in_order();
    bool visit(std::size_t slot, std::vector<std::string>& trail);
    std::vector<std::string> dependencies_of(std::size_t slot) const;
    void define_fact(CompiledFact& fact);
    void compile_completed(const CompletedTreatment& written, CompiledFact& fact) const;
    void define_analyte(std::size_t analyte);
    void compile_expressions(const std::vector<Authored>& written, std::vector<CompiledExpression>& compiled);
    void compile_conditions(const std::vector<Authored>& written, std::vector<CompiledExpression>& compiled);
    void type_fact(const CompiledFact& fact, Slot& slot);

    // Gates, rules and cards (program_rules.cpp)
    std::vector<CompiledCriterion> compile_criteria(const std::vector<Criterion>& written);
    void refuse_words(const CompiledExpression& expression, const Criterion& criterion);
    void compile_gates();
    void compile_rules();
    void compile_rule(CompiledRule& rule);
    CompiledCard compile_card(const CardForm& form, const EvidenceForm& evidence);
    CompiledSuggestion compile_suggestion(const SuggestionForm& form);
    std::vector<CompiledLine> compile_lines(const std::vector<Line>& written);
    TextTemplate compile_text(const Authored& written);
    std::optional<std::size_t> rule_named(const std::string& id) const;
    void follow(const CompiledExpression& expression, std::vector<std::uint16_t>& reach) const;
    void follow(const std::vector<CompiledCriterion>& criteria, std::vector<std::uint16_t>& reach) const;
    SourceSet reads_of(const std::vector<CompiledCriterion>& criteria) const;
    SourceSet reads_of(const CompiledCard& card) const;

    std::shared_ptr<Program::Inner> inner_;
    Diagnostics findings_;
    ExpressionCompiler expressions_;
    enum class Visit : std::uint8_t { not_yet, under_way, done };
    std::vector<Visit> visits_;
};

/// The prefetch keys that `rules` of one hook read, and what each asks for.
std::vector<PrefetchTemplate> prefetch_for(const Program::Inner& program, Hook hook);

}  // namespace rules
