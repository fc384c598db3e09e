// What must hold of every expression, on expressions that are made up: always the same ones, from fixed seeds.
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::path {
namespace {

constexpr const char* patient =
    R"({"resourceType":"Patient","active":true,"birthDate":"1961-03","multipleBirthInteger":2,
    "name":[{"use":"official","family":"Brandt","given":["Ilse","Marie"]},{"use":"usual","given":["Ilse"]},{"family":"B"}],
    "telecom":[{"rank":1,"use":"home"},{"rank":3},{"use":"work"}]})";

// An expression in three spellings, and how tight its outermost operator binds.
struct Made {
    std::string plain;   // with no parentheses but the needed ones
    std::string full;    // with all of them
    std::string spaced;  // plain, with comments and line ends between the words
    int precedence = 0;
};

// FHIRPath N1, 6.8 Operator precedence, the higher the tighter.
constexpr int atom = 20;

class Maker {
  public:
    explicit Maker(unsigned seed) : random_(seed) {}

    Made truth(int depth) {
        if (depth <= 0) return word(pick({"true", "false", "{}", "active", "name.exists()"}));
        switch (below(6)) {
            case 0: {
                const char* op = pick({"and", "or", "xor", "implies"});
                const std::string_view name = op;
                const int precedence = name == "and" ? 3 : name == "implies" ? 1 : 2;
                return binary(truth(depth - 1), op, precedence, truth(depth - 1));
            }
            case 1:
                return binary(number(depth - 1), pick({"<", "<=", ">", ">="}), 6, number(depth - 1));
            case 2:
                return binary(number(depth - 1), pick({"=", "!=", "~", "!~"}), 5, number(depth - 1));
            case 3:
                return binary(number(depth - 1), "in", 4, numbers(depth - 1));
            case 4:
                return call(truth(depth - 1), "not()");
            default:
                return binary(quantity(), pick({"<", ">="}), 6, quantity());
        }
    }

    Made number(int depth) {
        if (depth <= 0) return word(pick({"0", "1", "2", "7", "2.5", "0.10", "multipleBirth", "{}", "name.count()"}));
        switch (below(4)) {
            case 0:
                return binary(number(depth - 1), pick({"+", "-"}), 9, number(depth - 1));
            case 1:
                return binary(number(depth - 1), pick({"*", "/", "div", "mod"}), 10, number(depth - 1));
            case 2:
                return call(numbers(depth - 1), pick({"count()", "first()", "sum()", "min()"}));
            default:
                return minus(number(depth - 1));
        }
    }

    Made numbers(int depth) {
        if (depth <= 0) return word(pick({"telecom.rank", "{}", "name.given.select(length())", "3"}));
        if (below(2) == 0) return binary(numbers(depth - 1), "|", 7, numbers(depth - 1));
        return call(numbers(depth - 1), pick({"distinct()", "skip(1)", "combine(1)", "tail()"}));
    }

    Made quantity() {
        return word(pick({"1 'mg'", "0.001 'g'", "2 'cm'", "1 year", "12 months", "365 days", "1 'a'", "7 'd'",
                          "1 week", "24 hours", "3"}));
    }

    Made temporal() {
        return word(pick({"@2026", "@2026-02", "@2026-02-28", "@2026-02-28T10:00", "@2026-02-28T10:00:00+01:00",
                          "@2026-02-28T10:00:00.5Z", "birthDate"}));
    }

    Made item_criterion() {
        return word(pick({"use = 'official'", "given.count() > 1", "family.exists()", "family = 'B'", "use.empty()",
                          "given.first().length() >= 4 and use != 'usual'", "$index > 0", "period.start < today()"}));
    }

  private:
    std::size_t below(std::size_t count) { return random_() % count; }
    const char* pick(std::initializer_list<const char*> words) { return words.begin()[below(words.size())]; }

    static Made word(const std::string& text) { return {text, text, text, atom}; }
    static Made binary(const Made& left, const std::string& op, int precedence, const Made& right) {
        const auto in = [](const std::string& text, bool needed) { return needed ? "(" + text + ")" : text; };
        const bool left_needs = left.precedence < precedence;
        const bool right_needs = right.precedence <= precedence;
        return {in(left.plain, left_needs) + ' ' + op + ' ' + in(right.plain, right_needs),
                "(" + left.full + ' ' + op + ' ' + right.full + ")",
                in(left.spaced, left_needs) + " /* left */ " + op + " // right\n" + in(right.spaced, right_needs),
                precedence};
    }
    static Made call(const Made& on, const std::string& function) {
        const bool needs =
            on.precedence < atom || on.plain.find_first_not_of("abcdefghijklmnopqrstuvwxyzB.()$") != std::string::npos;
        const auto in = [needs](const std::string& text) { return needs ? "(" + text + ")" : text; };
        return {in(on.plain) + '.' + function, "((" + on.full + ")." + function + ')',
                in(on.spaced) + "\n  ." + function, atom};
    }
    // A minus binds tighter than every operator, and looser than a dot.
    static Made minus(const Made& of) {
        const bool needs = of.precedence < atom;
        const auto in = [needs](const std::string& text) { return needs ? "(" + text + ")" : text; };
        return {'-' + in(of.plain), "(-" + of.full + ")", "- /* sign */ " + in(of.spaced), 11};
    }

    std::mt19937 random_;
};

std::string result(const std::string& expression) {
    return evaluated(expression, patient);
}

bool is_error(const std::string& result) {
    return result.starts_with("failed") || result.starts_with("refused");
}

constexpr unsigned rounds = 200;

TEST(MadeUpExpressions, MeanTheSameHoweverTheyAreWritten) {
    std::size_t with_a_value = 0;
    for (unsigned seed = 0; seed < rounds; ++seed) {
        Maker maker(seed);
        const Made made = seed % 2 == 0 ? maker.truth(4) : maker.number(4);
        const std::string plain = result(made.plain);
        EXPECT_EQ(plain, result(made.full)) << made.plain << "\n" << made.full;
        EXPECT_EQ(plain, result(made.spaced)) << made.plain << "\n" << made.spaced;
        if (!is_error(plain) && plain != "[]") ++with_a_value;
    }
    EXPECT_GT(with_a_value, rounds / 4);  // else nothing has been compared
}

// The specification's tables of three-valued logic, as laws.
TEST(MadeUpConditions, ObeyThreeValuedLogic) {
    for (unsigned seed = 0; seed < rounds; ++seed) {
        Maker maker(seed);
        const std::string p = '(' + maker.truth(3).plain + ')';
        const std::string q = '(' + maker.truth(3).plain + ')';
        if (is_error(result(p)) || is_error(result(q))) continue;
        const std::pair<std::string, std::string> laws[] = {
            {"(" + p + " and " + q + ").not()", p + ".not() or " + q + ".not()"},
            {"(" + p + " or " + q + ").not()", p + ".not() and " + q + ".not()"},
            {p + " implies " + q, p + ".not() or " + q},
            {p + " xor " + q, "(" + p + " or " + q + ") and (" + p + " and " + q + ").not()"},
            {p + " and " + q, q + " and " + p},
            {p + " = " + q, "(" + p + " xor " + q + ").not()"}};
        for (const auto& [left, right] : laws) EXPECT_EQ(result(left), result(right)) << left;
    }
}

TEST(MadeUpFilters, AgreeWithEachOther) {
    for (unsigned seed = 0; seed < rounds; ++seed) {
        Maker maker(seed);
        const std::string x = maker.item_criterion().plain;
        const std::pair<std::string, std::string> laws[] = {
            {"name.where(" + x + ").exists()", "name.exists(" + x + ")"},
            {"name.all(" + x + ")", "name.where(" + x + ").count() = name.count()"},
            {"name.where(" + x + ")", "name.select(iif(" + x + ", $this, {}))"},
            {"name.where(" + x + ").count()", "name.select(" + x + ").where($this).count()"},
            {"name.where(" + x + ").empty()", "name.exists(" + x + ").not()"}};
        for (const auto& [left, right] : laws) EXPECT_EQ(result(left), result(right)) << left;
    }
}

TEST(MadeUpCollections, AreWholeAndOrdered) {
    for (unsigned seed = 0; seed < rounds; ++seed) {
        Maker maker(seed);
        const std::string a = '(' + maker.numbers(3).plain + ')';
        const std::string b = '(' + maker.numbers(2).plain + ')';
        if (is_error(result(a)) || is_error(result(b))) continue;
        const std::pair<std::string, std::string> laws[] = {
            {a + ".take(2).combine(" + a + ".skip(2))", a},
            {a + ".first().combine(" + a + ".tail())", a},
            {a + ".distinct().distinct()", a + ".distinct()"},
            {"(" + a + " | " + b + ").count() <= " + a + ".count() + " + b + ".count()", "true"},
            {a + ".intersect(" + b + ").subsetOf(" + b + ")", "true"},
            {a + ".exclude(" + b + ").intersect(" + b + ").empty()", "true"},
            {a + ".sort().count()", a + ".count()"},
            {a + ".sort($this desc).sort()", a + ".sort()"},
            {a + ".isDistinct()", a + ".count() = " + a + ".distinct().count()"}};
        for (const auto& [left, right] : laws) EXPECT_EQ(result(left), result(right)) << left;
    }
}

TEST(MadeUpComparisons, HaveTwoSides) {
    for (unsigned seed = 0; seed < rounds; ++seed) {
        Maker maker(seed);
        const bool of_quantities = seed % 2 == 0;
        const std::string x = of_quantities ? maker.quantity().plain : maker.temporal().plain;
        const std::string y = of_quantities ? maker.quantity().plain : maker.temporal().plain;
        const std::pair<std::string, std::string> laws[] = {
            {x + " < " + y, y + " > " + x},
            {x + " <= " + y, "(" + x + " > " + y + ").not()"},
            {x + " >= " + y, "(" + x + " < " + y + ").not()"},
            {x + " = " + y, y + " = " + x},
            {x + " != " + y, "(" + x + " = " + y + ").not()"},
            {x + " ~ " + y, y + " ~ " + x},
            {"(" + x + " = " + y + ") implies (" + x + " <= " + y + ")",
             "(" + x + " = " + y + ") implies (" + x + " >= " + y + ")"}};
        for (const auto& [left, right] : laws) EXPECT_EQ(result(left), result(right)) << left;
    }
}

}  // namespace
}  // namespace fhir::path
