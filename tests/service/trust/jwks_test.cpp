#include "service/trust/jwks.hpp"

#include "tests/case_name.hpp"
#include "tests/service/signing_key.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Step = KeyCache::Step;

using Instant = KeyCache::Clock::time_point;
constexpr Instant noon{std::chrono::hours(12)};  // of a clock that began some time

KeySet set_of(std::initializer_list<json::value> keys) {
    json::object set;
    set["keys"] = json::array(keys.begin(), keys.end());
    return *KeySet::read(set);
}

KeySet set_of(const SigningKey& key) {
    return set_of({key.public_jwk()});
}

// ---- reading a set --------------------------------------------------------------------------------------------------

struct NotASet {
    const char* name;
    std::string text;
    KeySetFault fault;
};
class KeySetRefusals : public testing::TestWithParam<NotASet> {};

TEST_P(KeySetRefusals, AreNamed) {
    shows({"R-142"});
    const auto set = KeySet::parse(GetParam().text);
    ASSERT_FALSE(set.has_value());
    EXPECT_EQ(set.error(), GetParam().fault);
}

std::string many_keys(std::size_t count) {
    std::string text = R"({"keys":[{})";
    for (std::size_t i = 1; i < count; ++i) text += ",{}";
    return text + "]}";
}

INSTANTIATE_TEST_SUITE_P(Rfc7517, KeySetRefusals,
                         testing::Values(NotASet{"NotJson", "<html>", KeySetFault::not_json},
                                         NotASet{"Empty", "", KeySetFault::not_json},
                                         NotASet{"MemberTwice", R"({"keys":[],"keys":[]})", KeySetFault::not_json},
                                         NotASet{"Array", "[]", KeySetFault::no_keys_member},
                                         NotASet{"BareKey", R"({"kty":"EC"})", KeySetFault::no_keys_member},
                                         NotASet{"KeysNotAnArray", R"({"keys":{}})", KeySetFault::no_keys_member},
                                         NotASet{"TooManyKeys", many_keys(101), KeySetFault::too_many_keys},
                                         NotASet{"TooLarge",
                                                 R"({"keys":[],"x":")" + std::string(256 * 1024, 'x') + "\"}",
                                                 KeySetFault::too_large}),
                         CaseName());

TEST(KeySet, PassesOverKeysThatItCannotUseAndSaysWhich) {
    const SigningKey good = SigningKey::make(Algorithm::es384, "good");
    const KeySet set = set_of({json::object{{"kty", "oct"}, {"kid", "s"}}, "text", good.public_jwk()});
    EXPECT_EQ(set.size(), 1U);
    EXPECT_NE(set.find("good", Algorithm::es384), nullptr);
    const std::vector<UnusedKey> unused = {{0, KeyFault::unknown_type}, {1, KeyFault::not_an_object}};
    EXPECT_EQ(set.unused(), unused);
}

TEST(KeySet, FindsAKeyByItsIdAndKind) {
    shows({"R-136"});
    // RFC 7517, section 4.5: keys of different kty may share an id.
    const KeySet set = set_of({SigningKey::make(Algorithm::es384, "same").public_jwk(),
                               SigningKey::make(Algorithm::rs384, "same").public_jwk()});
    ASSERT_NE(set.find("same", Algorithm::es384), nullptr);
    ASSERT_NE(set.find("same", Algorithm::rs384), nullptr);
    EXPECT_EQ(set.find("same", Algorithm::es256), nullptr);
    EXPECT_EQ(set.find("Same", Algorithm::es384), nullptr);
}

TEST(KeySet, SaysForWhichAlgorithmsItHasAKey) {
    const KeySet set = set_of(SigningKey::make(Algorithm::es384, "one"));
    EXPECT_TRUE(set.fits(Algorithm::es384));
    EXPECT_FALSE(set.fits(Algorithm::es256));
    EXPECT_FALSE(set.fits(Algorithm::rs384));
    EXPECT_FALSE(KeySet().fits(Algorithm::es384));
}

TEST(KeySet, UsesTheFirstOfTwoKeysWithOneId) {
    const SigningKey first = SigningKey::make(Algorithm::es384, "same");
    const KeySet set = set_of({first.public_jwk(), SigningKey::make(Algorithm::es384, "same").public_jwk()});
    EXPECT_TRUE(set.find("same", Algorithm::es384)->verifies(Algorithm::es384, first.token({})));
    EXPECT_EQ(set.unused(), (std::vector<UnusedKey>{{1, KeyFault::repeated_key_id}}));
}

TEST(KeySet, TakesKeyIdsAsTheyCome) {
    shows({"R-142"});
    // R-142: the ids of one large vendor hold these characters.
    const SigningKey key = SigningKey::make(Algorithm::es384, "a+b/c==");
    EXPECT_NE(set_of(key).find("a+b/c==", Algorithm::es384), nullptr);
}

// ---- how long a set is kept -----------------------------------------------------------------------------------------

struct Lifetime {
    const char* name;
    const char* cache_control;
    const char* age;
    std::chrono::seconds lifetime;
};
class KeyLifetime : public testing::TestWithParam<Lifetime> {};

TEST_P(KeyLifetime, LiesBetweenFiveMinutesAndADay) {
    shows({"R-143"});
    EXPECT_EQ(key_lifetime(GetParam().cache_control, GetParam().age), GetParam().lifetime);
}

INSTANTIATE_TEST_SUITE_P(
    R143, KeyLifetime,
    testing::Values(Lifetime{"NothingSaid", "", "", 1h}, Lifetime{"MaxAge", "max-age=1800", "", 30min},
                    Lifetime{"AmongOthers", "public, Max-Age=1800, must-revalidate", "", 30min},
                    Lifetime{"Quoted", "max-age=\"1800\"", "", 30min},
                    Lifetime{"LessTheAge", "max-age=1800", "600", 20min}, Lifetime{"TooShort", "max-age=1", "", 5min},
                    Lifetime{"Zero", "max-age=0", "", 5min}, Lifetime{"TooLong", "max-age=31536000", "", 24h},
                    Lifetime{"Beyond32Bits", "max-age=99999999999999", "", 24h},
                    Lifetime{"NoStore", "no-store, max-age=1800", "", 5min}, Lifetime{"NoCache", "no-cache", "", 5min},
                    Lifetime{"NotANumber", "max-age=soon", "", 5min}, Lifetime{"Negative", "max-age=-5", "", 5min}),
    CaseName());

// ---- the cache ------------------------------------------------------------------------------------------------------

class KeyCacheTest : public testing::Test {
  protected:
    KeyCache::Advice advice(Instant now, std::string_view id = "key-1") {
        KeyCache::Advice given = cache.advise(id, Algorithm::es384, now);
        if (given.fetch != 0) fetch = given.fetch;
        return given;
    }
    Step step(Instant now, std::string_view id = "key-1") { return advice(now, id).step; }
    void fetched(Instant now, std::chrono::seconds lifetime = 1h) { fetched(set_of(key), now, lifetime); }
    void fetched(KeySet set, Instant now, std::chrono::seconds lifetime = 1h) {
        cache.fetched(fetch, std::move(set), lifetime, now);
    }
    void failed() { cache.failed(fetch); }

    SigningKey key = SigningKey::make(Algorithm::es384);
    KeyCache cache;
    std::uint64_t fetch = 0;  // the last one that was asked for
};

TEST_F(KeyCacheTest, FetchesBeforeTheFirstUse) {
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    const KeyCache::Advice given = advice(noon);
    EXPECT_EQ(given.step, Step::use);
    EXPECT_TRUE(given.key->verifies(Algorithm::es384, key.token({})));
}

TEST_F(KeyCacheTest, LetsOneFetchAndTheOthersWait) {
    EXPECT_EQ(step(noon), Step::fetch);
    EXPECT_EQ(step(noon), Step::wait);
    EXPECT_EQ(step(noon + 2s), Step::wait);
}

TEST_F(KeyCacheTest, GivesUpOnAFetchThatNeverReports) {
    EXPECT_EQ(step(noon), Step::fetch);
    EXPECT_EQ(step(noon + 4s), Step::unavailable);
    EXPECT_EQ(step(noon + 5s), Step::fetch);
}

// What is known may be newer than an answer that nobody waited for any longer.
TEST_F(KeyCacheTest, DoesNotTakeWhatAFetchBringsThatWasGivenUp) {
    EXPECT_EQ(step(noon), Step::fetch);
    const std::uint64_t given_up = fetch;
    EXPECT_EQ(step(noon + 5s), Step::fetch);
    cache.fetched(given_up, set_of(key), 1h, noon + 5s);
    EXPECT_EQ(step(noon + 5s), Step::wait);
    cache.failed(given_up);
    EXPECT_EQ(step(noon + 5s), Step::wait);
    fetched(set_of(SigningKey::make(Algorithm::es384, "key-2")), noon + 6s);
    cache.fetched(given_up, set_of(key), 1h, noon + 7s);
    EXPECT_EQ(step(noon + 7s, "key-2"), Step::use);
}

// R-143: anybody can name an unknown key. In an hour of it, a key server is asked no more than once in five seconds.
TEST_F(KeyCacheTest, BoundsTheRateOfFetchesThatUnknownKeysBringAbout) {
    shows({"R-143"});
    int fetches = 0;
    for (Instant now = noon; now < noon + 1h; now += 100ms) {
        if (step(now, "unknown") != Step::fetch) continue;
        ++fetches;
        fetched(now);
    }
    EXPECT_LE(fetches, 3600 / 5 + 1);
    EXPECT_GE(fetches, 3600 / 5 - 1);
}

TEST_F(KeyCacheTest, FindsARotatedKeyAtOnce) {
    shows({"R-143"});
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 100ms, "key-2"), Step::fetch) << "also right after a fetch";
    fetched(set_of(SigningKey::make(Algorithm::es384, "key-2")), noon + 200ms);
    EXPECT_EQ(step(noon + 300ms, "key-2"), Step::use);
    EXPECT_EQ(step(noon + 300ms, "key-1"), Step::unknown_key) << "a key that was withdrawn is no longer trusted";
}

TEST_F(KeyCacheTest, FindsAKeyThatWasRotatedAmidstAFloodWithinSeconds) {
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 1s, "noise"), Step::fetch);
    fetched(noon + 1s);
    EXPECT_EQ(step(noon + 2s, "key-2"), Step::unknown_key);
    EXPECT_EQ(step(noon + 5s, "key-2"), Step::fetch);
}

TEST_F(KeyCacheTest, DoesNotCountARenewalAmongThem) {
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 48min), Step::use_renew);
    fetched(noon + 48min);
    for (const char* rotated : {"key-2", "key-3"}) {
        EXPECT_EQ(step(noon + 48min + 1s, rotated), Step::fetch) << rotated;
        fetched(noon + 48min + 1s);
    }
    EXPECT_EQ(step(noon + 48min + 1s, "key-4"), Step::unknown_key);
}

// {"keys":[]} is an answer: whoever publishes it has withdrawn all keys (RFC 7517, section 5).
TEST_F(KeyCacheTest, TrustsNoKeyOfASetThatWasEmptied) {
    shows({"R-143"});
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 48min), Step::use_renew);
    fetched(KeySet(), noon + 48min);
    EXPECT_EQ(step(noon + 48min), Step::fetch) << "perhaps it is back";
    fetched(KeySet(), noon + 48min);
    EXPECT_EQ(step(noon + 48min), Step::fetch);
    fetched(KeySet(), noon + 48min);
    EXPECT_EQ(step(noon + 48min), Step::unknown_key);
}

TEST_F(KeyCacheTest, RenewsASetAheadOfItsEndWithoutAnybodyWaiting) {
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 47min), Step::use);
    EXPECT_EQ(step(noon + 48min), Step::use_renew);
    EXPECT_EQ(step(noon + 48min), Step::use) << "one renewal at a time";
}

TEST_F(KeyCacheTest, FetchesBeforeItUsesASetThatHasExpired) {
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 1h), Step::fetch);
    EXPECT_EQ(step(noon + 1h), Step::wait);
}

TEST_F(KeyCacheTest, KeepsTheLastGoodSetWhenItsServerFails) {
    shows({"R-143"});
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 2h), Step::fetch);
    failed();
    EXPECT_EQ(step(noon + 2h), Step::use);
    EXPECT_EQ(step(noon + 2h + 60s), Step::use_renew) << "asked again, but nobody waits for a server that fails";
    failed();
    EXPECT_EQ(step(noon + 23h), Step::use_renew);
}

struct Outage {
    const char* name;
    std::chrono::seconds lifetime;
};
class KeyServerOutage : public KeyCacheTest, public testing::WithParamInterface<Outage> {};

// Who holds a stolen key and can keep the key server from being reached has it for a day, not for ever.
TEST_P(KeyServerOutage, EndsTheLastGoodSetADayAfterItsFetch) {
    shows({"R-143"});
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon, GetParam().lifetime);
    for (Instant now = noon + 1min; now < noon + 24h; now += 1min) {
        const Step given = step(now);
        EXPECT_TRUE(given == Step::use || given == Step::use_renew || given == Step::fetch) << (now - noon).count();
        if (given != Step::use) failed();
    }
    EXPECT_EQ(step(noon + 24h - 1s), Step::use);
    EXPECT_EQ(step(noon + 24h), Step::fetch);
    failed();
    EXPECT_EQ(step(noon + 24h), Step::unavailable);
    EXPECT_EQ(step(noon + 24h + 5s), Step::fetch);
    fetched(noon + 24h + 5s);
    EXPECT_EQ(step(noon + 24h + 6s), Step::use);
}

INSTANTIATE_TEST_SUITE_P(Lifetimes, KeyServerOutage,
                         testing::Values(Outage{"FiveMinutes", 5min}, Outage{"AnHour", 1h}, Outage{"ADay", 24h}),
                         CaseName());

TEST_F(KeyCacheTest, DoesNotKnowWhetherThereIsSuchAKeyWhileTheServerFails) {
    EXPECT_EQ(step(noon), Step::fetch);
    fetched(noon);
    EXPECT_EQ(step(noon + 1min, "key-2"), Step::fetch);
    failed();
    EXPECT_EQ(step(noon + 1min + 4s, "key-2"), Step::unavailable);
    EXPECT_EQ(step(noon + 1min + 4s), Step::use) << "those that are known stay";
    EXPECT_EQ(step(noon + 1min + 5s, "key-2"), Step::fetch);
}

TEST_F(KeyCacheTest, IsUnavailableForSecondsAfterAFirstFetchThatFailed) {
    EXPECT_EQ(step(noon), Step::fetch);
    failed();
    EXPECT_EQ(step(noon + 4s), Step::unavailable);
    EXPECT_EQ(step(noon + 5s), Step::fetch);
}

}  // namespace
}  // namespace service
