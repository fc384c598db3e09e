#include "rules/compare/counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using rules::Counts;
using testing::ElementsAre;

Counts some() {
    Counts counts;
    counts.add({"rule", "b12-low", "gained"}, 3);
    counts.add({"rule", "b12-low", "lost"});
    counts.add({"rule", "a", "gained"});
    counts.add({"events"}, 5);
    return counts;
}

TEST(Counts, AreATreeOfNames) {
    EXPECT_EQ(some().at({"rule", "b12-low", "gained"}), 3U);
    EXPECT_EQ(some().at({"rule", "b12-low", "same"}), 0U);
    EXPECT_EQ(some().sum({"rule", "b12-low"}), 4U);
    EXPECT_THAT(some().below({"rule"}), ElementsAre("a", "b12-low"));
}

TEST(Counts, AddUpInAnyOrder) {
    Counts one, other;
    one.add({"x", "a"}, 2);
    other.add({"x", "b"}, 1);
    other.add({"x", "a"}, 4);
    Counts forwards = one, backwards = other;
    forwards.add(other);
    backwards.add(one);
    EXPECT_EQ(forwards, backwards);
    EXPECT_EQ(boost::json::serialize(forwards.as_json()), R"({"x":{"a":6,"b":1}})");
}

TEST(Counts, ComeBackFromTheirJson) {
    EXPECT_EQ(Counts::from_json(some().as_json()), some());
}

TEST(Counts, RefuseWhatIsNoCount) {
    for (const char* text : {R"({"a":-1})", R"({"a":"1"})", R"({"a":1.5})", R"({"a":[1]})"}) {
        EXPECT_FALSE(Counts::from_json(boost::json::parse(text).get_object())) << text;
    }
}

}  // namespace
