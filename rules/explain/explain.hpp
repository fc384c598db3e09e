// Why a rule has a card or none: in one line that a clinician reads, and as a tree of gates, criteria and facts down to
// the resource, the number of days and the threshold. No free text of the record.
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

    /// Fills `outcome.reasons`, and tells in one line why: title, because, sentence, whether it was held back. What the
    /// policy said about a card that was dropped is already there as `outcome.because`.
    void explain(std::size_t rule, RuleOutcome& outcome);

    /// Why a gate that fails does: its author's words, and what is there or came near.
    std::string why_gated(std::size_t gate);
    std::string title_of(const CompiledExpression& expression) const;
    bool comes_near(std::size_t rule);

  private:
    std::vector<Reason> explain_gates(std::size_t rule);
    void explain_item(const CompiledRule& rule, std::vector<Reason>& reasons);
    void explain_list(const std::vector<CompiledCriterion>& criteria, Truth hinders, std::vector<Reason>& reasons);
    Reason explain_criterion(const CompiledCriterion& criterion, Truth hinders);
    Reason explain_expression(const CompiledExpression& expression, int depth);
    std::vector<Reason> explain_fact(const CompiledFact& fact, int depth);
    std::vector<Reason> explain_filter(const CompiledExpression& expression, int depth);
    std::vector<Reason> explain_analyte(std::size_t analyte, const CompiledExpression& expression);
    // passed_over.cpp
    std::vector<Reason> passed_over(const CompiledFact& fact);
    std::vector<Reason> passed_over_orders(const std::vector<std::string>& intents);
    fhir::path::Collection filtered_items(const CompiledExpression& expression);
    // rule_line.cpp
    void tell(std::size_t rule, RuleOutcome& outcome);
    std::string why_card(const Verdict& verdict) const;
    std::string why_not(const CompiledRule& rule);
    std::string why_not_here(const CompiledRule& rule);
    std::string what_is_missing(const CompiledCriterion& criterion);
    std::string what_stands_against(const CompiledCriterion& criterion);
    Truth would_speak(const CompiledRule& rule);

    Judge& judge_;
    Run& run_;
};

/// Whether a gate keeps everybody out who is no patient for this service: said once, whatever the rules found.
bool stops_everything(const Gate& gate);

}  // namespace rules
