#include "service/fhir_access/fhir_grant.hpp"

#include <boost/url.hpp>
#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <utility>

namespace service {

namespace urls = boost::urls;

namespace {

// Far beyond any call. What a client says of its token's life is a number of any size.
constexpr std::chrono::seconds longest_use = std::chrono::hours(24);

bool permits(std::string_view permission, Interaction interaction) {
    if (permission == "read" || permission == "*") return true;  // SMART v1
    if (permission.find_first_not_of("cruds") != std::string_view::npos) return false;
    return permission.find(interaction == Interaction::read ? 'r' : 's') != std::string_view::npos;
}

/// What one scope says about a type; nothing if it is not a scope over FHIR resources.
std::optional<bool> scope_permits(std::string_view scope, std::string_view type, Interaction interaction) {
    const std::size_t slash = scope.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view whose = scope.substr(0, slash);
    if (whose != "patient" && whose != "user" && whose != "system") return std::nullopt;
    const std::string_view rest = scope.substr(slash + 1, scope.find('?', slash) - slash - 1);
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const std::string_view of = rest.substr(0, dot);
    return (of == "*" || of == type) && permits(rest.substr(dot + 1), interaction);
}

std::optional<GrantFault> check_server(std::string_view server, bool development) {
    const auto url = urls::parse_uri(server);
    if (!url || url->has_userinfo() || url->has_query() || url->has_fragment() || !normalized_url(server)) {
        return GrantFault::bad_server;
    }
    if (urls::grammar::ci_is_equal(url->scheme(), "https")) return std::nullopt;
    return development ? std::nullopt : std::optional(GrantFault::insecure_server);
}

std::optional<GrantFault> check_authorization(const FhirAuthorization& authorization, const Client& client) {
    if (client.client_id && authorization.subject != *client.client_id) return GrantFault::other_subject;
    if (authorization.access_token.empty()) return GrantFault::no_token;
    const bool bearer = client.strict ? authorization.token_type == "Bearer"
                                      : urls::grammar::ci_is_equal(authorization.token_type, "Bearer");
    if (!bearer) return GrantFault::other_token_type;
    if (authorization.expires_in && authorization.expires_in->count() <= 0) return GrantFault::token_expired;
    return std::nullopt;
}

}  // namespace

bool FhirGrant::allows(std::string_view type, Interaction interaction) const {
    bool says_something = false;
    std::string_view rest = scope;
    while (!rest.empty()) {
        const std::size_t space = std::min(rest.find(' '), rest.size());
        const auto permitted = scope_permits(rest.substr(0, space), type, interaction);
        if (permitted == true) return true;
        says_something = says_something || permitted.has_value();
        rest.remove_prefix(std::min(space + 1, rest.size()));
    }
    return !says_something;
}

std::string_view name_of(GrantFault fault) noexcept {
    switch (fault) {
        case GrantFault::no_server:
            return "no-server";
        case GrantFault::bad_server:
            return "bad-server";
        case GrantFault::insecure_server:
            return "insecure-server";
        case GrantFault::server_not_allowed:
            return "server-not-allowed";
        case GrantFault::no_token:
            return "no-token";
        case GrantFault::other_token_type:
            return "other-token-type";
        case GrantFault::token_expired:
            return "token-expired";
        case GrantFault::other_subject:
            return "other-subject";
        case GrantFault::other_patient:
            return "other-patient";
    }
    return "unknown";
}

boost::system::result<FhirGrant, GrantFault> grant_fhir_access(const Client& client, const FhirAccess& access,
                                                               WallTime now) {
    // First of all: a token for another patient than the context's is a mix-up, whatever server it is for.
    if (access.authorization && access.authorization->patient && *access.authorization->patient != access.patient_id) {
        return GrantFault::other_patient;
    }
    if (!access.server) return GrantFault::no_server;
    if (const auto fault = check_server(*access.server, access.development)) return *fault;
    const auto base = normalized_url(*access.server);
    const bool listed = base && std::ranges::any_of(client.fhir_servers, [&](const std::string& allowed) {
                            return normalized_url(allowed) == base;
                        });
    if (!listed) return GrantFault::server_not_allowed;
    if (!access.authorization) {
        if (!access.development) return GrantFault::no_token;
        return FhirGrant{*base, {}, {}, WallTime::max()};
    }
    const FhirAuthorization& authorization = *access.authorization;
    if (const auto fault = check_authorization(authorization, client)) return *fault;
    const WallTime until =
        authorization.expires_in ? now + std::min(*authorization.expires_in, longest_use) : WallTime::max();
    return FhirGrant{*base, authorization.access_token, authorization.scope, until};
}

}  // namespace service
