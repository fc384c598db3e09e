// What a rule looks at, through its criteria and the facts behind them: tests, parameters, lists of codes. For whoever
// tells of a rule.
#pragma once

#include "rules/program/program_inner.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// Borrows the program.
class RuleReading {
  public:
    RuleReading(const Program::Inner& program, const CompiledRule& rule);

    const std::vector<const CompiledAnalyte*>& analytes() const { return analytes_; }
    std::vector<const Parameter*> parameters() const;
    /// Each once, in the order of the facts.
    const std::vector<const fhir::ValueSet*>& value_sets() const { return value_sets_; }

  private:
    void add(const std::vector<Criterion>& criteria);
    void add(const CompiledFact& fact);

    const Program::Inner& program_;
    std::vector<std::string> texts_;
    std::vector<const CompiledAnalyte*> analytes_;
    std::vector<const fhir::ValueSet*> value_sets_;
};

/// The same, for those who know a rule by its id. Borrows the program; all empty if it has no such rule.
struct RuleReach {
    std::vector<const Analyte*> analytes;
    std::vector<const Parameter*> parameters;
    std::vector<const fhir::ValueSet*> value_sets;
};
RuleReach reach_of_rule(const Program& program, std::string_view rule);

}  // namespace rules
