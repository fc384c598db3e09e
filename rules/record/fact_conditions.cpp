// Which conditions count for a fact, and since when. Source: rules/packs/back-pain-labs/REFERENCE.md A.1 (status logic,
// duration), D.6.
#include "rules/record/facts.hpp"

#include <algorithm>
#include <array>

namespace rules {
namespace {

constexpr std::string_view undated_days_parameter = "condition.undatedDays";

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
    return std::ranges::find(codes, code) != codes.end();
}

bool is_in_years(const fhir::Quantity& age) {
    return age.code.empty() ? is_one_of(age.unit, {"a", "year", "years", "yr", "yrs"}) : age.code == "a";
}

}  // namespace

/// An abatement in the future is not there yet; one without a readable date is.
bool FactReader::is_abated(const fhir::Condition& condition) const {
    if (!condition.abated) return false;
    if (!condition.abatement) return true;
    return condition.abatement->last_day() <= calendar_.today();
}

namespace {

/// Whether `status` is one that `holds`. Of two codes of HL7's that contradict each other the one counts that keeps
/// cards away: for a fact that does so the condition counts if either says so, for the others only if both do.
template <typename Holds>
bool status_holds(const fhir::Status& status, bool in_doubt, Holds holds) {
    return in_doubt ? std::ranges::any_of(status.codes, holds) : std::ranges::all_of(status.codes, holds);
}

}  // namespace

bool FactReader::is_verified(const fhir::Condition& condition, const CompiledFact& fact) const {
    const fhir::Status& status = condition.verification_status;
    const bool in_doubt = fact.written->doubtful_counts;
    const bool must_be_confirmed = fact.written->counts == Fact::Counts::active;
    if (!status.is_there) return true;
    if (status.codes.empty()) return !must_be_confirmed;
    return status_holds(status, in_doubt, [&](std::string_view code) {
        return must_be_confirmed ? code == "confirmed" : !is_one_of(code, {"refuted", "entered-in-error"});
    });
}

bool FactReader::counts(const fhir::Condition& condition, const CompiledFact& fact) const {
    const bool in_doubt = fact.written->doubtful_counts;
    if (condition.doubt != fhir::Doubt::none && !in_doubt) return false;
    if (!is_verified(condition, fact)) return false;
    const fhir::Status& status = condition.clinical_status;
    switch (fact.written->counts) {
        case Fact::Counts::ever:
            return true;
        case Fact::Counts::unless_resolved:
            if (is_abated(condition)) return fact.written->remission_counts && status.has("remission");
            return status.codes.empty() || status_holds(status, in_doubt, [&](std::string_view code) {
                       return code == "remission" ? fact.written->remission_counts : code != "resolved";
                   });
        case Fact::Counts::active:
            break;
    }
    if (is_abated(condition)) return false;
    if (status.is_there) {
        return !status.codes.empty() && status_holds(status, in_doubt, [](std::string_view code) {
            return is_one_of(code, {"active", "recurrence", "relapse"});
        });
    }
    const auto recorded = condition.recorded_date ? calendar_.age_in_days(*condition.recorded_date) : std::nullopt;
    const auto limit = program_.parameters.integer(undated_days_parameter);
    return recorded && (!limit || *recorded <= *limit);
}

/// The day before the birthday that ends this year of age, or today if that is earlier.
std::optional<fhir::Date> FactReader::day_of_age(const fhir::Quantity& age) const {
    if (!age.value || age.value->is_negative() || age.comparator != fhir::Comparator::none || !is_in_years(age)) {
        return std::nullopt;
    }
    if (!record_.patient || !record_.patient->birth_date) return std::nullopt;
    const fhir::Date birth = fhir::Date::of(record_.patient->birth_date->last_day());
    const auto years = fhir::add(fhir::floor(*age.value), fhir::Decimal(1));
    const auto birthday = years ? fhir::add(birth, *years, fhir::CalendarUnit::year) : std::nullopt;
    if (!birthday) return std::nullopt;
    return fhir::Date::of(std::min(birthday->first_day() - std::chrono::days{1}, calendar_.today()));
}

/// Onset as a date, the start of a period, an age; else the day it was recorded, which is no earlier than the onset. A
/// date ahead of today is not known. Where a condition counts without a date it then has none: the year of an onset
/// that is a slip of the pen may be later than that of the record.
void FactReader::date_onset(Item& item, const fhir::Condition& condition, const CompiledFact& fact) const {
    std::optional<fhir::DateTime> onset;
    if (const auto* when = std::get_if<fhir::DateTime>(&condition.onset)) onset = *when;
    if (const auto* period = std::get_if<fhir::Period>(&condition.onset)) onset = period->start;
    if (onset && calendar_.day_of(*onset)) return date_item(item, *onset);
    if (onset && fact.written->undated_counts) return;
    if (const auto* age = std::get_if<fhir::Quantity>(&condition.onset)) {
        if (const auto day = day_of_age(*age)) {
            date_item(item, fhir::DateTime{*day, std::nullopt, std::nullopt});
            item.is_at_least = true;
            return;
        }
    }
    if (!condition.recorded_date || !calendar_.day_of(*condition.recorded_date)) return;
    date_item(item, *condition.recorded_date);
    item.is_at_least = true;
    item.is_recorded = true;
}

FactItems FactReader::conditions(const CompiledFact& fact) {
    if (!condition_matches_) {
        condition_matches_.emplace();
        for (const fhir::Condition& condition : record_.conditions) {
            match_words(condition.code, condition_matches_->emplace_back(match(condition.code)));
        }
    }
    FactItems found;
    for (std::size_t index = 0; index < record_.conditions.size(); ++index) {
        const fhir::Condition& condition = record_.conditions[index];
        const Match& matched = (*condition_matches_)[index];
        const WordsHit* words = matched.is_in(fact.sets) ? nullptr : words_for(matched, fact);
        if ((!words && !matched.is_in(fact.sets)) || !counts(condition, fact)) continue;
        Item item;
        name_item(item, matched, words, fact);
        item.reference = reference_to("Condition", condition.id);
        item.lasts = true;
        for (const std::string_view status : condition.clinical_status.codes) {
            if (is_one_of(status, {"active", "recurrence", "relapse", "remission", "inactive", "resolved"}))
                item.status = status;
        }
        item.is_doubtful = condition.doubt != fhir::Doubt::none;
        date_onset(item, condition, fact);
        if (is_in_window(fact, item)) found.items.push_back(std::move(item));
    }
    return found;
}

}  // namespace rules
