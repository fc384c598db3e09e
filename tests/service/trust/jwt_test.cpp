#include "service/trust/jwt.hpp"

#include "tests/case_name.hpp"
#include "tests/service/signing_key.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using namespace std::chrono_literals;

WallTime at(long seconds) {
    return WallTime(std::chrono::seconds(seconds));
}

/// A compact text that nobody signed: what is read here is its form.
std::string compact(std::string_view header, std::string_view claims) {
    return encode_base64url(header) + "." + encode_base64url(claims) + "." + encode_base64url("signature");
}

constexpr std::string_view good_header = R"({"alg":"ES384","typ":"JWT","kid":"k"})";
constexpr std::string_view good_claims = R"({"iss":"https://ehr","aud":"https://cds","exp":300,"iat":0,"jti":"1"})";

TEST(Jwt, ReadsWhatATokenSays) {
    shows({"R-133", "R-134"});
    // Values of the sample token of CDS Hooks 2.0, "Security and Safety".
    const auto token = parse_token(
        compact(R"({"alg":"ES384","typ":"JWT","kid":"example-kid","jku":"https://fhir-ehr.example.com/jwk_uri"})",
                R"({"iss":"https://fhir-ehr.example.com/","aud":"https://cds.example.org/cds-services/some-service",
                    "exp":1422568860,"iat":1311280970,"jti":"ee22b021-e1b7-4611-ba5b-8eec6a33ac1e",
                    "tenant":"2ddd6c3a-8e9a-44c6-a305-52111ad302a2"})"));
    ASSERT_TRUE(token.has_value());
    EXPECT_EQ(token->algorithm, Algorithm::es384);
    EXPECT_EQ(token->key_id, "example-kid");
    EXPECT_EQ(token->key_url, "https://fhir-ehr.example.com/jwk_uri");
    EXPECT_EQ(token->issuer, "https://fhir-ehr.example.com/");
    EXPECT_EQ(token->audience, std::vector<std::string>{"https://cds.example.org/cds-services/some-service"});
    EXPECT_EQ(token->expires, at(1422568860));
    EXPECT_EQ(token->issued, at(1311280970));
    EXPECT_EQ(token->not_before, std::nullopt);
    EXPECT_EQ(token->id, "ee22b021-e1b7-4611-ba5b-8eec6a33ac1e");
    EXPECT_EQ(token->tenant, "2ddd6c3a-8e9a-44c6-a305-52111ad302a2");
}

TEST(Jwt, ReadsAnArrayOfAudiencesAndTimesWithAFraction) {
    shows({"R-134", "R-140"});
    // RFC 7519, sections 2 and 4.1.3. Members that nobody defined are ignored, `sub` among them (R-134).
    const auto token = parse_token(
        compact(good_header,
                R"({"iss":"i","sub":"i","aud":["a","b"],"exp":300.5,"iat":1e1,"nbf":9.999,"jti":"1","x":{"y":[]}})"));
    ASSERT_TRUE(token.has_value());
    EXPECT_EQ(token->audience, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(token->expires, at(300) + 500ms);
    EXPECT_EQ(token->issued, at(10));
    EXPECT_EQ(token->not_before, at(9) + 999ms);
}

TEST(Jwt, NeverLooksAtKeysThatTheHeaderBrings) {
    shows({"R-142"});
    EXPECT_TRUE(
        parse_token(compact(R"({"alg":"ES384","typ":"JWT","kid":"k","jwk":{"kty":"EC"},"x5c":["AAAA"]})", good_claims))
            .has_value());
}

struct RefusedForm {
    const char* name;
    std::string compact;
    TokenFault fault;
};
class JwtForm : public testing::TestWithParam<RefusedForm> {};

TEST_P(JwtForm, IsRefused) {
    shows({"R-133", "R-134", "R-136", "R-142"});
    const auto token = parse_token(GetParam().compact);
    ASSERT_FALSE(token.has_value());
    EXPECT_EQ(token.error(), GetParam().fault);
}

std::string with_header(std::string_view header) {
    return compact(header, good_claims);
}
std::string with_claims(std::string_view claims) {
    return compact(good_header, claims);
}

INSTANTIATE_TEST_SUITE_P(
    R142, JwtForm,
    testing::Values(
        RefusedForm{"Empty", "", TokenFault::not_compact}, RefusedForm{"OneSegment", "e30", TokenFault::not_compact},
        RefusedForm{"TwoSegments", "e30.e30", TokenFault::not_compact},
        RefusedForm{"Jwe", "e30.e30.e30.e30.e30", TokenFault::not_compact},
        RefusedForm{"Unsigned",
                    compact(good_header, good_claims).substr(0, compact(good_header, good_claims).rfind('.') + 1),
                    TokenFault::bad_base64url},
        RefusedForm{"Padded", compact(good_header, good_claims) + "=", TokenFault::bad_base64url},
        RefusedForm{"Space", compact(good_header, good_claims) + " ", TokenFault::bad_base64url},
        RefusedForm{"TooLarge", with_claims(std::string(8192, ' ') + std::string(good_claims)), TokenFault::too_large},
        RefusedForm{"HeaderNotJson", with_header("{"), TokenFault::bad_header},
        RefusedForm{"HeaderNotAnObject", with_header("[]"), TokenFault::bad_header},
        RefusedForm{"HeaderNameTwice", with_header(R"({"alg":"none","alg":"ES384","typ":"JWT","kid":"k"})"),
                    TokenFault::bad_header},
        RefusedForm{"HeaderTooDeep", with_header(std::string(3000, '[')), TokenFault::bad_header},
        RefusedForm{"ClaimNameTwice", with_claims(R"({"iss":"a","iss":"b","aud":"a","exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::bad_claims},
        RefusedForm{"ClaimsNotAnObject", with_claims("7"), TokenFault::bad_claims},
        RefusedForm{"ClaimsNotUtf8", with_claims("{\"iss\":\"\xff\"}"), TokenFault::bad_claims},
        RefusedForm{"AlgorithmNone", with_header(R"({"alg":"none","typ":"JWT","kid":"k"})"), TokenFault::bad_algorithm},
        RefusedForm{"AlgorithmNoneInOtherCase", with_header(R"({"alg":"nOnE","typ":"JWT","kid":"k"})"),
                    TokenFault::bad_algorithm},
        RefusedForm{"AlgorithmSymmetric", with_header(R"({"alg":"HS384","typ":"JWT","kid":"k"})"),
                    TokenFault::bad_algorithm},
        RefusedForm{"AlgorithmMissing", with_header(R"({"typ":"JWT","kid":"k"})"), TokenFault::bad_algorithm},
        RefusedForm{"AlgorithmNotAString", with_header(R"({"alg":["ES384"],"typ":"JWT","kid":"k"})"),
                    TokenFault::bad_algorithm},
        RefusedForm{"TypeMissing", with_header(R"({"alg":"ES384","kid":"k"})"), TokenFault::bad_type},
        RefusedForm{"TypeOther", with_header(R"({"alg":"ES384","typ":"at+jwt","kid":"k"})"), TokenFault::bad_type},
        RefusedForm{"KeyIdMissing", with_header(R"({"alg":"ES384","typ":"JWT"})"), TokenFault::no_key_id},
        RefusedForm{"KeyIdEmpty", with_header(R"({"alg":"ES384","typ":"JWT","kid":""})"), TokenFault::no_key_id},
        RefusedForm{"KeyUrlNotAString", with_header(R"({"alg":"ES384","typ":"JWT","kid":"k","jku":7})"),
                    TokenFault::bad_header},
        RefusedForm{"Critical", with_header(R"({"alg":"ES384","typ":"JWT","kid":"k","crit":["exp"]})"),
                    TokenFault::critical_extension},
        RefusedForm{"CriticalEmpty", with_header(R"({"alg":"ES384","typ":"JWT","kid":"k","crit":[]})"),
                    TokenFault::critical_extension},
        RefusedForm{"PayloadNotEncoded", with_header(R"({"alg":"ES384","typ":"JWT","kid":"k","b64":false})"),
                    TokenFault::critical_extension},
        RefusedForm{"Encrypted", with_header(R"({"alg":"ES384","enc":"A256GCM","typ":"JWT","kid":"k"})"),
                    TokenFault::encrypted},
        RefusedForm{"Compressed", with_header(R"({"alg":"ES384","zip":"DEF","typ":"JWT","kid":"k"})"),
                    TokenFault::encrypted}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    R134, JwtForm,
    testing::Values(
        RefusedForm{"IssuerMissing", with_claims(R"({"aud":"a","exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_missing},
        RefusedForm{"IssuerNull", with_claims(R"({"iss":null,"aud":"a","exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_missing},
        RefusedForm{"IssuerArray", with_claims(R"({"iss":["a"],"aud":"a","exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"AudienceMissing", with_claims(R"({"iss":"i","exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_missing},
        RefusedForm{"AudienceEmptyArray", with_claims(R"({"iss":"i","aud":[],"exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"AudienceOfNumbers", with_claims(R"({"iss":"i","aud":["a",1],"exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"AudienceObject", with_claims(R"({"iss":"i","aud":{},"exp":300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"ExpiryMissing", with_claims(R"({"iss":"i","aud":"a","iat":0,"jti":"1"})"),
                    TokenFault::claim_missing},
        RefusedForm{"ExpiryText", with_claims(R"({"iss":"i","aud":"a","exp":"300","iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"ExpiryNegative", with_claims(R"({"iss":"i","aud":"a","exp":-1,"iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"ExpiryBeyondEveryCalendar", with_claims(R"({"iss":"i","aud":"a","exp":1e300,"iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"ExpiryBeyondDouble", with_claims(R"({"iss":"i","aud":"a","exp":1e999,"iat":0,"jti":"1"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"IssuedMissing", with_claims(R"({"iss":"i","aud":"a","exp":300,"jti":"1"})"),
                    TokenFault::claim_missing},
        RefusedForm{"IdMissing", with_claims(R"({"iss":"i","aud":"a","exp":300,"iat":0})"), TokenFault::claim_missing},
        RefusedForm{"IdEmpty", with_claims(R"({"iss":"i","aud":"a","exp":300,"iat":0,"jti":""})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"IdNumber", with_claims(R"({"iss":"i","aud":"a","exp":300,"iat":0,"jti":1})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"NotBeforeText", with_claims(R"({"iss":"i","aud":"a","exp":300,"iat":0,"jti":"1","nbf":"0"})"),
                    TokenFault::claim_wrong_type},
        RefusedForm{"TenantNumber", with_claims(R"({"iss":"i","aud":"a","exp":300,"iat":0,"jti":"1","tenant":1})"),
                    TokenFault::claim_wrong_type}),
    CaseName());

TEST(Jwt, TakesAnOptionalClaimOfNullForAbsent) {
    EXPECT_TRUE(
        parse_token(with_claims(R"({"iss":"i","aud":"a","exp":300,"iat":0,"jti":"1","tenant":null,"nbf":null})")));
}

// ---- the Authorization header ---------------------------------------------------------------------------------------

TEST(Jwt, FindsTheTokenInTheAuthorizationHeader) {
    shows({"R-132"});
    EXPECT_EQ(*bearer_token("Bearer abc"), "abc");
    EXPECT_EQ(*bearer_token("bearer  abc"), "abc");
    for (const char* other : {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "abc"}) {
        EXPECT_FALSE(bearer_token(other).has_value()) << other;
    }
}

// ---- times ----------------------------------------------------------------------------------------------------------

struct Times {
    const char* name;
    long issued, expires, now;
    std::optional<TokenFault> fault;
    std::optional<long> not_before = std::nullopt;
};
class JwtTimes : public testing::TestWithParam<Times> {};

TEST_P(JwtTimes, AreHeldAgainstTheClock) {
    shows({"R-140"});
    Token token;
    token.issued = at(GetParam().issued);
    token.expires = at(GetParam().expires);
    if (GetParam().not_before) token.not_before = at(*GetParam().not_before);
    EXPECT_EQ(check_times(token, {.skew = 60s, .longest_life = 3600s}, at(GetParam().now)), GetParam().fault);
}

// R-140: skew of 60 seconds either way, an hour at most.
INSTANTIATE_TEST_SUITE_P(R140, JwtTimes,
                         testing::Values(Times{"Valid", 1000, 1300, 1100, std::nullopt},
                                         Times{"JustBeforeTheEndOfTheSkew", 1000, 1300, 1359, std::nullopt},
                                         Times{"ExpiredWithTheSkew", 1000, 1300, 1360, TokenFault::expired},
                                         Times{"IssuedAheadWithinTheSkew", 1060, 1300, 1000, std::nullopt},
                                         Times{"IssuedAhead", 1061, 1300, 1000, TokenFault::not_yet_valid},
                                         Times{"NotBeforeWithinTheSkew", 1000, 1300, 1000, std::nullopt, 1060},
                                         Times{"NotBeforeAhead", 1000, 1300, 1000, TokenFault::not_yet_valid, 1061},
                                         Times{"LivesAnHour", 1000, 4600, 1100, std::nullopt},
                                         Times{"LivesLonger", 1000, 4601, 1100, TokenFault::too_long_lived},
                                         Times{"LivesNoTime", 1000, 1000, 1000, TokenFault::too_long_lived},
                                         Times{"EndsBeforeItBegins", 1010, 1000, 1000, TokenFault::too_long_lived}),
                         CaseName());

// ---- audience -------------------------------------------------------------------------------------------------------

struct Address {
    const char* name;
    const char* url;
    std::optional<std::string> normal;
};
class JwtAddress : public testing::TestWithParam<Address> {};

TEST_P(JwtAddress, IsNormalized) {
    shows({"R-135"});
    EXPECT_EQ(normalized_url(GetParam().url), GetParam().normal);
}

// R-135: case of scheme and host, the scheme's port, one trailing slash. The path's case and its escapes stay.
INSTANTIATE_TEST_SUITE_P(
    R135, JwtAddress,
    testing::Values(Address{"Plain", "https://cds.example.org/cds-services", "https://cds.example.org/cds-services"},
                    Address{"CaseOfHost", "HTTPS://CDS.Example.org/cds-Services",
                            "https://cds.example.org/cds-Services"},
                    Address{"DefaultPort", "https://cds.example.org:443/x", "https://cds.example.org/x"},
                    Address{"DefaultPortOfHttp", "http://cds.example.org:80/x", "http://cds.example.org/x"},
                    Address{"EmptyPort", "https://cds.example.org:/x", "https://cds.example.org/x"},
                    Address{"OtherPort", "https://cds.example.org:8443/x", "https://cds.example.org:8443/x"},
                    Address{"TrailingSlash", "https://cds.example.org/x/", "https://cds.example.org/x"},
                    Address{"OneSlashOnly", "https://cds.example.org/x//", "https://cds.example.org/x/"},
                    Address{"NoPath", "https://cds.example.org/", "https://cds.example.org"},
                    // RFC 3986, 3.2.3: a port is digits; what stands there instead is no part of the host.
                    Address{"PortInWords", "https://cds.example.or:g/x", std::nullopt},
                    Address{"Relative", "/cds-services", std::nullopt}, Address{"Urn", "urn:uuid:1", std::nullopt},
                    Address{"OtherScheme", "ftp://cds.example.org/", std::nullopt},
                    Address{"NotAUrl", "https://cds example/", std::nullopt}, Address{"Empty", "", std::nullopt}),
    CaseName());

TEST(Jwt, IsMeantForAnEndpointThatOneOfItsAudiencesNames) {
    shows({"R-022", "R-135"});
    Token token;
    token.audience = {"https://other.example.org", "HTTPS://cds.example.org:443/cds-services/"};
    EXPECT_TRUE(audience_names(token, {"https://cds.example.org/cds-services"}));
    EXPECT_FALSE(audience_names(token, {"https://cds.example.org/cds-services/one"}));
    EXPECT_FALSE(audience_names(token, {}));
}

}  // namespace
}  // namespace service
