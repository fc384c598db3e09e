// Regular expressions of matches(), matchesFull() and replaceMatches(): RE2's dialect, which knows neither look-around
// nor back references and in return runs in linear time. `.` matches a line break, text is UTF-8.
#pragma once

#include "fhir/path/path.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace fhir::path {

/// Whether `flags` is of the letters i (case does not count) and m (^ and $ at every line).
bool are_flags(std::string_view flags);

/// The compiled pattern, or null and `why`.
std::shared_ptr<const re2::RE2> compile_pattern(std::string_view pattern, std::string_view flags, const Limits& limits,
                                                std::string& why);

bool matches_whole(const re2::RE2& pattern, std::string_view text);
bool matches_part(const re2::RE2& pattern, std::string_view text);

/// `text` with every match replaced; $1 and ${name} in `by` stand for groups. Nothing if it grows beyond
/// Limits::string_bytes.
std::optional<std::string> replace_matches(const re2::RE2& pattern, std::string_view text, std::string_view by,
                                           const Limits& limits);

}  // namespace fhir::path
