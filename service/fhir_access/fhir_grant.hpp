// Leave to read the FHIR server that a request names, with the token that came with it, for the length of that call
// (CDS Hooks, "FHIR Resource Access"; ). Pure; the time is an argument.
#pragma once

#include "service/base/wall_time.hpp"
#include "service/trust/trust.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace service {

/// `fhirAuthorization` as a request carries it.
struct FhirAuthorization {
    std::string access_token;
    std::string token_type;
    std::optional<std::chrono::seconds> expires_in;  ///< zero or less: unusable. Some clients leave it out
    std::string scope;
    std::string subject;
    std::optional<std::string> patient;
};

enum class Interaction { read, search };

/// Leave to read one FHIR server during one call. Never logged, never stored.
struct FhirGrant {
    std::string base;          ///< normalized, without a trailing slash
    std::string access_token;  ///< empty: an open server
    std::string scope;         ///< as granted
    WallTime usable_until = WallTime::max();

    /// Whether the scopes may allow `interaction` with resources of `type`: SMART v1 ("patient/*.read") and v2
    /// ("user/Observation.rs?category=…"; a restriction counts as allowed). A token that names no FHIR scope says
    /// nothing, and may.
    bool allows(std::string_view type, Interaction interaction) const;
};

/// Why there is no leave.
enum class GrantFault {
    no_server,           ///< the request names none
    bad_server,          ///< not the URL of a FHIR server: not http(s), or with user, query or fragment
    insecure_server,     ///< http, and this is not development
    server_not_allowed,  ///< it names one that the client may not name
    no_token,            ///< and this is not development
    other_token_type,    ///< not Bearer; spelt exactly so by clients that are held to the letter (R-070)
    token_expired,
    other_subject,  ///< the token is another application's (R-070)
    other_patient   ///< the token is for another patient than the context's: the request is refused (R-070)
};

std::string_view name_of(GrantFault fault) noexcept;

/// What a request says about FHIR access.
struct FhirAccess {
    std::optional<std::string_view> server;          ///< `fhirServer`
    std::optional<FhirAuthorization> authorization;  ///< `fhirAuthorization`
    std::string_view patient_id;                     ///< `context.patientId`
    bool development = false;                        ///< http servers, and servers without a token, are allowed
};

/// Leave to read the FHIR server that a request of `client` names, or why not.
boost::system::result<FhirGrant, GrantFault> grant_fhir_access(const Client& client, const FhirAccess& access,
                                                               WallTime now);

}  // namespace service
