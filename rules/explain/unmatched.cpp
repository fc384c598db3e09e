#include "rules/explain/unmatched.hpp"

#include "rules/pack/code_systems.hpp"
#include "rules/program/program_inner.hpp"
#include "rules/record/measurement.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr std::size_t most_listed = 100;
constexpr std::size_t longest_code = 32, longest_system = 80;

/// A code as it may be shown: what could be a sentence, or a name, is none.
bool is_showable(std::string_view code) {
    const auto is_of_code = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_' || c == ':' || c == '/';
    };
    return !code.empty() && code.size() <= longest_code && std::ranges::all_of(code, is_of_code);
}

std::string system_words(std::string_view system) {
    if (system.empty()) return " without a code system";
    if (system.size() > longest_system) return " of a system with a long name";
    if (is_absolute_uri(system)) return " of " + std::string(system);
    return is_showable(system) ? " of \"" + std::string(system) + "\", which is no URI" : " of a system that is no URI";
}

std::string code_words(const fhir::CodeableConcept& code) {
    for (const fhir::Coding& coding : code.codings) {
        if (!is_showable(coding.code)) continue;
        const std::string_view name = name_of_system(coding.system);
        if (name != coding.system) return std::string(name) + " " + std::string(coding.code);
        return std::string(coding.code) + system_words(coding.system);
    }
    return "words without a code";
}

/// What a site file could name the laboratory of a result by.
std::string laboratory_words(const fhir::Observation& result) {
    if (result.performer.empty()) return "no performer";
    for (const fhir::Reference& performer : result.performer) {
        if (!performer.type.empty() && fhir::is_id(performer.id))
            return std::string(performer.type) + "/" + std::string(performer.id);
        if (is_showable(performer.identifier_value)) return "identifier " + std::string(performer.identifier_value);
    }
    return "a performer without reference or identifier";
}

void add_names(const Program::Inner& program, std::string_view text, std::vector<CaughtName>& names) {
    std::vector<CodeHit> hits;
    program.medicine_names.find(text, hits);
    for (const CodeHit& hit : hits) names.push_back({hit.label, text});
}

bool is_of_a_test(const Program::Inner& program, const fhir::CodeableConcept& code) {
    return std::ranges::any_of(code.codings, [&program](const fhir::Coding& coding) {
        return program.analyte_codes.find(coding.system, coding.code) != nullptr;
    });
}

class Finder {
  public:
    Finder(const Program::Inner& program, const Record& record) : program_(program), record_(record) {}

    std::vector<Unmatched> find() {
        for (const fhir::Observation& result : record_.observations) look_at(result);
        for (const fhir::Observation& result : record_.observations) look_at_laboratory_of(result);
        for (const fhir::MedicationRequest& one : record_.medication_requests)
            look_at(one.medication, reference_to("MedicationRequest", one.id));
        for (const fhir::MedicationStatement& one : record_.medication_statements)
            look_at(one.medication, reference_to("MedicationStatement", one.id));
        for (const fhir::MedicationAdministration& one : record_.medication_administrations)
            look_at(one.medication, reference_to("MedicationAdministration", one.id));
        for (const fhir::Condition& one : record_.conditions) {
            if (!one.code.empty() && !is_known_code(program_, one.code))
                add(Unmatched::Kind::problem, code_words(one.code), reference_to("Condition", one.id));
        }
        return std::move(found_);
    }

  private:
    /// Where a site names its laboratories, a result of none of them is read by the pack's own limits.
    void look_at_laboratory_of(const fhir::Observation& result) {
        if (program_.site.laboratories.empty() || !is_of_a_test(program_, result.code)) return;
        if (laboratory_of(program_.site, result)) return;
        add(Unmatched::Kind::laboratory, laboratory_words(result), reference_to("Observation", result.id));
    }

    void look_at(const fhir::Observation& result) {
        const auto test = looks_like_test(program_, result.code);
        if (!test) return;
        const std::string_view title = program_.analytes[*test].written->title;
        add(Unmatched::Kind::result, code_words(result.code), reference_to("Observation", result.id), title);
    }

    void look_at(const fhir::MedicationChoice& medication, const std::string& reference) {
        const KnownMedicine known = known_medicine(program_, medication);
        if (!known.by_code && known.names.empty())
            add(Unmatched::Kind::medicine, code_words(medication.code), reference);
    }

    void add(Unmatched::Kind kind, std::string words, std::string reference, std::string_view looks_like = {}) {
        const auto same = std::ranges::find_if(found_, [&](const Unmatched& one) {
            return one.kind == kind && one.code == words && one.looks_like == looks_like;
        });
        if (same != found_.end()) {
            ++same->records;
        } else if (found_.size() < most_listed) {
            found_.push_back({kind, std::move(words), std::move(reference), 1, looks_like});
        }
    }

    const Program::Inner& program_;
    const Record& record_;
    std::vector<Unmatched> found_;
};

}  // namespace

bool is_known_code(const Program::Inner& program, const fhir::CodeableConcept& code) {
    std::vector<CodeHit> hits;
    for (const fhir::Coding& coding : code.codings) program.codes.find(coding.system, coding.code, hits);
    return !hits.empty();
}

bool is_known_result(const Program::Inner& program, const fhir::CodeableConcept& code) {
    return is_of_a_test(program, code) || is_known_code(program, code);
}

std::optional<std::size_t> looks_like_test(const Program::Inner& program, const fhir::CodeableConcept& code) {
    if (is_known_result(program, code)) return std::nullopt;
    std::vector<CodeHit> hits;
    program.analyte_words.find(code.text, hits);
    for (const fhir::Coding& coding : code.codings) {
        program.analyte_words.find(coding.display, hits);
        program.analyte_words.find(coding.code, hits);
    }
    if (hits.empty()) return std::nullopt;
    return hits.front().set;
}

/// By its code, its ingredients' codes, and the names of ingredients in what the record calls it.
KnownMedicine known_medicine(const Program::Inner& program, const fhir::MedicationChoice& medication) {
    KnownMedicine known;
    add_names(program, medication.reference.display, known.names);
    const auto look_at = [&](const fhir::CodeableConcept& code) {
        known.by_code = known.by_code || is_known_code(program, code);
        add_names(program, code.text, known.names);
        for (const fhir::Coding& coding : code.codings) add_names(program, coding.display, known.names);
    };
    look_at(medication.code);
    for (const fhir::CodeableConcept& ingredient : medication.ingredients) look_at(ingredient);
    return known;
}

std::vector<Unmatched> unmatched(const Program& program, const Record& record) {
    return Finder(program.inner(), record).find();
}

}  // namespace rules
