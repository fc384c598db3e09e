#include "fhir/json_text.hpp"

#include "fhir/json_position.hpp"
#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fhir {
namespace {

namespace json = boost::json;

json::value parsed(std::string_view text, JsonDialect dialect = JsonDialect::strict) {
    auto result = parse_json(text, {}, dialect);
    EXPECT_TRUE(result.has_value()) << text;
    return result ? *result : json::value();
}

struct RoundTrip {
    const char* name;
    const char* text;
};
class JsonRoundTrip : public testing::TestWithParam<RoundTrip> {};

TEST_P(JsonRoundTrip, PrintsWhatWasReceived) {
    EXPECT_EQ(print_json(parsed(GetParam().text)), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Numbers, JsonRoundTrip,
                         testing::Values(RoundTrip{"OneDigit", "6.5"}, RoundTrip{"TrailingZero", "1.10"},
                                         RoundTrip{"WholeWithFraction", "140.0"}, RoundTrip{"Exponent", "1e2"},
                                         RoundTrip{"NegativeZero", "-0"}, RoundTrip{"Integer", "42"},
                                         RoundTrip{"LargestSigned", "9223372036854775807"},
                                         RoundTrip{"LargestUnsigned", "18446744073709551615"},
                                         RoundTrip{"Beyond64Bits", "123456789012345678901234567890"},
                                         RoundTrip{"Tiny", "0.000000000000000000001"}),
                         CaseName());

INSTANTIATE_TEST_SUITE_P(Trees, JsonRoundTrip,
                         testing::Values(RoundTrip{"Nested", R"({"a":[1,{"b":2.50}],"c":null,"d":true})"},
                                         RoundTrip{"Empty", R"({"a":{},"b":[]})"},
                                         RoundTrip{"Escapes", R"({"a\"b":"line\nbreak"})"}),
                         CaseName());

TEST(JsonText, TellsDecimalsFromStrings) {
    const json::value tree = parsed(R"({"number": 6.50, "string": "6.50"})");
    EXPECT_TRUE(is_decimal(tree.at("number")));
    EXPECT_FALSE(is_text(tree.at("number")));
    EXPECT_EQ(decimal_text(tree.at("number")), "6.50");
    EXPECT_TRUE(is_text(tree.at("string")));
    EXPECT_EQ(text_of(tree.at("string")), "6.50");
    EXPECT_EQ(text_of(tree.at("number")), std::nullopt);
}

struct Refused {
    const char* name;
    std::string text;
    JsonErrorCode code;
    std::size_t offset;
};
class JsonRefusal : public testing::TestWithParam<Refused> {};

TEST_P(JsonRefusal, NamesTheReasonAndThePlace) {
    const auto result = parse_json(GetParam().text);
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().code, GetParam().code);
    EXPECT_EQ(result.error().offset, GetParam().offset);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonRefusal,
    testing::Values(Refused{"Empty", "", JsonErrorCode::syntax, 0},
                    Refused{"Truncated", R"({"a":)", JsonErrorCode::syntax, 5},
                    Refused{"TwoValues", "1 2", JsonErrorCode::syntax, 2},
                    Refused{"DuplicateKey", R"({"a":1,"b":2,"a":3})", JsonErrorCode::duplicate_key, 14},
                    Refused{"DecimalMark", "\"\\u00016.5\"", JsonErrorCode::control_character, 10},
                    Refused{"Comment", "{} // no", JsonErrorCode::syntax, 3},
                    Refused{"InvalidUtf8", "\"\xff\"", JsonErrorCode::syntax, 1},
                    Refused{"LongNumber", "1." + std::string(80, '1'), JsonErrorCode::number_too_long, 82}),
    CaseName());

TEST(JsonText, RefusesHundredThousandOpenBrackets) {
    const auto result = parse_json(std::string(100'000, '['));
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().code, JsonErrorCode::too_deep);
}

TEST(JsonText, FindsADuplicateAmongManyKeysAndBehindAnEscape) {
    std::string many = "{";
    for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":0,";
    const auto large = parse_json(many + "\"k7\":1}");
    ASSERT_TRUE(large.has_error());
    EXPECT_EQ(large.error().code, JsonErrorCode::duplicate_key);
    EXPECT_EQ(parse_json(R"({"a":1,"\u0061":2})").error().code, JsonErrorCode::duplicate_key);
}

TEST(JsonText, LimitsTheNumberOfValues) {
    EXPECT_TRUE(parse_json("[1,2,3]", {}, JsonDialect::strict, {.values = 4}).has_value());
    EXPECT_EQ(parse_json("[1,2,3,4]", {}, JsonDialect::strict, {.values = 4}).error().code,
              JsonErrorCode::too_many_values);
}

TEST(JsonText, AllowsCommentsAndTrailingCommasWhereAsked) {
    EXPECT_EQ(print_json(parsed("{ \"a\": 1.0, // why\n /* and */ \"b\": [1,], }", JsonDialect::with_comments)),
              R"({"a":1.0,"b":[1]})");
}

TEST(JsonText, PrintsForPeople) {
    EXPECT_EQ(print_json_indented(parsed(R"({"a":[1.50],"b":{}})")), "{\n  \"a\": [\n    1.50\n  ],\n  \"b\": {}\n}");
}

struct Located {
    const char* pointer;
    TextPosition at;
};

TEST(JsonText, LocatesAValueByPointer) {
    const std::string text =
        "{\n  // {\"b\":\n  \"a\": { \"x/y\": [10, {\"b\": \"}\"}, 30],\r\n\t\"\\u00e4\\\"\": [\n[ ], -1.5e3 /* , */, "
        "{}] }\n}";
    const JsonPlaces places(text);
    for (const Located& one : {Located{"", {1, 1}},
                               {"/a", {3, 8}},
                               {"/a/x~1y/2", {3, 34}},
                               {"/a/x~1y/1/b", {3, 28}},
                               {"/a/\u00e4\"", {4, 14}},
                               {"/a/\u00e4\"/0", {5, 1}},
                               {"/a/\u00e4\"/1", {5, 6}},
                               {"/a/\u00e4\"/2", {5, 22}},
                               {"/a/x~1y/7", {3, 17}},  // the nearest value that exists
                               {"/a/x~1y/7/c", {3, 17}},
                               {"/b", {1, 1}}}) {
        EXPECT_EQ(position_at(text, locate(text, one.pointer)), one.at) << one.pointer;
        EXPECT_EQ(places.of(one.pointer), one.at) << one.pointer;
    }
}

TEST(JsonText, IgnoresOneByteOrderMarkAndCountsIt) {
    const std::string text = "\xEF\xBB\xBF{\"a\": 1.0}";
    EXPECT_EQ(JsonPlaces(text).of("/a"), (TextPosition{1, 10}));
    EXPECT_EQ(print_json(parsed(text)), R"({"a":1.0})");
    EXPECT_EQ(locate(text, "/a"), 9U);
    EXPECT_EQ(parse_json("\xEF\xBB\xBF{\"a\" 1}").error().offset, 8U);
    EXPECT_EQ(parse_json("\xEF\xBB\xBF{} x").error().offset, 6U);
    EXPECT_FALSE(parse_json("\xEF\xBB\xBF\xEF\xBB\xBF{}").has_value());
}

TEST(JsonText, MakesDecimalsThatPrintAsGiven) {
    EXPECT_EQ(print_json(make_decimal("49.920")), "49.920");
}

}  // namespace
}  // namespace fhir
