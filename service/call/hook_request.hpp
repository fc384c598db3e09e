// The body of a service call, read and checked whole (CDS Hooks, "Calling a CDS Service"; the four hooks' contexts).
//
// Parsed once, into one block of memory that lives as long as the request; everything else points into it. Members that
// we do not know are ignored. Optional members sent as null, "", {} or [] count as absent, unless the client is held to
// the letter. The first fault ends the reading; it names the place and never the value.
#pragma once

#include "rules/pack/pack.hpp"
#include "rules/record/patient_identity.hpp"
#include "service/fhir_access/fhir_grant.hpp"
#include "service/http/problem.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// Move-only. Views and pointers are into `tree`.
struct HookRequest {
    rules::Hook hook = rules::Hook::patient_view;
    std::string_view hook_instance;
    std::string_view user_id;                        ///< "Practitioner/1"; empty if the client sends none
    std::string_view patient_id;                     ///< a FHIR id
    std::string_view encounter_id;                   ///< empty if absent
    rules::PatientIdentity patient;                  ///< the same person, by what the prefetched Patient says
    std::vector<const boost::json::object*> drafts;  ///< order hooks: the resources of context.draftOrders
    std::vector<fhir::Entry> drafts_left_out;        ///< drafts that contain another patient's data
    std::vector<std::string> selections;             ///< order-select: "ServiceRequest/1"
    std::optional<std::string_view> fhir_server;
    std::optional<FhirAuthorization> authorization;
    const boost::json::object* prefetch = nullptr;
    const boost::json::object* extension = nullptr;  ///< of the request as a whole

    std::unique_ptr<boost::json::monotonic_resource> storage;
    std::optional<boost::json::value> tree;  ///< in `storage`: assigned, not emplaced, it would be copied out of it
};

/// Draft orders, and selections among them, in one call: each of one is looked for among the other.
inline constexpr std::size_t most_drafts = 1000;

struct RequestExpectations {
    std::span<const rules::Hook> hooks;  ///< those that the service called is offered for
    bool strict = false;                 ///< hold the client to the letter of CDS Hooks
    bool needs_user = true;              ///< false: context.userId may be absent
};

/// Reads a request's body. \returns the first fault with its place; see Fault for the kinds.
boost::system::result<HookRequest, Problem> read_hook_request(std::string_view body,
                                                              const RequestExpectations& expectations);

}  // namespace service
