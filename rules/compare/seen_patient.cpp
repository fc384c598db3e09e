#include "rules/compare/seen_patient.hpp"

#include "rules/compare/card_difference.hpp"
#include "rules/page/value_plot.hpp"
#include "rules/record/calendar.hpp"
#include "rules/run/run.hpp"

#include <algorithm>

namespace rules {

CardPairs pair_up(std::vector<const Card*> before, std::vector<const Card*> after) {
    CardPairs pairing;
    for (auto one = before.begin(); one != before.end();) {
        const auto same =
            std::ranges::find_if(after, [&](const Card* other) { return !difference_of(**one, *other).any(); });
        if (same == after.end()) {
            ++one;
            continue;
        }
        pairing.pairs.emplace_back(*one, *same);
        after.erase(same);
        one = before.erase(one);
    }
    const std::size_t changed = std::min(before.size(), after.size());
    for (std::size_t i = 0; i < changed; ++i) pairing.pairs.emplace_back(before[i], after[i]);
    pairing.lost.assign(before.begin() + static_cast<std::ptrdiff_t>(changed), before.end());
    pairing.gained.assign(after.begin() + static_cast<std::ptrdiff_t>(changed), after.end());
    return pairing;
}

bool is_urgent(const Card& card) {
    return card.indicator != Indicator::info;
}

bool loses_warning(const CardPairs& pairs) {
    const auto is_less = [](const auto& pair) { return pair.second->indicator < pair.first->indicator; };
    return std::ranges::any_of(pairs.lost, [](const Card* card) { return is_urgent(*card); }) ||
           std::ranges::any_of(pairs.pairs, is_less);
}

std::string age_band(const Record& record, const Call& call) {
    constexpr int adult = 18, decade = 10, eldest = 80;
    if (!record.patient || !record.patient->birth_date) return "unknown";
    const int age = fhir::age_in_years(*record.patient->birth_date, Calendar(call.at, call.zone).today());
    if (age < adult) return "0-17";
    if (age < 30) return "18-29";
    if (age >= eldest) return "80+";
    const int begin = age / decade * decade;
    return std::to_string(begin) + "-" + std::to_string(begin + decade - 1);
}

std::string sex_of(const Record& record) {
    const std::string_view gender = record.patient ? record.patient->gender : std::string_view();
    const bool is_known = gender == "female" || gender == "male" || gender == "other";
    return is_known ? std::string(gender) : "unknown";
}

std::string unit_name(const CompiledAnalyte& analyte, std::size_t kind, std::size_t unit) {
    return analyte.kinds[kind].name + ", " + analyte.units[unit].name;
}

SeenTest seen_test(Run& run, std::size_t analyte) {
    const CompiledAnalyte& compiled = run.program().analytes[analyte];
    const TestResults& found = run.results(analyte);
    SeenTest seen;
    seen.title = compiled.written->id;
    seen.has_unreadable = !found.unreadable.empty();
    if (!found.result) {
        if (seen.has_unreadable) seen.band = "unreadable";
        return seen;
    }
    const Measurement& measurement = found.all[*found.result];
    const Banding& banding = found.bandings[*found.result];
    seen.unit = unit_name(compiled, measurement.kind, measurement.unit);
    seen.band = banding.spans ? "in two bands" : banding.band.empty() ? "no band" : std::string(banding.band);
    seen.value = std::string(fhir::code_of(measurement.comparator)) + counted_value(measurement.number);
    return seen;
}

}  // namespace rules
