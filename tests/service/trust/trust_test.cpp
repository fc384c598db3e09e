#include "service/trust/trust.hpp"

#include "tests/case_name.hpp"
#include "tests/service/signing_key.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr WallTime now{1'000'000s};
constexpr KeyCache::Clock::time_point tick{std::chrono::hours(1)};
constexpr std::string_view issuer = "https://ehr.example.org";
constexpr std::string_view endpoint = "https://cds.example.org/cds-services/one";

json::object claims_with(std::string_view name, const json::value& value) {
    json::object claims = {{"iss", issuer}, {"aud", endpoint}, {"iat", 1'000'000}, {"exp", 1'000'300}, {"jti", "1"}};
    claims[name] = value;
    return claims;
}
json::object claims() {
    return claims_with("sub", "ignored");
}

const SigningKey& client_key() {
    static const SigningKey key = SigningKey::make(Algorithm::es384);
    return key;
}

Client hospital() {
    Client client;
    client.name = "General Hospital";
    client.issuer = issuer;
    client.keys = *KeySet::parse(client_key().key_set());
    client.tenants = {"general"};
    return client;
}

TokenUse use() {
    return {{std::string(endpoint)}, "POST", "/cds-services/one", "{}"};
}

/// The whole way of a token, key sets at hand.
boost::system::result<Caller, TokenFault> admitted(Trust& trust, const std::string& compact, const TokenUse& token_use,
                                                   WallTime when = now) {
    const auto candidate = trust.examine("Bearer " + compact, token_use, when);
    if (!candidate) return candidate.error();
    const auto advice = trust.key_for(*candidate, tick);
    if (!advice) return advice.error();
    if (!advice->key) return TokenFault::keys_unavailable;
    if (const auto fault = Trust::signature_fault(*candidate, *advice->key)) return *fault;
    const auto once = Trust::single_use(*candidate, token_use);
    const auto replayed = once ? trust.replay_fault(*once, when) : std::nullopt;
    if (replayed) return *replayed;
    return Caller{candidate->client};
}

TokenFault refusal(const Client& client, const json::object& token_claims) {
    ReplayWindow replay;
    Trust trust({client}, replay);
    const auto caller = admitted(trust, client_key().token(token_claims), use());
    EXPECT_FALSE(caller.has_value());
    return caller ? TokenFault::absent : caller.error();
}

TEST(Trust, AdmitsAClient) {
    shows({"R-132", "R-134"});
    ReplayWindow replay;
    Trust trust({hospital()}, replay);
    const auto caller = admitted(trust, client_key().token(claims_with("tenant", "general")), use());
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->client->name, "General Hospital");
}

// R-139: for whoever looks for the cause of a 401.
TEST(Trust, KnowsWhoARefusedTokenSaysItComesFrom) {
    shows({"R-139", "R-163"});
    ReplayWindow replay;
    const Trust trust({hospital()}, replay);
    const Claimed known = trust.claimed_by("Bearer " + client_key().token(claims_with("exp", 1)));
    EXPECT_EQ(known.client, "General Hospital");
    EXPECT_EQ(known.issuer_digest, "");
    const Claimed unknown = trust.claimed_by("Bearer " + client_key().token(claims_with("iss", "abc")));
    EXPECT_EQ(unknown.client, "");
    EXPECT_EQ(unknown.issuer_digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        << "FIPS 180-4, example of \"abc\"";
    const Claimed unreadable = trust.claimed_by("Bearer x.y.z");
    EXPECT_EQ(unreadable.client + unreadable.issuer_digest, "");
}

TEST(Trust, RefusesWhatBringsNoToken) {
    shows({"R-132"});
    ReplayWindow replay;
    const Trust trust({hospital()}, replay);
    EXPECT_EQ(trust.examine("", use(), now).error(), TokenFault::absent);
    EXPECT_EQ(trust.examine("Basic abc", use(), now).error(), TokenFault::absent);
}

// ---- one fault each -------------------------------------------------------------------------------------------------

struct OneFault {
    const char* name;
    json::object claims;
    TokenFault fault;
};
class TrustClaims : public testing::TestWithParam<OneFault> {};

TEST_P(TrustClaims, AreHeldAgainstTheClient) {
    shows({"R-134", "R-135", "R-137", "R-140"});
    EXPECT_EQ(refusal(hospital(), GetParam().claims), GetParam().fault);
}

json::object good_with(std::string_view name, const json::value& value) {
    json::object changed = claims_with("tenant", "general");
    changed[name] = value;
    return changed;
}

INSTANTIATE_TEST_SUITE_P(
    R134R135R140, TrustClaims,
    testing::Values(
        OneFault{"OtherIssuer", good_with("iss", "https://ehr.example.com"), TokenFault::unknown_issuer},
        OneFault{"IssuerWithASlash", good_with("iss", "https://ehr.example.org/"), TokenFault::unknown_issuer},
        OneFault{"OtherEndpoint", good_with("aud", "https://cds.example.org/cds-services/two"),
                 TokenFault::wrong_audience},
        OneFault{"OtherHost", good_with("aud", "https://cds.example.com/cds-services/one"), TokenFault::wrong_audience},
        OneFault{"BaseAlone", good_with("aud", "https://cds.example.org"), TokenFault::wrong_audience},
        OneFault{"Expired", good_with("exp", 999'940), TokenFault::expired},
        OneFault{"IssuedAhead", good_with("iat", 1'000'061), TokenFault::not_yet_valid},
        OneFault{"LivesTooLong", good_with("exp", 1'003'601), TokenFault::too_long_lived},
        OneFault{"OtherTenant", good_with("tenant", "other"), TokenFault::unknown_tenant},
        OneFault{"NoTenant", good_with("tenant", nullptr), TokenFault::unknown_tenant}),
    CaseName());

TEST(Trust, ChecksInTheOrderOfTheBestPractices) {
    shows({"R-139"});
    // R-139: issuer, audience, expiry, tenant, signature. Each token has the fault named and all those after it.
    ReplayWindow replay;
    Trust trust({hospital()}, replay);
    const SigningKey forger = SigningKey::make(Algorithm::es384);
    json::object faults = {{"iss", "x"}, {"aud", "x"}, {"iat", 0}, {"exp", 300}, {"jti", "1"}, {"tenant", "x"}};
    EXPECT_EQ(admitted(trust, forger.token(faults), use()).error(), TokenFault::unknown_issuer);
    faults["iss"] = issuer;
    EXPECT_EQ(admitted(trust, forger.token(faults), use()).error(), TokenFault::wrong_audience);
    faults["aud"] = endpoint;
    EXPECT_EQ(admitted(trust, forger.token(faults), use()).error(), TokenFault::expired);
    faults["iat"] = 1'000'000;
    faults["exp"] = 1'000'300;
    EXPECT_EQ(admitted(trust, forger.token(faults), use()).error(), TokenFault::unknown_tenant);
    faults["tenant"] = "general";
    EXPECT_EQ(admitted(trust, forger.token(faults), use()).error(), TokenFault::bad_signature);
    EXPECT_TRUE(admitted(trust, client_key().token(faults), use()).has_value())
        << "a token that was refused is not remembered as seen";
}

TEST(Trust, RefusesAnAlgorithmThatIsNotTheClients) {
    shows({"R-136"});
    ReplayWindow replay;
    Client client = hospital();
    const SigningKey other = SigningKey::make(Algorithm::es256);
    client.keys = *KeySet::parse(other.key_set());
    Trust trust({client}, replay);
    EXPECT_EQ(admitted(trust, other.token(claims_with("tenant", "general")), use()).error(),
              TokenFault::algorithm_not_allowed);
}

TEST(Trust, RefusesAHeaderThatNamesAnotherAlgorithmThanTheKeys) {
    shows({"R-136"});
    // RFC 8725, section 3.1: the key's algorithm counts, not the header's word.
    ReplayWindow replay;
    Trust trust({hospital()}, replay);
    const std::string token = client_key().sign(R"({"alg":"RS384","typ":"JWT","kid":"key-1"})",
                                                json::serialize(claims_with("tenant", "general")));
    EXPECT_EQ(admitted(trust, token, use()).error(), TokenFault::unknown_key);
}

TEST(Trust, RefusesAKeyThatTheTokenBringsAlong) {
    shows({"R-142"});
    ReplayWindow replay;
    Trust trust({hospital()}, replay);
    const SigningKey forger = SigningKey::make(Algorithm::es384);
    json::object header = forger.header();
    header["jwk"] = forger.public_jwk();
    const std::string token = forger.sign(json::serialize(header), json::serialize(claims_with("tenant", "general")));
    EXPECT_EQ(admitted(trust, token, use()).error(), TokenFault::bad_signature);
}

TEST(Trust, AdmitsAnyTenantWhenNoneIsListed) {
    shows({"R-134"});
    ReplayWindow replay;
    Client client = hospital();
    client.tenants.clear();
    Trust trust({client}, replay);
    EXPECT_TRUE(admitted(trust, client_key().token(claims()), use()).has_value());
}

TEST(Trust, TakesAnAliasOfTheAudienceExactly) {
    shows({"R-135"});
    ReplayWindow replay;
    Client client = hospital();
    client.audience = {"backpain"};
    Trust trust({client}, replay);
    json::object token = claims_with("tenant", "general");
    token["aud"] = "backpain";
    EXPECT_TRUE(admitted(trust, client_key().token(token), use()).has_value());
    token["aud"] = "Backpain";
    EXPECT_EQ(admitted(trust, client_key().token(token), use()).error(), TokenFault::wrong_audience);
}

TEST(Trust, KnowsTheAddressesOfAnEndpoint) {
    shows({"R-022", "R-119", "R-135"});
    const std::vector<std::string> bases = {"https://CDS.example.org/", "https://proxy.example.org:443/cds"};
    EXPECT_EQ(endpoint_addresses(bases, "/cds-services"),
              (std::vector<std::string>{"https://cds.example.org/cds-services",
                                        "https://proxy.example.org/cds/cds-services"}));
    // R-119: feedback may carry the address of the service itself.
    EXPECT_EQ(endpoint_addresses({"https://cds.example.org"}, "/cds-services/one/feedback"),
              (std::vector<std::string>{"https://cds.example.org/cds-services/one/feedback",
                                        "https://cds.example.org/cds-services/one"}));
}

// ---- replay ---------------------------------------------------------------------------------------------------------

boost::system::result<Caller, TokenFault> again(ReplayPolicy policy, const TokenUse& second_use,
                                                WallTime second_time = now) {
    ReplayWindow replay;
    Client client = hospital();
    client.replay = policy;
    Trust trust({client}, replay);
    const std::string token = client_key().token(claims_with("tenant", "general"));
    EXPECT_TRUE(admitted(trust, token, use()).has_value());
    return admitted(trust, token, second_use, second_time);
}

TEST(Trust, RefusesATokenASecondTime) {
    shows({"R-139", "R-141"});
    EXPECT_EQ(again(ReplayPolicy::strict, use()).error(), TokenFault::replayed);
    EXPECT_EQ(again(ReplayPolicy::strict, use(), now + 359s).error(), TokenFault::replayed) << "as long as it is valid";
}

TEST(Trust, RefusesATokenASecondTimeForAnotherBodyUnlessConfigured) {
    shows({"R-141"});
    TokenUse other = use();
    other.body = "{ }";
    EXPECT_EQ(again(ReplayPolicy::strict, other).error(), TokenFault::replayed);
    EXPECT_TRUE(again(ReplayPolicy::same_body, other).has_value());
    other = use();
    other.path = "/cds-services/one/feedback";
    EXPECT_TRUE(again(ReplayPolicy::same_body, other).has_value());
    EXPECT_EQ(again(ReplayPolicy::same_body, use()).error(), TokenFault::replayed);
}

TEST(Trust, AdmitsATokenAgainWhereReplayIsOff) {
    shows({"R-141"});
    EXPECT_TRUE(again(ReplayPolicy::off, use()).has_value());
}

TEST(Trust, KeepsTheTokensOfTwoIssuersApart) {
    shows({"R-141"});
    ReplayWindow replay;
    Client other = hospital();
    other.issuer = "https://other.example.org";
    Trust trust({hospital(), other}, replay);
    EXPECT_TRUE(admitted(trust, client_key().token(claims_with("tenant", "general")), use()).has_value());
    EXPECT_TRUE(admitted(trust, client_key().token(good_with("iss", "https://other.example.org")), use()).has_value());
}

TEST(Trust, RefusesWhenTheMemoryCannotSay) {
    ReplayWindow replay(0);
    Trust trust({hospital()}, replay);
    EXPECT_EQ(admitted(trust, client_key().token(claims_with("tenant", "general")), use()).error(),
              TokenFault::replay_unknown);
}

// ---- where keys come from -------------------------------------------------------------------------------------------

class TrustKeys : public testing::Test {
  protected:
    using Step = KeyCache::Step;

    Client client = [] {
        Client made = hospital();
        made.keys = KeySet();
        return made;
    }();
    ReplayWindow replay;

    std::string token(std::optional<std::string_view> key_url = std::nullopt) const {
        json::object header = client_key().header();
        if (key_url) header["jku"] = *key_url;
        return client_key().sign(json::serialize(header), json::serialize(claims_with("tenant", "general")));
    }
    /// One that names a key which the client has not published.
    static std::string token_of(std::string_view key_id) {
        json::object header = client_key().header();
        header["kid"] = key_id;
        return client_key().sign(json::serialize(header), json::serialize(claims_with("tenant", "general")));
    }
    static boost::system::result<Trust::KeyAdvice, TokenFault> advice(Trust& trust, const std::string& compact) {
        return trust.key_for(*trust.examine("Bearer " + compact, use(), now), tick);
    }
};

TEST_F(TrustKeys, AreFetchedFromTheUrlOfTheConfiguration) {
    shows({"R-138"});
    client.keys_at = "https://ehr.example.org/jwks.json";
    Trust trust({client}, replay);
    const auto first = advice(trust, token());
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->step, Step::fetch);
    EXPECT_EQ(first->fetch.url, "https://ehr.example.org/jwks.json");
    EXPECT_EQ(*trust.keys_fetched(first->fetch, client_key().key_set(), 1h, tick), 1U);
    EXPECT_TRUE(admitted(trust, token(), use()).has_value());
}

TEST_F(TrustKeys, AreFetchedFromAUrlThatTheTokenNamesOnlyIfItIsListed) {
    shows({"R-133", "R-137"});
    // R-137.
    client.key_urls = {"https://ehr.example.org/a.json", "https://ehr.example.org/b.json"};
    Trust trust({client}, replay);
    EXPECT_EQ(advice(trust, token("https://ehr.example.org/b.json"))->fetch.url, "https://ehr.example.org/b.json");
    EXPECT_EQ(advice(trust, token("https://evil.example.org/b.json")).error(), TokenFault::key_url_not_allowed);
    EXPECT_EQ(advice(trust, token("https://ehr.example.org/b.json?"))  // exactly as listed
                  .error(),
              TokenFault::key_url_not_allowed);
}

TEST_F(TrustKeys, ComeFromTheListedUrlWhenTheTokenNamesNone) {
    client.key_urls = {"https://ehr.example.org/a.json"};
    Trust trust({client}, replay);
    EXPECT_EQ(advice(trust, token())->fetch.url, "https://ehr.example.org/a.json");
}

TEST_F(TrustKeys, ExchangedBeforehandMakeTheTokensUrlNeedless) {
    shows({"R-138"});
    // R-138. The reference client always names a URL.
    client.keys = *KeySet::parse(client_key().key_set());
    Trust trust({client}, replay);
    EXPECT_TRUE(admitted(trust, token("https://ehr.example.org/unlisted.json"), use()).has_value());
}

TEST_F(TrustKeys, AreUnknownWhenThereIsNowhereToLook) {
    Trust trust({client}, replay);
    EXPECT_EQ(advice(trust, token("https://ehr.example.org/a.json")).error(), TokenFault::unknown_key);
}

TEST_F(TrustKeys, AreUnavailableWhenTheirServerFails) {
    client.keys_at = "https://ehr.example.org/jwks.json";
    Trust trust({client}, replay);
    trust.keys_failed(advice(trust, token())->fetch);
    EXPECT_EQ(advice(trust, token()).error(), TokenFault::keys_unavailable);
}

TEST_F(TrustKeys, StayWhenTheirServerAnswersWithSomethingElse) {
    shows({"R-143"});
    client.keys_at = "https://ehr.example.org/jwks.json";
    Trust trust({client}, replay);
    EXPECT_TRUE(trust.keys_fetched(advice(trust, token())->fetch, client_key().key_set(), 1h, tick).has_value());
    const auto again = advice(trust, token_of("key-2"));
    EXPECT_EQ(again->step, Step::fetch);
    EXPECT_EQ(trust.keys_fetched(again->fetch, "<html>maintenance</html>", 1h, tick).error(), KeySetFault::not_json);
    EXPECT_TRUE(admitted(trust, token(), use()).has_value());
}

// RFC 7517, section 5: a set of no keys is a set. So is one whose keys are all of a kind that is not taken here.
TEST_F(TrustKeys, AreWithdrawnByASetThatHasThemNoLonger) {
    shows({"R-143"});
    client.keys_at = "https://ehr.example.org/jwks.json";
    for (const char* emptied : {R"({"keys":[]})", R"({"keys":[{"kty":"oct","kid":"key-1","k":"AAAA"}]})"}) {
        Trust trust({client}, replay);
        EXPECT_EQ(*trust.keys_fetched(advice(trust, token())->fetch, client_key().key_set(), 1h, tick), 1U);
        EXPECT_EQ(*trust.keys_fetched(advice(trust, token_of("key-2"))->fetch, emptied, 1h, tick), 0U);
        EXPECT_EQ(admitted(trust, token(), use()).error(), TokenFault::unknown_key);
    }
}

// Each address has a set of its own, whatever another's server says of the same key id.
TEST_F(TrustKeys, OfOneIssuerAreNotAnothers) {
    shows({"R-137"});
    const SigningKey evil = SigningKey::make(Algorithm::es384);
    client.keys_at = "https://ehr.example.org/jwks.json";
    Client other = client;
    other.issuer = "https://other.example.org";
    other.keys_at = "https://other.example.org/jwks.json";
    Trust trust({client, other}, replay);
    const auto fetch = advice(trust, token())->fetch;
    const auto fetch_other = advice(trust, client_key().token(good_with("iss", other.issuer.c_str())))->fetch;
    EXPECT_EQ(fetch_other.url, *other.keys_at);
    EXPECT_TRUE(trust.keys_fetched(fetch_other, evil.key_set(), 1h, tick).has_value());
    EXPECT_EQ(advice(trust, token())->step, Step::wait) << "the other's answer is not ours";
    EXPECT_TRUE(trust.keys_fetched(fetch, client_key().key_set(), 1h, tick).has_value());
    EXPECT_TRUE(admitted(trust, token(), use()).has_value());
    EXPECT_EQ(admitted(trust, client_key().token(good_with("iss", other.issuer.c_str())), use()).error(),
              TokenFault::bad_signature);
    EXPECT_EQ(admitted(trust, evil.token(good_with("jti", "2")), use()).error(), TokenFault::bad_signature);
}

// R-143: what comes next may begin while the key server is down.
TEST_F(TrustKeys, StayWhenAnotherConfigurationComesIntoUse) {
    shows({"R-143"});
    client.keys_at = "https://ehr.example.org/jwks.json";
    Trust trust({client}, replay);
    const auto fetch = advice(trust, token())->fetch;
    Trust next({client}, replay, &trust);
    EXPECT_EQ(advice(next, token())->step, Step::wait) << "the fetch that is under way is theirs together";
    EXPECT_TRUE(trust.keys_fetched(fetch, client_key().key_set(), 1h, tick).has_value());
    EXPECT_TRUE(admitted(next, token(), use()).has_value());
    client.keys_at = "https://ehr.example.org/other.json";
    Trust elsewhere({client}, replay, &next);
    EXPECT_EQ(advice(elsewhere, token())->step, Step::fetch);
}

}  // namespace
}  // namespace service
