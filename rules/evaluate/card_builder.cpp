#include "rules/evaluate/card_builder.hpp"

#include "rules/run/card_text.hpp"
#include "rules/run/text_template.hpp"

#include <algorithm>

namespace rules {
namespace {

using fhir::path::Value;

constexpr std::size_t most_lines = 6;  // of one kind that the record could make long
constexpr int deepest_fact = 8;        // facts behind facts
constexpr std::string_view topic_path = "/rules";

std::string joined(const std::vector<std::string_view>& parts, std::string_view between) {
    std::string text;
    for (const std::string_view part : parts) text.append(text.empty() ? "" : between).append(part);
    return text;
}

/// R4 lets a ServiceRequest's reasonReference point at these only (decisions, safety).
bool may_be_reason(std::string_view reference) {
    return reference.starts_with("Condition/") || reference.starts_with("Observation/") ||
           reference.starts_with("DiagnosticReport/") || reference.starts_with("DocumentReference/");
}

}  // namespace

Card CardBuilder::build(const Candidate& candidate) {
    const CompiledRule& rule = run_.program().rules[candidate.rule];
    run_.set_item(candidate.item ? &*candidate.item : nullptr);
    Card card;
    card.rule = rule.written->id;
    card.title = rule.written->title;
    card.variant = candidate.variant;
    card.indicator = candidate.card->form->indicator;
    card.summary = fill_summary(run_, candidate.card->summary);
    add_why(candidate, card);
    add_rule_lines(candidate, card);
    add_evidence(candidate, card);
    add_lines(candidate.card->cautions, card.cautions);
    add_not_considered(candidate, card);
    add_lines(candidate.card->options, card.options);
    card.proposal = propose(candidate);
    run_.set_item(nullptr);
    finish(card);
    return card;
}

Card CardBuilder::build_unavailable(SourceSet missing, const std::vector<std::string>& advice) {
    const Pack& pack = run_.program().pack;
    const DataUnavailable& form = pack.data_unavailable;
    std::vector<std::string> sources;
    for (std::size_t source = 0; source < run_.program().source_keys.size(); ++source) {
        if (!(missing & source_bit(source))) continue;
        const auto words = form.sources.find(run_.program().source_keys[source]);
        sources.push_back(words == form.sources.end() ? run_.program().source_keys[source] : words->second);
    }
    const auto summary = [&](std::vector<std::string> named, bool is_all) {
        if (!is_all) named.push_back("more");
        std::string text = form.summary.text;
        const auto put = [&text](std::string_view mark, const std::string& words) {
            if (const std::size_t at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), words);
        };
        put("{{what}}", joined_with_and(sources));
        put("{{advice}}", joined_with_and(named));
        return text;
    };
    std::vector<std::string> named = advice;
    std::string text = summary(named, true);
    while (utf16_length(text) > longest_summary && named.size() > 1) {
        named.pop_back();
        text = summary(named, false);
    }
    Card card;
    card.rule = "data-unavailable";
    card.title = "Part of the record could not be read";
    card.indicator = Indicator::info;
    card.summary = shortened({{{text, false}}});
    card.why = describe_missing_sources(run_, missing);
    for (const std::string& words : advice) card.not_considered.push_back("Advice on " + words);
    card.cautions = form.cautions;
    card.options = form.options;
    card.strength = "No advice is given";
    finish(card);
    return card;
}

void CardBuilder::finish(Card& card) const {
    const Identity& identity = run_.program().pack.identity;
    card.rule_lines.push_back("Rule " + std::string(card.rule) + " of " + run_.program().provenance);
    card.topic = {identity.source_url + std::string(topic_path), std::string(card.rule), std::string(card.title)};
}

void CardBuilder::add_lines(const std::vector<CompiledLine>& lines, std::vector<std::string>& to) {
    for (const CompiledLine& line : lines) {
        if (!run_.holds(line.condition)) continue;
        if (auto text = fill_line(run_, line.say)) add_once(std::move(*text), to);
    }
}

void CardBuilder::add_why(const Candidate& candidate, Card& card) {
    std::vector<std::pair<std::string_view, std::string_view>> told;  // references and labels
    const auto add = [&](const Value& item) {
        const std::pair named(text_member(item, "reference"), text_member(item, "label"));
        if (std::ranges::find(told, named) != told.end() || card.why.size() >= 2 * most_lines) return;
        told.push_back(named);
        add_once(describe(item), card.why);
    };
    for (const Value& item : candidate.evidence) add(item);
    for (const std::size_t gate : run_.program().rules[candidate.rule].gates) {
        for (const Value& item : judge_.gate(gate).evidence) add(item);
    }
    add_lines(candidate.card->why, card.why);
}

void CardBuilder::add_rule_lines(const Candidate& candidate, Card& card) {
    for (const Value& item : candidate.evidence) add_once(describe_band(item), card.rule_lines);
    const Pack& pack = run_.program().pack;
    const CompiledRule& rule = run_.program().rules[candidate.rule];
    std::vector<std::string> names;
    if (rule.for_each) add_parameters_of(*rule.for_each, names, 0);
    add_parameters_of(rule.when, names);
    for (const std::string& name : names) {
        if (card.rule_lines.size() >= most_lines) break;
        const auto parameter = std::ranges::find(pack.parameters, name, &Parameter::name);
        if (parameter == pack.parameters.end() || parameter->type != Parameter::Type::integer) continue;
        const std::string value(run_.program().parameters.text(name).value_or(""));
        const std::string unit = parameter->unit.empty() ? std::string() : " " + parameter->unit;
        add_once(value + unit + ": " + parameter->says + " (" + name + ")", card.rule_lines);
    }
}

void CardBuilder::add_parameters_of(const std::vector<CompiledCriterion>& criteria, std::vector<std::string>& names) {
    for (const CompiledCriterion& criterion : criteria) {
        if (criterion.expression && judge_.judge(criterion).truth == Truth::holds) {
            add_parameters_of(*criterion.expression, names, 0);
        }
        if (criterion.form != Criterion::Form::none) add_parameters_of(criterion.parts, names);
    }
}

/// The parameters of `expression` and of the facts behind it that gave something: those that had a say.
void CardBuilder::add_parameters_of(const CompiledExpression& expression, std::vector<std::string>& names, int depth) {
    for (const std::string& name : expression.parameters) add_once(name, names);
    for (const SlotUse& use : expression.uses) {
        const bool is_fact = use.slot >= first_fact_slot && use.slot < run_.program().analyte_slot(0);
        if (!is_fact || depth == deepest_fact || run_.slot(use.slot).items.empty()) continue;
        const CompiledFact& fact = run_.program().facts[use.slot - first_fact_slot];
        if (fact.items) add_parameters_of(*fact.items, names, depth + 1);
        for (const auto* list : {&fact.any, &fact.all}) {
            for (const CompiledExpression& part : *list) {
                if (run_.evaluate(part).truth == Truth::holds) add_parameters_of(part, names, depth + 1);
            }
        }
    }
}

void CardBuilder::add_evidence(const Candidate& candidate, Card& card) {
    const EvidenceForm& form = *candidate.card->evidence;
    const auto& citations = run_.program().pack.citations;
    card.strength = words_for(form.strength);
    add_lines(candidate.card->says, card.evidence);
    std::vector<std::string_view> sources;
    const auto cite = [&](std::string_view id) -> const Citation* {
        const auto citation = citations.find(id);
        if (citation == citations.end()) return nullptr;
        const std::string& url = citation->second.url;
        const bool is_new = std::ranges::find(card.links, url, &Link::url) == card.links.end();
        if (!url.empty() && is_new) card.links.push_back({citation->second.title, url});
        return &citation->second;
    };
    const auto add_source = [&](std::string_view id) {
        const Citation* citation = cite(id);
        if (!citation || std::ranges::find(sources, citation->name) != sources.end()) return;
        sources.push_back(citation->name);
    };
    for (const Authored& id : form.cites) add_source(id.text);
    for (const Value& item : candidate.evidence) {
        const boost::json::object* reading = item.is_element() ? item.json()->if_object() : nullptr;
        const boost::json::value* cites = reading ? reading->if_contains("cites") : nullptr;
        if (!cites || !cites->is_array()) continue;
        for (const boost::json::value& id : cites->get_array()) add_source(id.get_string());
    }
    if (!sources.empty()) card.evidence.push_back("Sources: " + joined(sources, "; ") + ".");
    for (const Authored& id : form.disagrees) {
        const Citation* citation = cite(id.text);
        if (citation) add_once("Who disagrees: " + citation->name + ": " + citation->says, card.evidence);
    }
}

std::optional<Proposal> CardBuilder::propose(const Candidate& candidate) {
    const std::optional<CompiledSuggestion>& form = candidate.card->suggestion;
    if (!form) return std::nullopt;
    Proposal proposal;
    proposal.label = filled_text(run_, form->label);
    if (form->remove) {
        const Answer removed = run_.evaluate(*form->remove);
        const std::string_view reference =
            removed.items.empty() ? std::string_view() : text_member(removed.items.front(), "reference");
        // Half of a change would leave both orders standing.
        if (reference.find('/') == std::string_view::npos) return std::nullopt;
        proposal.remove = std::string(reference);
    }
    if (form->only_if) {
        const bool would_fire = !judge_.verdict(*form->only_if).candidates.empty();
        run_.set_item(candidate.item ? &*candidate.item : nullptr);
        if (!would_fire) return std::nullopt;
    }
    for (const CompiledOrder& order : form->orders) {
        if (run_.holds(order.condition)) add_order(*order.order, form->reason, proposal);
    }
    if (proposal.create.empty() && !proposal.remove) return std::nullopt;
    return proposal;
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
