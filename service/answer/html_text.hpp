// The Markdown that cards are written in, on its way into HTML.
#pragma once

#include <string>
#include <string_view>

namespace service {

/// Appends Markdown as this service writes it (markdown.hpp, card.cpp) in the way that GitHub Flavored Markdown shows
/// it: bold, hard line breaks, escapes, the entities of & and <; a blank line begins a paragraph. Anything else, HTML
/// too, stands as text.
void append_markdown_html(std::string& html, std::string_view markdown);

}  // namespace service
