// Records that a fact passed over although their code is one of its own, and why: refuted, resolved, too old; and
// orders that are open by their status alone.
#include "rules/explain/explain.hpp"
#include "rules/record/facts.hpp"
#include "rules/run/card_text.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::size_t most_passed_named = 5;
constexpr std::string_view open_days_parameter = "orders.openDays";

std::string label_of(const Program::Inner& program, const fhir::CodeableConcept& code, const std::vector<SetId>& sets) {
    std::vector<CodeHit> hits;
    for (const fhir::Coding& coding : code.codings) program.codes.find(coding.system, coding.code, hits);
    for (const CodeHit& hit : hits) {
        if (std::ranges::binary_search(sets, hit.set)) return std::string(hit.label);
    }
    return "";
}

std::string quoted(const std::string& reference, const std::string& label) {
    return reference + " \"" + label + "\"";
}

/// A status code of the record, if it looks like one.
std::string code_word(std::string_view status) {
    const bool is_word = !status.empty() && status.size() <= 20 && std::ranges::all_of(status, [](char character) {
        return (character >= 'a' && character <= 'z') || character == '-';
    });
    if (!is_word) return "without a status that counts";
    std::string words(status);
    std::ranges::replace(words, '-', ' ');
    return words;
}

std::string_view words_for(fhir::Doubt doubt) {
    switch (doubt) {
        case fhir::Doubt::none:
            return "";
        case fhir::Doubt::modified:
            return "an unknown extension may change what it means";
        case fhir::Doubt::versions_differ:
            return "its versions differ, and none says that it is the newest";
        case fhir::Doubt::focus_unknown:
            return "what it is about cannot be told";
    }
    return "";
}

/// The codes of a status, or that HL7's code system says nothing.
std::string words_for(const fhir::Status& status) {
    if (status.codes.empty()) return code_word("");
    std::string words;
    for (const std::string_view code : status.codes) words.append(words.empty() ? "" : " and ").append(code_word(code));
    return words;
}

std::string why_passed_over(const fhir::Condition& condition) {
    if (condition.doubt != fhir::Doubt::none) return std::string(words_for(condition.doubt));
    const fhir::Status& verification = condition.verification_status;
    if (verification.is_there && !(verification.codes.size() == 1 && verification.has("confirmed")))
        return words_for(verification);
    if (condition.abated) return "abated";
    return words_for(condition.clinical_status);
}

/// Precondition: its status is that of an open order.
std::string why_not_open(const fhir::ServiceRequest& request, const Item& item, std::optional<long> open_days) {
    if (request.doubt != fhir::Doubt::none) return std::string(words_for(request.doubt));
    if (request.do_not_perform) return "it says not to";
    if (request.intent == "proposal" || request.intent == "option") return "only proposed";
    const bool is_old = open_days && item.age_days && *item.age_days > *open_days;
    if (!is_old) return "a draft takes its place, or its date lies too far ahead";
    return code_word(request.status) + " since, but an order counts as open for " + std::to_string(*open_days) +
           " days";
}

}  // namespace

/// Orders that nobody closed, and that do not count as open all the same.
std::vector<Reason> Explainer::passed_over_orders(const std::vector<std::string>& intents) {
    std::vector<Reason> reasons;
    const Record& record = run_.record();
    const std::optional<long> open_days = run_.program().parameters.integer(open_days_parameter);
    const std::vector<Item> items = FactReader(run_.program(), record, run_.calendar()).orders(record.orders);
    for (const Item& item : items) {
        const bool is_asked = std::ranges::find(intents, item.intent) != intents.end();
        if (!is_asked || item.status.empty() || reasons.size() == most_passed_named) continue;
        const auto request = std::ranges::find_if(record.orders, [&item](const fhir::ServiceRequest& one) {
            return reference_to("ServiceRequest", one.id) == item.reference;
        });
        const std::string when = item.date ? " ordered " + item.date->text() : "";
        Reason& reason = reasons.emplace_back();
        reason.what = quoted(item.reference, std::string(item.label)) + when;
        reason.because = why_not_open(*request, item, open_days);
        reason.said = std::string(item.label) + when + ", " + reason.because;
    }
    return reasons;
}

std::vector<Reason> Explainer::passed_over(const CompiledFact& fact) {
    std::vector<Reason> reasons;
    const Program::Inner& program = run_.program();
    const fhir::path::Collection& counted = run_.slot(fact.slot).items;
    const auto is_counted = [&](const std::string& reference) {
        return std::ranges::any_of(
            counted, [&](const fhir::path::Value& item) { return text_member(item, "reference") == reference; });
    };
    const auto add = [&](const std::string& reference, const std::string& label, std::string because) {
        if (label.empty() || reasons.size() == most_passed_named || is_counted(reference)) return;
        if (fact.within_days && because.empty()) {
            because = "not within " + std::to_string(*fact.within_days) + " days";
        }
        if (because.empty()) because = "does not count";
        Reason& reason = reasons.emplace_back();
        reason.what = quoted(reference, label);
        reason.said = label + ", " + because;
        reason.because = std::move(because);
    };
    if (fact.form == Fact::Form::conditions) {
        for (const fhir::Condition& condition : run_.record().conditions) {
            const std::string because = why_passed_over(condition);
            add(reference_to("Condition", condition.id), label_of(program, condition.code, fact.sets),
                because == "active" && fact.within_days ? "" : because);
        }
    } else if (fact.form == Fact::Form::procedures) {
        for (const fhir::Procedure& procedure : run_.record().procedures) {
            add(reference_to("Procedure", procedure.id), label_of(program, procedure.code, fact.sets),
                procedure.doubt != fhir::Doubt::none ? std::string(words_for(procedure.doubt))
                : procedure.status == "completed"    ? ""
                                                     : code_word(procedure.status));
        }
    } else if (fact.form == Fact::Form::medications) {
        const auto add_medicine = [&](const auto& record, std::string_view type) {
            const bool is_active = record.status == "active";
            add(reference_to(type, record.id), label_of(program, record.medication.code, fact.sets),
                record.doubt != fhir::Doubt::none ? std::string(words_for(record.doubt))
                : is_active                       ? "not current, or by another route"
                                                  : code_word(record.status));
        };
        for (const fhir::MedicationRequest& request : run_.record().medication_requests)
            add_medicine(request, "MedicationRequest");
        for (const fhir::MedicationStatement& statement : run_.record().medication_statements)
            add_medicine(statement, "MedicationStatement");
    }
    return reasons;
}

}  // namespace rules
