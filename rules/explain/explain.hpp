// Why a rule has a card or none, in words that a clinician reads: which gate or criterion decided, over which facts,
// down to the resource, the number of days and the threshold. No names, no free text of the record.
#pragma once

#include "rules/run/judge.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rules {

class Explainer {
  public:
    /// Borrowed.
    explicit Explainer(Judge& judge) : judge_(judge), run_(judge.run()) {}

    /// Fills `outcome.reasons` and, where it is still empty, `outcome.sentence`.
    void explain(std::size_t rule, RuleOutcome& outcome);

  private:
    std::vector<Reason> explain_gates(std::size_t rule);
    void explain_item(const CompiledRule& rule, std::vector<Reason>& reasons);
    void explain_list(const std::vector<CompiledCriterion>& criteria, Truth hinders, std::vector<Reason>& reasons);
    Reason explain_criterion(const CompiledCriterion& criterion, Truth hinders);
    Reason explain_expression(const CompiledExpression& expression, int depth);
    std::vector<Reason> explain_fact(const CompiledFact& fact, int depth);
    std::vector<Reason> explain_filter(const CompiledExpression& expression, int depth);
    std::vector<Reason> explain_analyte(std::size_t analyte);
    std::vector<Reason> passed_over(const CompiledFact& fact);
    fhir::path::Collection filtered_items(const CompiledExpression& expression);
    std::string title_of(const CompiledExpression& expression) const;
    std::string sentence_for(std::size_t rule, const RuleOutcome& outcome);
    std::string sentence_on_gate(const Verdict& verdict);
    std::string sentence_on(const CompiledCriterion& criterion);

    Judge& judge_;
    Run& run_;
};

/// "Long-standing back pain <- Condition/c1 \"Low back pain\" since 2025-12: at least 61 days, 84 needed": the way from
/// a reason down to what decided it.
std::string chain_of(const Reason& reason);

}  // namespace rules
