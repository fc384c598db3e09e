// Properties that hold of every expression: three-valued logic by the specification's tables, parentheses that change
// nothing, unions that are sets.
#include "tests/case_name.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace fhir::path {
namespace {

// FHIRPath N1, 6.5: rows and columns are true, false, empty; t, f and e are what the table says.
struct LogicTable {
    const char* name;
    const char* op;
    const char* results;
};

class ThreeValuedLogic : public testing::TestWithParam<LogicTable> {};

TEST_P(ThreeValuedLogic, FollowsTheTable) {
    const std::vector<std::string> operands{"true", "false", "{}"};
    std::string results;
    for (const std::string& left : operands) {
        for (const std::string& right : operands) {
            const std::string result = evaluated(left + ' ' + GetParam().op + ' ' + right);
            results += result == "[]" ? 'e' : result[1];
        }
    }
    EXPECT_EQ(results, GetParam().results);
}

INSTANTIATE_TEST_SUITE_P(Operators, ThreeValuedLogic,
                         testing::Values(LogicTable{"And", "and", "tfefffefe"}, LogicTable{"Or", "or", "ttttfetee"},
                                         LogicTable{"Xor", "xor", "ftetfeeee"},
                                         LogicTable{"Implies", "implies",
                                                    "tfetttt"
                                                    "ee"}),
                         CaseName());

// FHIRPath N1, 6.8: what binds tighter, written with and without the parentheses it stands for.
struct Precedence {
    const char* name;
    const char* plain;
    const char* parenthesised;
};

class OperatorPrecedence : public testing::TestWithParam<Precedence> {};

TEST_P(OperatorPrecedence, IsThatOfTheParentheses) {
    const std::string plain = evaluated(GetParam().plain);
    EXPECT_EQ(plain, evaluated(GetParam().parenthesised));
    EXPECT_FALSE(plain.starts_with("refused") || plain.starts_with("failed")) << plain;
}

INSTANTIATE_TEST_SUITE_P(
    Levels, OperatorPrecedence,
    testing::Values(Precedence{"ProductBeforeSum", "1 + 2 * 3", "1 + (2 * 3)"},
                    Precedence{"LeftToRight", "10 - 4 - 3", "(10 - 4) - 3"},
                    Precedence{"SignBeforeProduct", "-2 * 3", "(-2) * 3"},
                    Precedence{"MemberBeforeSign", "-(1 | 2).count()", "-((1 | 2).count())"},
                    Precedence{"UnionBeforeOrder", "(1 | 2).count() < 2 | 2", "(1 | 2).count() < (2 | 2)"},
                    Precedence{"OrderBeforeEquality", "1 < 2 = true", "(1 < 2) = true"},
                    Precedence{"EqualityBeforeMembership", "1 = 1 in true", "(1 = 1) in true"},
                    Precedence{"MembershipBeforeAnd", "1 in 1 and 2 in 2", "(1 in 1) and (2 in 2)"},
                    Precedence{"AndBeforeOr", "true or false and false", "true or (false and false)"},
                    Precedence{"OrBeforeImplies", "false or true implies false", "(false or true) implies false"},
                    Precedence{"ConcatenationWithSum", "'a' & 'b' + 'c'", "('a' & 'b') + 'c'"}),
    CaseName());

TEST(Parentheses, ChangeNothingAroundAWholeExpression) {
    const std::string patient =
        R"({"resourceType":"Patient","name":[{"use":"official","given":["A","B"]},{"given":["C"]}]})";
    for (const char* expression :
         {"name.given", "Patient.name.where(use = 'official').given.first()", "name.count() > 1",
          "name.select(given.count())", "today() - 90 days", "name.given.join(',')"}) {
        EXPECT_EQ(evaluated(expression, patient), evaluated("(" + std::string(expression) + ")", patient))
            << expression;
    }
}

TEST(Union, IsASetWhateverTheOrderAndTheNesting) {
    const std::vector<std::string> sets{"(1 | 2 | 2.0 | 3)", "('a' | 'b' | 'a')", "(@2012 | @2013 | @2012)", "{}"};
    for (const std::string& x : sets) {
        EXPECT_EQ(evaluated("(" + x + " | " + x + ") ~ " + x + ".distinct()"), "[true]") << x;
        for (const std::string& y : sets) {
            EXPECT_EQ(evaluated("(" + x + " | " + y + ") ~ (" + y + " | " + x + ")"), "[true]") << x << y;
            EXPECT_EQ(evaluated("(" + x + " | " + y + ").isDistinct()"), "[true]") << x << y;
        }
    }
}

TEST(Union, OfManyValuesHoldsEachOnce) {
    std::string many = "(1";
    for (int i = 2; i <= 60; ++i) many += " | " + std::to_string(i % 30);
    EXPECT_EQ(evaluated(many + ").count()"), "[30]");
}

}  // namespace
}  // namespace fhir::path
