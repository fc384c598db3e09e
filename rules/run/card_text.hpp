// What cards and explanations say of items of the record and of sources that could not be had. All words are the pack's
// or stand here; of the record only dates, status codes, references and safe numbers appear.
#pragma once

#include "rules/run/judge.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A text member of an item or reading; empty if it has none.
std::string_view text_member(const fhir::path::Value& item, std::string_view name);

/// "Condition/c1 \"Low back pain\" since 2025-12": for the explanation.
std::string describe_briefly(const fhir::path::Value& item);

/// What decided, as the extension of a card has it.
CardInput input_of(const fhir::path::Value& item);

/// What a source is called, and why it could not be had: "medications (not sent)".
std::string describe_missing(const Run& run, std::size_t source);

/// One for each source of `missing`.
std::vector<std::string> describe_missing_sources(const Run& run, SourceSet missing);

/// Appends `line` unless it is empty or stands there.
void add_once(std::string line, std::vector<std::string>& lines);

}  // namespace rules
