#include "service/trust/jwt.hpp"

#include "fhir/json_text.hpp"

#include <boost/url.hpp>
#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace service {

namespace urls = boost::urls;
namespace json = boost::json;

namespace {

constexpr std::size_t identifier_limit = 1024;  ///< bytes of iss, jti, tenant, jku and each aud
constexpr std::size_t audience_limit = 32;
constexpr fhir::JsonLimits token_json_limits = {.depth = 8, .values = 2000, .number_characters = 32};

std::optional<json::object> object_of(const std::string& text) {
    auto value = fhir::parse_json(text, {}, fhir::JsonDialect::strict, token_json_limits);
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

/// The three segments; nothing if there are more or fewer.
std::optional<std::array<std::string_view, 3>> segments_of(std::string_view compact) {
    const std::size_t first = compact.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = compact.find('.', first + 1);
    if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return std::array{compact.substr(0, first), compact.substr(first + 1, second - first - 1),
                      compact.substr(second + 1)};
}

/// Optional members that are sent as null count as absent.
bool present(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member != nullptr && !member->is_null();
}

using Check = std::optional<TokenFault>;

Check read_header(const json::object& header, Token& token) {
    const auto text = [&](std::string_view name) {
        const json::value* member = header.if_contains(name);
        return member != nullptr ? fhir::text_of(*member) : std::nullopt;
    };
    if (header.contains("enc") || header.contains("zip")) return TokenFault::encrypted;
    const auto algorithm = algorithm_named(text("alg").value_or(std::string_view()));
    if (!algorithm) return TokenFault::bad_algorithm;
    // We understand no extension, so none may be critical (RFC 7515, section 4.1.11; RFC 7797).
    const json::value* unencoded = header.if_contains("b64");
    if (header.contains("crit") || (unencoded != nullptr && *unencoded != true)) return TokenFault::critical_extension;
    if (!urls::grammar::ci_is_equal(text("typ").value_or(std::string_view()), "JWT")) return TokenFault::bad_type;
    const auto key_id = text("kid");
    if (!key_id || key_id->empty() || key_id->size() > key_id_limit) return TokenFault::no_key_id;
    if (present(header, "jku")) {
        const auto url = text("jku");
        if (!url || url->empty() || url->size() > identifier_limit) return TokenFault::bad_header;
        token.key_url = std::string(*url);
    }
    token.algorithm = *algorithm;
    token.key_id = *key_id;
    return std::nullopt;
}

Check read_identifier(const json::object& claims, std::string_view name, std::string& into) {
    const json::value* member = claims.if_contains(name);
    if (member == nullptr || member->is_null()) return TokenFault::claim_missing;
    const auto text = fhir::text_of(*member);
    if (!text || text->empty() || text->size() > identifier_limit) return TokenFault::claim_wrong_type;
    into = *text;
    return std::nullopt;
}

Check read_audience(const json::object& claims, std::vector<std::string>& into) {
    const json::value* member = claims.if_contains("aud");
    if (member == nullptr || member->is_null()) return TokenFault::claim_missing;
    if (!member->is_array()) {
        std::string one;
        if (const Check fault = read_identifier(claims, "aud", one)) return fault;
        into.push_back(std::move(one));
        return std::nullopt;
    }
    if (member->get_array().empty() || member->get_array().size() > audience_limit) return TokenFault::claim_wrong_type;
    for (const json::value& entry : member->get_array()) {
        const auto text = fhir::text_of(entry);
        if (!text || text->size() > identifier_limit) return TokenFault::claim_wrong_type;
        into.emplace_back(*text);
    }
    return std::nullopt;
}

/// A NumericDate: seconds since 1970, with a fraction if the issuer likes (RFC 7519, section 2).
Check read_time(const json::object& claims, std::string_view name, WallTime& into) {
    const json::value* member = claims.if_contains(name);
    if (member == nullptr || member->is_null()) return TokenFault::claim_missing;
    if (!fhir::is_number(*member)) return TokenFault::claim_wrong_type;
    const std::string text = fhir::number_text(*member);
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr double year_9999 = 253'402'300'799.0;
    if (error != std::errc() || !(seconds >= 0) || seconds > year_9999) return TokenFault::claim_wrong_type;
    into = WallTime(std::chrono::milliseconds(std::llround(seconds * 1000)));
    return std::nullopt;
}

Check read_claims(const json::object& claims, Token& token) {
    if (const Check fault = read_identifier(claims, "iss", token.issuer)) return fault;
    if (const Check fault = read_audience(claims, token.audience)) return fault;
    if (const Check fault = read_time(claims, "exp", token.expires)) return fault;
    if (const Check fault = read_time(claims, "iat", token.issued)) return fault;
    if (const Check fault = read_identifier(claims, "jti", token.id)) return fault;
    if (present(claims, "nbf")) {
        WallTime not_before{};
        if (const Check fault = read_time(claims, "nbf", not_before)) return fault;
        token.not_before = not_before;
    }
    if (present(claims, "tenant")) {
        std::string tenant;
        if (const Check fault = read_identifier(claims, "tenant", tenant)) return fault;
        token.tenant = std::move(tenant);
    }
    return std::nullopt;
}

}  // namespace

std::string_view name_of(TokenFault fault) noexcept {
    switch (fault) {
        case TokenFault::absent:
            return "absent";
        case TokenFault::too_large:
            return "too-large";
        case TokenFault::not_compact:
            return "not-compact";
        case TokenFault::bad_base64url:
            return "bad-base64url";
        case TokenFault::bad_header:
            return "bad-header";
        case TokenFault::bad_claims:
            return "bad-claims";
        case TokenFault::bad_algorithm:
            return "bad-algorithm";
        case TokenFault::bad_type:
            return "bad-type";
        case TokenFault::no_key_id:
            return "no-key-id";
        case TokenFault::critical_extension:
            return "critical-extension";
        case TokenFault::encrypted:
            return "encrypted";
        case TokenFault::claim_missing:
            return "claim-missing";
        case TokenFault::claim_wrong_type:
            return "claim-wrong-type";
        case TokenFault::unknown_issuer:
            return "unknown-issuer";
        case TokenFault::algorithm_not_allowed:
            return "algorithm-not-allowed";
        case TokenFault::wrong_audience:
            return "wrong-audience";
        case TokenFault::expired:
            return "expired";
        case TokenFault::not_yet_valid:
            return "not-yet-valid";
        case TokenFault::too_long_lived:
            return "too-long-lived";
        case TokenFault::unknown_tenant:
            return "unknown-tenant";
        case TokenFault::key_url_not_allowed:
            return "key-url-not-allowed";
        case TokenFault::unknown_key:
            return "unknown-key";
        case TokenFault::keys_unavailable:
            return "keys-unavailable";
        case TokenFault::bad_signature:
            return "bad-signature";
        case TokenFault::too_many_requests:
            return "too-many-requests";
        case TokenFault::replayed:
            return "replayed";
        case TokenFault::too_many_checks:
            return "too-many-checks";
        case TokenFault::replay_unknown:
            return "replay-unknown";
    }
    return "unknown";
}

boost::system::result<std::string_view, TokenFault> bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer";
    if (authorization.size() <= scheme.size() ||
        !urls::grammar::ci_is_equal(authorization.substr(0, scheme.size()), scheme) ||
        authorization[scheme.size()] != ' ') {
        return TokenFault::absent;
    }
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' ', scheme.size()), authorization.size()));
    if (authorization.empty()) return TokenFault::absent;
    return authorization;
}

boost::system::result<Token, TokenFault> parse_token(std::string_view compact) {
    if (compact.size() > token_bytes_limit) return TokenFault::too_large;
    const auto segments = segments_of(compact);
    if (!segments) return TokenFault::not_compact;
    std::array<std::string, 3> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto bytes = decode_base64url((*segments)[i]);
        if (!bytes || bytes->empty()) return TokenFault::bad_base64url;
        parts[i] = std::move(*bytes);
    }
    const auto header = object_of(parts[0]);
    if (!header) return TokenFault::bad_header;
    Token token;
    if (const Check fault = read_header(*header, token)) return *fault;
    const auto claims = object_of(parts[1]);
    if (!claims) return TokenFault::bad_claims;
    if (const Check fault = read_claims(*claims, token)) return *fault;
    token.compact = compact;
    return token;
}

std::optional<TokenFault> check_times(const Token& token, const TokenTimes& allowed, WallTime now) {
    if (now >= token.expires + allowed.skew) return TokenFault::expired;
    if (token.not_before && *token.not_before > now + allowed.skew) return TokenFault::not_yet_valid;
    if (token.issued > now + allowed.skew) return TokenFault::not_yet_valid;
    const auto life = token.expires - token.issued;
    if (life <= life.zero() || life > allowed.longest_life) return TokenFault::too_long_lived;
    return std::nullopt;
}

std::optional<std::string> normalized_url(std::string_view url) {
    const auto parsed = urls::parse_uri(url);
    if (!parsed) return std::nullopt;
    // Boost.URL 1.81 takes "https://host:port/x" for an empty port and the path "port/x": without the colon that is
    // another host.
    const auto path = parsed->encoded_path();
    if (!path.empty() && path.front() != '/') return std::nullopt;
    urls::url normal(*parsed);
    normal.normalize_scheme();
    normal.normalize_authority();
    const bool secure = normal.scheme() == "https";
    if ((!secure && normal.scheme() != "http") || normal.encoded_host().empty()) return std::nullopt;
    if (normal.port() == (secure ? "443" : "80") || (normal.has_port() && normal.port().empty())) normal.remove_port();
    std::string text = normal.buffer();
    if (!text.empty() && text.back() == '/') text.pop_back();
    return text;
}

bool audience_names(const Token& token, const std::vector<std::string>& endpoints) {
    return std::ranges::any_of(token.audience, [&](const std::string& audience) {
        const auto url = normalized_url(audience);
        return url && std::ranges::find(endpoints, *url) != endpoints.end();
    });
}

}  // namespace service
