// What a record holds and no list of the pack knows: results that look like one of its tests by their words, medicines,
// problems; and results whose performer is none of the site's laboratories. It decides nothing. A code that is missing
// in a pack or a site file is found here.
#pragma once

#include "rules/program/program.hpp"
#include "rules/record/record.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

struct Unmatched {
    enum class Kind { result, laboratory, medicine, problem };
    Kind kind = Kind::result;
    /// "LOINC 1989-3", "VITD of https://laboratory.example/codes"; without a usable code "words without a code". Of a
    /// laboratory what the site file would name it by: "Organization/our-lab". Never the record's own words.
    std::string code;
    std::string reference;        ///< of the first record
    std::size_t records = 1;      ///< with this code
    std::string_view looks_like;  ///< of a result: the title of a test, in the pack's words; borrowed
};

/// Whether a code of a result is read as a test's, or stands in a value set.
bool is_known_result(const Program::Inner& program, const fhir::CodeableConcept& code);
/// The test that a result looks like by its words, though no code of it is that test's: its position in the pack.
/// Nothing of a result that is read, or that a list of the pack knows.
std::optional<std::size_t> looks_like_test(const Program::Inner& program, const fhir::CodeableConcept& code);
/// Whether a code stands in a value set.
bool is_known_code(const Program::Inner& program, const fhir::CodeableConcept& code);

/// A name of the pack's that stands in what a record calls a medicine.
struct CaughtName {
    std::string_view name;  ///< what the pack calls it; borrowed from the program
    std::string_view text;  ///< borrowed from the record
};

/// How a medicine is known: by codes, its own or its ingredients', and by names.
struct KnownMedicine {
    bool by_code = false;
    std::vector<CaughtName> names;
};
KnownMedicine known_medicine(const Program::Inner& program, const fhir::MedicationChoice& medication);

/// Each code or laboratory once, results first, in the record's order; no more than 100.
std::vector<Unmatched> unmatched(const Program& program, const Record& record);

}  // namespace rules
