#include "service/deployment/prefetch_union.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

rules::PrefetchTemplate asking(const std::string& query, const std::string& key = "vitaminD") {
    return {key, query, "Observation", false};
}

struct Two {
    const char* name;
    const char* first;
    const char* second;
    const char* both;
    bool covers;  ///< what is asked by the first is all that the second needs
};
class TwoQueries : public testing::TestWithParam<Two> {};

TEST_P(TwoQueries, AreAskedTogether) {
    const auto all = united({asking(GetParam().first)}, {asking(GetParam().second)});
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].query, GetParam().both);
    EXPECT_TRUE(covers(all[0], asking(GetParam().first)));
    EXPECT_TRUE(covers(all[0], asking(GetParam().second)));
}

TEST_P(TwoQueries, AreHeldAgainstEachOther) {
    EXPECT_EQ(covers(asking(GetParam().first), asking(GetParam().second)), GetParam().covers);
}

INSTANTIATE_TEST_SUITE_P(
    Queries, TwoQueries,
    testing::Values(
        Two{"Same", "Observation?patient=x&code=a,b&_count=200", "Observation?patient=x&code=a,b&_count=200",
            "Observation?patient=x&code=a,b&_count=200", true},
        Two{"MoreCodes", "Observation?patient=x&code=a,b&_sort=-date", "Observation?patient=x&code=b,c",
            "Observation?patient=x&code=a,b,c&_sort=-date", false},
        Two{"FewerCodes", "Observation?patient=x&code=a,b", "Observation?patient=x&code=b",
            "Observation?patient=x&code=a,b", true},
        Two{"AnyCode", "Observation?patient=x&code=a&_count=200", "Observation?patient=x&_count=200",
            "Observation?patient=x&_count=200", false},
        Two{"OfAnyCode", "Observation?patient=x", "Observation?patient=x&code=a", "Observation?patient=x", true},
        Two{"MoreStatuses", "ServiceRequest?patient=x&status=draft", "ServiceRequest?patient=x&status=active",
            "ServiceRequest?patient=x&status=draft,active", false},
        Two{"OtherPages", "Observation?patient=x&_count=100", "Observation?patient=x&_count=200",
            "Observation?patient=x&_count=100", true}),
    CaseName());

TEST(PrefetchUnion, PutsKeysOfTheSecondAloneLast) {
    const auto all = united({asking("Patient/x", "patient"), asking("Observation?code=a")},
                            {asking("Procedure?patient=x", "procedures")});
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].key, "patient");
    EXPECT_EQ(all[2].key, "procedures");
    EXPECT_FALSE(covers({asking("Observation?code=a")}, asking("Procedure?patient=x", "procedures")));
}

}  // namespace
}  // namespace service
