// What one JSON object is, without reading it: its resourceType, its id and whose it is, found by walking over the text
// once. For lines of which most are of no use to rules, so that they cost no tree.
#pragma once

#include <optional>
#include <string_view>

namespace rules {

/// Borrowed from the text. Strings are as they stand there; where one that counts has an escape, `has_escapes`.
struct Skimmed {
    std::string_view type;  ///< resourceType
    std::string_view id;
    std::string_view subject;  ///< subject.reference
    std::string_view patient;  ///< patient.reference
    bool has_hook = false;     ///< a member `hook`: a CDS Hooks request
    bool has_link = false;     ///< Patient.link, perhaps
    bool has_contained = false;
    bool has_escapes = false;
};

/// Nothing if `text` is not one whole object, as far as brackets and strings show: what is inside may still be no JSON.
std::optional<Skimmed> skim(std::string_view text) noexcept;

}  // namespace rules
