// All of an evaluation in one sentence, before anybody reads of single rules.
#pragma once

#include "rules/run/judge.hpp"

#include <string>

namespace rules {

/// "Adult with back pain; no indication for vitamin D; no sign of B12 deficiency; nothing was held back."
///
/// Whether it is a patient for this service at all; the gates that stand; what the pack says first of everybody; the
/// cards; what could not be known; what was not shown because something speaks against it or, where there is no card at
/// all, because it came near; what a gate or the number of cards held back.
/// \param evaluation  with cards, and with outcomes that are explained.
std::string whole_sentence(Judge& judge, const Evaluation& evaluation);

}  // namespace rules
