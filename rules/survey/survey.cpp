#include "rules/survey/survey.hpp"

#include "rules/check/check.hpp"
#include "rules/run/judge.hpp"

#include <algorithm>

namespace rules {
namespace {

constexpr long adult_years = 18;
constexpr std::string_view age_bands[] = {"0 to 17",  "18 to 29", "30 to 39", "40 to 49",
                                          "50 to 59", "60 to 69", "70 to 79", "80 and more"};

std::string_view age_band(long years) {
    if (years < adult_years) return age_bands[0];
    return age_bands[static_cast<std::size_t>(std::clamp(years / 10 - 1, 1L, 7L))];
}

/// FHIR R4's codes; what else stands there may be anything.
std::string_view shown_sex(std::string_view gender) {
    constexpr std::string_view codes[] = {"female", "male", "other", "unknown"};
    if (std::ranges::find(codes, gender) != std::end(codes)) return gender;
    return gender.empty() ? "not said" : "no code of FHIR";
}

void add_names_of(const fhir::ValueSet& value_set, SetId id, NameIndex& names) {
    for (const fhir::ValueSet::System& system : value_set.included()) {
        for (const fhir::ValueSet::Concept& listed : system.concepts) {
            names.add(id, listed.display, listed.display);
            for (const std::string& name : listed.designations) names.add(id, name, listed.display);
        }
    }
}

void add_categories(const fhir::ValueSet& value_set, SurveyNames& names) {
    for (const fhir::ValueSet::System& system : value_set.included()) {
        for (const fhir::ValueSet::Concept& listed : system.concepts) {
            const std::string_view category = icd_category(system.url, listed.code);
            if (!category.empty()) names.categories[{system.url, std::string(category)}].insert(value_set.id());
        }
    }
}

void survey_patient(Run& run, const Record& record, PatientTally& tally) {
    tally.note({"patient", "all"});
    if (!record.patient) return tally.note({"patient", "age", "no Patient resource"});
    tally.note({"patient", "sex", shown_sex(record.patient->gender)});
    if (record.patient->birth_date) {
        const long years = fhir::age_in_years(*record.patient->birth_date, run.calendar().today());
        tally.note({"patient", "age", age_band(years)});
    } else {
        tally.note({"patient", "age", "no birth date"});
    }
    Judge judge(run);
    for (std::size_t gate = 0; gate < run.program().gates.size(); ++gate) {
        const Gate& written = *run.program().gates[gate].written;
        if (written.passes.empty()) continue;
        if (judge.gate(gate).truth == Truth::holds) tally.note({"patient", "gate", written.passes});
    }
}

}  // namespace

std::string_view icd_category(std::string_view system, std::string_view code) {
    const bool is_icd = system == fhir::icd10_cm_system || system == fhir::icd10_system;
    return is_icd && code.size() > 3 ? code.substr(0, 3) : std::string_view();
}

bool is_of_safety(const CompiledFact& fact) {
    return !fact.words.empty() || !fact.history_words.empty();
}

CountedCode counted_code(const fhir::Coding& coding) {
    return {key_text(coding.system), key_text(coding.code)};
}

std::vector<std::string_view> texts_of(const fhir::CodeableConcept& code) {
    std::vector<std::string_view> texts;
    const auto add = [&texts](std::string_view text) {
        if (!text.empty() && std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
    };
    add(code.text);
    for (const fhir::Coding& coding : code.codings) add(coding.display);
    return texts;
}

Survey::Survey(std::shared_ptr<const Program> program) : program_(std::move(program)) {
    const Program::Inner& inner = program_->inner();
    for (const CompiledFact& fact : inner.facts) {
        const bool is_problem = fact.form == Fact::Form::conditions || fact.form == Fact::Form::procedures;
        if (is_problem) problem_facts_.push_back(&fact);
        if (fact.form == Fact::Form::medications) medicine_facts_.push_back(&fact);
        if (!is_problem || is_of_safety(fact)) continue;
        for (const SetId set : fact.sets) {
            add_names_of(*inner.value_set(set), set, names_.problems);
            add_categories(*inner.value_set(set), names_);
        }
    }
    for (std::size_t set = 0; set < inner.value_sets.size(); ++set) {
        if (is_told_apart(inner.value_sets[set]->id()))
            add_names_of(*inner.value_sets[set], static_cast<SetId>(set), names_.told_apart);
    }
    for (std::size_t test = 0; test < inner.analytes.size(); ++test) {
        const Analyte& written = *inner.analytes[test].written;
        for (const std::string& words : written.words) names_.tests.add(static_cast<SetId>(test), words, written.title);
        if (written.words.empty()) names_.tests.add(static_cast<SetId>(test), written.title, written.title);
    }
}

PatientTally Survey::look_at(const Record& record, const Call& at) const {
    PatientTally tally;
    Run run(program(), record, at);
    survey_patient(run, record, tally);
    survey_results(*this, record, run.calendar(), tally);
    survey_problems(*this, record, run.calendar(), tally);
    survey_medicines(*this, record, run.calendar(), tally);
    return tally;
}

}  // namespace rules
