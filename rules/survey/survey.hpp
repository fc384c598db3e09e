// Whether a hospital's records suit the rules: one patient after the other is read as a call would read them, and
// counted: results by test, problems by fact, medicines by how they are found. Reads with the engine's own readings and
// matches; decides nothing.
//
// The keys of the counts, part by part:
//   patient  all | adult | sex SEX | age BAND | gate WORDS
//   result   TEST all | outcome WORD | why FAULT | code SYSTEM CODE KIND | unit SPELLING UNIT | status WORD | year YEAR
//            | performer REFERENCE | value KIND UNIT VALUE | beyond KIND UNIT COMPARATOR | band KIND BAND
//   unmapped TEST all SYSTEM CODE | text SYSTEM CODE TEXT | unit SYSTEM CODE UNIT
//   fact     FACT all | how HOW | stem STEM | since HOW | code SYSTEM CODE | idle SYSTEM CODE
//   near     SET name SYSTEM CODE LABEL | text SYSTEM CODE TEXT | sibling SYSTEM CODE
//   display  SYSTEM CODE TEXT
//   medicine all | how HOW | name NAME TEXT | unfound SYSTEM CODE TEXT
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/record/calendar.hpp"
#include "rules/record/record.hpp"
#include "rules/run/evaluation.hpp"
#include "rules/survey/survey_counts.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rules {

/// Sets of the names of a pack by which a text is looked through beside what rules look for.
struct SurveyNames {
    NameIndex tests;       ///< the set id is the position of the analyte: its words, failing these its title
    NameIndex problems;    ///< displays of the value sets of facts about problems
    NameIndex told_apart;  ///< of the value sets that tell tests apart ("not-…")
    /// The value sets of facts about problems that list codes of a category of ICD-10, by system and category.
    std::map<std::pair<std::string, std::string>, std::set<std::string>> categories;
};

/// Immutable, shared between threads.
class Survey {
  public:
    explicit Survey(std::shared_ptr<const Program> program);

    const Program::Inner& program() const { return program_->inner(); }
    const SurveyNames& names() const { return names_; }
    /// Facts about problems and procedures that come straight from records, in the pack's order.
    const std::vector<const CompiledFact*>& problem_facts() const { return problem_facts_; }
    /// Facts about medicines.
    const std::vector<const CompiledFact*>& medicine_facts() const { return medicine_facts_; }

    /// What one patient has. \param at  when, and in which zone; of patient-view.
    PatientTally look_at(const Record& record, const Call& at) const;

  private:
    std::shared_ptr<const Program> program_;
    SurveyNames names_;
    std::vector<const CompiledFact*> problem_facts_, medicine_facts_;
};

/// The three characters that name the category of a code of ICD-10; empty for other systems.
std::string_view icd_category(std::string_view system, std::string_view code);

/// Whether words keep cards away where no code does: such a fact is one of safety.
bool is_of_safety(const CompiledFact& fact);

// ---- its parts, one file each
void survey_results(const Survey& survey, const Record& record, const Calendar& calendar, PatientTally& tally);
void survey_problems(const Survey& survey, const Record& record, const Calendar& calendar, PatientTally& tally);
void survey_medicines(const Survey& survey, const Record& record, const Calendar& calendar, PatientTally& tally);

/// The code under which `code` is counted: its system's URL and itself; both empty where there are words only.
struct CountedCode {
    std::string system, code;
};
CountedCode counted_code(const fhir::Coding& coding);
/// What a record calls it, once each: text and displays.
std::vector<std::string_view> texts_of(const fhir::CodeableConcept& code);

}  // namespace rules
