// Medicines: how each record of one is found, which texts a name catches, what no list knows, whom a fact finds.
#include "rules/explain/unmatched.hpp"
#include "rules/record/facts.hpp"
#include "rules/survey/survey.hpp"

namespace rules {
namespace {

void note_medicine(const Program::Inner& program, const fhir::MedicationChoice& medication, PatientTally& tally) {
    tally.note({"medicine", "all"});
    const KnownMedicine known = known_medicine(program, medication);
    for (const CaughtName& caught : known.names) tally.note({"medicine", "name", caught.name, key_text(caught.text)});
    if (known.by_code) return tally.note({"medicine", "how", "code"});
    if (!known.names.empty()) return tally.note({"medicine", "how", "name"});
    tally.note({"medicine", "how", "not found"});
    const std::vector<std::string_view> texts = texts_of(medication.code);
    const std::string text = key_text(texts.empty() ? medication.reference.display : texts.front());
    const CountedCode code =
        medication.code.codings.empty() ? CountedCode() : counted_code(medication.code.codings.front());
    tally.note({"medicine", "unfound", code.system, code.code, text});
}

}  // namespace

void survey_medicines(const Survey& survey, const Record& record, const Calendar& calendar, PatientTally& tally) {
    const Program::Inner& program = survey.program();
    for (const fhir::MedicationRequest& one : record.medication_requests) note_medicine(program, one.medication, tally);
    for (const fhir::MedicationStatement& one : record.medication_statements)
        note_medicine(program, one.medication, tally);
    for (const fhir::MedicationAdministration& one : record.medication_administrations)
        note_medicine(program, one.medication, tally);
    FactReader facts(program, record, calendar);
    for (const CompiledFact* fact : survey.medicine_facts()) {
        const std::size_t found = facts.read(*fact).items.size();
        if (found != 0) tally.note({"fact", fact->written->name, "all"}, found);
    }
}

}  // namespace rules
