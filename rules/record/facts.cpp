#include "rules/record/facts.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::string_view open_days_parameter = "orders.openDays";
constexpr std::string_view ahead_days_parameter = "orders.aheadDays";
constexpr long ahead_days_otherwise = 365;

bool is_result_status(std::string_view status) {
    return status == "final" || status == "amended" || status == "corrected";
}

bool is_order_status(std::string_view status) {
    return status == "draft" || status == "active" || status == "on-hold";
}

bool is_in(const std::vector<SetId>& sets, SetId set) {
    return std::ranges::binary_search(sets, set);
}

/// Of a procedure that goes on: today. So does one in progress, whatever its record says of its time, but if its period
/// has ended; and one whose end lies ahead, but if its beginning does too. Otherwise its end, or its beginning.
std::optional<fhir::DateTime> last_known_time(const fhir::Procedure& procedure, const Calendar& calendar) {
    const auto* period = std::get_if<fhir::Period>(&procedure.performed);
    const auto lies_ahead = [&](const std::optional<fhir::DateTime>& when) { return when && !calendar.day_of(*when); };
    const bool has_ended = period && period->end && !lies_ahead(period->end);
    if (has_ended) return period->end;
    const bool ends_ahead = period && lies_ahead(period->end) && !lies_ahead(period->start);
    if (procedure.status == "in-progress" || ends_ahead) {
        return fhir::DateTime{fhir::Date::of(calendar.today()), std::nullopt, std::nullopt};
    }
    return fhir::start_of(procedure.performed);
}

}  // namespace

void keep_newest(std::vector<Item>& items) {
    std::ranges::stable_sort(items, [](const Item& left, const Item& right) {
        if (!left.age_days || !right.age_days) return left.age_days.has_value() && !right.age_days;
        return *left.age_days < *right.age_days;
    });
    if (items.size() > most_items) items.erase(items.begin() + most_items, items.end());
}

bool FactReader::Match::is_in(const std::vector<SetId>& sets) const {
    return std::ranges::any_of(hits, [&sets](const CodeHit& hit) { return rules::is_in(sets, hit.set); });
}

std::string_view FactReader::Match::label_in(const std::vector<SetId>& sets) const {
    for (const CodeHit& hit : hits) {
        if (rules::is_in(sets, hit.set) && !hit.label.empty()) return hit.label;
    }
    return {};
}

FactReader::Match FactReader::match(const fhir::CodeableConcept& code) const {
    Match match;
    for (const fhir::Coding& coding : code.codings) program_.codes.find(coding.system, coding.code, match.hits);
    return match;
}

/// A text that stands there twice, as its display does in many records, is looked at once.
void FactReader::match_words(const fhir::CodeableConcept& code, Match& match) const {
    program_.words.find(code.text, match.words);
    for (const fhir::Coding& coding : code.codings) {
        const bool is_first = coding.display != code.text &&
                              &*std::ranges::find(code.codings, coding.display, &fhir::Coding::display) == &coding;
        if (is_first) program_.words.find(coding.display, match.words);
    }
}

const WordsHit* FactReader::words_for(const Match& match, const CompiledFact& fact) const {
    for (const WordsHit& hit : match.words) {
        const std::vector<WordsId>& wanted = hit.is_history ? fact.history_words : fact.words;
        if (std::ranges::find(wanted, hit.words) == wanted.end()) continue;
        if (!match.is_in(program_.words_not_in[hit.words])) return &hit;
    }
    return nullptr;
}

std::vector<std::string_view> FactReader::set_names(const Match& match) const {
    std::vector<std::string_view> names;
    for (const CodeHit& hit : match.hits) {
        const std::string_view name = program_.value_set(hit.set)->id();
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

void FactReader::name_item(Item& item, const Match& match, const WordsHit* words, const CompiledFact& fact) const {
    item.label = words ? std::string_view(program_.words.words(words->words).label) : match.label_in(fact.sets);
    if (words) item.words = words->stem;
    item.sets = set_names(match);
}

/// What lies ahead of today is no date that is known.
void FactReader::date_item(Item& item, const fhir::DateTime& when) const {
    if (!calendar_.day_of(when)) return;
    item.date = calendar_.date_of(when);
    item.age_days = calendar_.age_in_days(when);
    item.is_at_least = when.date.day == 0;
}

bool FactReader::is_in_window(const CompiledFact& fact, const Item& item) const {
    if (!fact.within_days) return true;
    return item.age_days ? *item.age_days <= *fact.within_days : fact.written->undated_counts;
}

FactItems FactReader::read(const CompiledFact& fact) {
    FactItems found;
    switch (fact.form) {
        case Fact::Form::conditions:
            found = conditions(fact);
            break;
        case Fact::Form::medications:
            found = medications(fact);
            break;
        case Fact::Form::procedures:
            found = procedures(fact);
            break;
        case Fact::Form::observations:
            found = observations(fact);
            break;
        case Fact::Form::drafts:
        case Fact::Form::says:
        case Fact::Form::items:
        case Fact::Form::any:
        case Fact::Form::all:
            break;
    }
    for (Item& item : found.items) {
        if (item.label.empty()) item.label = fact.written->title;
    }
    keep_newest(found.items);
    return found;
}

FactItems FactReader::procedures(const CompiledFact& fact) {
    if (!procedure_matches_) {
        procedure_matches_.emplace();
        for (const fhir::Procedure& procedure : record_.procedures) {
            match_words(procedure.code, procedure_matches_->emplace_back(match(procedure.code)));
        }
    }
    FactItems found;
    for (std::size_t index = 0; index < record_.procedures.size(); ++index) {
        const fhir::Procedure& procedure = record_.procedures[index];
        const Match& matched = (*procedure_matches_)[index];
        const bool was_done = procedure.status == "completed" || procedure.status == "in-progress";
        const WordsHit* words = matched.is_in(fact.sets) ? nullptr : words_for(matched, fact);
        if (!was_done || (!words && !matched.is_in(fact.sets))) continue;
        if (procedure.doubt != fhir::Doubt::none && !fact.written->doubtful_counts) continue;
        Item item;
        name_item(item, matched, words, fact);
        item.reference = reference_to("Procedure", procedure.id);
        item.status = procedure.status;
        item.is_doubtful = procedure.doubt != fhir::Doubt::none;
        if (const auto when = last_known_time(procedure, calendar_)) date_item(item, *when);
        if (is_in_window(fact, item)) found.items.push_back(std::move(item));
    }
    return found;
}

bool FactReader::answers(const fhir::Observation& observation, const CompiledFact& fact) const {
    const auto* value = std::get_if<fhir::CodeableConcept>(&observation.value);
    return value && match(*value).is_in(fact.values);
}

/// The latest observation of the codes alone decides: an older "pregnant" says nothing once there is a newer "not".
FactItems FactReader::observations(const CompiledFact& fact) {
    const fhir::Observation* latest = nullptr;
    std::optional<fhir::DateTime> latest_time;
    std::optional<std::pair<std::chrono::sys_days, std::chrono::sys_seconds>> latest_moment;
    for (const fhir::Observation& observation : record_.observations) {
        if (!is_result_status(observation.status) || !match(observation.code).is_in(fact.sets)) continue;
        if (observation.doubt != fhir::Doubt::none && !(fact.written->doubtful_counts && answers(observation, fact)))
            continue;
        auto time = fhir::end_of(observation.effective);
        if (!time) time = observation.issued;
        decltype(latest_moment) moment;
        if (time) {
            const auto day = calendar_.day_of(*time);
            if (!day) continue;
            moment.emplace(*day, calendar_.moment_of(*time));
        }
        if (latest && moment <= latest_moment) continue;
        latest = &observation;
        latest_time = time;
        latest_moment = moment;
    }
    const auto* value = latest ? std::get_if<fhir::CodeableConcept>(&latest->value) : nullptr;
    if (!value) return {};
    const Match matched = match(*value);
    if (!matched.is_in(fact.values)) return {};
    Item item;
    item.label = matched.label_in(fact.values);
    item.sets = set_names(matched);
    item.reference = reference_to("Observation", latest->id);
    item.status = latest->status;
    item.is_doubtful = latest->doubt != fhir::Doubt::none;
    if (latest_time) date_item(item, *latest_time);
    FactItems found;
    if (is_in_window(fact, item)) found.items.push_back(std::move(item));
    return found;
}

/// What is stated as words only, or in a code that no value set holds, is a reason all the same: one that is not known.
std::vector<StatedReason> FactReader::reasons_of(const fhir::ServiceRequest& request) const {
    std::vector<StatedReason> reasons;
    const auto add = [&](const fhir::CodeableConcept& code) {
        const Match matched = match(code);
        const std::string_view label = matched.hits.empty() ? std::string_view() : matched.hits.front().label;
        reasons.push_back({label, set_names(matched)});
    };
    for (const fhir::CodeableConcept& code : request.reason_codes) add(code);
    for (const fhir::Reference& reference : request.reason_references) {
        const auto condition = std::ranges::find_if(record_.conditions, [&](const fhir::Condition& one) {
            return reference.type == "Condition" && one.id == reference.id;
        });
        if (condition == record_.conditions.end()) {
            reasons.emplace_back();
        } else {
            add(condition->code);
        }
    }
    return reasons;
}

std::vector<Item> FactReader::orders(std::span<const fhir::ServiceRequest> requests) const {
    std::vector<Item> items;
    for (const fhir::ServiceRequest& request : requests) {
        std::vector<CodeHit> hits;
        for (const fhir::Coding& coding : request.code.codings) {
            program_.order_index.codes.find(coding.system, coding.code, hits);
        }
        if (hits.empty()) {
            program_.order_index.words.find(request.code.text, hits);
            for (const fhir::Coding& coding : request.code.codings)
                program_.order_index.words.find(coding.display, hits);
        }
        std::vector<SetId> intents;
        for (const CodeHit& hit : hits) {
            if (std::ranges::find(intents, hit.set) != intents.end()) continue;
            intents.push_back(hit.set);
            const Order& order = *program_.order_index.orders[hit.set];
            Item item;
            item.label = order.label;
            item.intent = order.intent;
            item.group = order.group;
            item.reference = reference_to("ServiceRequest", request.id);
            if (is_order_status(request.status)) item.status = request.status;
            item.reasons = reasons_of(request);
            if (request.authored_on) date_item(item, *request.authored_on);
            items.push_back(std::move(item));
        }
    }
    return items;
}

/// Until some days after it was written or, if later, after it is to be done. A single date that lies far ahead is no
/// plan but a slip of the pen.
bool FactReader::is_open(const fhir::ServiceRequest& request) const {
    if (!is_order_status(request.status) || request.do_not_perform) return false;
    if (request.doubt != fhir::Doubt::none) return false;
    // Nobody has ordered what is only proposed (FHIR R4, request-intent).
    if (request.intent == "proposal" || request.intent == "option") return false;
    std::optional<std::chrono::sys_days> latest;
    if (request.authored_on) latest = calendar_.day_of(*request.authored_on);
    std::optional<fhir::DateTime> occurs = fhir::end_of(request.occurrence);
    if (!occurs) occurs = fhir::start_of(request.occurrence);
    if (occurs) {
        const std::chrono::sys_days day = calendar_.last_day_of(*occurs);
        const bool is_single = std::holds_alternative<fhir::DateTime>(request.occurrence);
        const long ahead = program_.parameters.integer(ahead_days_parameter).value_or(ahead_days_otherwise);
        if (is_single && fhir::days_between(calendar_.today(), day) > ahead) return false;
        latest = std::max(latest.value_or(day), day);
    }
    const std::optional<long> open_days = program_.parameters.integer(open_days_parameter);
    return !latest || !open_days || fhir::days_between(*latest, calendar_.today()) <= *open_days;
}

std::vector<Item> FactReader::open_orders(const std::vector<std::string>& left_out) const {
    std::vector<fhir::ServiceRequest> open;
    for (const fhir::ServiceRequest& request : record_.orders) {
        if (!is_open(request)) continue;
        if (std::ranges::find(left_out, reference_to("ServiceRequest", request.id)) != left_out.end()) continue;
        open.push_back(request);
    }
    std::vector<Item> items = orders(open);
    keep_newest(items);
    return items;
}

}  // namespace rules
