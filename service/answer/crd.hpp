// What Da Vinci CRD adds to CDS Hooks, in one place (HL7/davinci-crd 2.2.1, page deviations; value set CRD Response
// Types): names of extensions, options of configuration, topics.
#pragma once

#include "rules/pack/pack.hpp"

#include <boost/json.hpp>

#include <array>
#include <span>
#include <string_view>

namespace service::crd {

inline constexpr std::string_view associated_resource = "davinci-crd.associated-resource";
inline constexpr std::string_view configuration = "davinci-crd.configuration";
inline constexpr std::string_view most_cards = "max-cards";

/// A kind of card, as clients may switch it off.
struct CardType {
    rules::RuleKind kind;
    std::string_view code, name, description;
    bool is_in_value_set;  ///< else a code of ours: the binding is extensible
};

inline constexpr std::array card_types = {
    CardType{rules::RuleKind::suggestion, "clinical-reminder", "Clinical Reminder",
             "Tests that are worth considering for this patient and were not done.", true},
    CardType{rules::RuleKind::order_check, "off-guideline", "Off Guideline",
             "Orders that do not help, or may harm, by the guidelines that the card names.", true},
    CardType{rules::RuleKind::result, "result", "Results", "Results that call for something to be done.", false},
    CardType{rules::RuleKind::notice, "notice", "Notices",
             "What could not be read, and which advice may be missing for it.", false},
};

/// The system of the codes of the value set.
inline constexpr std::string_view card_type_system = "http://terminology.hl7.org/CodeSystem/cdshooks-card-type";

const CardType& card_type_of(rules::RuleKind kind);

/// The `extension` of a service in discovery (dev-1, dev-4, dev-5). \param kinds  of the cards that it gives.
boost::json::object discovery_extension(std::span<const rules::RuleKind> kinds);

}  // namespace service::crd
