// One text in two spellings: "[anaemia|anemia]" is "anaemia" in en-GB and "anemia" in en-US.
#pragma once

#include <string>
#include <string_view>

namespace rules {

/// The language of a site.
enum class Language { en_us, en_gb };

/// `text` with each "[en-GB|en-US]" in the spelling of `language`. What is no pair of such words is left as it is.
std::string spelled(std::string_view text, Language language);

/// Whether `text` holds a pair.
bool has_spellings(std::string_view text);

}  // namespace rules
