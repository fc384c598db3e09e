#include "rules/nearest/movable_values.hpp"

#include "rules/nearest/thresholds.hpp"

namespace rules {
namespace {

std::optional<MovableValue> movable(const Measurement& one, const CompiledAnalyte& analyte,
                                    const std::string& reference, const ChangedRecord& record) {
    const auto resource = record.find(reference);
    if (!resource || one.unit_text.empty() || one.comparator != fhir::Comparator::none) return std::nullopt;
    const auto place = record.find_value(*resource, one.number);
    if (!place) return std::nullopt;
    MovableValue value;
    value.place = *place;
    value.reference = reference;
    value.analyte = analyte.written->id;
    value.title = analyte.written->title;
    value.unit = analyte.units[one.unit].name;
    if (one.date) value.date = one.date->text();
    value.number = one.number;
    value.beside = numbers_beside(one, analyte);
    value.places = places_of_grid(value.number, value.beside);
    return value;
}

}  // namespace

std::vector<MovableValue> movable_values(Run& run, const Trace& trace, const ChangedRecord& record, Labels& labels) {
    const Program::Inner& program = run.program();
    const std::vector<std::vector<Measurement>> measurements = read_measurements(program, run.record(), run.calendar());
    std::vector<MovableValue> values;
    for (std::size_t test = 0; test < measurements.size(); ++test) {
        if (!trace.slots.contains(static_cast<std::uint16_t>(program.analyte_slot(test)))) continue;
        const CompiledAnalyte& analyte = program.analytes[test];
        for (const Measurement& one : measurements[test]) {
            const std::string reference = reference_to("Observation", one.observation->id);
            labels.emplace(reference, analyte.written->title);
            if (auto value = movable(one, analyte, reference, record)) values.push_back(std::move(*value));
        }
    }
    return values;
}

fhir::Decimal without_zeros(fhir::Decimal number, int least_places) {
    while (number.decimal_places() > least_places) {
        const auto shorter = fhir::with_decimal_places(number, number.decimal_places() - 1);
        if (!shorter || *shorter != number) break;
        number = *shorter;
    }
    return number;
}

std::optional<long> in_steps(const fhir::Decimal& number, int places) {
    fhir::Decimal power(1);
    for (int at = 0; at < places; ++at) power = fhir::multiply(power, fhir::Decimal(10)).value_or(power);
    const auto steps = fhir::multiply(number, power);
    const auto whole = steps ? fhir::floor(*steps).to_int64() : std::nullopt;
    constexpr std::int64_t farthest = 1'000'000'000'000'000;  // no result is: sums of two steps stay numbers
    if (!whole || *whole > farthest || *whole < -farthest) return std::nullopt;
    return static_cast<long>(*whole);
}

}  // namespace rules
