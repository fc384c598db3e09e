// Hostile expressions and hostile resources end in an error: never in a crash, a hang or unbounded memory.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fhir::path {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

TEST(Limit, OfLengthRefusesALongExpression) {
    EXPECT_EQ(evaluated(repeated("1 + ", 100'000) + '1'), "refused: the expression is too long");
}

TEST(Limit, OfDepthRefusesNestingOfEveryKind) {
    const std::size_t deep = 2000;
    for (const std::string& expression :
         {repeated("(", deep) + '1' + repeated(")", deep), repeated("-", deep) + '1', "1" + repeated(" + 1", deep),
          "a" + repeated(".a", deep), repeated("iif(true, ", deep) + '1' + repeated(")", deep),
          "{}" + repeated("[0]", deep), "1" + repeated(" is Integer", deep),
          repeated("repeat(", deep) + '1' + repeated(")", deep)}) {
        EXPECT_EQ(evaluated(expression).substr(0, 8), "refused:") << expression.substr(0, 20);
    }
}

TEST(Limit, OfDepthLetsOrdinaryNestingPass) {
    EXPECT_EQ(evaluated(repeated("(", 50) + '1' + repeated(")", 50)), "[1]");
    EXPECT_EQ(evaluated("1" + repeated(" + 1", 50)), "[51]");
}

TEST(Limit, OfStepsEndsALoopThatFeedsItself) {
    Limits limits;
    limits.steps = 10'000;
    EXPECT_EQ(evaluated("(1).repeat($this + 1)", "", false, limits), "failed: the evaluation takes too many steps");
    EXPECT_EQ(evaluated("(1 | 2).repeatAll($this)", "", false, limits), "failed: the evaluation takes too many steps");
}

TEST(Limit, OfCollectionSizeEndsGrowth) {
    Limits limits;
    limits.collection_size = 1000;
    const std::string doubling =
        "(1 | 2 | 3 | 4)" + repeated(".combine($this | (1|2|3|4)).select($this | 5 | 6 | 7)", 6);
    EXPECT_EQ(evaluated(doubling, "", false, limits), "failed: a collection grows too large");
}

TEST(Limit, OfStringLengthEndsGrowth) {
    Limits limits;
    limits.string_bytes = 100'000;
    const std::string numbers = "(1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30)";
    EXPECT_EQ(evaluated(numbers + ".aggregate($total + $total, 'ab')", "", false, limits),
              "failed: a string grows too long");
    EXPECT_EQ(evaluated(numbers + ".aggregate($total.replace('', $total), 'ab')", "", false, limits),
              "failed: a string grows too long");
}

TEST(Limit, OfPatternLengthRefusesLongRegularExpressions) {
    const std::string pattern = repeated("a?", 2000);
    EXPECT_EQ(evaluated("'x'.matches('" + pattern + "')"),
              "refused: this regular expression is not valid: it is too long");
    EXPECT_EQ(evaluated("'x'.matches('" + pattern + "' & '')"), "failed: the regular expression is not valid");
}

TEST(RegularExpression, ThatWouldBacktrackForEverRunsInLinearTime) {
    EXPECT_EQ(evaluated("'" + repeated("a", 5000) + "!'.matchesFull('(a+)+$')"), "[false]");
}

TEST(Numbers, ThatOverflowGiveNothing) {
    EXPECT_EQ(evaluated("(1|2|3|4|5|6|7|8|9|10).aggregate($total * $total, 99999999.0)"), "[]");
    EXPECT_EQ(evaluated("9223372036854775807L + 1L"), "[]");
    EXPECT_EQ(evaluated("(-2147483647 - 1) div -1"), "[]");
    EXPECT_EQ(evaluated("@9999-12-31 + 1 day"), "[]");
}

struct Malformed {
    const char* name;
    const char* resource;
    const char* expression;
    const char* result;
};

class MalformedResource : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedResource, IsReadAsFarAsItFits) {
    EXPECT_EQ(evaluated(GetParam().expression, GetParam().resource), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, MalformedResource,
    testing::Values(
        Malformed{"ObjectForAnArray", R"({"resourceType":"Patient","name":{"family":"A"}})", "name.family", R"(["A"])"},
        Malformed{"TextForAnObject", R"({"resourceType":"Patient","name":["A"]})", "name.family", "[]"},
        Malformed{"TextForABoolean", R"({"resourceType":"Patient","active":"yes"})", "active = true", "[]"},
        Malformed{"NumberForADate", R"({"resourceType":"Patient","birthDate":1970})", "birthDate < today()", "[]"},
        Malformed{"NoDate", R"({"resourceType":"Patient","birthDate":"unknown"})", "birthDate < today()", "[]"},
        Malformed{"NumberForATextInEquivalence",
                  R"({"resourceType":"Patient","name":[{"family":"1.5"},{"family":1.5}]})", "name[0] ~ name[1]",
                  "[false]"},
        Malformed{"NumberForATextInEquality", R"({"resourceType":"Patient","name":[{"family":"1.5"},{"family":1.5}]})",
                  "(name[0] = name[1]) | name.distinct().count()", "[false,2]"},
        Malformed{"NullInAnArray", R"({"resourceType":"Patient","name":[null,{"family":"B"}]})", "name.family",
                  R"(["B"])"},
        Malformed{"SeveralForOne", R"({"resourceType":"Patient","gender":["male","female"]})", "gender = 'male'",
                  "failed: there are several values where one is needed"},
        Malformed{"SiblingOfAnotherShape", R"({"resourceType":"Patient","birthDate":"1970","_birthDate":7})",
                  "birthDate.extension('x').empty()", "[true]"},
        Malformed{"UnknownResource",
                  R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Nonsense","id":"1"}}]})",
                  "entry.resource.id", R"(["1"])"}),
    CaseName());

}  // namespace
}  // namespace fhir::path
