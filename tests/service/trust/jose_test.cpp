#include "service/trust/jose.hpp"

#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"
#include "tests/service/signing_key.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>

namespace service {
namespace {

namespace json = boost::json;

VerificationKey key_of(const json::value& jwk) {
    auto key = VerificationKey::read(jwk);
    EXPECT_TRUE(key.has_value()) << json::serialize(jwk);
    return std::move(*key);
}

json::value parsed(std::string_view text) {
    return *fhir::parse_json(text);
}

// ---- vectors of others ----------------------------------------------------------------------------------------------

// The sample key and token of CDS Hooks 2.0, "Security and Safety", example.
constexpr std::string_view cds_hooks_key = R"({"kty":"EC","use":"sig","crv":"P-384","kid":"example-kid","alg":"ES384",
    "x":"46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk",
    "y":"XMcRuuoGW7CXjQdy-F5i3FeBE0x9hPLdeFdSoDd3ELmx404tLX0VRRcqzAsPhXcI"})";
constexpr std::string_view cds_hooks_token =
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImV4YW1wbGUta2lkIiwiamt1IjoiaHR0cHM6Ly9maGlyLWVoci5leGFtcGxlLmNvbS9q"
    "d2tfdXJpIn0.eyJpc3MiOiJodHRwczovL2ZoaXItZWhyLmV4YW1wbGUuY29tLyIsImF1ZCI6Imh0dHBzOi8vY2RzLmV4YW1wbGUub3JnL2Nkcy1z"
    "ZXJ2aWNlcy9zb21lLXNlcnZpY2UiLCJleHAiOjE0MjI1Njg4NjAsImlhdCI6MTMxMTI4MDk3MCwianRpIjoiZWUyMmIwMjEtZTFiNy00NjExLWJh"
    "NWItOGVlYzZhMzNhYzFlIiwidGVuYW50IjoiMmRkZDZjM2EtOGU5YS00NGM2LWEzMDUtNTIxMTFhZDMwMmEyIn0.d1WfLjGRKlcWB94l9do4cM8R"
    "EXeYJLL6SGUBO8VHZhfM8mwKYP70EMxJ67War4TQblEpaQrp11wx5p7oPFm2ETYgCicS84vXWEIYTdjooZdooCSDf2L8-i4awdoUwiEb";

TEST(Jose, VerifiesTheSampleTokenOfCdsHooks) {
    shows({"R-136"});
    EXPECT_TRUE(key_of(parsed(cds_hooks_key)).verifies(Algorithm::es384, cds_hooks_token));
}

TEST(Jose, RefusesTheSampleTokenOfCdsHooksOnceAClaimIsChanged) {
    shows({"R-132"});
    std::string changed(cds_hooks_token);
    const std::size_t second = changed.find('.') + 20;
    changed[second] = changed[second] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(key_of(parsed(cds_hooks_key)).verifies(Algorithm::es384, changed));
}

TEST(Jose, VerifiesTheEd25519ExampleOfRfc8037) {
    // RFC 8037, appendix A.2 and A.4.
    const VerificationKey key = key_of(
        parsed(R"({"kty":"OKP","crv":"Ed25519","kid":"A.2","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
    const std::string token =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    EXPECT_TRUE(key.verifies(Algorithm::eddsa, token));
}

// ---- every algorithm ------------------------------------------------------------------------------------------------

struct EachAlgorithm {
    const char* name;
    Algorithm algorithm;
};
class JoseAlgorithms : public testing::TestWithParam<EachAlgorithm> {};

TEST_P(JoseAlgorithms, VerifiesWhatOpenSslSigned) {
    shows({"R-136"});
    const SigningKey signer = SigningKey::make(GetParam().algorithm);
    const VerificationKey key = key_of(signer.public_jwk());
    EXPECT_TRUE(key.verifies(GetParam().algorithm, signer.token({{"iss", "x"}})));
}

TEST_P(JoseAlgorithms, RefusesAnotherKeysSignature) {
    const VerificationKey key = key_of(SigningKey::make(GetParam().algorithm).public_jwk());
    EXPECT_FALSE(key.verifies(GetParam().algorithm, SigningKey::make(GetParam().algorithm).token({{"iss", "x"}})));
}

TEST_P(JoseAlgorithms, RefusesASignatureOfAnotherLength) {
    const SigningKey signer = SigningKey::make(GetParam().algorithm);
    const VerificationKey key = key_of(signer.public_jwk());
    const std::string token = signer.token({{"iss", "x"}});
    const std::size_t dot = token.rfind('.');
    const std::string signature = *decode_base64url(std::string_view(token).substr(dot + 1));
    for (const std::string& other : {signature + '\0', signature.substr(1), std::string(), signature + signature}) {
        EXPECT_FALSE(key.verifies(GetParam().algorithm, token.substr(0, dot + 1) + encode_base64url(other)));
    }
}

TEST_P(JoseAlgorithms, LeavesNoErrorForTheNextTlsOperation) {
    const VerificationKey key = key_of(SigningKey::make(GetParam().algorithm).public_jwk());
    EXPECT_FALSE(key.verifies(GetParam().algorithm, SigningKey::make(GetParam().algorithm).token({})));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    R136, JoseAlgorithms,
    testing::Values(EachAlgorithm{"ES256", Algorithm::es256}, EachAlgorithm{"ES384", Algorithm::es384},
                    EachAlgorithm{"ES512", Algorithm::es512}, EachAlgorithm{"RS256", Algorithm::rs256},
                    EachAlgorithm{"RS384", Algorithm::rs384}, EachAlgorithm{"RS512", Algorithm::rs512},
                    EachAlgorithm{"PS256", Algorithm::ps256}, EachAlgorithm{"PS384", Algorithm::ps384},
                    EachAlgorithm{"PS512", Algorithm::ps512}, EachAlgorithm{"EdDSA", Algorithm::eddsa}),
    CaseName());

TEST(Jose, RefusesADerSignature) {
    shows({"R-142"});
    // ES384 asks for r||s, 96 bytes (RFC 7518, section 3.4); what most libraries make by themselves is DER.
    const SigningKey signer = SigningKey::make(Algorithm::es384);
    const std::string token = signer.token({{"iss", "x"}});
    const std::string der = "\x30\x64" + std::string(100, '\x02');
    EXPECT_FALSE(key_of(signer.public_jwk())
                     .verifies(Algorithm::es384, token.substr(0, token.rfind('.') + 1) + encode_base64url(der)));
}

TEST(Jose, RefusesASignatureOfZeros) {
    // CVE-2022-21449: r = s = 0 verified anything.
    const SigningKey signer = SigningKey::make(Algorithm::es384);
    const std::string token = signer.token({{"iss", "x"}});
    EXPECT_FALSE(key_of(signer.public_jwk())
                     .verifies(Algorithm::es384,
                               token.substr(0, token.rfind('.') + 1) + encode_base64url(std::string(96, '\0'))));
}

TEST(Jose, KnowsNoSymmetricAlgorithmAndNotNone) {
    shows({"R-136"});
    for (const char* name : {"none", "None", "", "HS256", "HS384", "HS512", "es384", "ES384 ", "ES256K", "RSA-OAEP"}) {
        EXPECT_EQ(algorithm_named(name), std::nullopt) << name;
    }
}

TEST(Jose, DoesNotTakeOneAlgorithmsKeyForAnother) {
    shows({"R-136"});
    const VerificationKey p384 = key_of(SigningKey::make(Algorithm::es384).public_jwk());
    EXPECT_TRUE(p384.fits(Algorithm::es384));
    EXPECT_FALSE(p384.fits(Algorithm::es256));
    EXPECT_FALSE(p384.fits(Algorithm::rs384));

    json::object jwk = SigningKey::make(Algorithm::rs384).public_jwk();
    EXPECT_FALSE(key_of(jwk).fits(Algorithm::rs256)) << "the key's own alg counts";
    jwk.erase("alg");
    EXPECT_TRUE(key_of(jwk).fits(Algorithm::rs256));
    EXPECT_TRUE(key_of(jwk).fits(Algorithm::ps512));
    EXPECT_FALSE(key_of(jwk).fits(Algorithm::es256));
}

// ---- keys that are not used -----------------------------------------------------------------------------------------

struct RefusedKey {
    const char* name;
    KeyFault fault;
    json::object (*jwk)();
};
class JoseKeys : public testing::TestWithParam<RefusedKey> {};

TEST_P(JoseKeys, Refuses) {
    shows({"R-136", "R-142"});
    const auto key = VerificationKey::read(GetParam().jwk());
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error(), GetParam().fault);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

json::object p384_with(std::string_view member, const json::value& value) {
    json::object jwk = parsed(cds_hooks_key).as_object();
    jwk[member] = value;
    return jwk;
}

json::object p384_without(std::string_view member) {
    json::object jwk = parsed(cds_hooks_key).as_object();
    jwk.erase(member);
    return jwk;
}

json::object rsa_with_exponent(std::string_view exponent) {
    json::object jwk = SigningKey::make(Algorithm::rs384).public_jwk();
    jwk["e"] = encode_base64url(exponent);
    return jwk;
}

INSTANTIATE_TEST_SUITE_P(
    R136R142, JoseKeys,
    testing::Values(
        RefusedKey{"NoKeyId", KeyFault::no_key_id, [] { return p384_without("kid"); }},
        RefusedKey{"EmptyKeyId", KeyFault::no_key_id, [] { return p384_with("kid", ""); }},
        RefusedKey{"NumberAsKeyId", KeyFault::no_key_id, [] { return p384_with("kid", 7); }},
        RefusedKey{"Symmetric", KeyFault::unknown_type,
                   [] {
                       return json::object{{"kty", "oct"}, {"kid", "k"}, {"k", "c2VjcmV0"}, {"alg", "HS256"}};
                   }},
        RefusedKey{"OtherCurve", KeyFault::unknown_type, [] { return p384_with("crv", "secp256k1"); }},
        RefusedKey{"CurveMissing", KeyFault::unknown_type, [] { return p384_without("crv"); }},
        RefusedKey{"PrivateHalf", KeyFault::private_key, [] { return p384_with("d", "SeFXUXda8UomZ8GFUl7HH"); }},
        RefusedKey{"ForEncryption", KeyFault::other_use, [] { return p384_with("use", "enc"); }},
        RefusedKey{"ForSigning", KeyFault::other_use, [] { return p384_with("key_ops", json::array{"sign"}); }},
        RefusedKey{"OtherAlgorithm", KeyFault::unknown_alg, [] { return p384_with("alg", "ES256"); }},
        RefusedKey{"SymmetricAlgorithm", KeyFault::unknown_alg, [] { return p384_with("alg", "HS384"); }},
        RefusedKey{"CoordinateMissing", KeyFault::bad_value, [] { return p384_without("y"); }},
        RefusedKey{"CoordinateTooShort", KeyFault::bad_value, [] { return p384_with("x", "AAAA"); }},
        RefusedKey{"CoordinatePadded", KeyFault::bad_value,
                   [] { return p384_with("x", "46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCE="); }},
        RefusedKey{"PointOffTheCurve", KeyFault::bad_value,
                   [] { return p384_with("x", parsed(cds_hooks_key).at("y")); }},
        RefusedKey{"PointAtZero", KeyFault::bad_value,
                   [] {
                       json::object jwk = p384_with("x", json::value(encode_base64url(std::string(48, '\0'))));
                       jwk["y"] = jwk["x"];
                       return jwk;
                   }},
        RefusedKey{"Rsa1024", KeyFault::weak,
                   [] { return SigningKey::make(Algorithm::rs384, "k", 1024).public_jwk(); }},
        RefusedKey{"RsaExponentOne", KeyFault::weak, [] { return rsa_with_exponent("\x01"); }},
        RefusedKey{"RsaExponentThree", KeyFault::weak, [] { return rsa_with_exponent("\x03"); }},
        RefusedKey{"RsaExponentEven", KeyFault::bad_value,
                   [] { return rsa_with_exponent(std::string_view("\x01\x00\x02", 3)); }},
        RefusedKey{"RsaExponentHuge", KeyFault::too_large, [] { return rsa_with_exponent("\x01\x01\x01\x01\x01"); }},
        RefusedKey{"RsaModulusHuge", KeyFault::too_large,
                   [] {
                       json::object jwk = SigningKey::make(Algorithm::rs384).public_jwk();
                       jwk["n"] = encode_base64url(std::string(2000, '\x7f'));
                       return jwk;
                   }},
        RefusedKey{"Ed448", KeyFault::unknown_type,
                   [] {
                       return json::object{{"kty", "OKP"}, {"crv", "Ed448"}, {"kid", "k"}, {"x", "AAAA"}};
                   }},
        RefusedKey{"Ed25519TooShort", KeyFault::bad_value,
                   [] {
                       return json::object{{"kty", "OKP"}, {"crv", "Ed25519"}, {"kid", "k"}, {"x", "AAAA"}};
                   }}),
    CaseName());

TEST(Jose, TakesARsaModulusWithALeadingZero) {
    // RFC 7518, section 6.3.1.1, forbids the zero; implementations that send it are named there.
    const SigningKey signer = SigningKey::make(Algorithm::rs384);
    json::object jwk = signer.public_jwk();
    jwk["n"] = encode_base64url('\0' + *decode_base64url(jwk["n"].as_string()));
    EXPECT_TRUE(key_of(jwk).verifies(Algorithm::rs384, signer.token({})));
}

// ---- base64url ------------------------------------------------------------------------------------------------------

struct Base64Url {
    const char* name;
    const char* text;
    std::optional<std::string> bytes;
};
class JoseBase64Url : public testing::TestWithParam<Base64Url> {};

TEST_P(JoseBase64Url, IsReadStrictly) {
    shows({"R-142"});
    EXPECT_EQ(decode_base64url(GetParam().text), GetParam().bytes);
}

// The first: RFC 7515, appendix C. The others: RFC 4648, sections 3.5 and 5.
INSTANTIATE_TEST_SUITE_P(
    Rfc7515, JoseBase64Url,
    testing::Values(Base64Url{"OfTheRfc", "A-z_4ME", "\x03\xec\xff\xe0\xc1"}, Base64Url{"Empty", "", ""},
                    Base64Url{"OneByte", "Zg", "f"}, Base64Url{"TwoBytes", "Zm8", "fo"},
                    Base64Url{"ThreeBytes", "Zm9v", "foo"}, Base64Url{"Padded", "Zg==", std::nullopt},
                    Base64Url{"OneDigit", "Z", std::nullopt}, Base64Url{"BitsLeftOver", "Zh", std::nullopt},
                    Base64Url{"BitsLeftOverOfTwo", "Zm9", std::nullopt}, Base64Url{"Plus", "Zm+v", std::nullopt},
                    Base64Url{"Slash", "Zm/v", std::nullopt}, Base64Url{"Space", "Zm 9v", std::nullopt},
                    Base64Url{"LineFeed", "Zm9v\n", std::nullopt}),
    CaseName());

}  // namespace
}  // namespace service
