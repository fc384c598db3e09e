// Whether a rule has a card: gates, criteria, variants, item by item, with three answers. Results are kept, because
// rules ask for each other ("only if that rule would fire").
#pragma once

#include "rules/run/run.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rules {

/// What one criterion, or a list of them, came to.
struct Judgement {
    Truth truth = Truth::holds;
    fhir::path::Collection evidence;              ///< items of the record that made it hold
    SourceSet missing = 0;                        ///< without which it is unknown
    SourceSet said = 0;                           ///< unknown, but its author lets the card say so instead
    const CompiledCriterion* decisive = nullptr;  ///< the criterion that failed, held (in `unless`), or is unknown
    std::string error;                            ///< of an expression that could not be evaluated
};

/// A card that a rule would show, before the policy has its say.
struct Candidate {
    std::size_t rule = 0;
    std::optional<std::size_t> variant;
    const CompiledCard* card = nullptr;
    std::optional<fhir::path::Value> item;  ///< of forEach
    std::string topic;
    fhir::path::Collection evidence;
    SourceSet said = 0;
};

/// What a rule came to.
struct Verdict {
    Outcome outcome = Outcome::not_met;
    std::vector<Candidate> candidates;  ///< not empty: the rule fires
    SourceSet missing = 0;              ///< of outcome unknown
    const CompiledCriterion* decisive = nullptr;
    const Gate* gate = nullptr;  ///< of outcome gated, or of an unknown gate
    std::string error;
};

class Judge {
  public:
    explicit Judge(Run& run) : run_(run), verdicts_(run.program().rules.size()), gates_(run.program().gates.size()) {}

    Run& run() { return run_; }

    /// What `rule` comes to, whatever hook it is for; %item is left empty.
    const Verdict& verdict(std::size_t rule);

    /// Whether the gate lets cards pass: holds, or fails by its decisive criterion, or is unknown.
    const Judgement& gate(std::size_t gate);

    /// Whether `gate` stands before a card of `rule` because of its indicator.
    bool is_indicator_gate(std::size_t gate, const Rule& rule, Indicator indicator) const;

    /// `criteria` of a `when` list: all must hold.
    Judgement all_of(const std::vector<CompiledCriterion>& criteria);
    /// `criteria` of an `unless` list: holds if none does.
    Judgement none_of(const std::vector<CompiledCriterion>& criteria);
    Judgement judge(const CompiledCriterion& criterion);

  private:
    /// Whether a variant is the one to show: its condition holds, and the rule that it waits for would have a card.
    bool is_meant(const CompiledVariant& variant, const fhir::path::Value* item);
    Verdict find_verdict(std::size_t rule);
    Truth pass_gates(std::span<const std::size_t> gates, Verdict& verdict);
    Truth pass_indicator_gates(const CompiledRule& rule, Indicator indicator, Verdict& verdict);
    void note_gate(std::size_t gate, Verdict& verdict);
    void judge_item(std::size_t rule, const fhir::path::Value* item, Verdict& verdict);

    Run& run_;
    std::vector<std::optional<Verdict>> verdicts_;
    std::vector<std::optional<Judgement>> gates_;
};

/// Items behind an answer: those it gave, or, where it gave texts or a yes, those of the facts that it read.
void add_evidence(Run& run, const CompiledExpression& expression, const fhir::path::Collection& given,
                  fhir::path::Collection& evidence);

}  // namespace rules
