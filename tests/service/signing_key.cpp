#include "tests/service/signing_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace service {

namespace json = boost::json;

namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void require(bool fine) {
    if (!fine) throw std::runtime_error("OpenSSL refused a test key");
}

std::string number_of(EVP_PKEY* key, const char* name, int length) {
    BIGNUM* raw = nullptr;
    require(EVP_PKEY_get_bn_param(key, name, &raw) == 1);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(raw, &BN_free);
    std::string bytes(static_cast<std::size_t>(length == 0 ? BN_num_bytes(raw) : length), '\0');
    require(BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) >= 0);
    return bytes;
}

struct CurveOf {
    const char* openssl = nullptr;
    const char* jose = nullptr;
    int bytes = 0;
};

CurveOf curve_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::es256:
            return {"P-256", "P-256", 32};
        case Algorithm::es384:
            return {"P-384", "P-384", 48};
        case Algorithm::es512:
            return {"P-521", "P-521", 66};
        default:
            return {};
    }
}

const EVP_MD* digest_of(Algorithm algorithm) {
    const std::string_view name = name_of(algorithm);
    if (name.ends_with("256")) return EVP_sha256();
    if (name.ends_with("384")) return EVP_sha384();
    if (name.ends_with("512")) return EVP_sha512();
    return nullptr;
}

std::string raw_ecdsa(const std::string& der, int bytes) {
    const unsigned char* at = bytes_of(der);
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
    require(signature != nullptr);
    std::string raw(2 * static_cast<std::size_t>(bytes), '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    require(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, bytes) >= 0);
    require(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + bytes, bytes) >= 0);
    return raw;
}

}  // namespace

std::string encode_base64url(std::string_view bytes) {
    std::vector<unsigned char> out(4 * ((bytes.size() + 2) / 3) + 1);
    const int length = EVP_EncodeBlock(out.data(), bytes_of(bytes), static_cast<int>(bytes.size()));
    std::string text(out.begin(), out.begin() + length);
    for (char& c : text) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    while (text.ends_with('=')) text.pop_back();
    return text;
}

SigningKey SigningKey::make(Algorithm algorithm, std::string id, unsigned bits) {
    SigningKey made;
    made.algorithm_ = algorithm;
    made.id_ = std::move(id);
    EVP_PKEY* key = nullptr;
    if (algorithm == Algorithm::eddsa) {
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    } else if (const CurveOf curve = curve_of(algorithm); curve.openssl != nullptr) {
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.openssl);
    } else {
        key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits));
    }
    require(key != nullptr);
    made.key_.reset(key, &EVP_PKEY_free);
    return made;
}

json::object SigningKey::public_jwk() const {
    json::object jwk = {{"kid", id_}, {"alg", name_of(algorithm_)}, {"use", "sig"}};
    EVP_PKEY* key = key_.get();
    if (algorithm_ == Algorithm::eddsa) {
        std::string point(32, '\0');
        std::size_t length = point.size();
        require(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(point.data()), &length) == 1);
        jwk["kty"] = "OKP";
        jwk["crv"] = "Ed25519";
        jwk["x"] = encode_base64url(point);
    } else if (const CurveOf curve = curve_of(algorithm_); curve.jose != nullptr) {
        jwk["kty"] = "EC";
        jwk["crv"] = curve.jose;
        jwk["x"] = encode_base64url(number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.bytes));
        jwk["y"] = encode_base64url(number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.bytes));
    } else {
        jwk["kty"] = "RSA";
        jwk["n"] = encode_base64url(number_of(key, OSSL_PKEY_PARAM_RSA_N, 0));
        jwk["e"] = encode_base64url(number_of(key, OSSL_PKEY_PARAM_RSA_E, 0));
    }
    return jwk;
}

std::string SigningKey::key_set() const {
    return json::serialize(json::object{{"keys", json::array{public_jwk()}}});
}

std::string SigningKey::signature_of(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_PKEY_CTX* key_context = nullptr;
    require(EVP_DigestSignInit(context.get(), &key_context, digest_of(algorithm_), nullptr, key_.get()) == 1);
    if (name_of(algorithm_).starts_with("PS")) {
        require(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1);
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    std::size_t length = 0;
    require(EVP_DigestSign(context.get(), nullptr, &length, bytes_of(text), text.size()) == 1);
    std::string signature(length, '\0');
    require(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, bytes_of(text),
                           text.size()) == 1);
    signature.resize(length);
    const CurveOf curve = curve_of(algorithm_);
    return curve.bytes == 0 ? signature : raw_ecdsa(signature, curve.bytes);
}

json::object SigningKey::header() const {
    return {{"alg", name_of(algorithm_)}, {"typ", "JWT"}, {"kid", id_}};
}

std::string SigningKey::sign(std::string_view header, std::string_view payload) const {
    const std::string text = encode_base64url(header) + "." + encode_base64url(payload);
    return text + "." + encode_base64url(signature_of(text));
}

std::string SigningKey::token(const json::object& claims) const {
    return sign(json::serialize(header()), json::serialize(claims));
}

}  // namespace service
