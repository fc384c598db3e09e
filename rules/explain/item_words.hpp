// Items and titles as they stand in a sentence that a clinician reads: no ids, no brackets.
#pragma once

#include "fhir/path/value.hpp"

#include <string>
#include <string_view>

namespace rules {

/// "low back pain since 2025-12", "25-OH vitamin D 8 ng/mL of 2026-02-20", "25-OH vitamin D ordered 2026-02-10".
/// Labels are the pack's, dates the record's. Empty of what is no item.
std::string in_words(const fhir::path::Value& item);

/// `items` in words, each once, at most `most` of them and then how many more there are.
std::string in_words(const fhir::path::Collection& items, std::size_t most);

/// A title inside a sentence: "low B12 result", but "MCV above 100 fL" and "Crohn's disease".
std::string in_sentence(std::string_view title);

}  // namespace rules
