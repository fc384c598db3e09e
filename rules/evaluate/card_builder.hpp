// A card that survived, laid out: the same parts in the same order on every card (knowledge G.1).
#pragma once

#include "rules/run/judge.hpp"

#include <vector>

namespace rules {

class CardBuilder {
  public:
    /// Borrowed.
    explicit CardBuilder(Judge& judge) : judge_(judge), run_(judge.run()) {}

    Card build(const Candidate& candidate);

    /// The card `data-unavailable`: `missing` could not be had, so that advice on `advice` may be missing.
    Card build_unavailable(SourceSet missing, const std::vector<std::string>& advice);

  private:
    void add_lines(const std::vector<CompiledLine>& lines, std::vector<std::string>& to);
    void add_why(const Candidate& candidate, Card& card);
    void add_rule_lines(const Candidate& candidate, Card& card);
    void add_parameters_of(const std::vector<CompiledCriterion>& criteria, std::vector<std::string>& names);
    void add_parameters_of(const CompiledExpression& expression, std::vector<std::string>& names, int depth);
    void add_evidence(const Candidate& candidate, Card& card);
    void add_not_considered(const Candidate& candidate, Card& card);
    void add_newer_results(const Candidate& candidate, Card& card);
    void add_unreadable(const Candidate& candidate, Card& card);
    void add_left_out(const Candidate& candidate, Card& card);
    std::optional<Proposal> propose(const Candidate& candidate);
    void add_order(const Order& order, const std::optional<CompiledExpression>& reason, Proposal& proposal);
    void add_reasons(const CompiledExpression& reason, Proposal::Create& create);
    void finish(Card& card) const;

    Judge& judge_;
    Run& run_;
};

}  // namespace rules
