// One kind of finding for every file that people write: pack, site file, stories.
// A finding has its place and says how to mend it. Readers gather all findings of a file; none stops at the first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
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

/// The place of the value that `pointer` names. \param text the whole file; what parse_json accepted.
Place place_of(std::string file, std::string_view text, std::string pointer);

/// The place of a byte of a file that could not be parsed.
Place place_at(std::string file, std::string_view text, std::size_t offset);

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

/// Puts `more` behind `findings`.
void append(Diagnostics& findings, Diagnostics more);

bool has_errors(const Diagnostics& findings) noexcept;

/// By file, line and column, so that a person walks through each file once.
void sort_by_place(Diagnostics& findings);

/// `file:line:column: error|warning: text [code]`, without how to mend it and without a line break.
std::string one_line(const Diagnostic& finding);

/// The line of the file with a caret below the place: two lines. Empty if the place is not in `text`; a long line is
/// cut to what stands around the place.
std::string snippet(const Place& place, std::string_view text);

}  // namespace rules
