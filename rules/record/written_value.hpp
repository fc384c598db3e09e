// The value of a laboratory result as it was written: number, comparator, unit; or why that cannot be read safely.
//
// Accepts a Quantity or a text of the form "<4 ng/mL"; never guesses a unit, never trusts a unit against its code
// (rules/packs/back-pain-labs/REFERENCE.md B.2, D.6). What cannot be read is echoed only as far as it is surely no
// person's name (REFERENCE.md D.6, policy).
#pragma once

#include "fhir/observation.hpp"
#include "rules/program/analyte.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace rules {

/// Why a result cannot be read. The words are `words_for`'s.
enum class Fault {
    none,
    not_a_number,
    no_unit,
    unknown_unit,
    unit_against_unit_code,
    unit_against_code,
    codes_disagree,
    unknown_comparator,
    impossible,  ///< negative, or an interval without any value
    too_low,
    too_high,
    no_date,
    in_the_future,
    values_disagree,
    unknown_status,   ///< one that FHIR R4 does not have, "unknown", or none
    modified,         ///< an unknown modifierExtension
    versions_differ,  ///< of one and the same Observation
    focus_unknown,
    spans_bands,
};

/// "its unit is not one of this test's": continues "cannot be read: ".
std::string_view words_for(Fault fault);

/// The same in two or three words, for the first line of a card: "unit missing".
std::string_view brief_words_for(Fault fault);

/// A number with its unit, or why there is none.
struct WrittenValue {
    bool is_there = false;  ///< false: nothing was reported at all; everything else is then without meaning
    Fault fault = Fault::none;
    fhir::Comparator comparator = fhir::Comparator::none;
    fhir::Decimal number;
    std::size_t unit = 0;        ///< of the analyte
    std::string_view unit_text;  ///< the unit as it is shown beside the number; borrowed from value or analyte
    std::string echo;            ///< of a text, or of a value without a known unit: what may be shown of it
};

/// Reads `value` as a result of `analyte` under a code of one of `properties`. \param laboratory may be null.
/// \param knows_unit  whether a text is the name of some unit, so that it may be echoed whole.
WrittenValue read_value(const fhir::ObservationValue& value, bool is_absent, const CompiledAnalyte& analyte,
                        std::span<const std::string_view> properties, const LaboratoryRules* laboratory,
                        const std::function<bool(std::string_view)>& knows_unit);

/// The unit of a quantity that stands beside a result, such as a bound of its reference range.
std::optional<std::size_t> unit_beside(const fhir::Quantity& quantity, const CompiledAnalyte& analyte,
                                       const LaboratoryRules* laboratory);

}  // namespace rules
