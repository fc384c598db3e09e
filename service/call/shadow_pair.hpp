// A call that was answered, once more as the shadow of its service sees it, and how the two differ: counts by rule, no
// word of either.
#pragma once

#include "service/call/hook_call.hpp"
#include "service/observe/call_counts.hpp"

#include <string_view>

namespace service {

/// What the shadow says of a call that was answered. What it needs and nobody asked for is unknown to it.
/// \param call  has a shadow; it is the shadow's call from now on.
rules::Evaluation evaluate_shadow(HookCall& call, const ClinicalTime& time);

/// What is counted of the pair, of each rule that either has for the hook: "same" cards, "changed" ones, "only-live",
/// "only-shadow"; "unknown-live" where live had a card, and "unknown" where it was silent for another reason than the
/// shadow, which could not know. Borrows from all of its arguments. \param answered  who did; has a shadow.
CallCounts counted_pair(const ServedService& answered, std::string_view client, const rules::Evaluation& live,
                        const rules::Evaluation& shadow);

/// What is counted where there is no pair. \param why  "skipped", "failed".
CallCounts counted_without_pair(const ServedService& answered, std::string_view client, std::string_view why);

}  // namespace service
