// What came of each laboratory test, whether a rule asked for it or not: read, awaited, not readable and why; and codes
// and units that neither pack nor site file knows. For counting: no value, no date, no word of the record.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

class Run;

struct SeenResult {
    std::string_view analyte;  ///< its id; borrowed from the program
    std::string_view reading;  ///< "readable", "awaited", or a name of the fault: "no-unit"
    std::size_t results = 0;
};

/// What is not mapped and looks like one of the pack's tests, or stands where a unit should.
struct UnseenName {
    std::string_view analyte;  ///< that it looks like, or is a result of
    std::string name;  ///< "code LOINC 12345-5", "code of another system", "unit mmol/L", "unit of another name"
    std::size_t results = 0;
};

struct SeenResults {
    std::vector<SeenResult> results;
    std::vector<UnseenName> unseen;  ///< at most most_unseen
};

inline constexpr std::size_t most_unseen = 20;  ///< of one record

/// A name is told only if it cannot be anybody's: a LOINC or SNOMED CT code whose check digit is right, a unit that
/// some test of the pack has. A local code may be any word. The results are read as the run reads them, for both.
/// Precondition: nothing has asked `run` for results yet.
SeenResults seen_results(Run& run);

}  // namespace rules
