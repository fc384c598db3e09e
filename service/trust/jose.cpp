#include "service/trust/jose.hpp"

#include "fhir/json_text.hpp"

#include <cjose/cjose.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

struct NamedAlgorithm {
    Algorithm algorithm;
    std::string_view name;
    std::size_t signature_bytes;  ///< exact length of a raw r||s or Ed25519 signature; 0: as long as the modulus
};

// Signature lengths: RFC 7518, section 3.4; RFC 8032, section 5.1.6.
constexpr std::array<NamedAlgorithm, 10> named_algorithms = {{
    {Algorithm::es256, "ES256", 64},
    {Algorithm::es384, "ES384", 96},
    {Algorithm::es512, "ES512", 132},
    {Algorithm::rs256, "RS256", 0},
    {Algorithm::rs384, "RS384", 0},
    {Algorithm::rs512, "RS512", 0},
    {Algorithm::ps256, "PS256", 0},
    {Algorithm::ps384, "PS384", 0},
    {Algorithm::ps512, "PS512", 0},
    {Algorithm::eddsa, "EdDSA", 64},
}};

constexpr const NamedAlgorithm& entry_of(Algorithm algorithm) noexcept {
    return named_algorithms[static_cast<std::size_t>(algorithm)];
}

constexpr std::size_t rsa_bits_least = 2048;  // RFC 7518, section 3.3
constexpr std::size_t rsa_bits_most = 8192;
constexpr std::size_t rsa_exponent_least =
    65537;                                 // FIPS 186-5, section 5.1: above 2^16; 1 would make every text a signature
constexpr std::size_t ed25519_bytes = 32;  // RFC 8032, section 5.1.5

struct Curve {
    std::string_view name;
    std::size_t coordinate_bytes;
};

int base64url_digit(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    if (c == '_') return 63;
    return -1;
}

std::optional<std::string_view> member_text(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member != nullptr ? fhir::text_of(*member) : std::nullopt;
}

std::optional<std::string> member_bytes(const json::object& object, std::string_view name) {
    const auto text = member_text(object, name);
    return text ? decode_base64url(*text) : std::nullopt;
}

bool meant_for_verifying(const json::object& jwk) {
    if (jwk.contains("use") && member_text(jwk, "use") != "sig") return false;
    const json::value* operations = jwk.if_contains("key_ops");
    if (operations == nullptr) return true;
    if (!operations->is_array()) return false;
    for (const json::value& operation : operations->get_array()) {
        if (fhir::text_of(operation) == "verify") return true;
    }
    return false;
}

std::string_view without_leading_zeros(std::string_view bytes) {
    const std::size_t first = bytes.find_first_not_of('\0');
    return first == std::string_view::npos ? std::string_view() : bytes.substr(first);
}

std::size_t bit_length(std::string_view number) {
    const auto top = static_cast<unsigned char>(number.front());
    return (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(top));
}

std::uint64_t small_number(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

std::optional<Algorithm> algorithm_named(std::string_view name) noexcept {
    for (const NamedAlgorithm& entry : named_algorithms) {
        if (entry.name == name) return entry.algorithm;
    }
    return std::nullopt;
}

std::string_view name_of(Algorithm algorithm) noexcept {
    return entry_of(algorithm).name;
}

std::string_view name_of(KeyFault fault) noexcept {
    switch (fault) {
        case KeyFault::not_an_object:
            return "not-an-object";
        case KeyFault::no_key_id:
            return "no-key-id";
        case KeyFault::unknown_type:
            return "unknown-type";
        case KeyFault::private_key:
            return "private-key";
        case KeyFault::other_use:
            return "other-use";
        case KeyFault::unknown_alg:
            return "unknown-alg";
        case KeyFault::bad_value:
            return "bad-value";
        case KeyFault::weak:
            return "weak";
        case KeyFault::too_large:
            return "too-large";
        case KeyFault::repeated_key_id:
            return "repeated-key-id";
    }
    return "unknown";
}

std::optional<std::string> decode_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const int digit = base64url_digit(c);
        if (digit < 0) return std::nullopt;
        bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFFU;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<char>(bits >> count & 0xFFU));
    }
    // Bits left over would let two texts stand for one signature.
    if ((bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return bytes;
}

/// A key that cjose holds, or one that OpenSSL holds for it.
struct VerificationKey::Handle {
    cjose_jwk_t* jwk = nullptr;
    EVP_PKEY* ed25519 = nullptr;
    std::size_t modulus_bytes = 0;

    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (jwk != nullptr) cjose_jwk_release(jwk);
        EVP_PKEY_free(ed25519);
    }
};

/// What of a JSON Web Key matters, checked as far as arithmetic on lengths can.
struct VerificationKey::Parts {
    Kind kind = Kind::rsa;
    json::object essential;  ///< kty and the numbers, nothing else
    std::string ed25519;     ///< the raw point
    std::size_t modulus_bytes = 0;
};

VerificationKey::VerificationKey(std::string id, Kind kind, std::optional<Algorithm> only,
                                 std::shared_ptr<const Handle> handle)
    : id_(std::move(id)), kind_(kind), only_(only), handle_(std::move(handle)) {}

boost::system::result<VerificationKey::Parts, KeyFault> VerificationKey::read_rsa(const json::object& jwk) {
    const auto modulus = member_bytes(jwk, "n");
    const auto exponent = member_bytes(jwk, "e");
    if (!modulus || !exponent) return KeyFault::bad_value;
    const std::string_view n = without_leading_zeros(*modulus);
    const std::string_view e = without_leading_zeros(*exponent);
    if (n.empty() || e.empty()) return KeyFault::bad_value;
    if (bit_length(n) < rsa_bits_least) return KeyFault::weak;
    if (bit_length(n) > rsa_bits_most || e.size() > 4) return KeyFault::too_large;
    if (small_number(e) < rsa_exponent_least) return KeyFault::weak;
    if ((n.back() & 1) == 0 || (e.back() & 1) == 0) return KeyFault::bad_value;
    return Parts{Kind::rsa, {{"kty", "RSA"}, {"n", jwk.at("n")}, {"e", jwk.at("e")}}, {}, n.size()};
}

boost::system::result<VerificationKey::Parts, KeyFault> VerificationKey::read_curve(const json::object& jwk) {
    constexpr std::array<std::pair<Kind, Curve>, 3> curves = {
        {{Kind::p256, {"P-256", 32}}, {Kind::p384, {"P-384", 48}}, {Kind::p521, {"P-521", 66}}}};
    const auto name = member_text(jwk, "crv");
    for (const auto& [kind, curve] : curves) {
        if (name != curve.name) continue;
        const auto x = member_bytes(jwk, "x");
        const auto y = member_bytes(jwk, "y");
        if (!x || !y || x->size() != curve.coordinate_bytes || y->size() != curve.coordinate_bytes) {
            return KeyFault::bad_value;
        }
        return Parts{kind, {{"kty", "EC"}, {"crv", curve.name}, {"x", jwk.at("x")}, {"y", jwk.at("y")}}, {}, 0};
    }
    return KeyFault::unknown_type;
}

boost::system::result<VerificationKey::Parts, KeyFault> VerificationKey::read_parts(const json::object& jwk) {
    const auto type = member_text(jwk, "kty");
    if (type == "RSA") return read_rsa(jwk);
    if (type == "EC") return read_curve(jwk);
    if (type != "OKP" || member_text(jwk, "crv") != "Ed25519") return KeyFault::unknown_type;
    auto point = member_bytes(jwk, "x");
    if (!point || point->size() != ed25519_bytes) return KeyFault::bad_value;
    return Parts{Kind::ed25519, {}, std::move(*point), 0};
}

boost::system::result<VerificationKey, KeyFault> VerificationKey::read(const json::value& jwk) {
    if (!jwk.is_object()) return KeyFault::not_an_object;
    const json::object& object = jwk.get_object();
    const auto id = member_text(object, "kid");
    if (!id || id->empty() || id->size() > key_id_limit) return KeyFault::no_key_id;
    if (object.contains("d")) return KeyFault::private_key;
    auto parts = read_parts(object);
    if (!parts) return parts.error();
    if (!meant_for_verifying(object)) return KeyFault::other_use;

    std::optional<Algorithm> only;
    if (object.contains("alg")) {
        only = algorithm_named(member_text(object, "alg").value_or(std::string_view()));
        if (!only || !suits(parts->kind, *only)) return KeyFault::unknown_alg;
    }

    auto handle = std::make_shared<Handle>();
    handle->modulus_bytes = parts->modulus_bytes;
    if (parts->kind == Kind::ed25519) {
        const auto* raw = reinterpret_cast<const unsigned char*>(parts->ed25519.data());
        handle->ed25519 = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw, parts->ed25519.size());
    } else {
        // A point that is not on its curve is refused here.
        const std::string essential = json::serialize(parts->essential);
        handle->jwk = cjose_jwk_import(essential.data(), essential.size(), nullptr);
    }
    // OpenSSL keeps failures in a queue of the thread, where the next TLS operation would take them for its own.
    ERR_clear_error();
    if (handle->jwk == nullptr && handle->ed25519 == nullptr) return KeyFault::bad_value;
    return VerificationKey(std::string(*id), parts->kind, only, std::move(handle));
}

bool VerificationKey::suits(Kind kind, Algorithm algorithm) noexcept {
    switch (algorithm) {
        case Algorithm::es256:
            return kind == Kind::p256;
        case Algorithm::es384:
            return kind == Kind::p384;
        case Algorithm::es512:
            return kind == Kind::p521;
        case Algorithm::rs256:
        case Algorithm::rs384:
        case Algorithm::rs512:
        case Algorithm::ps256:
        case Algorithm::ps384:
        case Algorithm::ps512:
            return kind == Kind::rsa;
        case Algorithm::eddsa:
            return kind == Kind::ed25519;
    }
    return false;
}

bool VerificationKey::fits(Algorithm algorithm) const noexcept {
    return suits(kind_, algorithm) && (!only_ || *only_ == algorithm);
}

namespace {

bool verified_by_cjose(const cjose_jwk_t* jwk, std::string_view compact) {
    cjose_jws_t* jws = cjose_jws_import(compact.data(), compact.size(), nullptr);
    if (jws == nullptr) return false;
    const bool verified = cjose_jws_verify(jws, jwk, nullptr);
    cjose_jws_release(jws);
    return verified;
}

bool verified_by_openssl(EVP_PKEY* key, std::string_view signed_text, const std::string& signature) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                            reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size()) == 1;
}

}  // namespace

bool VerificationKey::verifies(Algorithm algorithm, std::string_view compact) const {
    const std::size_t last_dot = compact.rfind('.');
    if (last_dot == std::string_view::npos || !fits(algorithm)) return false;
    const auto signature = decode_base64url(compact.substr(last_dot + 1));
    const std::size_t fixed = entry_of(algorithm).signature_bytes;
    // cjose splits an ECDSA signature in the middle whatever its length.
    if (!signature || signature->size() != (fixed != 0 ? fixed : handle_->modulus_bytes)) return false;
    const bool verified = handle_->ed25519 != nullptr
                              ? verified_by_openssl(handle_->ed25519, compact.substr(0, last_dot), *signature)
                              : verified_by_cjose(handle_->jwk, compact);
    ERR_clear_error();
    return verified;
}

}  // namespace service
