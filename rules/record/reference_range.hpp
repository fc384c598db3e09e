// Which of the ranges that a laboratory printed beside a result is that of this person (FHIR R4,
// Observation.referenceRange): a normal one, for this age and sex, with bounds that laboratories print.
//
// An alarm limit, a therapeutic range, a range for children or "0 to 0", which is how some sources say that they have
// none, is no range here. Of several the most specific decides; two that are equally specific and differ are none.
#pragma once

#include "fhir/observation.hpp"
#include "rules/program/analyte.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace rules {

/// Whose result it is, as far as ranges differ.
struct RangePerson {
    std::string_view sex;           ///< female | male | other | unknown; empty if not known
    std::optional<long> age_years;  ///< when the result was taken
};

/// In the unit of the result; either may be missing.
struct RangeBounds {
    std::optional<fhir::Decimal> low, high;
    bool operator==(const RangeBounds&) const = default;
};

/// What a range is beside.
struct RangedResult {
    const CompiledAnalyte& analyte;
    std::size_t kind = 0, unit = 0;
    const LaboratoryRules* laboratory = nullptr;
};

/// The bounds that count; none if no range does.
RangeBounds choose_range(const std::vector<fhir::ReferenceRange>& ranges, const RangedResult& beside,
                         const RangePerson& person);

}  // namespace rules
