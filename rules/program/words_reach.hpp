// Words of a safety set keep cards away and never bring one. Follows them through facts, criteria, gates and variants,
// and refuses a pack in which a condition that was found by its words alone could open a rule, lift what stands against
// one, change what a card says or give its reason.
//
// What is asked to be known by its code, .where(words.empty()), is followed no further.
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/text/diagnostic.hpp"

namespace rules {

/// An error for each place at which words could speak. \param program compiled whole.
Diagnostics refuse_words_that_speak(const Program::Inner& program);

}  // namespace rules
