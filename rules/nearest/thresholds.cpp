#include "rules/nearest/thresholds.hpp"

#include "rules/explain/near_miss.hpp"
#include "rules/run/reach.hpp"

#include <algorithm>
#include <optional>

namespace rules {
namespace {

const BandScale* scale_of(const Measurement& measurement, const CompiledAnalyte& analyte) {
    const std::size_t kind = measurement.kind;
    const bool is_own = measurement.laboratory && measurement.laboratory->ruleset &&
                        kind < measurement.laboratory->ruleset->has_bands.size() &&
                        measurement.laboratory->ruleset->has_bands[kind];
    const RulesetInForce& ruleset = is_own ? *measurement.laboratory->ruleset : analyte.ruleset;
    if (kind >= ruleset.scales.size() || measurement.unit >= ruleset.scales[kind].size()) return nullptr;
    return &ruleset.scales[kind][measurement.unit];
}

void add_days(const std::optional<long>& days, std::set<long>& to) {
    if (days) to.insert(*days);
}

void add_compared(const CompiledExpression& expression, const Parameters& parameters, std::set<long>& to) {
    for (const Comparison& comparison : comparisons_in(condition_of(expression.path, parameters))) {
        if (comparison.member != "ageDays" && comparison.member != "daysOnTreatment") continue;
        const auto number = fhir::Decimal::parse(comparison.wanted);
        const auto days = number ? number->to_int64() : std::nullopt;
        if (days) to.insert(static_cast<long>(*days));
    }
}

}  // namespace

std::vector<fhir::Decimal> numbers_beside(const Measurement& measurement, const CompiledAnalyte& analyte) {
    std::vector<fhir::Decimal> numbers;
    const auto add = [&numbers](const std::optional<fhir::Decimal>& number) {
        if (number) numbers.push_back(*number);
    };
    if (const BandScale* scale = scale_of(measurement, analyte)) {
        for (const BandStep& step : *scale) add(step.bound);
    }
    const CompiledKind& kind = analyte.kinds[measurement.kind];
    if (measurement.unit < kind.marks.size()) {
        for (const CompiledMark& mark : kind.marks[measurement.unit]) add(mark.number);
    }
    if (measurement.unit < kind.plausibility.size()) {
        const Plausibility& plausible = kind.plausibility[measurement.unit];
        for (const auto* number : {&plausible.fault_below, &plausible.fault_above, &plausible.verify_above})
            add(*number);
    }
    add(measurement.printed.low);
    add(measurement.printed.high);
    return numbers;
}

int places_of_grid(const fhir::Decimal& number, const std::vector<fhir::Decimal>& beside) {
    constexpr int most_places = 4;
    int places = number.decimal_places();
    for (const fhir::Decimal& edge : beside) places = std::max(places, edge.decimal_places());
    return std::min(places, most_places);
}

std::set<long> days_compared(const Program::Inner& program, const Trace& trace) {
    std::set<long> days;
    for (const std::string& name : parameters_behind(program, trace)) add_days(program.parameters.integer(name), days);
    for (const CompiledFact& fact : program.facts) {
        if (!trace.slots.contains(fact.slot)) continue;
        for (const auto* number : {&fact.within_days, &fact.current_days, &fact.completed_days, &fact.named_days}) {
            add_days(*number, days);
        }
        if (fact.items) add_compared(*fact.items, program.parameters, days);
        for (const auto* list : {&fact.any, &fact.all, &fact.none}) {
            for (const CompiledExpression& part : *list) add_compared(part, program.parameters, days);
        }
    }
    for (std::size_t test = 0; test < program.analytes.size(); ++test) {
        if (!trace.slots.contains(static_cast<std::uint16_t>(program.analyte_slot(test)))) continue;
        const CompiledAnalyte& analyte = program.analytes[test];
        for (const auto* number :
             {&analyte.valid_days, &analyte.old_days, &analyte.pending_days, &analyte.danger_valid_days}) {
            add_days(*number, days);
        }
    }
    return days;
}

}  // namespace rules
