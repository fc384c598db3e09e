// Check digits of the two code systems that have them: a code with a wrong one cannot exist.
#pragma once

#include <string_view>

namespace rules {

/// LOINC: digits, a hyphen and a check digit by mod 10 (Luhn). Source: LOINC Users' Guide, appendix C.
bool is_loinc_code(std::string_view code);

/// SNOMED CT: 6 to 18 digits of which the last is a check digit by Verhoeff's dihedral method. Source: SNOMED CT
/// Release File Specification, section 6 (SCTID).
bool is_snomed_code(std::string_view code);

}  // namespace rules
