// A difference of packs as people and programs read it.
#pragma once

#include "rules/compare/pack_diff.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

/// For a terminal: sections, in each the subjects, in each what is new, gone or other; last the step.
std::string text_of(const PackDiff& diff);

/// The same as Markdown, for a release note.
std::string markdown_of(const PackDiff& diff);

/// All of it; text and Markdown leave out the end of very long lists of what is new.
boost::json::object json_of(const PackDiff& diff);
boost::json::object json_of(const Change& change);

/// Reads what json_of() gives of a change; nothing if `json` is something else.
std::optional<Change> change_from_json(const boost::json::object& json);

/// What changed of one aspect, in the words of text_of(): "nam-2011 -> ros-2020", "new: …".
struct ToldChange {
    DiffSection section = DiffSection::who;
    std::string subject, aspect;
    std::vector<std::string> lines;
};

/// For a table: long lists of what is new are cut earlier, and say so.
std::vector<ToldChange> told(const std::vector<Change>& changes);

/// "The changes are major: the version must be 2.0.0 or more, and is 1.1.0."
std::string verdict_of(const PackDiff& diff);

}  // namespace rules
