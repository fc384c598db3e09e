// Text from a record, made safe for a card (R-101 in tests/conformance/requirements.tsv): clients render
// GitHub-Flavored Markdown, and some of them raw HTML with it.
#pragma once

#include <string>
#include <string_view>

namespace service {

/// Appends `text` as Markdown that renders as exactly these characters, on one line: HTML and Markdown escaped, control
/// and bidirectional-override characters left out, space around it dropped, no link made of an address.
void append_markdown(std::string& markdown, std::string_view text);

/// `text` for summaries and labels, which are plain: one line, without control and bidirectional-override characters.
std::string plain_line(std::string_view text);

/// `text` cut so that it is shorter than `limit` both in code points and in UTF-16 units, with "…" at the cut; never
/// inside a character, nor before a combining mark.
std::string shortened(std::string_view text, std::size_t limit);

}  // namespace service
