// Text on its way into HTML.
#pragma once

#include <string>
#include <string_view>

namespace rules {

/// Appends `text` so that a browser shows exactly these characters, in text and in quoted attributes.
void append_escaped(std::string& html, std::string_view text);

}  // namespace rules
