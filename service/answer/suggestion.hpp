// What a card offers, on the wire: suggestions with their actions (CDS Hooks, "Suggestion", "Action"), as the client
// takes them. For card.cpp.
#pragma once

#include "fhir/json_writer.hpp"
#include "service/answer/card.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace service {

/// `suggestions` and `selectionBehavior` of a card; nothing for one that proposes no change.
void write_suggestions(fhir::JsonWriter& out, const rules::Card& card, const CardContext& context);

/// What accepting the proposal does, an act each, for clients without suggestions.
std::vector<std::string> acts_of(const rules::Card& card, const CardContext& context);

/// What a draft order is called: by the card, which has the pack's words for it, else by the draft itself. May be
/// empty.
std::string draft_name(std::string_view reference, const rules::Card& card, const CardContext& context);

/// A Coding; without a display where there is none.
void write_coding(fhir::JsonWriter& out, std::string_view system, std::string_view code, std::string_view display);
void write_coding(fhir::JsonWriter& out, const rules::Coding& coding);

/// Said, though to leave it out would mean the same: models of some clients demand it. 1.0 does not know such members.
void write_false(fhir::JsonWriter& out, std::string_view name, const CardContext& context);

}  // namespace service
