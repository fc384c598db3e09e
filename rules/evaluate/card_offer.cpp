// What a card offers: draft orders to place, drafts to take away.
#include "rules/evaluate/card_builder.hpp"
#include "rules/run/card_text.hpp"
#include "rules/run/text_template.hpp"

namespace rules {
namespace {

using fhir::path::Value;

/// R4 lets a ServiceRequest's reasonReference point at these only.
bool may_be_reason(std::string_view reference) {
    return reference.starts_with("Condition/") || reference.starts_with("Observation/") ||
           reference.starts_with("DiagnosticReport/") || reference.starts_with("DocumentReference/");
}

}  // namespace

/// Whether the rule that an offer waits for would fire; where that cannot be known, the card says what was missing.
bool CardBuilder::is_wanted(const CompiledSuggestion& form, const Candidate& candidate,
                            std::vector<std::string>& missing) {
    if (!form.only_if) return true;
    const Verdict& verdict = judge_.verdict(*form.only_if);
    run_.set_item(candidate.item ? &*candidate.item : nullptr);
    if (verdict.outcome == Outcome::unknown) say_why_not_offered(verdict.missing, missing);
    return !verdict.candidates.empty() && verdict.outcome == Outcome::card;
}

/// Whether nobody knows if the rule that the card's variant waits for would fire; then the card says what was missing.
bool CardBuilder::waits_in_vain(const Candidate& candidate, std::vector<std::string>& missing) {
    const auto& variants = run_.program().rules[candidate.rule].variants;
    const auto only_if = candidate.variant ? variants[*candidate.variant].only_if : std::nullopt;
    if (!only_if || judge_.verdict(*only_if).outcome != Outcome::unknown) return false;
    say_why_not_offered(judge_.verdict(*only_if).missing, missing);
    return true;
}

std::optional<Proposal> CardBuilder::propose(const Candidate& candidate, std::vector<std::string>& missing) {
    const std::optional<CompiledSuggestion>& form = candidate.card->suggestion;
    if (!form || waits_in_vain(candidate, missing)) return std::nullopt;
    run_.set_item(candidate.item ? &*candidate.item : nullptr);
    Proposal proposal;
    proposal.label = filled_text(run_, form->label);
    const bool stands = take_away(*form, proposal, missing) && is_wanted(*form, candidate, missing);
    for (const CompiledOrder& order : form->orders) {
        if (!stands) break;
        const Answer condition = order.condition ? run_.evaluate(*order.condition) : Answer{{}, Truth::holds, 0, ""};
        if (condition.truth == Truth::holds) add_order(*order.order, form->reason, proposal);
        if (condition.truth == Truth::unknown) say_why_not_offered(condition.missing, missing);
    }
    run_.set_item(nullptr);
    if (!stands || (proposal.create.empty() && proposal.remove.empty())) return std::nullopt;
    return proposal;
}

bool CardBuilder::take_away(const CompiledSuggestion& form, Proposal& proposal, std::vector<std::string>& missing) {
    if (!form.remove) return true;
    const Answer removed = run_.evaluate(*form.remove);
    if (removed.truth == Truth::unknown) say_why_not_offered(removed.missing, missing);
    for (const Value& item : removed.items) {
        const std::string_view reference = text_member(item, "reference");
        if (reference.find('/') == std::string_view::npos) return false;
        add_once(std::string(reference), proposal.remove);
    }
    return !proposal.remove.empty();
}

void CardBuilder::add_order(const Order& order, const std::optional<CompiledExpression>& reason, Proposal& proposal) {
    const bool wants_si = run_.program().site.display_units == DisplayUnits::si;
    const std::string& first = wants_si ? order.place_si : order.place_conventional;
    const std::string& other = wants_si ? order.place_conventional : order.place_si;
    if (first.empty() && other.empty()) return;
    Proposal::Create& create = proposal.create.emplace_back();
    create.intent = order.intent;
    create.loinc = first.empty() ? other : first;
    create.display = order.label;
    const auto& own = run_.program().site.placed_orders;
    if (const auto placed = own.find(order.intent); placed != own.end()) create.codings = placed->second;
    if (reason) add_reasons(*reason, create);
}

void CardBuilder::add_reasons(const CompiledExpression& reason, Proposal::Create& create) {
    fhir::path::Collection items;
    rules::add_evidence(run_, reason, run_.evaluate(reason).items, items);
    for (const Value& item : items) {
        const std::string reference(text_member(item, "reference"));
        if (reference.find('/') != std::string::npos) {
            add_once(reference, may_be_reason(reference) ? create.reason_references : create.supporting_references);
        }
        add_once(std::string(text_member(item, "label")), create.reason_texts);
    }
}

}  // namespace rules
