// An evaluation in words for a terminal, and its explanation as JSON: what `evaluate --explain` and `--format text`
// print.
#pragma once

#include "rules/run/evaluation.hpp"

#include <boost/json.hpp>

#include <string>

namespace service {

/// The cards as a clinician would read them, detail wrapped at `columns`.
std::string cards_as_text(const std::vector<rules::Card>& cards, std::size_t columns = 100);

/// For every rule why it has a card or none, with the reasons indented below it. Rules of other hooks are left out.
std::string explanation_as_text(const std::vector<rules::RuleOutcome>& outcomes);

/// { "rules": [{ "rule", "outcome", "sentence", "reasons": [{ "what", "truth", "because", "evidence", "parts" }] }] }
boost::json::object explanation_as_json(const std::vector<rules::RuleOutcome>& outcomes);

/// "card", "not-met", "crowded-out", …
std::string_view outcome_name(rules::Outcome outcome);

}  // namespace service
