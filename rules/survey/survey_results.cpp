// Results: those of the pack's tests, as the engine reads them, and those that look like one of them.
#include "rules/explain/unmatched.hpp"
#include "rules/page/value_plot.hpp"
#include "rules/record/reading.hpp"
#include "rules/survey/survey.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

namespace rules {
namespace {

bool is_withdrawn(std::string_view status) {
    return status == "cancelled" || status == "entered-in-error";
}

struct SpelledUnit {
    std::string text;  ///< as a result spells it; of a text what stands behind its number
    bool is_ucum = false;

    bool empty() const { return text.empty(); }
    std::string_view read_as(const CompiledAnalyte& analyte) const {
        const auto unit = is_ucum ? analyte.unit_of_ucum(text, nullptr) : analyte.unit_of(text, nullptr);
        return unit ? std::string_view(analyte.units[*unit].name) : std::string_view();
    }
};

SpelledUnit spelled_unit(const fhir::ObservationValue& value) {
    if (const auto* quantity = std::get_if<fhir::Quantity>(&value)) {
        const bool has_code = quantity->system == fhir::ucum_system && !trimmed(quantity->code).empty();
        return {key_text(has_code ? quantity->code : quantity->unit), has_code};
    }
    const auto* text = std::get_if<fhir::ValueText>(&value);
    const std::size_t digit = text ? text->text.find_first_of("0123456789") : std::string_view::npos;
    if (digit == std::string_view::npos || text->text.find_first_not_of("<>= \t") != digit) return {};
    const std::size_t end = std::min(text->text.find_first_not_of("0123456789.,", digit), text->text.size());
    return {key_text(text->text.substr(end)), false};
}

/// Who is not a laboratory by its reference, a person for one, is not counted by it.
std::string shown_performer(const fhir::Reference& performer) {
    if (performer.type == "Organization" && !performer.reference.empty()) return key_text(performer.reference);
    if (!performer.identifier_value.empty() && (performer.type.empty() || performer.type == "Organization")) {
        return key_text(std::string(performer.identifier_system) + "|" + std::string(performer.identifier_value));
    }
    return performer.reference.empty() ? "no reference" : "no organization";
}

class ResultSurvey {
  public:
    ResultSurvey(const Survey& survey, const MeasurementReader& reader, PatientTally& tally)
        : survey_(survey),
          program_(survey.program()),
          reader_(reader),
          tally_(tally),
          found_(program_.analytes.size()) {}

    void look_at(const fhir::Observation& observation) {
        for (std::vector<Measurement>& of_test : found_) of_test.clear();
        reader_.read(observation, found_);
        std::set<std::size_t> tests;
        note_codes(observation.code, observation.value, tests);
        for (const fhir::ObservationComponent& component : observation.component)
            note_codes(component.code, component.value, tests);
        for (const std::size_t test : tests) note(observation, test);
        if (tests.empty()) note_unmapped(observation.code, observation.value);
        for (const fhir::ObservationComponent& component : observation.component)
            note_unmapped(component.code, component.value);
    }

    /// After the last observation: the values that a plot shows.
    void note_values() {
        for (const auto& [of, value] : newest_) {
            const auto [test, kind, unit] = of;
            const CompiledAnalyte& analyte = program_.analytes[test];
            tally_.note({"result", id_of(test), "value", analyte.kinds[kind].name, analyte.units[unit].name,
                         counted_value(value.number)});
        }
    }

  private:
    const std::string& id_of(std::size_t test) const { return program_.analytes[test].written->id; }

    void note_codes(const fhir::CodeableConcept& code, const fhir::ObservationValue& value,
                    std::set<std::size_t>& tests) {
        for (const fhir::Coding& coding : code.codings) {
            const std::vector<AnalyteHit>* hits = program_.analyte_codes.find(coding.system, coding.code);
            if (!hits) continue;
            const CountedCode counted = counted_code(coding);
            if (!coding.display.empty())
                tally_.note({"display", counted.system, counted.code, key_text(coding.display)});
            for (const AnalyteHit& hit : *hits) {
                tests.insert(hit.analyte);
                const CompiledAnalyte& analyte = program_.analytes[hit.analyte];
                tally_.note(
                    {"result", id_of(hit.analyte), "code", counted.system, counted.code, analyte.kinds[hit.kind].name});
                const SpelledUnit unit = spelled_unit(value);
                if (!unit.empty())
                    tally_.note({"result", id_of(hit.analyte), "unit", unit.text, unit.read_as(analyte)});
            }
        }
    }

    void note(const fhir::Observation& observation, std::size_t test) {
        const std::string& id = id_of(test);
        tally_.note({"result", id, "all"});
        tally_.note({"result", id, "status", observation.status.empty() ? "none" : key_text(observation.status)});
        const std::vector<Measurement>& measurements = found_[test];
        if (measurements.empty()) {
            return tally_.note({"result", id, "outcome", is_withdrawn(observation.status) ? "withdrawn" : "no value"});
        }
        for (const Measurement& measurement : measurements) note(measurement, test);
        note_performers(observation, measurements.front(), id);
    }

    void note(const Measurement& measurement, std::size_t test) {
        const std::string& id = id_of(test);
        const CompiledAnalyte& analyte = program_.analytes[test];
        tally_.note(
            {"result", id, "year", measurement.date ? std::to_string(measurement.date->year) : std::string("no date")});
        switch (measurement.state) {
            case Measurement::State::awaited:
                return tally_.note({"result", id, "outcome", "awaited"});
            case Measurement::State::unreadable:
                tally_.note({"result", id, "outcome", "unreadable"});
                return tally_.note({"result", id, "why", words_for(measurement.fault)});
            case Measurement::State::readable:
                break;
        }
        tally_.note({"result", id, "outcome", "readable"});
        const std::string& kind = analyte.kinds[measurement.kind].name;
        const std::string& unit = analyte.units[measurement.unit].name;
        if (measurement.interval.is_exact()) {
            keep_newest(measurement, test);
        } else {
            tally_.note({"result", id, "beyond", kind, unit, fhir::code_of(measurement.comparator)});
        }
        if (!has_bands(measurement, analyte)) return;
        const Banding banding = band_measurement(measurement, analyte);
        const std::string_view words = banding.words.empty() ? banding.band : banding.words;
        tally_.note({"result", id, "band", kind,
                     banding.spans   ? std::string_view("in more than one")
                     : words.empty() ? std::string_view("none")
                                     : words});
    }

    /// Of two that are equally new the greater one counts, so that the order of a record decides nothing.
    void keep_newest(const Measurement& measurement, std::size_t test) {
        const Value value{measurement.moment, measurement.number};
        const auto [kept, is_new] = newest_.try_emplace({test, measurement.kind, measurement.unit}, value);
        if (!is_new && std::tie(kept->second.moment, kept->second.number) < std::tie(value.moment, value.number)) {
            kept->second = value;
        }
    }

    /// A site that names its laboratories hears of those that it does not name.
    void note_performers(const fhir::Observation& observation, const Measurement& measurement, const std::string& id) {
        if (program_.site.laboratories.empty() || measurement.laboratory) return;
        if (observation.performer.empty()) tally_.note({"result", id, "performer", "no performer"});
        for (const fhir::Reference& performer : observation.performer)
            tally_.note({"result", id, "performer", shown_performer(performer)});
    }

    void note_unmapped(const fhir::CodeableConcept& code, const fhir::ObservationValue& value) {
        const auto test = looks_like(code);
        if (!test) return;
        const std::string& id = id_of(*test);
        std::vector<CountedCode> codes;
        for (const fhir::Coding& coding : code.codings) {
            if (!coding.code.empty()) codes.push_back(counted_code(coding));
        }
        if (codes.empty()) codes.emplace_back();
        for (const CountedCode& counted : codes) {
            tally_.note({"unmapped", id, "all", counted.system, counted.code});
            for (const std::string_view text : texts_of(code))
                tally_.note({"unmapped", id, "text", counted.system, counted.code, key_text(text)});
            const SpelledUnit unit = spelled_unit(value);
            if (!unit.empty()) tally_.note({"unmapped", id, "unit", counted.system, counted.code, unit.text});
        }
    }

    /// By the words of explanations, or by the title of a test that has none.
    std::optional<std::size_t> looks_like(const fhir::CodeableConcept& code) const {
        if (is_known_result(program_, code)) return std::nullopt;
        std::vector<CodeHit> hits;
        for (const std::string_view text : texts_of(code)) survey_.names().tests.find(text, hits);
        for (const fhir::Coding& coding : code.codings) survey_.names().tests.find(coding.code, hits);
        return hits.empty() ? std::nullopt : std::optional<std::size_t>(hits.front().set);
    }

    const Survey& survey_;
    const Program::Inner& program_;
    const MeasurementReader& reader_;
    PatientTally& tally_;
    std::vector<std::vector<Measurement>> found_;  ///< of one observation, by test
    struct Value {
        std::chrono::sys_seconds moment;
        fhir::Decimal number;
    };
    std::map<std::tuple<std::size_t, std::size_t, std::size_t>, Value> newest_;  ///< by test, kind and unit
};

}  // namespace

void survey_results(const Survey& survey, const Record& record, const Calendar& calendar, PatientTally& tally) {
    const Program::Inner& program = survey.program();
    const MeasurementReader reader(program.analytes, program.analyte_codes, program.order_index, program.site, calendar,
                                   record.patient ? &*record.patient : nullptr);
    ResultSurvey results(survey, reader, tally);
    for (const fhir::Observation& observation : record.observations) results.look_at(observation);
    results.note_values();
}

}  // namespace rules
