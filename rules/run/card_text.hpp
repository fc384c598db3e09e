// The parts of a card in words: why it is shown, by which limits, on what evidence, and what was not looked at. All
// sentences are the pack's or stand here; of the record only dates, status codes, references and safe numbers appear.
#pragma once

#include "rules/run/judge.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// A text member of an item or reading; empty if it has none.
std::string_view text_member(const fhir::path::Value& item, std::string_view name);

/// "Low back pain, since 2025-12-08, active (Condition/c1)", "25-OH vitamin D 11.9 ng/mL, 2026-02-10, final
/// (Observation/o1)".
std::string describe(const fhir::path::Value& item);

/// "Condition/c1 \"Low back pain\" since 2025-12": for the explanation.
std::string describe_briefly(const fhir::path::Value& item);

/// "Band \"low\": 12 ng/mL or more, below 20 ng/mL (NAM 2011)"; empty for what has no band.
std::string describe_band(const fhir::path::Value& reading);

/// What a source is called, and why it could not be had: "Medications: not sent by the client".
std::string describe_missing(const Run& run, std::size_t source);

/// One line for each source of `missing`.
std::vector<std::string> describe_missing_sources(const Run& run, SourceSet missing);

std::string_view words_for(Strength strength);

/// Appends `line` unless it is empty or stands there.
void add_once(std::string line, std::vector<std::string>& lines);

}  // namespace rules
