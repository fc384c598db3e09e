#include "service/fhir_access/fhir_grant.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using namespace std::chrono_literals;

constexpr WallTime now{1'000'000s};

Client hospital() {
    Client client;
    client.client_id = "backpain-cds";
    client.fhir_servers = {"https://ehr.example.org/fhir"};
    return client;
}

FhirAuthorization authorization() {
    return {.access_token = "secret",
            .token_type = "Bearer",
            .expires_in = 300s,
            .scope = "patient/*.rs",
            .subject = "backpain-cds",
            .patient = "p1"};
}

FhirAccess access() {
    return {.server = "https://ehr.example.org/fhir", .authorization = authorization(), .patient_id = "p1"};
}

TEST(FhirGrant, IsGivenForAListedServerAndATokenOfOurs) {
    shows({"R-065"});
    const auto grant = grant_fhir_access(hospital(), access(), now);
    ASSERT_TRUE(grant.has_value());
    EXPECT_EQ(grant->base, "https://ehr.example.org/fhir");
    EXPECT_EQ(grant->access_token, "secret");
    EXPECT_EQ(grant->usable_until, now + 300s);
}

TEST(FhirGrant, IsGivenWithoutWhatSomeClientsLeaveOut) {
    shows({"R-067", "R-070"});
    // The reference client may leave out expires_in and never sends `patient`.
    FhirAccess partial = access();
    partial.server = "https://EHR.example.org:443/fhir/";
    partial.authorization->expires_in.reset();
    partial.authorization->patient.reset();
    partial.authorization->token_type = "bearer";
    EXPECT_TRUE(grant_fhir_access(hospital(), partial, now).has_value());
}

// the type is fixed; its spelling too, for a client that is held to the letter.
TEST(FhirGrant, IsGivenForABearerTokenInAnySpellingUnlessStrict) {
    shows({"R-070"});
    Client client = hospital();
    for (const char* type : {"Bearer", "bearer", "BEARER"}) {
        FhirAccess spelt = access();
        spelt.authorization->token_type = type;
        client.strict = false;
        EXPECT_TRUE(grant_fhir_access(client, spelt, now).has_value()) << type;
        client.strict = true;
        EXPECT_EQ(grant_fhir_access(client, spelt, now).has_value(), std::string_view(type) == "Bearer") << type;
    }
}

TEST(FhirGrant, IsGivenForATokenThatIsToLiveForEver) {
    FhirAccess unending = access();
    unending.authorization->expires_in = std::chrono::seconds::max();
    const auto grant = grant_fhir_access(hospital(), unending, now);
    ASSERT_TRUE(grant.has_value());
    EXPECT_EQ(grant->usable_until, now + 24h);
}

struct Refused {
    const char* name;
    GrantFault fault;
    void (*change)(FhirAccess&);
};
class FhirGrantRefusals : public testing::TestWithParam<Refused> {};

TEST_P(FhirGrantRefusals, AreNamed) {
    shows({"R-069", "R-070", "R-072"});
    FhirAccess changed = access();
    GetParam().change(changed);
    const auto grant = grant_fhir_access(hospital(), changed, now);
    ASSERT_FALSE(grant.has_value());
    EXPECT_EQ(grant.error(), GetParam().fault);
}

INSTANTIATE_TEST_SUITE_P(
    R070R072, FhirGrantRefusals,
    testing::Values(
        Refused{"NoServer", GrantFault::no_server, [](FhirAccess& a) { a.server.reset(); }},
        Refused{"OtherServer", GrantFault::server_not_allowed,
                [](FhirAccess& a) { a.server = "https://ehr.example.com/fhir"; }},
        Refused{"OtherPath", GrantFault::server_not_allowed,
                [](FhirAccess& a) { a.server = "https://ehr.example.org/fhir2"; }},
        Refused{"OtherPort", GrantFault::server_not_allowed,
                [](FhirAccess& a) { a.server = "https://ehr.example.org:8443/fhir"; }},
        Refused{"PlainHttp", GrantFault::insecure_server,
                [](FhirAccess& a) { a.server = "http://ehr.example.org/fhir"; }},
        Refused{"WithUser", GrantFault::bad_server,
                [](FhirAccess& a) { a.server = "https://ehr.example.org@evil.example/fhir"; }},
        Refused{"WithQuery", GrantFault::bad_server,
                [](FhirAccess& a) { a.server = "https://ehr.example.org/fhir?x=1"; }},
        Refused{"WithFragment", GrantFault::bad_server,
                [](FhirAccess& a) { a.server = "https://ehr.example.org/fhir#x"; }},
        Refused{"NotAUrl", GrantFault::bad_server, [](FhirAccess& a) { a.server = "file:///etc/passwd"; }},
        Refused{"NoAuthorization", GrantFault::no_token, [](FhirAccess& a) { a.authorization.reset(); }},
        Refused{"EmptyToken", GrantFault::no_token, [](FhirAccess& a) { a.authorization->access_token.clear(); }},
        Refused{"OtherTokenType", GrantFault::other_token_type,
                [](FhirAccess& a) { a.authorization->token_type = "mac"; }},
        Refused{"Expired", GrantFault::token_expired, [](FhirAccess& a) { a.authorization->expires_in = 0s; }},
        Refused{"OtherSubject", GrantFault::other_subject,
                [](FhirAccess& a) { a.authorization->subject = "other-app"; }},
        Refused{"OtherPatient", GrantFault::other_patient, [](FhirAccess& a) { a.authorization->patient = "p2"; }},
        Refused{"OtherPatientOfAnotherServer", GrantFault::other_patient,
                [](FhirAccess& a) {
                    a.authorization->patient = "p2";
                    a.server = "https://ehr.example.com/fhir";
                }}),
    CaseName());

TEST(FhirGrant, AllowsPlainHttpAndOpenServersInDevelopmentOnly) {
    shows({"R-072"});
    Client client = hospital();
    client.fhir_servers = {"http://localhost:8080/fhir"};
    FhirAccess open;
    open.server = "http://localhost:8080/fhir";
    open.patient_id = "p1";
    open.development = true;
    const auto grant = grant_fhir_access(client, open, now);
    ASSERT_TRUE(grant.has_value());
    EXPECT_EQ(grant->access_token, "");
    open.development = false;
    EXPECT_EQ(grant_fhir_access(client, open, now).error(), GrantFault::insecure_server);
}

// ---- scopes ---------------------------------------------------------------------------------------------------------

struct Scopes {
    const char* name;
    const char* scope;
    bool reads;
    bool searches;
};
class FhirGrantScopes : public testing::TestWithParam<Scopes> {};

TEST_P(FhirGrantScopes, AllowObservations) {
    shows({"R-071"});
    const FhirGrant grant = {.base = {}, .access_token = {}, .scope = GetParam().scope};
    EXPECT_EQ(grant.allows("Observation", Interaction::read), GetParam().reads);
    EXPECT_EQ(grant.allows("Observation", Interaction::search), GetParam().searches);
}

// R-071; SMART App Launch 1.0 and 2.0, "Scopes and Launch Context".
INSTANTIATE_TEST_SUITE_P(
    R071, FhirGrantScopes,
    testing::Values(Scopes{"Nothing", "", true, true}, Scopes{"NothingOfFhir", "launch openid profile", true, true},
                    Scopes{"V1All", "patient/*.*", true, true}, Scopes{"V1Read", "user/Observation.read", true, true},
                    Scopes{"V1OtherType", "user/Condition.read", false, false},
                    Scopes{"V1Write", "user/Observation.write", false, false},
                    Scopes{"V2ReadSearch", "patient/Observation.rs", true, true},
                    Scopes{"V2All", "system/*.cruds", true, true},
                    Scopes{"V2Read", "patient/Observation.r", true, false},
                    Scopes{"V2Search", "patient/Observation.s", false, true},
                    Scopes{"V2Create", "patient/Observation.c", false, false},
                    Scopes{"V2Restricted", "patient/Observation.rs?category=laboratory", true, true},
                    Scopes{"OneOfSeveral", "launch user/Condition.read  patient/Observation.rs", true, true},
                    Scopes{"SandboxClient", "patient/*.* user/*.* launch openid profile online_access", true, true}),
    CaseName());

}  // namespace
}  // namespace service
