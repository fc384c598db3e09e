#include "rules/explain/seen_results.hpp"

#include "rules/explain/unmatched.hpp"
#include "rules/pack/code_systems.hpp"
#include "rules/program/program_inner.hpp"
#include "rules/record/measurement.hpp"
#include "rules/run/run.hpp"
#include "rules/text/check_digit.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace rules {
namespace {

std::string_view name_of(Fault fault) {
    switch (fault) {
        case Fault::none:
            return "unreadable";
        case Fault::not_a_number:
            return "not-a-number";
        case Fault::no_unit:
            return "no-unit";
        case Fault::unknown_unit:
            return "unknown-unit";
        case Fault::unit_against_unit_code:
            return "unit-against-unit-code";
        case Fault::unit_against_code:
            return "unit-against-code";
        case Fault::codes_disagree:
            return "codes-disagree";
        case Fault::unknown_comparator:
            return "unknown-comparator";
        case Fault::impossible:
            return "impossible";
        case Fault::too_low:
            return "too-low";
        case Fault::too_high:
            return "too-high";
        case Fault::no_date:
            return "no-date";
        case Fault::in_the_future:
            return "in-the-future";
        case Fault::values_disagree:
            return "values-disagree";
        case Fault::unknown_status:
            return "unknown-status";
        case Fault::modified:
            return "modified";
        case Fault::versions_differ:
            return "versions-differ";
        case Fault::focus_unknown:
            return "focus-unknown";
        case Fault::spans_bands:
            return "spans-bands";
    }
    return "unreadable";
}

std::string_view reading_of(const Measurement& measurement) {
    switch (measurement.state) {
        case Measurement::State::readable:
            return "readable";
        case Measurement::State::awaited:
            return "awaited";
        case Measurement::State::unreadable:
            return name_of(measurement.fault);
    }
    return "unreadable";
}

/// The code of `code` that exists beyond doubt; else that there is one.
std::string code_name(const fhir::CodeableConcept& code) {
    for (const fhir::Coding& coding : code.codings) {
        const bool exists = (coding.system == fhir::loinc_system && is_loinc_code(coding.code)) ||
                            (coding.system == fhir::snomed_system && is_snomed_code(coding.code));
        if (exists) return "code " + std::string(name_of_system(coding.system)) + " " + std::string(coding.code);
    }
    return code.codings.empty() ? "words without a code" : "code of another system";
}

class Counter {
  public:
    explicit Counter(Run& run) : run_(run), program_(run.program()) {}

    SeenResults count() {
        for (const fhir::Observation& result : run_.record().observations) {
            if (const auto test = looks_like_test(program_, result.code)) note(id_of(*test), code_name(result.code));
        }
        const std::vector<std::vector<Measurement>>& by_analyte = run_.read_results();
        for (std::size_t analyte = 0; analyte < by_analyte.size(); ++analyte) {
            for (const Measurement& one : by_analyte[analyte]) add(id_of(analyte), one);
        }
        return std::move(seen_);
    }

  private:
    std::string_view id_of(std::size_t analyte) const { return program_.analytes[analyte].written->id; }

    void add(std::string_view analyte, const Measurement& measurement) {
        const std::string_view reading = reading_of(measurement);
        const auto same = std::ranges::find_if(
            seen_.results, [&](const SeenResult& one) { return one.analyte == analyte && one.reading == reading; });
        if (same != seen_.results.end()) {
            ++same->results;
        } else {
            seen_.results.push_back({analyte, reading, 1});
        }
        const bool has_foreign_unit =
            measurement.state == Measurement::State::unreadable && measurement.fault == Fault::unknown_unit;
        if (has_foreign_unit) note(analyte, unit_name(*measurement.observation));
    }

    /// The unit of some other test of the pack, in the pack's own spelling.
    std::string unit_name(const fhir::Observation& result) const {
        const auto* quantity = std::get_if<fhir::Quantity>(&result.value);
        for (const CompiledAnalyte& analyte : program_.analytes) {
            if (quantity == nullptr) break;
            auto unit = analyte.unit_of(quantity->unit, nullptr);
            if (!unit) unit = analyte.unit_of_ucum(quantity->code, nullptr);
            if (unit) return "unit " + analyte.units[*unit].name;
        }
        return "unit of another name";
    }

    void note(std::string_view analyte, std::string name) {
        const auto same = std::ranges::find_if(
            seen_.unseen, [&](const UnseenName& one) { return one.analyte == analyte && one.name == name; });
        if (same != seen_.unseen.end()) {
            ++same->results;
        } else if (seen_.unseen.size() < most_unseen) {
            seen_.unseen.push_back({analyte, std::move(name), 1});
        }
    }

    Run& run_;
    const Program::Inner& program_;
    SeenResults seen_;
};

}  // namespace

SeenResults seen_results(Run& run) {
    return Counter(run).count();
}

}  // namespace rules
