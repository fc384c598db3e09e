// A CDS Hooks request made out of a record at hand, or of a FHIR server's answers to the prefetch templates: what an
// EHR that holds these resources would send for a hook.
//
// Used by `evaluate`, so that a file, a FHIR server, the command line and an EHR's call all take the same way through
// the service. From a record the prefetch is answered as a FHIR server would answer it (rules/record/selection).
#pragma once

#include "fhir/bundle.hpp"
#include "rules/program/program.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

struct ComposeOptions {
    rules::Hook hook = rules::Hook::patient_view;
    std::vector<rules::PrefetchTemplate> templates;  ///< that a record is to answer
    std::vector<boost::json::value> draft_orders;    ///< orders, or Bundles of them: objects; order hooks only
    std::vector<std::string> selections;             ///< "ServiceRequest/1"; empty: all drafts
    std::string hook_instance;                       ///< a UUID
    std::string encounter_id = {};  ///< of a prefetch that is at hand; empty: none is known. A record brings its own
};

enum class ComposeFault {
    no_patient,
    several_patients,
    no_draft_orders,   ///< an order hook without draft orders
    unknown_selection  ///< a selection that is no draft order
};

/// Whether calls of `hook` have draft orders.
bool is_order_hook(rules::Hook hook) noexcept;

/// One sentence about a fault, for people.
std::string_view explain(ComposeFault fault);

/// The id of the newest Encounter among `resources`, by the beginning of its period; empty if there is none. Of equals
/// the last.
std::string newest_encounter(const std::vector<const boost::json::object*>& resources);

/// The body of the request. Resources are copied: the result borrows nothing.
boost::system::result<boost::json::object, ComposeFault> compose_request(const fhir::Bundle& record,
                                                                         const ComposeOptions& options);

/// The body of the request about the patient of this id, with `prefetch` as it is; `options.templates` are not used.
/// Where the hook needs an encounter and none is known, the request names one that nothing refers to.
boost::system::result<boost::json::object, ComposeFault> compose_request(std::string_view patient_id,
                                                                         boost::json::object prefetch,
                                                                         const ComposeOptions& options);

}  // namespace service
