// Many values: what compares each with each is near to linear, and gives what comparing each with each would give.
#include "fhir/json_text.hpp"
#include "tests/fhir/path/evaluating.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace fhir::path {
namespace {

// An expression on the variables a and b.
class Question {
  public:
    explicit Question(std::string_view text)
        : expression_(*compile(text, {.types = &r4(), .variables = {{"a", {}, true}, {"b", {}, true}}})) {}

    boost::system::result<Collection, EvaluationError> ask(const Collection& a, const Collection& b = {},
                                                           const Limits& limits = {}) const {
        const Collection* const variables[] = {&a, &b};
        return evaluate(expression_, {.variables = variables, .limits = limits});
    }
    bool is_true(const Collection& a, const Collection& b) const {
        const auto answer = ask(a, b);
        return answer && !answer->empty() && answer->front().as_boolean();
    }

  private:
    Expression expression_;
};

const Question& are_equal() {
    static const Question question("%a = %b");
    return question;
}
const Question& are_equivalent() {
    static const Question question("%a ~ %b");
    return question;
}

// Values of every kind, many of which are equal or equivalent in other words; owns what they borrow.
class Pool {
  public:
    Pool() {
        add_literals(
            {"1", "1.0", "1.00", "1.2", "1.4", "1.45", "2", "1L", "-1", "0", "0.0", "100", "1000000000000000000.5"});
        add_literals({"1 '1'", "100 '%'", "1 'mg'", "0.001 'g'", "1.0 'mg'", "1.2 'mg'", "1.4 'mg'", "1 'furlong'",
                      "2 'furlong'"});
        add_literals({"1 year", "12 months", "365 days", "360 days", "52 weeks", "364 days", "1 'a'", "12 'mo'",
                      "1 'd'", "24 'h'", "1 day", "24 hours", "86400 's'", "23 'Cel'", "73.4 '[degF]'"});
        add_literals({"'a'", "'A'", "'a b'", "'A\\tb'", "'2026-01-01'", "'1'", "true", "false"});
        add_literals({"@2026", "@2026T", "@2026-01-01", "@2026-01-01T", "@2026-01-01T10:00", "@2026-01-01T10:00Z",
                      "@2026-01-01T11:00+01:00", "@2026-01-01T10:00:00Z", "@2026-01-01T10:00:00.0Z", "@2026-01-01T10Z",
                      "@T10:00", "@T10:00:00", "@T10:00:00.000", "@T10:00:00.1"});
        add_elements("Coding", {R"({"system":"s","code":"1"})", R"({"system":"s","code":"1","display":"One"})",
                                R"({"display":"One"})", R"({"id":"x","display":"one"})", R"({"code":"1"})"});
        add_elements("CodeableConcept",
                     {R"({"coding":[{"system":"s","code":"1"},{"system":"s","code":"2"}]})",
                      R"({"coding":[{"system":"s","code":"2"},{"system":"s","code":"3"}]})",
                      R"({"coding":[{"system":"s","code":"3"}]})", R"({"text":"A b"})", R"({"text":"a\tB"})"});
        add_elements("HumanName", {R"({"given":["A","B"]})", R"({"given":["B","A"]})",
                                   R"({"given":["b","a"],"id":"9"})", R"({"given":["A"]})", R"({"family":"A"})",
                                   R"({"family":1.5})", R"({"family":"1.5"})", R"("2026-01-01")"});
        add_elements("Range", {R"({"low":{"value":1.0}})", R"({"low":{"value":1}})", R"({"low":{"value":1.2}})",
                               R"({"low":{"value":1.4}})", R"({"high":{"value":1}})"});
        add_elements("Quantity",
                     {R"({"value":1,"system":"http://unitsofmeasure.org","code":"mg"})", R"({"value":1,"unit":"mg"})",
                      R"({"value":1.0,"unit":"mg"})", R"({"value":1,"comparator":"<","code":"mg"})",
                      R"({"system":"s","code":"1"})"});  // as a Coding above
        add_elements("Age", {R"({"value":1,"unit":"mg"})"});
        add_elements("date", {R"("2026-01-01")", R"("2026")", R"("unknown")"});
        add_elements("string", {R"("a")", R"("2026-01-01")"});
    }

    Collection any(std::mt19937& random, std::size_t count) const {
        Collection chosen;
        for (std::size_t i = 0; i < count; ++i) chosen.push_back(values_[random() % values_.size()]);
        return chosen;
    }
    const std::vector<Value>& all() const { return values_; }

  private:
    void add_literals(std::initializer_list<const char*> literals) {
        for (const char* text : literals) values_.push_back(evaluate(*compile(text, {.types = &r4()}), {})->front());
    }
    void add_elements(const char* type, std::initializer_list<const char*> texts) {
        for (const char* text : texts) {
            trees_.push_back(std::make_unique<boost::json::value>(*parse_json(text)));
            values_.push_back(Value::element(trees_.back().get(), *r4().find(type)));
        }
    }

    std::vector<std::unique_ptr<boost::json::value>> trees_;
    std::vector<Value> values_;
};

const Pool& pool() {
    static const Pool values;
    return values;
}

std::string shown(const Collection& values) {
    std::string text;
    for (const Value& value : values) text += print_json(to_typed_json(value, r4())) + '\n';
    return text;
}

// FHIRPath N1, 5.1, 5.3, 5.4, with `=` asked for each pair.
bool naive_holds(const Collection& values, const Value& value) {
    return std::any_of(values.begin(), values.end(),
                       [&](const Value& other) { return are_equal().is_true({other}, {value}); });
}
Collection naive_distinct(const Collection& values) {
    Collection kept;
    for (const Value& value : values) {
        if (!naive_holds(kept, value)) kept.push_back(value);
    }
    return kept;
}
Collection naive_exclude(const Collection& values, const Collection& others) {
    Collection kept;
    for (const Value& value : values) {
        if (!naive_holds(others, value)) kept.push_back(value);
    }
    return kept;
}
Collection naive_intersect(const Collection& values, const Collection& others) {
    Collection both;
    for (const Value& value : values) {
        if (naive_holds(others, value)) both.push_back(value);
    }
    return naive_distinct(both);
}

constexpr unsigned rounds = 40;

TEST(ManyMixedValues, AreDistinctAsTheDefinitionSays) {
    const Question distinct("%a.distinct()");
    const Question is_distinct("%a.isDistinct()");
    for (unsigned seed = 0; seed < rounds; ++seed) {
        std::mt19937 random(seed);
        const Collection values = pool().any(random, 12 + seed * 2);
        const Collection kept = naive_distinct(values);
        EXPECT_EQ(shown(*distinct.ask(values)), shown(kept)) << shown(values);
        EXPECT_EQ(is_distinct.is_true(values, {}), kept.size() == values.size());
    }
}

TEST(ManyMixedValues, AreSetsAsTheDefinitionSays) {
    const Question exclude("%a.exclude(%b)");
    const Question intersect("%a.intersect(%b)");
    const Question subset("%a.subsetOf(%b)");
    for (unsigned seed = 0; seed < rounds; ++seed) {
        std::mt19937 random(seed);
        const Collection left = pool().any(random, 1 + seed);
        const Collection right = pool().any(random, 60 - seed);
        EXPECT_EQ(shown(*exclude.ask(left, right)), shown(naive_exclude(left, right)));
        EXPECT_EQ(shown(*intersect.ask(left, right)), shown(naive_intersect(left, right)));
        EXPECT_EQ(subset.is_true(left, right), naive_exclude(left, right).empty());
    }
}

// Whether each on the left can have one of its own on the right: Kuhn's algorithm on the answers for pairs.
class NaivePairing {
  public:
    NaivePairing(const Collection& left, const Collection& right) : partner_of_(right.size(), left.size()) {
        for (const Value& value : left) {
            auto& fits = fits_.emplace_back();
            for (const Value& other : right) fits.push_back(are_equivalent().is_true({value}, {other}));
        }
    }
    bool exists() {
        for (std::size_t item = 0; item < fits_.size(); ++item) {
            std::vector<bool> seen(partner_of_.size());
            if (!find(item, seen)) return false;
        }
        return true;
    }

  private:
    bool find(std::size_t item, std::vector<bool>& seen) {
        for (std::size_t other = 0; other < partner_of_.size(); ++other) {
            if (!fits_[item][other] || seen[other]) continue;
            seen[other] = true;
            if (partner_of_[other] < fits_.size() && !find(partner_of_[other], seen)) continue;
            partner_of_[other] = item;
            return true;
        }
        return false;
    }

    std::vector<std::vector<bool>> fits_;
    std::vector<std::size_t> partner_of_;
};

// FHIRPath N1, 6.1.2: "each item must be equivalent", "comparison is not order dependent".
TEST(ManyMixedValues, AreEquivalentAsTheDefinitionSays) {
    std::size_t equivalent = 0;
    for (unsigned seed = 0; seed < rounds * 2; ++seed) {
        std::mt19937 random(seed);
        const Collection left = pool().any(random, 2 + seed / 2);
        Collection right = left;
        for (Value& value : right) {  // by others that it is equivalent to, and now and then by any
            const Value& other = pool().all()[random() % pool().all().size()];
            if (are_equivalent().is_true({value}, {other}) || random() % 200 == 0) value = other;
        }
        std::shuffle(right.begin(), right.end(), random);
        const bool expected = NaivePairing(left, right).exists();
        EXPECT_EQ(are_equivalent().is_true(left, right), expected) << shown(left) << "and\n" << shown(right);
        equivalent += expected ? 1U : 0U;
    }
    EXPECT_GT(equivalent, std::size_t{rounds} / 2);
    EXPECT_LT(equivalent, std::size_t{rounds} * 2);
}

TEST(Equivalence, DoesNotDependOnTheOrderOfItems) {
    EXPECT_EQ(evaluated("(1 | 1.2) ~ (1.2 | 1.4)"), "[true]");  // 1 ~ 1.4 and 1.2 ~ 1.2
    EXPECT_EQ(evaluated("(1.2 | 1) ~ (1.2 | 1.4)"), "[true]");
    EXPECT_EQ(evaluated("(1.2 | 1.3) ~ (1.2 | 1.4)"), "[false]");
}

// FHIRPath N1, 6.1.1 and 6.1.2: "they must be of the same type".
TEST(ElementsOfTwoTypes, AreNotEquivalentWhateverTheyHold) {
    const boost::json::value tree = *parse_json(R"({"system":"s","code":"1"})");
    const boost::json::value other = *parse_json(R"({"code":"1","system":"s"})");
    const auto coding = [](const boost::json::value& json) { return Value::element(&json, *r4().find("Coding")); };
    const auto quantity = [](const boost::json::value& json) { return Value::element(&json, *r4().find("Quantity")); };
    for (const Question& question : {Question("%a ~ %b"), Question("%a = %b")}) {
        EXPECT_FALSE(question.is_true({coding(tree)}, {quantity(other)}));
        EXPECT_FALSE(question.is_true({quantity(tree)}, {coding(other)}));
        EXPECT_TRUE(question.is_true({quantity(tree)}, {quantity(other)}));
        EXPECT_TRUE(question.is_true({coding(tree), quantity(tree)}, {coding(other), quantity(other)}));
    }
    EXPECT_TRUE(are_equivalent().is_true({coding(tree), quantity(tree)}, {quantity(other), coding(other)}));
    EXPECT_TRUE(are_equivalent().is_true({quantity(tree), coding(tree)}, {coding(other), quantity(other)}));
}

// Each of a type that is not known fits those of two types, which do not fit one another: whoever comes first must not
// take the only partner of the second.
TEST(ElementsOfNoKnownType, DoNotMakeEquivalenceDependOnTheOrder) {
    const boost::json::value tree = *parse_json(R"({"text":"x"})");
    std::vector<boost::json::value> copies(40, tree);
    const auto of = [&](const char* type, std::size_t copy) {
        return Value::element(&copies[copy], type ? *r4().find(type) : TypeId::none);
    };
    for (const bool name_is_first : {true, false}) {
        for (const bool unknown_is_first : {true, false}) {
            Collection left{of(name_is_first ? "HumanName" : "Address", 0),
                            of(name_is_first ? "Address" : "HumanName", 1)};
            Collection right{of(unknown_is_first ? nullptr : "HumanName", 2),
                             of(unknown_is_first ? "HumanName" : nullptr, 3)};
            for (std::size_t i = 4; i < 22; ++i) {  // more than are compared one by one
                left.push_back(of("Period", i));
                right.push_back(of("Period", i + 18));
            }
            EXPECT_TRUE(are_equivalent().is_true(left, right)) << name_is_first << unknown_is_first;
        }
    }
}

// Before, a look at one of many that are the same went over all of them, which no step told.
TEST(ManyThatAreTheSame, AreComparedInStepsThatGrowWithTheirNumber) {
    constexpr std::size_t number = 100'000;
    constexpr Limits limits{.steps = number * 20};
    for (const char* literal : {"7", "'same'", "5 'mg'"}) {
        const Value value = evaluate(*compile(literal, {.types = &r4()}), {})->front();
        Collection a;
        for (std::size_t i = 0; i < number; ++i) a.push_back(value);
        const Collection b(a);
        for (const char* text :
             {"%a ~ %b", "%a.exclude(%b).empty()", "%a.intersect(%b).count() = 1", "%a.subsetOf(%b)"}) {
            const auto answer = Question(text).ask(a, b, limits);
            ASSERT_TRUE(answer) << text << ": " << answer.error().message;
            EXPECT_TRUE(answer->front().as_boolean()) << text << " of " << literal;
        }
    }
}

// 1 year is 12 months and 365 days, which are not one another: what equals a year must not stand for it.
TEST(ManyDurations, AreFoundBesideOthersThatAreEqual) {
    Collection b;
    for (const char* literal : {"365 days", "1 year"}) {
        b.push_back(evaluate(*compile(literal, {.types = &r4()}), {})->front());
    }
    for (int i = 0; i < 20; ++i) b.push_back(Value::integer(i));
    const Value months = evaluate(*compile("12 months", {.types = &r4()}), {})->front();
    EXPECT_TRUE(Question("%a.exclude(%b).empty()").is_true({months, months, months}, b));
}

// Looking at a tree is work, which is counted however often it is the same one.
TEST(ManyLooksAtOneTree, AreSteps) {
    std::string names;
    for (int i = 0; i < 2000; ++i) names += std::string(names.empty() ? "" : ",") + R"({"family":"A"})";
    const std::string text = R"({"resourceType":"Patient","name":[)" + names + "]}";
    const boost::json::value tree = *parse_json(text);
    const boost::json::value same = *parse_json(text);
    Collection a;
    for (std::size_t i = 0; i < 5000; ++i) a.push_back(Value::resource(tree, r4()));
    const Collection b{Value::resource(same, r4())};
    for (const char* expression : {"%a.intersect(%a)", "%a.exclude(%b)", "%a.where($this = %b)",
                                   "%a.where($this in %b)", "%a.where($this ~ %b)"}) {
        const auto answer = Question(expression).ask(a, b, {.steps = 200'000});
        ASSERT_FALSE(answer) << expression;
        EXPECT_EQ(answer.error().code, EvaluationErrorCode::too_many_steps) << expression;
    }
}

TEST(LongTexts, AreStepsForTheirKeys) {
    const boost::json::value tree = *parse_json(R"({"text":")" + std::string(10'000, 'x') + R"("})");
    const std::vector<boost::json::value> copies(40, tree);
    Collection a;
    Collection b;
    for (std::size_t i = 0; i < copies.size(); ++i) {
        (i % 2 == 0 ? a : b).push_back(Value::element(&copies[i], *r4().find("HumanName")));
    }
    EXPECT_FALSE(Question("%a ~ %b").ask(a, b, {.steps = 5'000}));
    EXPECT_TRUE(are_equivalent().is_true(a, b));
}

// A million pairs would be more than the steps that an evaluation has, so these end only if few pairs are compared.
class Many : public testing::TestWithParam<const char*> {};
TEST_P(Many, AreComparedInStepsThatGrowWithTheirNumber) {
    constexpr std::size_t number = 6000;
    std::string items;
    for (std::size_t i = 0; i < number; ++i) {
        std::string item = GetParam();
        while (item.find('#') != std::string::npos) item.replace(item.find('#'), 1, std::to_string(1000 + i));
        items += (items.empty() ? "" : ",") + item;
    }
    const boost::json::value tree = *parse_json(R"({"resourceType":"Basic","extension":[)" + items + "]}");
    const boost::json::value same = *parse_json(R"({"resourceType":"Basic","extension":[)" + items + "]}");
    const Collection a{Value::resource(tree, r4())};
    const Collection b{Value::resource(same, r4())};
    for (const char* text :
         {"%a.extension.value.distinct().count()", "%a.extension.value.intersect(%b.extension.value).count()",
          "%a.extension.distinct().count()"}) {
        const auto count = Question(text).ask(a, b);
        ASSERT_TRUE(count) << count.error().message;
        EXPECT_EQ(count->front().as_integer(), std::int32_t{number}) << text;
    }
    for (const char* text :
         {"%a.extension.value ~ %b.extension.value", "%a ~ %b",
          "%a.extension.value ~ (%b.extension.skip(2999).value.combine(%b.extension.take(2999).value))"}) {
        const auto answer = Question(text).ask(a, b);
        ASSERT_TRUE(answer) << text << ": " << answer.error().message;
        EXPECT_TRUE(answer->front().as_boolean()) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Values, Many,
    testing::Values(R"({"valueString":"#"})", R"({"valueInteger":#})", R"({"valueDecimal":0.#})",
                    R"({"valueDecimal":100000000000#})",  // beyond what floating point tells apart by much
                    R"({"valueInstant":"#-01-01T00:00:00Z"})", R"({"valueCoding":{"system":"s","code":"#"}})",
                    R"({"valueCodeableConcept":{"coding":[{"system":"s","code":"#"},{"system":"t","code":"#"}]}})",
                    R"({"valueQuantity":{"value":#,"system":"http://unitsofmeasure.org","code":"mg"}})",
                    R"({"valueQuantity":{"value":#,"system":"http://unitsofmeasure.org","code":"d"}})",
                    R"({"valueQuantity":{"value":#,"unit":"mg"}})", R"({"valueHumanName":{"given":["#","A"]}})",
                    R"({"valueRange":{"low":{"value":0.#}}})"));

}  // namespace
}  // namespace fhir::path
