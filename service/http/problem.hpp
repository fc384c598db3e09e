// Everything that can go wrong with a call, and what the client is told: status, FHIR issue type, one fixed sentence.
// Nothing that was received is ever repeated: a place is made of names of ours and of indexes.
#pragma once

#include "fhir/json_text.hpp"
#include "service/clients/client_profile.hpp"
#include "service/http/exchange.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

enum class Fault {
    // HTTP (RFC 9110, RFC 9112)
    bad_http,
    expectation_failed,
    header_too_large,
    target_too_long,
    request_timeout,
    length_required,
    body_too_large,
    unknown_path,
    method_not_allowed,
    not_acceptable,
    unsupported_media_type,
    unsupported_encoding,
    // trust
    unauthenticated,
    forbidden,
    // CDS Hooks: the service and its request
    unknown_service,
    feedback_not_offered,
    not_json,
    duplicate_member,
    too_deep,
    too_many_values,
    member_missing,
    member_empty,
    wrong_type,
    bad_value,
    wrong_hook,
    fhir_server_missing,
    other_patient,
    data_unavailable,
    // the service itself
    too_many_requests,
    keys_unavailable,
    store_unavailable,
    overloaded,
    internal
};

/// A failure and its place.
struct Problem {
    Fault fault = Fault::internal;
    std::vector<std::string> places;             ///< FHIRPath-like, of our own names: "context.patientId"
    std::optional<fhir::TextPosition> position;  ///< of a syntax error in the body
    std::vector<std::string_view> reasons = {};  ///< literals: what is amiss at each place; empty: the fault says it
};

/// What a fault means to the client and to the log.
struct FaultMeaning {
    unsigned status;
    std::string_view name;        ///< for logs and metrics, kebab-case
    std::string_view issue_type;  ///< FHIR R4 IssueType
    std::string_view sentence;
};

FaultMeaning meaning_of(Fault fault);

/// The problem of a body that is not the JSON it should be, with the position of its first fault.
Problem problem_of(const fhir::JsonError& error, std::string_view body);

/// The reply to a problem: an OperationOutcome, save for 401, which says nothing (CDS Hooks, best practices).
/// \param accept the request's Accept: a client that asks for FHIR's own media type alone gets it.
/// \param profile of the client that called a service: to crd, good JSON that is no valid call is 422, not 400.
Reply problem_reply(const Problem& problem, std::string_view accept = {},
                    const ClientProfile& profile = client::version_2_0);

/// What a problem means, in words: the fault, where, and why.
std::string sentence_of(const Problem& problem);

}  // namespace service
