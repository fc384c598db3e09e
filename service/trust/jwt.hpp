// A JSON Web Token as CDS Hooks clients send it (RFC 7519, RFC 8725; CDS Hooks, "Security and Safety"): taken apart and
// looked at as text. No key is touched here, and no clock: what a token says is believed only once trust has been
// through all of its checks. Keys embedded in a header (jwk, x5c, x5u) are never looked at.
#pragma once

#include "service/base/wall_time.hpp"
#include "service/trust/jose.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace service {

inline constexpr std::size_t token_bytes_limit = 8 * 1024;

/// The first thing found wrong with a token. For logs and metrics; the client is told nothing.
enum class TokenFault {
    // its form
    absent,              ///< no Authorization: Bearer
    too_large,           ///< above token_bytes_limit
    not_compact,         ///< not three segments: five are a JWE
    bad_base64url,       ///< padding, foreign characters, an empty segment
    bad_header,          ///< not a JSON object, or a name twice
    bad_claims,          ///< likewise
    bad_algorithm,       ///< `alg` absent, "none", symmetric or unknown
    bad_type,            ///< `typ` is not "JWT"
    no_key_id,           ///< `kid` absent or empty
    critical_extension,  ///< `crit`, or `b64` that is not true: extensions that change what is signed
    encrypted,           ///< `enc` or `zip`: members of a JWE
    claim_missing,       ///< iss, aud, exp, iat or jti absent
    claim_wrong_type,    ///< one of them, or nbf or tenant, is not what it should be
    // what it says, in this order
    unknown_issuer,
    algorithm_not_allowed,
    wrong_audience,
    expired,
    not_yet_valid,   ///< nbf, or iat, in the future
    too_long_lived,  ///< exp - iat above what the client is allowed, or not above zero
    unknown_tenant,
    key_url_not_allowed,
    unknown_key,
    keys_unavailable,  ///< the key server cannot be had and there is no set of before
    bad_signature,
    too_many_requests,  ///< more than the client, or all callers without a good token together, may send
    replayed,
    replay_unknown,  ///< the store could not say whether the token was seen before
    too_many_checks  ///< so many tokens wait for their check that this one would wait too long
};

std::string_view name_of(TokenFault fault) noexcept;

/// A token taken apart. Nothing in it has been proven.
struct Token {
    std::string compact;  ///< as received. Never logged, never stored

    Algorithm algorithm = Algorithm::es384;
    std::string key_id;
    std::optional<std::string> key_url;  ///< `jku`

    std::string issuer;
    std::vector<std::string> audience;
    WallTime expires{};
    WallTime issued{};
    std::optional<WallTime> not_before;
    std::string id;  ///< `jti`
    std::optional<std::string> tenant;
};

/// The token of an Authorization header: the scheme's case does not matter (RFC 9110, section 11.1). Borrowed.
boost::system::result<std::string_view, TokenFault> bearer_token(std::string_view authorization);

/// Takes a token apart.
boost::system::result<Token, TokenFault> parse_token(std::string_view compact);

/// What a client's tokens may say about time (RFC 7519, sections 4.1.4 to 4.1.6).
struct TokenTimes {
    std::chrono::seconds skew{60};            ///< by which clocks may differ
    std::chrono::seconds longest_life{3600};  ///< from iat to exp
};

/// The first fault of the token's times, if any.
std::optional<TokenFault> check_times(const Token& token, const TokenTimes& allowed, WallTime now);

/// `url` with scheme and host in lower case, without the scheme's own port and without one trailing slash: two
/// addresses of one endpoint become the same text. Nothing if it is not an absolute http(s) URL.
std::optional<std::string> normalized_url(std::string_view url);

/// Whether the token was made for one of `endpoints`, each normalized.
bool audience_names(const Token& token, const std::vector<std::string>& endpoints);

}  // namespace service
