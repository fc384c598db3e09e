#include "rules/record/measurement.hpp"

#include "fhir/ucum.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::size_t usual_measurements = 8;  // of one test

/// Nothing for a status that withdraws the result; `unknown` for one that says nothing (FHIR R4, observation-status).
std::optional<Finality> finality_of(std::string_view status) {
    if (status == "final") return Finality::complete;
    if (status == "amended" || status == "corrected") return Finality::amended;
    if (status == "registered" || status == "preliminary") return Finality::awaited;
    if (status == "cancelled" || status == "entered-in-error") return std::nullopt;
    return Finality::unknown;
}

Fault fault_of(fhir::Doubt doubt) {
    switch (doubt) {
        case fhir::Doubt::none:
            return Fault::none;
        case fhir::Doubt::modified:
            return Fault::modified;
        case fhir::Doubt::versions_differ:
            return Fault::versions_differ;
        case fhir::Doubt::focus_unknown:
            return Fault::focus_unknown;
    }
    return Fault::none;
}

bool is_named(const Laboratory& laboratory, const fhir::Reference& performer) {
    if (!laboratory.reference.empty() && performer.reference == laboratory.reference) return true;
    if (!laboratory.reference.empty() && performer.kind == fhir::ReferenceKind::absolute) {
        const std::string relative = std::string(performer.type) + "/" + std::string(performer.id);
        if (relative == laboratory.reference) return true;
    }
    return !laboratory.identifier_value.empty() && performer.identifier_value == laboratory.identifier_value &&
           performer.identifier_system == laboratory.identifier_system;
}

}  // namespace

bool MeasurementReader::knows_unit(std::string_view text) const {
    if (codes_.knows_unit(text)) return true;
    // An annotation in braces is free text.
    return text.find('{') == std::string_view::npos && fhir::parse_ucum(text).has_value();
}

const Laboratory* laboratory_of(const Site& site, const fhir::Observation& observation) {
    const Laboratory* for_all_others = nullptr;
    for (const Laboratory& laboratory : site.laboratories) {
        if (laboratory.is_default) for_all_others = &laboratory;
        for (const fhir::Reference& performer : observation.performer) {
            if (is_named(laboratory, performer)) return &laboratory;
        }
    }
    return for_all_others;
}

/// Whether a code of `code` is that of an order for something else: 25-OH and 1,25-dihydroxyvitamin D in one.
bool MeasurementReader::orders_another_test(const fhir::CodeableConcept& code, const CompiledKind& kind) const {
    return std::ranges::any_of(code.codings, [&](const fhir::Coding& coding) {
        std::vector<CodeHit> hits;
        orders_.codes.find(coding.system, coding.code, hits);
        return !hits.empty() && std::ranges::none_of(hits, [&](const CodeHit& hit) {
            return orders_.orders[hit.set]->intent == kind.intent;
        });
    });
}

void MeasurementReader::match(const fhir::CodeableConcept& code, Matches& matched) const {
    for (const fhir::Coding& coding : code.codings) {
        const std::vector<AnalyteHit>* hits = codes_.find(coding.system, coding.code);
        if (!hits) continue;
        for (const AnalyteHit& hit : *hits) {
            const auto known = std::ranges::find(matched, hit.analyte, &MatchedCodes::analyte);
            if (known == matched.end()) {
                matched.push_back({hit.analyte, hit.kind, {hit.property}, false});
            } else {
                known->disagree = known->disagree || known->kind != hit.kind;
                known->properties.push_back(hit.property);
            }
        }
    }
    if (code.codings.size() < 2) return;
    // One value cannot be the result of two tests, and nothing says of which it is.
    const bool names_two_tests = matched.size() > 1;
    for (MatchedCodes& codes : matched) {
        const CompiledKind& kind = analytes_[codes.analyte].kinds[codes.kind];
        codes.disagree = codes.disagree || names_two_tests || orders_another_test(code, kind);
    }
}

void MeasurementReader::read(const fhir::Observation& observation,
                             std::vector<std::vector<Measurement>>& by_analyte) const {
    Matches matched;
    match(observation.code, matched);
    for (const MatchedCodes& codes : matched) {
        std::vector<Measurement>& all = by_analyte[codes.analyte];
        all.reserve(usual_measurements);
        read_one(observation, codes, observation.value, observation.has_data_absent_reason, observation.reference_range,
                 all);
    }
    for (const fhir::ObservationComponent& component : observation.component) {
        matched.clear();
        match(component.code, matched);
        for (const MatchedCodes& codes : matched) {
            read_one(observation, codes, component.value, component.has_data_absent_reason, component.reference_range,
                     by_analyte[codes.analyte]);
        }
    }
}

void MeasurementReader::read_one(const fhir::Observation& observation, const MatchedCodes& codes,
                                 const fhir::ObservationValue& value, bool is_absent,
                                 const std::vector<fhir::ReferenceRange>& ranges,
                                 std::vector<Measurement>& measurements) const {
    const auto finality = finality_of(observation.status);
    if (!finality) return;
    const CompiledAnalyte& analyte = analytes_[codes.analyte];
    const LaboratoryRules* laboratory = analyte.rules_of(laboratory_of(site_, observation));
    WrittenValue written;
    if (*finality != Finality::awaited) {
        written = read_value(value, is_absent, analyte, codes.properties, laboratory,
                             [this](std::string_view text) { return knows_unit(text); });
        if (!written.is_there) return;
    }
    Measurement& measurement = measurements.emplace_back();
    measurement.finality = *finality;
    measurement.observation = &observation;
    measurement.kind = codes.kind;
    measurement.laboratory = laboratory;
    if (*finality == Finality::awaited) {
        measurement.state = Measurement::State::awaited;
    } else {
        read_written(measurement, written, analyte);
        if (codes.disagree) measurement.refuse(Fault::codes_disagree);
        if (*finality == Finality::unknown) measurement.refuse(Fault::unknown_status);
    }
    if (const Fault doubt = fault_of(observation.doubt); doubt != Fault::none) measurement.refuse(doubt);
    date(measurement);
    if (measurement.is_readable() && !ranges.empty()) {
        measurement.printed =
            choose_range(ranges, {analyte, measurement.kind, measurement.unit, laboratory}, person_on(measurement.day));
    }
}

RangePerson MeasurementReader::person_on(std::chrono::sys_days day) const {
    RangePerson person;
    if (!patient_) return person;
    person.sex = patient_->gender;
    if (patient_->birth_date) person.age_years = fhir::age_in_years(*patient_->birth_date, day);
    return person;
}

void MeasurementReader::read_written(Measurement& measurement, WrittenValue& written,
                                     const CompiledAnalyte& analyte) const {
    measurement.comparator = written.comparator;
    measurement.unit = written.unit;
    measurement.number = written.number;
    measurement.unit_text = written.unit_text;
    measurement.echo = std::move(written.echo);
    if (written.fault != Fault::none) return measurement.refuse(written.fault);
    if (written.comparator == fhir::Comparator::other) return measurement.refuse(Fault::unknown_comparator);
    const auto interval = interval_of(written.comparator, written.number);
    if (!interval || written.number.is_negative()) return measurement.refuse(Fault::impossible);
    measurement.interval = *interval;
    const Plausibility& plausible = analyte.kinds[measurement.kind].plausibility[measurement.unit];
    if (interval->is_exact() && plausible.fault_below && written.number < *plausible.fault_below) {
        return measurement.refuse(Fault::too_low);
    }
    if (plausible.fault_above && interval->is_above(*plausible.fault_above)) return measurement.refuse(Fault::too_high);
    measurement.needs_verification = plausible.verify_above && interval->is_above(*plausible.verify_above);
}

void MeasurementReader::date(Measurement& measurement) const {
    const fhir::Observation& observation = *measurement.observation;
    std::optional<fhir::DateTime> when = fhir::end_of(observation.effective);
    if (!when) when = fhir::start_of(observation.effective);
    if (!when) when = observation.issued;
    if (observation.issued) measurement.issued = calendar_.moment_of(*observation.issued);
    if (!when) {
        if (measurement.is_readable()) measurement.refuse(Fault::no_date);
        return;
    }
    measurement.date = calendar_.date_of(*when);
    measurement.moment = calendar_.moment_of(*when);
    measurement.has_time = when->time.has_value();
    if (const auto day = calendar_.day_of(*when)) {
        measurement.day = *day;
        measurement.age_days = fhir::days_between(*day, calendar_.today());
    } else {
        measurement.day = calendar_.today();
        if (measurement.is_readable()) measurement.refuse(Fault::in_the_future);
    }
}

}  // namespace rules
