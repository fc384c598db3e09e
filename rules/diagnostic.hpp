// One kind of finding for every file that people write: pack, site file, stories.
// A finding has its place and says how to mend it. Readers gather all findings of a file; none stops at the first.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rules {

enum class Severity { error, warning };

/// A place in a file that people write. `pointer` is an RFC 6901 JSON Pointer; line and column count from 1.
struct Place {
    std::string file;
    std::string pointer;
    std::size_t line = 0;
    std::size_t column = 0;
    bool operator==(const Place&) const = default;
};

/// A finding: `file:line:column: error|warning: text [code]`, and how to mend it.
struct Diagnostic {
    Severity severity = Severity::error;
    Place place;
    std::string code;     ///< stable, kebab-case: "unknown-member", "fhirpath", "loinc-property"
    std::string message;  ///< one sentence
    std::string mend;     ///< what to write instead; may be empty
    bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& findings) noexcept;

}  // namespace rules
