#include "service/http/router.hpp"

#include "tests/case_name.hpp"
#include "tests/shows.hpp"

#include <gtest/gtest.h>

namespace service {
namespace {

struct Found {
    const char* name;
    const char* target;
    Endpoint endpoint;
    const char* id;
};
class Target : public testing::TestWithParam<Found> {};

TEST_P(Target, LeadsToItsRoute) {
    shows({"R-030"});
    const auto match = find_route(clinical_routes, GetParam().target);
    ASSERT_TRUE(match.has_value());
    EXPECT_EQ(match->route->endpoint, GetParam().endpoint);
    EXPECT_EQ(match->id, GetParam().id);
}

// The CDS Hooks sandbox (github.com/cds-hooks/sandbox): a trailing slash, "//id"; RFC 9112, 3.2.2: absolute form.
INSTANTIATE_TEST_SUITE_P(
    Addresses, Target,
    testing::Values(Found{"Discovery", "/cds-services", Endpoint::discovery, ""},
                    Found{"TrailingSlash", "/cds-services/", Endpoint::discovery, ""},
                    Found{"Query", "/cds-services?x=1", Endpoint::discovery, ""},
                    Found{"Call", "/cds-services/a-b.c_d~e", Endpoint::hook_call, "a-b.c_d~e"},
                    Found{"DoubledSlash", "/cds-services//abc", Endpoint::hook_call, "abc"},
                    Found{"Escaped", "/cds-services/a%2Db", Endpoint::hook_call, "a-b"},
                    Found{"Feedback", "/cds-services/abc/feedback", Endpoint::feedback, "abc"},
                    Found{"About", "/about/ab12/vitamin-d-low", Endpoint::about, "ab12"},
                    Found{"AboutWithASlash", "/about/ab12/vitamin-d-low/", Endpoint::about, "ab12"},
                    Found{"Absolute", "https://cds.example.org/cds-services/abc", Endpoint::hook_call, "abc"}),
    CaseName());

struct Lost {
    const char* name;
    const char* target;
};
class LostTarget : public testing::TestWithParam<Lost> {};

TEST_P(LostTarget, LeadsNowhere) {
    EXPECT_FALSE(find_route(clinical_routes, GetParam().target).has_value());
}

INSTANTIATE_TEST_SUITE_P(Addresses, LostTarget,
                         testing::Values(Lost{"Root", "/"}, Lost{"Other", "/cds-service"}, Lost{"Asterisk", "*"},
                                         Lost{"Empty", ""}, Lost{"AboutNothing", "/about/ab12"},
                                         Lost{"Deeper", "/cds-services/a/feedback/b"},
                                         Lost{"OtherCase", "/CDS-Services"}, Lost{"Parent", "/cds-services/../health"},
                                         Lost{"Health", "/health/live"}, Lost{"BadEscape", "/cds-services/%zz"},
                                         Lost{"ManySegments", "/a/a/a/a/a/a/a/a/a/a/a/a"}),
                         CaseName());

TEST(Route, TakesHeadWhereItTakesGet) {
    EXPECT_TRUE(takes(clinical_routes[0], Method::head));
    EXPECT_FALSE(takes(clinical_routes[1], Method::head));
    EXPECT_FALSE(takes(clinical_routes[1], Method::get));
}

}  // namespace
}  // namespace service
