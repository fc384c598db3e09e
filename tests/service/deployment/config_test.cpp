#include "service/deployment/config.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

constexpr const char* file = "tests/service/deployment/service.json";  // whose folder holds config_test.cpp

ConfigReading read(std::string_view text) {
    return read_config(text, file, [](const std::string& name) -> std::optional<std::string> {
        if (name == "HOST") return "127.0.0.1";
        return std::nullopt;
    });
}

std::string with(std::string_view more) {
    return R"({ "mode": "development", "authentication": "none", "listen": "127.0.0.1:0",
  "tls": { "certificate": "config_test.cpp", "key": "config_test.cpp" }, )" +
           std::string(more) + "}";
}

TEST(Config, HasTheDocumentedDefaults) {
    const ConfigReading reading = read(with(""));
    ASSERT_TRUE(reading.findings.empty()) << reading.findings.front().message;
    EXPECT_EQ(reading.config.limits.body_bytes, 10'485'760U);
    EXPECT_EQ(reading.config.limits.header_bytes, 16'384U);
    EXPECT_EQ(reading.config.limits.connections, 10'000U);
    EXPECT_EQ(reading.config.limits.request_seconds, 10U);
    EXPECT_EQ(reading.config.threads, 0U);
    EXPECT_FALSE(reading.config.admin.has_value());
    EXPECT_EQ(reading.config.log.level, LogLevel::info);
    EXPECT_TRUE(reading.config.audit.empty()) << "nobody notes who asks about whom";
    EXPECT_EQ(reading.config.keep.decisions, std::chrono::days(400));
    EXPECT_EQ(reading.config.keep.feedback, std::chrono::days(800));
    EXPECT_EQ(reading.config.keep.tally, std::chrono::days(1200));
}

TEST(Config, ReadsHowLongTheStoreKeepsWhat) {
    const ConfigReading reading = read(with(R"("keep": {"decisionsDays": 30, "feedbackDays": 60, "tallyDays": 90}, )"));
    ASSERT_TRUE(reading.findings.empty()) << reading.findings.front().message;
    EXPECT_EQ(reading.config.keep, (StoreKeep{std::chrono::days(30), std::chrono::days(60), std::chrono::days(90)}));
    EXPECT_EQ(read(with(R"("keep": {"tallyDays": 0}, )")).findings.size(), 1U);
}

TEST(Config, ReadsAFileThatIsStillToBeMade) {
    EXPECT_EQ(read(with(R"("audit": "audit.ndjson", )")).config.audit,
              std::filesystem::path("tests/service/deployment/audit.ndjson"));
    EXPECT_TRUE(read(with(R"("audit": "", )")).findings.empty());
}

TEST(Config, ReadsReasonsOfAClientsOwn) {
    const ConfigReading reading =
        read(with(R"("anonymous": {"overrideReasons": ["https://ehr.example.org/why|dead", "|other"]}, )"));
    ASSERT_TRUE(reading.findings.empty()) << reading.findings.front().message;
    EXPECT_EQ(reading.config.anonymous.own_reasons,
              (std::vector<Reason>{{"https://ehr.example.org/why", "dead"}, {"", "other"}}));
    EXPECT_EQ(read(with(R"("anonymous": {"overrideReasons": ["dead"]}, )")).findings.size(), 1U);
}

TEST(Config, AsksForAuthenticationUnlessToldOtherwise) {
    shows({"R-131"});
    std::string text = with("");
    const std::string_view none = R"("authentication": "none", )";
    text.erase(text.find(none), none.size());
    EXPECT_TRUE(read(text).config.authentication_required);
    EXPECT_FALSE(read(with("")).config.authentication_required);
}

TEST(Config, ReadsCommentsPathsAndEnvironment) {
    const ConfigReading reading = read(with(R"(
        // where it is administered
        "admin": { "listen": "${HOST}:9443" },
        "packs": [ { "path": "../../../tests", "site": "config_test.cpp" } ],
        "cors": { "origins": ["https://ehr.example.org", "https://[::1]:8443", "app://ehr"] },)"));
    ASSERT_TRUE(reading.findings.empty()) << reading.findings.front().message;
    EXPECT_EQ(reading.config.admin, (Address{"127.0.0.1", 9443}));
    EXPECT_EQ(reading.config.tls.key, std::filesystem::path("tests/service/deployment/config_test.cpp"));
    ASSERT_EQ(reading.config.packs.size(), 1U);
    EXPECT_EQ(reading.config.packs[0].path, std::filesystem::path("tests"));
    EXPECT_EQ(reading.config.cors_origins,
              (std::vector<std::string>{"https://ehr.example.org", "https://[::1]:8443", "app://ehr"}));
}

TEST(Config, ReadsTheVersionsThatStandBesideAPack) {
    const ConfigReading reading = read(with(R"("packs": [ { "path": "../../../tests",
        "shadow": { "path": "../../../rules" },
        "canary": { "salt": "${HOST}", "percent": 10, "path": "../../../fhir", "site": "config_test.cpp" } } ],)"));
    ASSERT_TRUE(reading.findings.empty()) << reading.findings.front().message;
    const PackSource& pack = reading.config.packs.at(0);
    ASSERT_TRUE(pack.shadow && pack.canary);
    EXPECT_EQ(pack.shadow->path, std::filesystem::path("rules"));
    EXPECT_TRUE(pack.shadow->site.empty());
    EXPECT_EQ(pack.canary->path, std::filesystem::path("fhir"));
    EXPECT_EQ(pack.canary->site, std::filesystem::path("tests/service/deployment/config_test.cpp"));
    EXPECT_EQ(pack.canary->share.percent, 10U);
    EXPECT_EQ(pack.canary->share.salt, "127.0.0.1");
}

struct Wrong {
    const char* name;
    std::string text;
    const char* code;
    const char* says;  ///< in the message or the remedy
};
class ConfigFault : public testing::TestWithParam<Wrong> {};

TEST_P(ConfigFault, IsOneFinding) {
    const ConfigReading reading = read(GetParam().text);
    ASSERT_EQ(reading.findings.size(), 1U);
    const rules::Diagnostic& finding = reading.findings.front();
    EXPECT_EQ(finding.code, GetParam().code);
    EXPECT_NE((finding.message + finding.mend).find(GetParam().says), std::string::npos) << finding.message;
}

INSTANTIATE_TEST_SUITE_P(
    Keys, ConfigFault,
    testing::Values(
        Wrong{"Syntax", "{ \"mode\": }", "json", "a value is missing before this"},
        Wrong{"NoComma", "{ \"mode\": \"production\" \"listen\": 1 }", "json", "a comma is missing before this"},
        Wrong{"NotAnObject", "[]", "json", "object"},
        Wrong{"UnknownKey", with(R"("lissten": 1)"), "unknown-key", "\"listen\""},
        Wrong{"UnknownMember", with(R"("limits": { "bodyByte": 1 })"), "unknown-key", "\"bodyBytes\""},
        Wrong{"ShadowIsText", with(R"("packs": [ { "path": "../../../tests", "shadow": "x" } ])"), "wrong-type",
              "packs[].shadow"},
        Wrong{"ShadowWithoutPath", with(R"("packs": [ { "path": "../../../tests", "shadow": {} } ])"), "missing-key",
              "packs[].shadow.path"},
        Wrong{"CanaryWithoutASalt", with(R"("packs": [ { "path": "../../../tests", "canary":
            { "path": "../../../tests", "percent": 5 } } ])"),
              "missing-key", "packs[].canary.salt"},
        Wrong{"CanaryOfMoreThanAll", with(R"("packs": [ { "path": "../../../tests", "canary":
            { "path": "../../../tests", "percent": 101, "salt": "s" } } ])"),
              "bad-value", "from 0 to 100"},
        Wrong{"AuditInNoFolder", with(R"("audit": "nowhere/audit.ndjson")"), "bad-value",
              "a folder that does not exist"},
        Wrong{"WrongType", with(R"("threads": "two")"), "bad-value", "whole number"},
        Wrong{"OutOfRange", with(R"("limits": { "connections": 0 })"), "bad-value", "from 1 to"},
        Wrong{"SectionIsText", with(R"("limits": "none")"), "wrong-type", "must be an object"},
        Wrong{"Choice", with(R"("log": { "level": "loud" })"), "bad-value", "\"debug\", \"info\""},
        Wrong{"MissingFile", with(R"("packs": [ { "path": "nowhere" } ])"), "bad-value", "does not exist"},
        Wrong{"FileOfANearName", with(R"("packs": [ { "path": "confg_test.cpp" } ])"), "bad-value", "config_test.cpp?"},
        Wrong{"PackWithoutPath", with(R"("packs": [ { } ])"), "missing-key", "packs[].path"},
        Wrong{"NoSuchVariable", with(R"("admin": { "listen": "${PORT}" })"), "bad-value", "PORT"},
        Wrong{"AddressWithoutPort", with(R"("admin": { "listen": "127.0.0.1" })"), "bad-value", "port"},
        Wrong{"OriginWithPath", with(R"("cors": { "origins": ["https://ehr.example.org/"] })"), "bad-value", "no path"},
        Wrong{"OriginInUpperCase", with(R"("cors": { "origins": ["https://EHR.example.org"] })"), "bad-value",
              "\"https://ehr.example.org\", not"},
        Wrong{"OriginWithItsUsualPort", with(R"("cors": { "origins": ["https://ehr.example.org:443"] })"), "bad-value",
              "\"https://ehr.example.org\", not"},
        Wrong{"OriginWithAWildcard", with(R"("cors": { "origins": ["https://*.example.org"] })"), "bad-value",
              "no wildcard"},
        Wrong{"PublicUrlOfAnEndpoint", with(R"("publicUrl": "https://cds.example.org/cds-services/")"), "bad-value",
              "before \"/cds-services\""},
        Wrong{"PublicUrlWithAQuery", with(R"("publicUrl": "https://cds.example.org?a=b")"), "bad-value", "query"},
        Wrong{"PublicUrlIsANumber", with(R"("publicUrl": 5)"), "bad-value", "an absolute address"},
        Wrong{"ListensOnAName", with(R"("admin": { "listen": "x:0" })"), "bad-value", "IP address"},
        Wrong{"TimeZone", with(R"("timeZone": "Mars/Olympus")"), "bad-value", "time zone"},
        Wrong{"NoListen", R"({ "mode": "development", "authentication": "none",
            "tls": { "certificate": "config_test.cpp", "key": "config_test.cpp" } })",
              "missing-key", "\"listen\""},
        Wrong{"NoTls", R"({ "mode": "development", "authentication": "none", "listen": "127.0.0.1:0" })", "missing-key",
              "\"tls\""},
        Wrong{"OpenInProduction", R"({ "authentication": "none", "listen": "127.0.0.1:0",
            "tls": { "certificate": "config_test.cpp", "key": "config_test.cpp" } })",
              "no-authentication", "development"}),
    CaseName());

/// A configuration in production with one client, whose members besides its name are these.
std::string with_client(std::string_view members) {
    return R"({ "listen": "127.0.0.1:0", "publicUrl": "https://cds.example.org",
  "tls": { "certificate": "config_test.cpp", "key": "config_test.cpp" }, "clients": [ { "name": "General Hospital", )" +
           std::string(members) + "} ] }";
}

// The public key of RFC 7517, appendix A.1.
constexpr const char* keys = R"("jwks": { "keys": [ { "kty": "EC", "crv": "P-256", "kid": "1",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" } ] })";

TEST(Config, ReadsAClientWithItsKeys) {
    const ConfigReading reading = read(with_client(R"("issuer": "https://ehr.example.org", )" + std::string(keys) +
                                                   R"(, "algorithms": ["ES256"], "tenants": ["general"],
        "audience": ["cds"], "skewSeconds": 5, "maxTokenSeconds": 300, "replay": "same-body", "clientId": "backpain-cds",
        "fhirServers": ["https://ehr.example.org/fhir"], "profile": "crd", "strict": true)"));
    ASSERT_TRUE(reading.findings.empty()) << reading.findings.front().message;
    ASSERT_EQ(reading.config.clients.size(), 1U);
    const Client& client = reading.config.clients.front();
    EXPECT_EQ(client.issuer, "https://ehr.example.org");
    EXPECT_NE(client.keys.find("1", Algorithm::es256), nullptr);
    EXPECT_EQ(client.algorithms, std::vector{Algorithm::es256});
    EXPECT_EQ(client.times.skew, std::chrono::seconds(5));
    EXPECT_EQ(client.times.longest_life, std::chrono::seconds(300));
    EXPECT_EQ(client.replay, ReplayPolicy::same_body);
    EXPECT_EQ(client.client_id, "backpain-cds");
    EXPECT_EQ(client.profile, &client::crd);
    EXPECT_TRUE(client.strict);
}

// deploy/configuration.md: ES384 and RS384, strict replay; the further limits are those of R-140.
TEST(Config, HasTheDocumentedDefaultsOfAClient) {
    const ConfigReading reading = read(with_client(R"("issuer": "a", "jku": ["https://ehr.example.org/jwks.json"])"));
    ASSERT_TRUE(reading.findings.empty()) << reading.findings.front().message;
    const Client& client = reading.config.clients.front();
    EXPECT_EQ(client.algorithms, (std::vector{Algorithm::es384, Algorithm::rs384}));
    EXPECT_EQ(client.replay, ReplayPolicy::strict);
    EXPECT_EQ(client.times.skew, std::chrono::seconds(60));
    EXPECT_EQ(client.times.longest_life, std::chrono::hours(1));
    EXPECT_FALSE(client.client_id.has_value());
    EXPECT_EQ(client.profile, &client::version_2_0);
    EXPECT_FALSE(client.strict);
}

TEST(Config, ReadsTheStoreBesideTheFile) {
    EXPECT_EQ(read(with(R"("store": "sqlite:cds.db")")).config.store, "sqlite:tests/service/deployment/cds.db");
    EXPECT_EQ(read(with(R"("store": "postgresql://cds@db/cds")")).config.store, "postgresql://cds@db/cds");
}

const std::string issuer = R"("issuer": "https://ehr.example.org", )";

INSTANTIATE_TEST_SUITE_P(
    Clients, ConfigFault,
    testing::Values(
        Wrong{"NoClient", R"({ "listen": "127.0.0.1:0", "publicUrl": "https://cds.example.org",
            "tls": { "certificate": "config_test.cpp", "key": "config_test.cpp" } })",
              "no-client", "at least one client"},
        Wrong{"NoPublicUrl", R"({ "listen": "127.0.0.1:0", "clients": [ { "name": "a", "issuer": "b",
            "jku": ["https://ehr.example.org/jwks.json"] } ],
            "tls": { "certificate": "config_test.cpp", "key": "config_test.cpp" } })",
              "missing-key", "publicUrl"},
        Wrong{"NoIssuer", with_client(keys), "missing-key", "clients[].issuer"},
        Wrong{"NoKeys", with_client(R"("issuer": "a")"), "no-keys", "jwksFile"},
        Wrong{"KeysTwice", with_client(issuer + keys + R"(, "jwksUrl": "https://ehr.example.org/jwks.json")"),
              "keys-twice", "\"jwks\" besides"},
        Wrong{"PrivateKey", with_client(issuer + R"("jwks": { "keys": [ { "kty": "EC", "crv": "P-256", "kid": "1",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE" } ] }, "jku": ["https://ehr.example.org/jwks.json"])"),
              "bad-value", "private-key"},
        Wrong{"KeysAreText", with_client(issuer + R"("jwks": "a", "jku": ["https://ehr.example.org/jwks.json"])"),
              "bad-value", "JSON Web Key Set"},
        Wrong{"SymmetricAlgorithm", with_client(issuer + keys + R"(, "algorithms": ["HS256"])"), "bad-value", "ES384"},
        Wrong{"HttpInProduction", with_client(issuer + R"("jku": ["http://ehr.example.org/jwks.json"])"), "bad-value",
              "https"},
        Wrong{"HttpServerInProduction", with_client(issuer + keys + R"(, "fhirServers": ["http://ehr.example.org"])"),
              "bad-value", "https"},
        Wrong{"Replay", with_client(issuer + keys + R"(, "replay": "never")"), "bad-value", "same-body"},
        Wrong{"LongSkew", with_client(issuer + keys + R"(, "skewSeconds": 301)"), "bad-value", "from 0 to 300"},
        Wrong{"MisspeltMember", with_client(issuer + keys + R"(, "fhirServer": [])"), "unknown-key", "fhirServers"},
        Wrong{"Network", with(R"("fhir": { "privateNetworks": ["10.0.0.0/40"] })"), "bad-value", "10.20.0.0/16"},
        Wrong{"IssuerTwice", R"({ "mode": "development", "authentication": "none", "listen": "127.0.0.1:0",
            "tls": { "certificate": "config_test.cpp", "key": "config_test.cpp" }, "clients": [
            { "name": "a", "issuer": "i", "jku": ["https://a.example.org/"] },
            { "name": "b", "issuer": "i", "jku": ["https://b.example.org/"] } ] })",
              "issuer-twice", "Join them"}),
    CaseName());

TEST(Config, PointsToTheLine) {
    const ConfigReading reading = read(with("\n  \"threads\": -1"));
    ASSERT_EQ(reading.findings.size(), 1U);
    EXPECT_EQ(reading.findings[0].place.line, 3U);
    EXPECT_EQ(reading.findings[0].place.column, 14U);
    EXPECT_EQ(reading.findings[0].place.file, file);
}

TEST(Config, GathersEveryFinding) {
    EXPECT_EQ(read(with(R"("threads": -1, "colour": "red", "store": "mysql:x")")).findings.size(), 3U);
}

struct Written {
    const char* name;
    const char* text;
    std::optional<Address> address;
};
class AddressText : public testing::TestWithParam<Written> {};

TEST_P(AddressText, IsReadAndWrittenBack) {
    EXPECT_EQ(parse_address(GetParam().text), GetParam().address);
    if (GetParam().address && GetParam().address->host != "127.0.0.1") {
        EXPECT_EQ(print_address(*GetParam().address), GetParam().text);
    }
}

INSTANTIATE_TEST_SUITE_P(Forms, AddressText,
                         testing::Values(Written{"Ipv4", "0.0.0.0:8443", Address{"0.0.0.0", 8443}},
                                         Written{"Ipv6", "[::1]:0", Address{"::1", 0}},
                                         Written{"Localhost", "localhost:1", Address{"127.0.0.1", 1}},
                                         Written{"Name", "cds.example.org:1", std::nullopt},
                                         Written{"NoPort", "0.0.0.0:", std::nullopt},
                                         Written{"LargePort", "0.0.0.0:65536", std::nullopt},
                                         Written{"BareIpv6", "::1:80", std::nullopt},
                                         Written{"NoHost", ":80", std::nullopt}),
                         CaseName());

}  // namespace
}  // namespace service
