#include "rules/explain/whole_sentence.hpp"

#include "rules/explain/explain.hpp"
#include "rules/explain/item_words.hpp"
#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"

#include <algorithm>
#include <vector>

namespace rules {
namespace {

constexpr std::size_t most_reasons_named = 3;  // named for one thing that was found
constexpr std::size_t most_cards = 3;          // named with their reason

class Writer {
  public:
    Writer(Judge& judge, const Evaluation& evaluation)
        : judge_(judge), run_(judge.run()), program_(run_.program()), evaluation_(evaluation) {}

    std::string write() {
        if (!say_for_whom()) return as_sentence(joined(parts_, "; "));
        for (const CompiledGate& gate : program_.gates) say_what_stands(gate.unless);
        for (const CompiledExplainFirst& first : program_.explain_first) say_first(first);
        say_cards();
        say_not_known();
        say_not_shown();
        say_held_back();
        return as_sentence(joined(parts_, "; "));
    }

  private:
    /// \returns false if it is a patient for whom there is no advice whatever the record holds.
    bool say_for_whom() {
        for (std::size_t index = 0; index < program_.gates.size(); ++index) {
            const Gate& gate = *program_.gates[index].written;
            if (!stops_everything(gate)) continue;
            const Judgement& judged = judge_.gate(index);
            if (judged.truth == Truth::fails) {
                add_once(Explainer(judge_).why_gated(index), parts_);
                parts_.emplace_back("no advice is given");
                return false;
            }
            if (gate.passes.empty()) continue;
            const bool is_known = judged.truth == Truth::holds;
            add_once(is_known ? gate.passes : gate.passes + ": " + not_known(judged), parts_);
        }
        return true;
    }

    /// What keeps cards away from this patient, whether or not it kept one away.
    void say_what_stands(const std::vector<CompiledCriterion>& criteria) {
        for (const CompiledCriterion& criterion : criteria) {
            const Judgement judged = judge_.judge(criterion);
            if (judged.truth != Truth::holds || !criterion.expression) continue;
            say_found(in_sentence(Explainer(judge_).title_of(*criterion.expression)), judged);
        }
    }

    void say_first(const CompiledExplainFirst& first) {
        const auto& hooks = first.written->hooks;
        if (std::ranges::find(hooks, run_.call().hook) == hooks.end()) return;
        const Judgement judged = judge_.all_of(first.of);
        switch (judged.truth) {
            case Truth::holds:
                return say_found(first.written->name, judged);
            case Truth::fails:
                return add_once("no " + first.written->name, parts_);
            case Truth::unknown:
                return add_once(first.written->name + ": " + not_known(judged), parts_);
        }
    }

    void say_found(const std::string& name, const Judgement& judged) {
        const std::string items = in_words(judged.evidence, most_reasons_named);
        const bool says_it_itself = items.starts_with(name);
        add_once(items.empty() ? name : says_it_itself ? items : name + ": " + items, parts_);
    }

    std::string not_known(const Judgement& judged) const {
        const std::string missing = joined(describe_missing_sources(run_, judged.missing), ", ");
        return missing.empty() ? "not known" : "not known without " + missing;
    }

    void say_cards() {
        std::vector<std::string> titles;
        for (const Card& card : evaluation_.cards) add_once('"' + std::string(card.title) + '"', titles);
        if (!titles.empty()) parts_.push_back((titles.size() == 1 ? "card: " : "cards: ") + joined(titles, " and "));
    }

    void say_not_known() {
        SourceSet missing = 0;
        std::vector<std::string> advice;
        for (std::size_t rule = 0; rule < evaluation_.outcomes.size(); ++rule) {
            if (evaluation_.outcomes[rule].outcome != Outcome::unknown) continue;
            missing |= judge_.verdict(rule).missing;
            add_once(program_.rules[rule].written->advises, advice);
        }
        if (advice.empty()) return;
        const std::string sources = joined(describe_missing_sources(run_, missing), ", ");
        parts_.push_back("not known" + (sources.empty() ? "" : " without " + sources) + ": whether to speak of " +
                         joined(advice, ", "));
    }

    /// Cards for which all is there, and what speaks against each: known, ordered, something else comes first.
    void say_not_shown() {
        std::vector<std::string> titles =
            with_reasons([](std::size_t, const RuleOutcome& outcome) { return outcome.outcome == Outcome::excluded; });
        if (titles.empty() && evaluation_.cards.empty()) {
            titles = with_reasons([this](std::size_t rule, const RuleOutcome& outcome) {
                return outcome.outcome == Outcome::not_met && Explainer(judge_).comes_near(rule);
            });
        }
        if (!titles.empty()) parts_.push_back("not shown: " + few(titles));
    }

    void say_held_back() {
        const std::vector<std::string> titles =
            with_reasons([](std::size_t, const RuleOutcome& outcome) { return outcome.is_held_back; });
        parts_.push_back(titles.empty() ? "nothing was held back" : "held back: " + few(titles));
    }

    /// The rules that are meant, each with the reason behind it.
    template <typename IsMeant>
    std::vector<std::string> with_reasons(IsMeant is_meant) const {
        std::vector<std::string> titles;
        for (std::size_t rule = 0; rule < evaluation_.outcomes.size(); ++rule) {
            const RuleOutcome& outcome = evaluation_.outcomes[rule];
            if (is_meant(rule, outcome)) titles.push_back('"' + std::string(outcome.title) + "\", " + outcome.because);
        }
        return titles;
    }

    static std::string few(std::vector<std::string> titles) {
        const std::size_t more = titles.size() > most_cards ? titles.size() - most_cards : 0;
        titles.resize(titles.size() - more);
        return joined(titles, "; ") + (more > 0 ? "; and " + std::to_string(more) + " more" : "");
    }

    Judge& judge_;
    Run& run_;
    const Program::Inner& program_;
    const Evaluation& evaluation_;
    std::vector<std::string> parts_;
};

}  // namespace

std::string whole_sentence(Judge& judge, const Evaluation& evaluation) {
    return Writer(judge, evaluation).write();
}

}  // namespace rules
