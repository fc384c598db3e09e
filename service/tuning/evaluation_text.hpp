// An evaluation in words for a terminal, and its explanation as JSON: what `evaluate --explain` and `--format text`
// print.
#pragma once

#include "rules/explain/unmatched.hpp"
#include "rules/run/evaluation.hpp"

#include <boost/json.hpp>

#include <string>

namespace service {

/// The cards as a clinician would read them, detail wrapped at `columns`.
std::string cards_as_text(const std::vector<rules::Card>& cards, std::size_t columns = 100);

/// How much of an explanation a person is shown.
enum class Telling {
    lines,  ///< the whole in one sentence, then one line a rule
    full    ///< and below them all that was looked at, as a tree
};

/// What an evaluation came to and why, then what counted for nothing: of `unmatched` what no list of the pack knows.
/// Rules of other hooks are left out.
std::string explanation_as_text(const rules::Evaluation& evaluation, const std::vector<rules::Unmatched>& unmatched,
                                Telling telling, std::size_t columns = 100);

/// { "sentence", "rules": [{ "rule", "title", "outcome", "heldBack", "sentence", "unknownSources", "reasons": [{
/// "what", "truth", "because", "evidence", "parts" }] }], "leftOut": […], "unmatched": [{ "kind", "code", "reference",
/// "records", "looksLike" }] }
boost::json::object explanation_as_json(const rules::Evaluation& evaluation,
                                        const std::vector<rules::Unmatched>& unmatched);

/// "card", "not-met", "crowded-out", …
std::string_view outcome_name(rules::Outcome outcome);

}  // namespace service
