// Labels that an explanation would lack: what stands in a card's way must be said in the pack's words, since a reader
// is shown no expression.
#include "rules/check/check.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>

namespace rules {
namespace {

constexpr const char* unexplained = "unexplained";

class Labels {
  public:
    Labels(const Pack& pack, Diagnostics& findings) : findings_(findings) {
        for (const Fact& fact : pack.facts) titled_.insert(fact.name);
        for (const Analyte& analyte : pack.analytes) titled_.insert(analyte.fact);
    }

    void look_at(const Rule& rule) {
        for (const auto* criteria : {&rule.when, &rule.unless}) {
            for (const Criterion& criterion : *criteria) look_at(criterion);
        }
        if (!rule.for_each || !rule.for_each_because.empty()) return;
        warn(rule.for_each->place, "Nothing says in words what it means that there is no item.",
             "Write { \"of\": the expression, \"because\": \"no … among the orders\" }.");
    }

    void look_at(const Gate& gate) {
        const bool is_for_everybody = gate.stands_before == GateFor::every_card && gate.except.empty();
        if (!is_for_everybody || !gate.passes.empty()) return;
        warn(gate.place, "Nothing says in words whom this gate lets pass, which every explanation begins with.",
             "Add \"passes\": \"adult with …\".");
    }

  private:
    /// A fact or a test says by its title what is missing; anything else needs a "because".
    void look_at(const Criterion& criterion) {
        const bool is_titled =
            criterion.form == Criterion::Form::expression && titled_.contains(name_in(criterion.expression.text));
        if (is_titled || !criterion.because.empty()) return;
        warn(criterion.place, "Nothing says in words what it means that this decides against a card.",
             "Add \"because\", in small letters.");
    }

    /// "b12" of "%b12.result.where(…)".
    static std::string name_in(std::string_view expression) {
        if (!expression.starts_with('%')) return "";
        const auto end = std::find_if_not(expression.begin() + 1, expression.end(),
                                          [](unsigned char c) { return std::isalnum(c) != 0; });
        return {expression.begin() + 1, end};
    }

    void warn(const Place& place, const char* message, const char* mend) {
        findings_.push_back({Severity::warning, place, unexplained, message, mend});
    }

    std::set<std::string, std::less<>> titled_;
    Diagnostics& findings_;
};

}  // namespace

void check_explained(const Pack& pack, Diagnostics& findings) {
    Labels labels(pack, findings);
    for (const Rule& rule : pack.rules) labels.look_at(rule);
    for (const Gate& gate : pack.gates) labels.look_at(gate);
}

}  // namespace rules
