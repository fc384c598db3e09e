// A token that was used stays used, whatever becomes of the clock and of the keys meanwhile.
#include "service/store/store.hpp"
#include "service/trust/trust.hpp"
#include "tests/case_name.hpp"
#include "tests/service/signing_key.hpp"
#include "tests/service/temporary_folder.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace service {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr WallTime start{1'000'000s};
constexpr std::string_view issuer = "https://ehr.example.org";
constexpr std::string_view endpoint = "https://cds.example.org/cds-services/one";

std::chrono::seconds passed{0};  ///< the true time since the start
ReplayWindow::Steady::time_point steady() {
    return ReplayWindow::Steady::time_point(1h + passed);
}

/// How far the service's clock is off after so much time.
using ClockError = std::chrono::seconds (*)(std::chrono::seconds after);

std::chrono::seconds right(std::chrono::seconds) {
    return 0s;
}
std::chrono::seconds ahead_and_back(std::chrono::seconds after) {
    return after >= 200s && after < 400s ? 7200s : 0s;
}
std::chrono::seconds back_and_ahead(std::chrono::seconds after) {
    return after >= 200s && after < 400s ? -7200s : 0s;
}
std::chrono::seconds ahead_slowly(std::chrono::seconds after) {
    return after < 600s ? after / 2 : 300s - (after - 600s) / 2;
}
std::chrono::seconds back_a_little_often(std::chrono::seconds after) {
    return after.count() / 100 % 2 == 0 ? 45s : -45s;  // within clients[].skewSeconds
}

struct Course {
    const char* name;
    ClockError error;
};
const Course courses[] = {{"Right", right},
                          {"AheadAndBack", ahead_and_back},
                          {"BackAndAhead", back_and_ahead},
                          {"AheadSlowly", ahead_slowly},
                          {"BackALittleOften", back_a_little_often}};

class UsedTokens : public testing::TestWithParam<Course> {
  protected:
    static Client hospital(const std::vector<const SigningKey*>& keys) {
        json::array all;
        for (const SigningKey* key : keys) all.push_back(key->public_jwk());
        Client client;
        client.issuer = issuer;
        client.keys = *KeySet::parse(json::serialize(json::object{{"keys", all}}));
        return client;
    }

    static std::string token(const SigningKey& key, int number) {
        const auto issued = (start + passed).time_since_epoch() / 1s;
        return key.token({{"iss", issuer},
                          {"aud", endpoint},
                          {"iat", issued},
                          {"exp", issued + 300},
                          {"jti", std::to_string(number)}});
    }

    static bool passes(Trust& trust, const std::string& compact, WallTime clock) {
        const TokenUse use = {{std::string(endpoint)}, "POST", "/cds-services/one", "{}"};
        const auto candidate = trust.examine("Bearer " + compact, use, clock);
        if (!candidate) return false;
        const auto advice = trust.key_for(*candidate, steady());
        if (!advice || !advice->key || Trust::signature_fault(*candidate, *advice->key)) return false;
        return !trust.replay_fault(*Trust::single_use(*candidate, use), clock);
    }

    /// A token every 20 s for 20 minutes, keys rotated each five; all tokens that were ever used are tried at each
    /// step. \param sweep  what the memory does beside the calls, by the clock. \returns how many new tokens passed.
    static int live(ReplayMemory& memory, ClockError error, const std::function<void(WallTime)>& sweep) {
        const SigningKey keys[] = {SigningKey::make(Algorithm::es384, "0"), SigningKey::make(Algorithm::es384, "1"),
                                   SigningKey::make(Algorithm::es384, "2"), SigningKey::make(Algorithm::es384, "3")};
        std::unique_ptr<Trust> trust;
        std::vector<std::string> used;
        int fresh = 0;
        for (int step = 0; step < 60; ++step) {
            passed = std::chrono::seconds(20 * step);
            const std::size_t current = static_cast<std::size_t>(step) / 15;
            const SigningKey& before = keys[current == 0 ? 0 : current - 1];
            trust = std::make_unique<Trust>(std::vector{hospital({&before, &keys[current]})}, memory, trust.get());
            const WallTime clock = start + passed + error(passed);
            sweep(clock);
            const std::string compact = token(keys[current], step);
            if (passes(*trust, compact, clock)) {
                ++fresh;
                used.push_back(compact);
            }
            for (const std::string& one : used) EXPECT_FALSE(passes(*trust, one, clock)) << "at " << passed.count();
        }
        return fresh;
    }
};

TEST_P(UsedTokens, StayUsedInTheProcess) {
    shows({"R-139", "R-141"});
    ReplayWindow window(1000, steady);
    const int fresh = live(window, GetParam().error, [](WallTime) {});
    const int right_steps = GetParam().error == right ? 60 : 25;
    EXPECT_GE(fresh, right_steps) << "and new ones pass while the clock is right";
}

TEST_P(UsedTokens, StayUsedInTheStore) {
    shows({"R-139", "R-141"});
    const TemporaryFolder folder;
    const auto store = Store::open("sqlite:" + (folder.path() / "cds.db").string(), {30s, 30s, 30s});
    ASSERT_TRUE(store.has_value());
    const int fresh = live(**store, GetParam().error, [&](WallTime clock) {
        EXPECT_TRUE((*store)->forget_expired(clock)) << "as badly as a replica that starts with this clock";
    });
    EXPECT_GE(fresh, GetParam().error == right ? 60 : 15);
}

INSTANTIATE_TEST_SUITE_P(ClocksAndKeys, UsedTokens, testing::ValuesIn(courses), CaseName());

}  // namespace
}  // namespace service
