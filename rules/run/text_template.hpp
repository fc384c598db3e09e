// Texts of a card with what they show of the record filled in.
//
// A line that has nothing to show is dropped. A summary always stands: under 140 characters, as code points and as
// UTF-16 units (CDS Hooks, card summary); where it must be shortened, the converted value goes first, then words
// without a digit; a reported value and its unit are never cut (rules/packs/back-pain-labs/REFERENCE.md G.1).
#pragma once

#include "rules/program/expression.hpp"
#include "rules/run/run.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

inline constexpr std::size_t longest_summary = 139;

/// A text in pieces, so that only what was filled in is ever shortened.
struct FilledText {
    struct Piece {
        std::string text;
        bool is_fill = false;
    };
    std::vector<Piece> pieces;

    std::string text() const;
};

FilledText fill(Run& run, const TextTemplate& written);

/// The whole of a text that is never shortened. What could not be filled reads "unknown".
std::string filled_text(Run& run, const TextTemplate& written);

/// The text of a line, or nothing if it has nothing to show.
std::optional<std::string> fill_line(Run& run, const TextTemplate& written);

/// The summary of a card: at most `longest_summary` characters. What could not be filled reads "unknown".
std::string fill_summary(Run& run, const TextTemplate& written);

/// As fill_summary, for a text that is already filled.
std::string shortened(FilledText text);

/// Characters as CDS Hooks clients may count them: UTF-16 units, which are never fewer than code points.
std::size_t utf16_length(std::string_view text);

/// "Long-standing back pain and Osteoporosis" from a list; lower case behind the first where a word begins one.
std::string joined_with_and(const std::vector<std::string>& words);

}  // namespace rules
