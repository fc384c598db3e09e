// Which medicines a patient takes, by ingredient and route, and since when. Source: knowledge A.6, D.6; decisions,
// "RxNorm products".
#include "rules/record/facts.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::string_view current_days_parameter = "medication.currentDays";
constexpr long current_days_otherwise = 365;
constexpr std::size_t most_notes = 5;

// Two records of an ingredient belong to one course if the gap between them is no longer than this (knowledge D.6).
constexpr long longest_gap_days = 90;
constexpr long longest_gap_days_without_end = 365;

bool same_word(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char one, char other) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return lower(one) == lower(other);
    });
}

/// Whether two records name an ingredient of the same name in one of `sets`.
bool share_ingredient(const std::vector<CodeHit>& left, const std::vector<CodeHit>& right,
                      const std::vector<SetId>& sets) {
    for (const CodeHit& one : left) {
        if (!std::ranges::binary_search(sets, one.set)) continue;
        for (const CodeHit& other : right) {
            if (other.set == one.set && same_word(one.label, other.label)) return true;
        }
    }
    return false;
}

}  // namespace

/// By code, and by the names of the pack's ingredients as whole words in what the record calls the medicine.
FactReader::Match FactReader::match_medicine(const fhir::MedicationChoice& medication) const {
    Match match;
    const auto take = [&](const fhir::CodeableConcept& code) {
        for (const fhir::Coding& coding : code.codings) program_.codes.find(coding.system, coding.code, match.hits);
        for (const fhir::Coding& coding : code.codings) program_.medicine_names.find(coding.display, match.hits);
        program_.medicine_names.find(code.text, match.hits);
    };
    take(medication.code);
    for (const fhir::CodeableConcept& ingredient : medication.ingredients) take(ingredient);
    if (medication.code.empty()) program_.medicine_names.find(medication.reference.display, match.hits);
    return match;
}

void FactReader::read_treatments() {
    if (treatments_) return;
    treatments_.emplace();
    const auto add = [&](const auto& record, std::string_view type) -> Treatment& {
        Treatment& treatment = treatments_->emplace_back();
        treatment.match = match_medicine(record.medication);
        treatment.medication = &record.medication;
        treatment.dosage = &record.dosage;
        treatment.reference = reference_to(type, record.id);
        treatment.status = record.status;
        treatment.is_active = record.status == "active";
        treatment.is_past = record.status == "completed" || record.status == "stopped";
        return treatment;
    };
    for (const fhir::MedicationRequest& request : record_.medication_requests) {
        // A proposal, and one of several options, authorises nothing (FHIR R4, request-intent).
        if (request.do_not_perform || request.intent == "proposal" || request.intent == "option") continue;
        Treatment& treatment = add(request, "MedicationRequest");
        treatment.is_request = true;
        treatment.start = request.authored_on;
        treatment.end = request.validity.end;
    }
    for (const fhir::MedicationStatement& statement : record_.medication_statements) {
        Treatment& treatment = add(statement, "MedicationStatement");
        treatment.start = fhir::start_of(statement.effective);
        if (const auto* period = std::get_if<fhir::Period>(&statement.effective)) {
            treatment.end = period->end;
            treatment.has_open_period = !period->end;
        }
        if (!treatment.start && !treatment.end) treatment.asserted = statement.date_asserted;
    }
}

bool FactReader::is_current(const Treatment& treatment, long days) const {
    if (!treatment.is_active) return false;
    const auto is_recent = [&](const fhir::DateTime& when) {
        const auto age = calendar_.age_in_days(when);
        return age && *age <= days;
    };
    if (treatment.is_request) return treatment.start && is_recent(*treatment.start);
    if (treatment.asserted) return is_recent(*treatment.asserted);
    if (!treatment.start && !treatment.end && !treatment.has_open_period) return false;
    if (treatment.start && !calendar_.day_of(*treatment.start)) return false;  // begins in the future
    // A period counts where it overlaps the window; an open end lasts until today.
    if (treatment.end) return !calendar_.day_of(*treatment.end) || is_recent(*treatment.end);
    return treatment.has_open_period || is_recent(*treatment.start);
}

FactReader::Route FactReader::route_of(const Treatment& treatment, const std::vector<SetId>& routes) const {
    const auto fits = [&](const std::vector<CodeHit>& hits) {
        return std::ranges::any_of(hits,
                                   [&](const CodeHit& hit) { return std::ranges::binary_search(routes, hit.set); });
    };
    const auto named_in = [&](const fhir::CodeableConcept& code) {
        std::vector<CodeHit> hits = match(code).hits;
        program_.route_words.find(code.text, hits);
        for (const fhir::Coding& coding : code.codings) program_.route_words.find(coding.display, hits);
        return fits(hits);
    };
    bool has_route = false;
    for (const fhir::Dosage& dosage : *treatment.dosage) {
        if (dosage.route.empty()) continue;
        has_route = true;
        if (named_in(dosage.route)) return Route::fits;
    }
    if (has_route) return Route::differs;
    const fhir::MedicationChoice& medication = *treatment.medication;
    if (named_in(medication.form) || named_in(medication.code)) return Route::fits;
    std::vector<CodeHit> hits;
    program_.route_words.find(medication.reference.display, hits);
    return fits(hits) ? Route::fits : Route::unknown;
}

/// The earliest start over all active, completed and stopped records of the ingredient; of the current course only, if
/// the fact says so.
std::optional<fhir::DateTime> FactReader::start_of_course(const Treatment& current, const CompiledFact& fact) const {
    std::vector<const Treatment*> records;
    for (const Treatment& other : *treatments_) {
        if (!(other.is_active || other.is_past) || !other.start || !calendar_.day_of(*other.start)) continue;
        if (share_ingredient(current.match.hits, other.match.hits, fact.sets)) records.push_back(&other);
    }
    std::ranges::stable_sort(records, [&](const Treatment* left, const Treatment* right) {
        return calendar_.moment_of(*left->start) > calendar_.moment_of(*right->start);
    });
    std::optional<fhir::DateTime> start = current.start;
    std::optional<std::chrono::sys_days> begins = start ? calendar_.day_of(*start) : std::nullopt;
    for (const Treatment* record : records) {
        const std::chrono::sys_days day = *calendar_.day_of(*record->start);
        if (begins && day >= *begins) continue;
        if (begins && fact.written->current_course) {
            const auto end = record->end ? calendar_.day_of(*record->end).value_or(calendar_.today()) : day;
            const long gap = fhir::days_between(end, *begins);
            if (gap > (record->end ? longest_gap_days : longest_gap_days_without_end)) break;
        }
        begins = day;
        start = record->start;
    }
    return start;
}

std::vector<Item> FactReader::drafts(const CompiledFact& fact,
                                     std::span<const fhir::MedicationRequest> requests) const {
    std::vector<Item> items;
    for (const fhir::MedicationRequest& request : requests) {
        Treatment draft;
        draft.match = match_medicine(request.medication);
        draft.medication = &request.medication;
        draft.dosage = &request.dosage;
        if (!draft.match.is_in(fact.sets) || draft.match.is_in(fact.except)) continue;
        if (!fact.except_routes.empty() && route_of(draft, fact.except_routes) == Route::fits) continue;
        Item& item = items.emplace_back();
        item.label = draft.match.label_in(fact.sets);
        if (item.label.empty()) item.label = fact.written->title;
        item.sets = set_names(draft.match);
        item.reference = reference_to("MedicationRequest", request.id);
    }
    return items;
}

FactItems FactReader::medications(const CompiledFact& fact) {
    read_treatments();
    const long days = fact.current_days.value_or(fact.within_days.value_or(
        program_.parameters.integer(current_days_parameter).value_or(current_days_otherwise)));
    FactItems found;
    std::vector<const Treatment*> taken;
    for (const Treatment& treatment : *treatments_) {
        if (!treatment.match.is_in(fact.sets) || !is_current(treatment, days)) continue;
        const std::string_view label = treatment.match.label_in(fact.sets);
        if (!fact.routes.empty()) {
            const Route route = route_of(treatment, fact.routes);
            if (route == Route::unknown && found.notes.size() < most_notes) {
                found.notes.push_back(std::string(label.empty() ? std::string_view(fact.written->title) : label) +
                                      " (" + treatment.reference +
                                      "): its route is not known, so it does not count as \"" + fact.written->title +
                                      "\"");
            }
            if (route != Route::fits) continue;
        }
        const bool is_known = std::ranges::any_of(taken, [&](const Treatment* other) {
            return share_ingredient(other->match.hits, treatment.match.hits, fact.sets);
        });
        if (is_known) continue;
        taken.push_back(&treatment);
        Item item;
        item.label = label;
        item.sets = set_names(treatment.match);
        item.reference = treatment.reference;
        item.lasts = true;
        item.status = treatment.status;
        if (const auto start = start_of_course(treatment, fact)) {
            date_item(item, *start);
            item.days_on_treatment = item.age_days;
        }
        found.items.push_back(std::move(item));
    }
    return found;
}

}  // namespace rules
