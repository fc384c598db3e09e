#include "service/deployment/canary_share.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

struct User {
    const char* name;
    const char* salt;
    const char* user;
    std::size_t least;  ///< percentage under which the user sees the canary
};
class CanaryUser : public testing::TestWithParam<User> {};

// Replicas of other builds agree: `printf 'salt\nPractitioner/1' | sha256sum`, its first 32 bits as a share of 2^32.
TEST_P(CanaryUser, SeesItFromOneShareOn) {
    const User& one = GetParam();
    EXPECT_FALSE((CanaryShare{one.least - 1, one.salt}.holds(one.user)));
    EXPECT_TRUE((CanaryShare{one.least, one.salt}.holds(one.user)));
    EXPECT_TRUE((CanaryShare{100, one.salt}.holds(one.user)));
    EXPECT_FALSE((CanaryShare{0, one.salt}.holds(one.user)));
}

INSTANTIATE_TEST_SUITE_P(BySha256, CanaryUser,
                         testing::Values(User{"One", "salt", "Practitioner/1", 59},
                                         User{"Two", "salt", "Practitioner/2", 52},
                                         User{"OneUnderAnotherSalt", "pepper", "Practitioner/1", 19},
                                         User{"InARole", "salt", "PractitionerRole/7", 90}),
                         CaseName());

TEST(CanaryShare, HoldsAboutAsManyUsersAsItSays) {
    std::size_t seen = 0;
    for (int i = 0; i < 10'000; ++i) {
        if (CanaryShare{10, "salt"}.holds("Practitioner/" + std::to_string(i))) ++seen;
    }
    EXPECT_NEAR(static_cast<double>(seen), 1'000, 150);  // five standard deviations of a binomial distribution
}

TEST(CanaryShare, HoldsNobodyWhomNobodyKnows) {
    EXPECT_FALSE((CanaryShare{100, "salt"}.holds("")));
}

}  // namespace
}  // namespace service
