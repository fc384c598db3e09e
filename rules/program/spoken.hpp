// A pack in the language of its site.
#pragma once

#include "rules/pack/pack.hpp"
#include "rules/text/spelling.hpp"

namespace rules {

/// `pack` with every text in the spelling of `language`; the names of what value sets list keep the other spelling
/// beside it, since records are written in both.
Pack spoken(Pack pack, Language language);

}  // namespace rules
