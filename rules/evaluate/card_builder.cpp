#include "rules/evaluate/card_builder.hpp"

#include "rules/run/card_layout.hpp"
#include "rules/run/card_text.hpp"
#include "rules/run/text_template.hpp"

#include <algorithm>

namespace rules {
namespace {

using fhir::path::Value;

constexpr std::size_t most_links = 2;  // besides "About this advice"
constexpr std::size_t most_inputs = 12;

bool is_approved(const Program::Inner& program) {
    return program.site.approval.has_value() || !program.pack.identity.approval_date.empty();
}

/// A result that is not simply final says so: "result corrected".
std::string status_words(const Value& item) {
    const std::string_view status = text_member(item, "status");
    const bool is_result = !text_member(item, "analyte").empty();
    if (!is_result || status.empty() || status == "final") return "";
    return "Status of the " + std::string(text_member(item, "label")) + " result: " + std::string(status) + ".";
}

void replace(std::string& text, std::string_view mark, const std::string& words) {
    if (const std::size_t at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), words);
}

/// As many of `words` as fit into `room` characters, and "more" for the rest.
std::string as_many_as_fit(std::vector<std::string> words, std::size_t room) {
    bool is_all = true;
    for (;;) {
        std::vector<std::string> named = words;
        if (!is_all) named.push_back("more");
        std::string text = joined_with_and(named);
        if (utf16_length(text) <= room || words.size() <= 1) return text;
        words.pop_back();
        is_all = false;
    }
}

}  // namespace

Card CardBuilder::build(const Candidate& candidate, const std::vector<const Candidate*>& guests,
                        const Unknowns& unknowns) {
    const CompiledRule& rule = run_.program().rules[candidate.rule];
    run_.set_item(candidate.item ? &*candidate.item : nullptr);
    Card card;
    card.rule = rule.written->id;
    card.title = rule.written->title;
    card.variant = candidate.variant;
    card.kind = rule.written->kind;
    card.indicator = candidate.card->form->indicator;
    card.override_reasons = rule.written->override_reasons.text;
    card.summary = with_capital(fill_summary(run_, candidate.card->summary));
    add_texts(*candidate.card, card);
    for (const Value& item : candidate.evidence) {
        if (std::string words = status_words(item); !words.empty()) card.why.append(" ").append(words);
    }
    add_cautions(candidate.card->cautions, card);
    std::vector<std::string> missing = missing_for(candidate, unknowns);
    add_unreadable(candidate, card);
    add_left_out(candidate, card);
    add_found_by_words(card);
    add_inputs(candidate, card);
    add_links(candidate, card);
    run_.set_item(nullptr);
    card.proposal = propose(candidate, missing);
    for (const Candidate* guest : guests) {
        card.with.push_back(run_.program().rules[guest->rule].written->id);
        if (!card.proposal) card.proposal = propose(*guest, missing);
    }
    if (!missing.empty()) card.missing = as_sentence(joined(missing, ", "));
    finish(card);
    return card;
}

Card CardBuilder::build_unavailable(SourceSet missing, const std::vector<std::string>& advice) {
    const Pack& pack = run_.program().pack;
    const DataUnavailable& form = pack.data_unavailable;
    constexpr std::size_t room = 120;        // for what is missing, so that it fits the detail with the rest
    constexpr std::size_t advice_room = 60;  // the loudest advice comes first, and a long list is not read
    const bool lacks_birth_date = (missing & source_bit(source_patient)) != 0;
    Card card;
    card.rule = "data-unavailable";
    card.title = "Part of the record could not be read";
    card.indicator = Indicator::info;
    card.override_reasons = form.override_reasons;
    const Authored& summary = lacks_birth_date ? form.no_birth_date_summary : form.summary;
    card.summary = shortened({{{summary.text, false}}});
    card.why = lacks_birth_date ? form.no_birth_date_why.text : form.why.text;
    replace(card.why, "{{sources}}", as_many_as_fit(describe_missing_sources(run_, missing), room));
    replace(card.why, "{{advice}}", as_many_as_fit(advice, advice_room));
    card.why = as_sentence(std::move(card.why));
    card.options = with_capital(joined(form.options, " \xC2\xB7 "));
    for (const std::string& caution : form.cautions) card.cautions.push_back(caution);
    finish(card);
    return card;
}

void CardBuilder::finish(Card& card) const {
    card.is_approved = is_approved(run_.program());
    card.topic = {run_.program().pack.identity.topic_system, std::string(card.rule), std::string(card.title)};
    fit_detail(card);
    for (const std::string& caution : card.cautions_left_out)
        card.not_used.push_back("No room on the card: " + caution);
}

std::vector<std::string> CardBuilder::filled(const std::vector<CompiledLine>& lines) {
    std::vector<std::string> texts;
    for (const CompiledLine& line : lines) {
        if (!run_.holds(line.condition)) continue;
        if (auto text = fill_line(run_, line.say)) add_once(std::move(*text), texts);
    }
    return texts;
}

void CardBuilder::add_texts(const CompiledCard& form, Card& card) {
    std::vector<std::string> why;
    for (std::string& text : filled(form.why)) why.push_back(as_sentence(std::move(text)));
    card.why = joined(why, " ");
    std::vector<std::string> says;
    for (std::string& text : filled(form.says)) says.push_back(as_sentence(std::move(text)));
    card.evidence = joined(says, " ");
    card.options = with_capital(joined(filled(form.options), " \xC2\xB7 "));
}

void CardBuilder::add_cautions(const std::vector<CompiledLine>& lines, Card& card) {
    std::size_t ranked = 0;
    for (const CompiledLine& line : lines) {
        if (!run_.holds(line.condition)) continue;
        auto text = fill_line(run_, line.say);
        if (!text) continue;
        const bool has_room = line.besides || ranked < most_cautions(card.indicator);
        add_once(as_sentence(std::move(*text)), has_room ? card.cautions : card.cautions_left_out);
        if (!line.besides) ++ranked;
    }
}

void CardBuilder::add_inputs(const Candidate& candidate, Card& card) {
    const auto add = [&card](const Value& item) {
        CardInput input = input_of(item);
        const bool is_known = std::ranges::any_of(card.inputs, [&](const CardInput& known) {
            return known.reference == input.reference && known.what == input.what;
        });
        if (!input.what.empty() && !is_known && card.inputs.size() < most_inputs)
            card.inputs.push_back(std::move(input));
    };
    for (const Value& item : candidate.evidence) add(item);
    for (const std::size_t gate : run_.program().rules[candidate.rule].gates) {
        for (const Value& item : judge_.gate(gate).evidence) add(item);
    }
}

/// The first sources that a rule cites, then those of the ruleset by which a value was read.
void CardBuilder::add_links(const Candidate& candidate, Card& card) {
    const auto& citations = run_.program().pack.citations;
    const auto cite = [&](std::string_view id) {
        const auto citation = citations.find(id);
        if (citation == citations.end() || citation->second.url.empty() || card.links.size() == most_links) return;
        const bool is_new = std::ranges::find(card.links, citation->second.url, &Link::url) == card.links.end();
        if (is_new) card.links.push_back({citation->second.name, citation->second.url});
    };
    for (const Authored& id : candidate.card->evidence->cites) cite(id.text);
    for (const Value& item : candidate.evidence) {
        const boost::json::object* reading = item.is_element() ? item.json()->if_object() : nullptr;
        const boost::json::value* cites = reading ? reading->if_contains("cites") : nullptr;
        if (!cites || !cites->is_array()) continue;
        for (const boost::json::value& id : cites->get_array()) cite(id.get_string());
    }
}

}  // namespace rules
