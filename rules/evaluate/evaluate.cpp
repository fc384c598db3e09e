#include "rules/evaluate/card_builder.hpp"
#include "rules/evaluate/evaluate_and_count.hpp"
#include "rules/explain/explain.hpp"
#include "rules/explain/whole_sentence.hpp"
#include "rules/run/evaluation.hpp"
#include "rules/run/policy.hpp"

#include <memory>

namespace rules {
namespace {

constexpr std::size_t most_left_out = 50;

std::vector<std::string> keys_of(const Program::Inner& program, SourceSet sources) {
    std::vector<std::string> keys;
    for (std::size_t source = 0; source < program.source_keys.size(); ++source) {
        if (sources & source_bit(source)) keys.push_back(program.source_keys[source]);
    }
    return keys;
}

/// The run that takes the part of a required source that could be had for the whole of it.
struct RunOnParts {
    RunOnParts(const Program::Inner& program, const Record& record, const Call& call)
        : run(program, record, call, Parts::whole), judge(run) {}

    Run run;
    Judge judge;
};

/// One run; two where a required source came in part. What is loud stands on what came; the rest waits for all of it,
/// so that the first run, for which it is missing, decides on that.
class Evaluator {
  public:
    Evaluator(const Program& program, const Record& record, const Call& call, Trace* trace = nullptr)
        : run_(program.inner(), record, call), judge_(run_) {
        evaluation_.program = program;
        if (run_.in_part() != 0) on_parts_ = std::make_unique<RunOnParts>(program.inner(), record, call);
        if (!trace) return;
        run_.note_in(*trace);
        if (on_parts_) on_parts_->run.note_in(*trace);
    }

    /// To be asked before `evaluate`, which goes on with the same readings.
    SeenResults count_results() { return seen_results(run_); }

    Evaluation evaluate(bool with_reasons) {
        gather();
        const SelectedCards selection = select_cards(run_.program(), candidates_);
        const Unknowns unknowns = unknowns_to_tell(judge_);
        for (const std::size_t index : selection.shown) add_card(index, selection, unknowns);
        for (const Dropped& dropped : selection.dropped) note_dropped(dropped);
        const bool is_told = !evaluation_.cards.empty() || unknowns.missing == 0 || unknowns.advice.empty();
        if (!is_told) {
            evaluation_.cards.push_back(CardBuilder(judge_).build_unavailable(unknowns.missing, unknowns.advice));
        }
        if (with_reasons) {
            tell_left_out();
            for (std::size_t rule = 0; rule < evaluation_.outcomes.size(); ++rule) {
                Explainer(judge_of(rule)).explain(rule, evaluation_.outcomes[rule]);
            }
            evaluation_.sentence = whole_sentence(judge_, evaluation_);
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
            const Verdict& verdict = judge_of(rule).verdict(rule);
            outcome.outcome = verdict.outcome;
            outcome.unknown_sources = keys_of(program, verdict.missing);
            take_candidates(rule, judge_of(rule));
        }
    }

    /// The run that decides on a rule: the one on parts where the rule speaks up there, which it does if it is loud.
    Judge& judge_of(std::size_t rule) {
        return on_parts_ && !on_parts_->judge.verdict(rule).candidates.empty() ? on_parts_->judge : judge_;
    }

    void take_candidates(std::size_t rule, Judge& judge) {
        for (const Candidate& candidate : judge.verdict(rule).candidates) {
            candidates_.push_back(candidate);
            judges_.push_back(&judge);
        }
    }

    void tell_left_out() {
        for (const Skipped& skipped : run_.record().skipped) {
            if (!skipped.whole) continue;
            if (evaluation_.left_out.size() == most_left_out) break;
            evaluation_.left_out.push_back(skipped.reference + " " + std::string(words_for(skipped)));
        }
    }

    /// A rule with several cards is dropped only if none of them is shown.
    void note_dropped(const Dropped& dropped) {
        const std::size_t rule = candidates_[dropped.candidate].rule;
        for (const Card& card : evaluation_.cards) {
            if (card.rule == run_.program().rules[rule].written->id) return;
        }
        evaluation_.outcomes[rule].outcome = dropped.outcome;
        evaluation_.outcomes[rule].because = dropped.sentence;
        evaluation_.outcomes[rule].by_limit = dropped.by_limit;
    }

    /// The card that is shown first says what advice may be missing.
    void add_card(std::size_t index, const SelectedCards& selection, const Unknowns& unknowns) {
        std::vector<const Candidate*> guests;
        for (const Joined& one : selection.joined) {
            if (one.host == index) guests.push_back(&candidates_[one.guest]);
        }
        const bool is_first = evaluation_.cards.empty() && !unknowns.advice.empty();
        evaluation_.cards.push_back(
            CardBuilder(*judges_[index]).build(candidates_[index], guests, is_first ? unknowns : Unknowns{}));
        evaluation_.outcomes[candidates_[index].rule].outcome = Outcome::card;
    }

    Run run_;
    Judge judge_;
    std::unique_ptr<RunOnParts> on_parts_;  ///< null: nothing came in part
    std::vector<Candidate> candidates_;
    std::vector<Judge*> judges_;  ///< that each candidate is of
    Evaluation evaluation_;
};

}  // namespace

Evaluation evaluate(const Program& program, const Record& record, const Call& call) {
    return Evaluator(program, record, call).evaluate(false);
}

Evaluation evaluate_and_count(const Program& program, const Record& record, const Call& call, SeenResults& seen) {
    Evaluator evaluator(program, record, call);
    seen = evaluator.count_results();
    return evaluator.evaluate(false);
}

Evaluation evaluate(const Program& program, const Record& record, const Call& call, Trace& trace) {
    return Evaluator(program, record, call, &trace).evaluate(false);
}

Evaluation explain(const Program& program, const Record& record, const Call& call) {
    return Evaluator(program, record, call).evaluate(true);
}

}  // namespace rules
