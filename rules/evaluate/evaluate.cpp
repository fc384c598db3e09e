#include "rules/evaluate/card_builder.hpp"
#include "rules/explain/explain.hpp"
#include "rules/run/evaluation.hpp"
#include "rules/run/policy.hpp"

namespace rules {
namespace {

std::vector<std::string> keys_of(const Program::Inner& program, SourceSet sources) {
    std::vector<std::string> keys;
    for (std::size_t source = 0; source < program.source_keys.size(); ++source) {
        if (sources & source_bit(source)) keys.push_back(program.source_keys[source]);
    }
    return keys;
}

class Evaluator {
  public:
    Evaluator(const Program& program, const Record& record, const Call& call)
        : run_(program.inner(), record, call), judge_(run_) {
        evaluation_.program = program;
    }

    Evaluation evaluate(bool with_reasons) {
        gather();
        const Selection selection = select_cards(run_.program(), candidates_);
        CardBuilder builder(judge_);
        for (const std::size_t index : selection.shown) {
            evaluation_.cards.push_back(builder.build(candidates_[index]));
            evaluation_.outcomes[candidates_[index].rule].outcome = Outcome::card;
        }
        for (const Dropped& dropped : selection.dropped) note_dropped(dropped);
        if (evaluation_.cards.empty()) tell_unknowns(builder);
        if (with_reasons) {
            Explainer explainer(judge_);
            for (std::size_t rule = 0; rule < evaluation_.outcomes.size(); ++rule) {
                explainer.explain(rule, evaluation_.outcomes[rule]);
            }
        }
        return std::move(evaluation_);
    }

  private:
    void gather() {
        const Program::Inner& program = run_.program();
        evaluation_.outcomes.reserve(program.rules.size());
        for (std::size_t rule = 0; rule < program.rules.size(); ++rule) {
            RuleOutcome& outcome = evaluation_.outcomes.emplace_back();
            outcome.rule = program.rules[rule].written->id;
            if (!program.rules[rule].is_for(run_.call().hook)) {
                outcome.outcome = Outcome::other_hook;
                continue;
            }
            const Verdict& verdict = judge_.verdict(rule);
            outcome.outcome = verdict.outcome;
            outcome.unknown_sources = keys_of(program, verdict.missing);
            candidates_.insert(candidates_.end(), verdict.candidates.begin(), verdict.candidates.end());
        }
    }

    /// A rule with several cards is dropped only if none of them is shown.
    void note_dropped(const Dropped& dropped) {
        const std::size_t rule = candidates_[dropped.candidate].rule;
        for (const Card& card : evaluation_.cards) {
            if (card.rule == run_.program().rules[rule].written->id) return;
        }
        evaluation_.outcomes[rule].outcome = dropped.outcome;
        evaluation_.outcomes[rule].sentence = dropped.sentence;
    }

    void tell_unknowns(CardBuilder& builder) {
        const Unknowns unknowns = unknowns_to_tell(judge_);
        if (unknowns.missing == 0 || unknowns.advice.empty()) return;
        evaluation_.cards.push_back(builder.build_unavailable(unknowns.missing, unknowns.advice));
    }

    Run run_;
    Judge judge_;
    std::vector<Candidate> candidates_;
    Evaluation evaluation_;
};

}  // namespace

Evaluation evaluate(const Program& program, const Record& record, const Call& call) {
    return Evaluator(program, record, call).evaluate(false);
}

Evaluation explain(const Program& program, const Record& record, const Call& call) {
    return Evaluator(program, record, call).evaluate(true);
}

}  // namespace rules
