#include "rules/program/words_reach.hpp"

#include "fhir/path/program.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace rules {
namespace {

using fhir::path::NodeKind;
using PathNode = fhir::path::Node;

/// What more items found by words can do to what an expression gives.
struct Effect {
    bool adds = false, takes = false;

    Effect flipped() const { return {takes, adds}; }
    Effect either_way() const { return {adds || takes, adds || takes}; }
    Effect operator|(const Effect& other) const { return {adds || other.adds, takes || other.takes}; }
};

/// Functions that give more, or the same, where there is more of what they are asked of.
constexpr std::array<std::string_view, 15> growing = {"where",  "exists",   "first",  "last",     "single",
                                                      "tail",   "take",     "skip",   "union",    "combine",
                                                      "select", "distinct", "ofType", "toString", "anyTrue"};

/// Whether `condition` asks that an item was found by its code: words.empty(), alone or with "and".
bool asks_for_code(const PathNode& condition) {
    if (condition.kind == NodeKind::logical_and)
        return asks_for_code(*condition.input) || asks_for_code(*condition.arguments[0]);
    return condition.kind == NodeKind::call && condition.name == "empty" && condition.input &&
           condition.input->kind == NodeKind::member && condition.input->name == "words";
}

class Reach {
  public:
    explicit Reach(const Program::Inner& program) : program_(program), known_(program.slots.size()) {}

    Effect of(const CompiledExpression& expression) { return of(*expression.path.program().root); }

    Effect of(const CompiledCriterion& criterion) {
        if (criterion.expression) return of(*criterion.expression);
        const Effect parts = of(criterion.parts);
        return form_of(*criterion.written).parts == CriterionForm::Parts::must_fail ? parts.flipped() : parts;
    }

    Effect of(const std::vector<CompiledCriterion>& criteria) {
        Effect effect;
        for (const CompiledCriterion& criterion : criteria) effect = effect | of(criterion);
        return effect;
    }

  private:
    Effect of(const std::vector<CompiledExpression>& expressions) {
        Effect effect;
        for (const CompiledExpression& expression : expressions) effect = effect | of(expression);
        return effect;
    }

    Effect of_slot(std::size_t slot) {
        if (slot < first_fact_slot || slot >= program_.analyte_slot(0)) return {};
        std::optional<Effect>& known = known_[slot];
        if (known) return *known;
        const CompiledFact& fact = program_.facts[slot - first_fact_slot];
        Effect effect{!fact.words.empty() || !fact.history_words.empty(), false};
        if (fact.items) effect = effect | of(*fact.items);
        effect = effect | of(fact.any) | of(fact.all) | of(fact.none).flipped();
        known_[slot] = effect;  // facts do not depend on each other in a circle
        return effect;
    }

    Effect of_variable(const PathNode& node) {
        const auto slot = std::ranges::find(program_.slots, node.name, &Slot::name);
        return slot == program_.slots.end() ? Effect()
                                            : of_slot(static_cast<std::size_t>(slot - program_.slots.begin()));
    }

    Effect of_input(const PathNode& node) { return node.input ? of(*node.input) : Effect(); }

    Effect of_arguments(const PathNode& node) {
        Effect effect;
        for (const PathNode* argument : node.arguments) effect = effect | of(*argument);
        return effect;
    }

    Effect of_call(const PathNode& node) {
        const Effect input = of_input(node);
        if (node.name == "where" && !node.arguments.empty() && asks_for_code(*node.arguments[0]))
            return Effect{false, input.takes} | of_arguments(node);
        if (node.name == "empty" || node.name == "not") return input.flipped();
        if (node.name == "iif" && node.arguments.size() >= 2) {
            Effect effect = of(*node.arguments[0]).either_way() | input;
            for (std::size_t i = 1; i < node.arguments.size(); ++i) effect = effect | of(*node.arguments[i]);
            return effect;
        }
        const Effect both = input | of_arguments(node);
        return std::ranges::find(growing, node.name) != growing.end() ? both : both.either_way();
    }

    // FHIRPath bounds the depth of an expression.
    Effect of(const PathNode& node) {
        switch (node.kind) {
            case NodeKind::literal:
            case NodeKind::empty:
            case NodeKind::focus:
            case NodeKind::index:
            case NodeKind::total:
            case NodeKind::root_type:
                return {};
            case NodeKind::variable:
                return of_variable(node);
            case NodeKind::call:
                return of_call(node);
            case NodeKind::member:
            case NodeKind::as:
            case NodeKind::unite:
            case NodeKind::logical_and:
            case NodeKind::logical_or:
            case NodeKind::concatenate:
                return of_input(node) | of_arguments(node);
            case NodeKind::implies:
                return of_input(node).flipped() | of_arguments(node);
            case NodeKind::indexer:
            case NodeKind::identity:
            case NodeKind::negate:
            case NodeKind::multiply:
            case NodeKind::divide:
            case NodeKind::integer_divide:
            case NodeKind::modulo:
            case NodeKind::add:
            case NodeKind::subtract:
            case NodeKind::is:
            case NodeKind::less:
            case NodeKind::less_or_equal:
            case NodeKind::greater:
            case NodeKind::greater_or_equal:
            case NodeKind::equal:
            case NodeKind::not_equal:
            case NodeKind::equivalent:
            case NodeKind::not_equivalent:
            case NodeKind::in:
            case NodeKind::contains:
            case NodeKind::logical_xor:
                return (of_input(node) | of_arguments(node)).either_way();
        }
        return {};
    }

    const Program::Inner& program_;
    std::vector<std::optional<Effect>> known_;
};

class Refusal {
  public:
    explicit Refusal(const Program::Inner& program) : program_(program), reach_(program) {}

    Diagnostics refuse() {
        for (const CompiledGate& gate : program_.gates) {
            refuse_criteria(gate.when, gate.unless);
        }
        for (const CompiledRule& rule : program_.rules) {
            const Place& place = rule.written->place;
            refuse_criteria(rule.when, rule.unless);
            if (rule.for_each && reach_.of(*rule.for_each).adds) report(rule.written->for_each->place, opens);
            if (!rule.written->replaces.empty() && reach_.of(rule.unless).adds) report(place, gives_way);
            refuse_card(rule.card, place);
            for (const CompiledVariant& variant : rule.variants) {
                const Variant& written =
                    rule.written->variants[static_cast<std::size_t>(&variant - rule.variants.data())];
                if (variant.condition && reach_.of(*variant.condition).either_way().adds)
                    report(written.place, changes);
                refuse_card(variant.card, written.place);
            }
        }
        return std::move(findings_);
    }

  private:
    static constexpr std::string_view opens = "could open this";
    static constexpr std::string_view lifts = "could lift this";
    static constexpr std::string_view changes = "could change what a card says";
    static constexpr std::string_view reasons = "could become what a card offers, or its reason";
    static constexpr std::string_view gives_way = "could let the cards that this rule replaces appear";

    void report(const Place& place, std::string_view what) {
        Diagnostic finding{
            Severity::error, place, "words-speak",
            "A condition found by its words alone " + std::string(what) + ": words only keep cards away.",
            "Ask for its code here: .where(words.empty())."};
        if (std::ranges::find(findings_, finding) == findings_.end()) findings_.push_back(std::move(finding));
    }

    void refuse_criteria(const std::vector<CompiledCriterion>& when, const std::vector<CompiledCriterion>& unless) {
        for (const CompiledCriterion& criterion : when) {
            if (reach_.of(criterion).adds) report(criterion.written->place, opens);
        }
        for (const CompiledCriterion& criterion : unless) {
            if (reach_.of(criterion).takes) report(criterion.written->place, lifts);
        }
    }

    void refuse_card(const CompiledCard& card, const Place& place) {
        if (!card.suggestion) return;
        const CompiledSuggestion& suggestion = *card.suggestion;
        for (const auto* expression : {&suggestion.reason, &suggestion.remove}) {
            if (*expression && reach_.of(**expression).adds) report(place, reasons);
        }
        for (const CompiledOrder& order : suggestion.orders) {
            if (order.condition && reach_.of(*order.condition).adds) report(place, reasons);
        }
    }

    const Program::Inner& program_;
    Reach reach_;
    Diagnostics findings_;
};

}  // namespace

Diagnostics refuse_words_that_speak(const Program::Inner& program) {
    if (program.words.empty()) return {};
    return Refusal(program).refuse();
}

}  // namespace rules
