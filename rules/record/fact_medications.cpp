// Which medicines a patient takes, by ingredient and route, since when and for how long.
#include "rules/record/dose_text.hpp"
#include "rules/record/facts.hpp"

#include <algorithm>
#include <functional>

namespace rules {
namespace {

constexpr std::string_view current_days_parameter = "medication.currentDays";
constexpr long current_days_otherwise = 365;
constexpr std::string_view past_end_parameter = "medication.pastEndDays";
constexpr long past_end_otherwise = 90;
constexpr std::size_t most_notes = 5;
constexpr std::size_t most_records = 2000;  // of medicines: courses compare them with each other

// Two records belong to one course if the gap between them is no longer than this.
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
FactReader::Match FactReader::match_medicine(const fhir::MedicationChoice& medication,
                                             const std::vector<fhir::Dosage>& dosage) const {
    Match match;
    // Form and route name no ingredient, but what makes it no treatment of the whole body: cream, topical.
    const auto take_words = [&](const fhir::CodeableConcept& written) {
        for (const fhir::Coding& coding : written.codings) program_.medicine_names.find(coding.display, match.hits);
        program_.medicine_names.find(written.text, match.hits);
    };
    take_words(medication.form);
    for (const fhir::Dosage& one : dosage) take_words(one.route);
    const auto take = [&](const fhir::CodeableConcept& code) {
        for (const fhir::Coding& coding : code.codings) program_.codes.find(coding.system, coding.code, match.hits);
        take_words(code);
    };
    take(medication.code);
    for (const fhir::CodeableConcept& ingredient : medication.ingredients) take(ingredient);
    if (medication.code.empty()) program_.medicine_names.find(medication.reference.display, match.hits);
    return match;
}

/// The earliest end that the record names is its end, whatever its status says: nobody closes a six-day steroid pack.
void FactReader::add_end(Treatment& treatment, const std::optional<fhir::DateTime>& end) const {
    if (!end) return;
    const std::chrono::sys_days day = calendar_.last_day_of(*end);
    treatment.last = std::min(treatment.last.value_or(day), day);
}

void FactReader::add_end(Treatment& treatment, const std::optional<fhir::Quantity>& lasting, long times) const {
    const auto days = lasting && treatment.first ? fhir::days_of(*lasting) : std::nullopt;
    if (!days || *days == 0) return;
    const std::chrono::sys_days day = *treatment.first + std::chrono::days{*days * times};
    treatment.last = std::min(treatment.last.value_or(day), day);
}

void FactReader::add_ends_of_dosage(Treatment& treatment) const {
    std::optional<std::chrono::sys_days> latest;  // of several steps the last one ends the record
    for (const fhir::Dosage& dosage : *treatment.dosage) {
        Treatment step;
        step.first = treatment.first;
        add_end(step, dosage.bounds.end);
        add_end(step, dosage.bounds_for, 1);
        if (!step.last) return;
        latest = std::max(latest.value_or(*step.last), *step.last);
    }
    if (latest) treatment.last = std::min(treatment.last.value_or(*latest), *latest);
}

void FactReader::read_treatments() {
    if (treatments_) return;
    treatments_.emplace();
    const auto add = [&](const auto& record, std::string_view type) -> Treatment& {
        Treatment& treatment = treatments_->emplace_back();
        treatment.match = match_medicine(record.medication, record.dosage);
        treatment.medication = &record.medication;
        treatment.dosage = &record.dosage;
        treatment.reference = reference_to(type, record.id);
        treatment.status = record.status;
        treatment.is_active = record.status == "active";
        treatment.is_past = record.status == "completed" || record.status == "stopped";
        return treatment;
    };
    const auto begin = [&](Treatment& treatment, const std::optional<fhir::DateTime>& start) {
        treatment.start = start;
        if (start) treatment.first = calendar_.day_of(*start);
    };
    const auto is_usable = [&](const auto& record) {
        return record.doubt == fhir::Doubt::none && treatments_->size() < most_records;
    };
    for (const fhir::MedicationRequest& request : record_.medication_requests) {
        // A proposal, and one of several options, authorises nothing (FHIR R4, request-intent).
        if (request.do_not_perform || request.intent == "proposal" || request.intent == "option") continue;
        if (!is_usable(request)) continue;
        Treatment& treatment = add(request, "MedicationRequest");
        treatment.is_request = true;
        begin(treatment, request.authored_on);
        add_end(treatment, request.validity.end);
        const long fillings = 1 + std::clamp<long>(request.repeats_allowed.value_or(0), 0, 100);
        add_end(treatment, request.expected_supply, fillings);
        add_ends_of_dosage(treatment);
    }
    for (const fhir::MedicationStatement& statement : record_.medication_statements) {
        if (!is_usable(statement)) continue;
        Treatment& treatment = add(statement, "MedicationStatement");
        begin(treatment, fhir::start_of(statement.effective));
        if (const auto* period = std::get_if<fhir::Period>(&statement.effective)) {
            add_end(treatment, period->end);
            treatment.has_open_period = !period->end;
        }
        add_ends_of_dosage(treatment);
        if (!treatment.start && !treatment.last) treatment.asserted = statement.date_asserted;
    }
    for (const fhir::MedicationAdministration& given : record_.medication_administrations) {
        if (!is_usable(given)) continue;
        Treatment& treatment = add(given, "MedicationAdministration");
        treatment.is_given = true;
        treatment.is_active = given.status == "in-progress";
        begin(treatment, fhir::start_of(given.effective));
        add_end(treatment, fhir::end_of(given.effective));
    }
}

bool FactReader::is_long_ended(const Treatment& treatment) const {
    if (!treatment.last) return false;
    const long days = program_.parameters.integer(past_end_parameter).value_or(past_end_otherwise);
    return fhir::days_between(*treatment.last, calendar_.today()) > days;
}

bool FactReader::is_current(const Treatment& treatment, long days) const {
    if (!treatment.is_active || is_long_ended(treatment)) return false;
    const auto is_recent = [&](const fhir::DateTime& when) {
        const auto age = calendar_.age_in_days(when);
        return age && *age <= days;
    };
    if (treatment.is_request) return treatment.start && is_recent(*treatment.start);
    if (treatment.asserted) return is_recent(*treatment.asserted);
    if (!treatment.start && !treatment.last && !treatment.has_open_period) return false;
    if (treatment.start && !treatment.first) return false;  // begins in the future
    // A period counts where it overlaps the window; an open end lasts until today.
    return treatment.last || treatment.has_open_period || is_recent(*treatment.start);
}

/// Whether a closed record of the same ingredient and day says that it is not taken.
bool FactReader::is_contradicted(const Treatment& treatment, const CompiledFact& fact) const {
    return treatment.first && std::ranges::any_of(*treatments_, [&](const Treatment& other) {
               return other.is_past && !other.is_given && other.first == treatment.first &&
                      share_ingredient(treatment.match.hits, other.match.hits, fact.sets);
           });
}

/// Whether it was used at all, and lately: what it did outlasts it.
bool FactReader::was_used(const Treatment& treatment, long days) const {
    if (!treatment.is_active && !treatment.is_past && treatment.status != "on-hold") return false;
    std::optional<std::chrono::sys_days> latest = treatment.last ? treatment.last : treatment.first;
    if (treatment.is_active && treatment.has_open_period && treatment.first) latest = calendar_.today();
    if (treatment.is_active && treatment.asserted) latest = calendar_.day_of(*treatment.asserted);
    return latest && fhir::days_between(*latest, calendar_.today()) <= days;
}

bool FactReader::is_large_dose(const Treatment& treatment, const CompiledFact& fact) const {
    return std::ranges::any_of(fact.doses, [&](const CompiledFact::Dose& least) {
        return std::ranges::any_of(*treatment.dosage, [&](const fhir::Dosage& dosage) {
            const auto is_enough = [&](const std::optional<fhir::Decimal>& amount) {
                return amount && *amount >= least.amount;
            };
            const bool counts_units = fhir::comparable(least.unit, *fhir::parse_ucum("[iU]"));
            if (counts_units && is_enough(units_in_text(dosage.text))) return true;
            return std::ranges::any_of(
                dosage.doses, [&](const fhir::Quantity& dose) { return is_enough(dose_in(least.unit, dose)); });
        });
    });
}

/// Whether a completed record is a treatment all the same: a large dose, an injection, or a course of weeks, for `days`
/// days after its end.
bool FactReader::is_completed_treatment(const Treatment& treatment, const CompiledFact& fact, long days) const {
    if (treatment.status != "completed" || !treatment.first) return false;
    const std::chrono::sys_days last = std::min(treatment.last.value_or(*treatment.first), calendar_.today());
    if (fhir::days_between(last, calendar_.today()) > days) return false;
    const bool is_injected = !fact.injected.empty() && route_of(treatment, fact.injected) == Route::fits;
    const bool is_course = fact.named_days && fhir::days_between(*treatment.first, last) >= *fact.named_days;
    return is_injected || is_course || is_large_dose(treatment, fact);
}

bool FactReader::belongs(const Treatment& treatment, const CompiledFact& fact) const {
    return treatment.match.is_in(fact.sets) && !treatment.match.is_in(fact.except);
}

/// \param days  for which a record counts as current.
bool FactReader::counts(const Treatment& treatment, const CompiledFact& fact, long days) const {
    if (!belongs(treatment, fact)) return false;
    if (fact.written->used_counts) return was_used(treatment, days);
    const bool is_taken =
        is_current(treatment, days) && (fact.written->contradicted_counts || !is_contradicted(treatment, fact));
    if (is_taken) return true;
    if (fact.written->ended_counts) {
        const bool began_lately = treatment.first && fhir::days_between(*treatment.first, calendar_.today()) <= days;
        return began_lately && (treatment.is_active || is_completed_treatment(treatment, fact, days));
    }
    return fact.completed_days && is_completed_treatment(treatment, fact, *fact.completed_days);
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

/// The records that make up a treatment: of the ingredient, or of the class; all of them, or those of the current
/// course only, if the fact says so.
FactReader::Course FactReader::course_of(const Treatment& current, const CompiledFact& fact) const {
    Course records;
    for (const Treatment& other : *treatments_) {
        if (&other == &current || !(other.is_active || other.is_past) || !other.first || !belongs(other, fact))
            continue;
        if (fact.written->course_of_class || share_ingredient(current.match.hits, other.match.hits, fact.sets))
            records.push_back(&other);
    }
    std::ranges::stable_sort(records, std::greater<>(), [](const Treatment* record) { return *record->first; });
    Course course = {&current};
    std::optional<std::chrono::sys_days> begins = current.first;
    for (const Treatment* record : records) {
        const bool is_older = !begins || *record->first < *begins;
        if (is_older && begins && fact.written->current_course) {
            const long gap = fhir::days_between(record->last.value_or(*record->first), *begins);
            if (gap > (record->last ? longest_gap_days : longest_gap_days_without_end)) continue;
        }
        course.push_back(record);
        if (is_older) begins = record->first;
    }
    return course;
}

/// Days of the course that its records cover: each up to its end, else to the next record, else, if it goes on, to
/// today.
long FactReader::covered_days(const Course& course, const CompiledFact& fact) const {
    Course records = course;
    std::erase_if(records, [](const Treatment* record) { return !record->first; });
    std::ranges::stable_sort(records, {}, [](const Treatment* record) { return *record->first; });
    long covered = 0;
    std::optional<std::chrono::sys_days> until;  // what is counted already
    for (std::size_t index = 0; index < records.size(); ++index) {
        const Treatment& record = *records[index];
        std::optional<std::chrono::sys_days> last = record.last;
        const bool covers_nothing = !last && !record.is_active && fact.written->closed_covers_nothing;
        if (covers_nothing) continue;
        if (!last && index + 1 < records.size()) last = records[index + 1]->first;
        if (!last && record.is_active) last = calendar_.today();
        if (!last) continue;
        const std::chrono::sys_days from = std::max(*record.first, until.value_or(*record.first));
        const std::chrono::sys_days to = std::min(*last, calendar_.today());
        if (to <= from) continue;
        covered += fhir::days_between(from, to);
        until = to;
    }
    return covered;
}

/// A treatment by its class begins with the ingredient that was begun last: who changed the drug has read the result.
void FactReader::date_treatment(Item& item, const Treatment& treatment, const CompiledFact& fact) const {
    const Course course = course_of(treatment, fact);
    const Treatment* earliest = &treatment;
    for (const Treatment* record : course) {
        const bool is_of_it =
            fact.written->covered_days || share_ingredient(treatment.match.hits, record->match.hits, fact.sets);
        if (is_of_it && record->first && (!earliest->first || *record->first < *earliest->first)) earliest = record;
    }
    if (!earliest->start) return;
    date_item(item, *earliest->start);
    item.days_on_treatment = item.age_days;
    if (fact.written->covered_days) item.days_on_treatment = covered_days(course, fact);
}

bool FactReader::has_route(const Treatment& treatment, const CompiledFact& fact, std::string_view label,
                           std::vector<std::string>& notes) const {
    if (fact.routes.empty()) return true;
    const Route route = route_of(treatment, fact.routes);
    if (route == Route::unknown && notes.size() < most_notes) {
        notes.push_back(std::string(label.empty() ? std::string_view(fact.written->title) : label) + " (" +
                        treatment.reference + "): its route is not known, so it does not count as \"" +
                        fact.written->title + "\"");
    }
    return route == Route::fits;
}

std::vector<Item> FactReader::drafts(const CompiledFact& fact,
                                     std::span<const fhir::MedicationRequest> requests) const {
    std::vector<Item> items;
    for (const fhir::MedicationRequest& request : requests) {
        Treatment draft;
        draft.match = match_medicine(request.medication, request.dosage);
        draft.medication = &request.medication;
        draft.dosage = &request.dosage;
        if (!draft.match.is_in(fact.sets) || draft.match.is_in(fact.except)) continue;
        if (!fact.except_routes.empty() && route_of(draft, fact.except_routes) == Route::fits) continue;
        Item& item = items.emplace_back();
        item.label = draft.match.label_in(fact.sets);
        if (item.label.empty()) item.label = fact.written->title;
        item.sets = set_names(draft.match);
        item.reference = reference_to("MedicationRequest", request.id);
        item.status = request.status;
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
        if (taken.size() >= most_items || !counts(treatment, fact, days)) continue;
        const std::string_view label = treatment.match.label_in(fact.sets);
        if (!has_route(treatment, fact, label, found.notes)) continue;
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
        date_treatment(item, treatment, fact);
        found.items.push_back(std::move(item));
    }
    return found;
}

}  // namespace rules
