// Text on its way into HTML: plain, or the Markdown that cards are written in.
#pragma once

#include <string>
#include <string_view>

namespace service {

/// Appends `text` so that a browser shows exactly these characters, in text and in quoted attributes.
void append_escaped(std::string& html, std::string_view text);

/// Appends Markdown as this service writes it (markdown.hpp, card.cpp) in the way that GitHub Flavored Markdown shows
/// it: bold, hard line breaks, escapes, the entities of & and <; a blank line begins a paragraph. Anything else, HTML
/// too, stands as text.
void append_markdown_html(std::string& html, std::string_view markdown);

}  // namespace service
