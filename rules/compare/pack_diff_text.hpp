// A difference of packs as people and programs read it.
#pragma once

#include "rules/compare/pack_diff.hpp"

#include <boost/json.hpp>

#include <string>

namespace rules {

/// For a terminal: sections, in each the subjects, in each what is new, gone or other; last the step.
std::string text_of(const PackDiff& diff);

/// The same as Markdown, for a release note.
std::string markdown_of(const PackDiff& diff);

/// All of it; text and Markdown leave out the end of very long lists of what is new.
boost::json::object json_of(const PackDiff& diff);

/// "The changes are major: the version must be 2.0.0 or more, and is 1.1.0."
std::string verdict_of(const PackDiff& diff);

}  // namespace rules
