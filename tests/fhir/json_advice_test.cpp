#include "fhir/json_advice.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

namespace fhir {
namespace {

struct Mistake {
    const char* name;
    const char* text;    ///< with ! where the fault is told
    const char* advice;  ///< part of it
    JsonDialect dialect = JsonDialect::with_comments;
};
class JsonMistake : public testing::TestWithParam<Mistake> {};

TEST_P(JsonMistake, IsToldInWordsAndWhereItIs) {
    std::string text = GetParam().text;
    const std::size_t place = text.find('!');
    ASSERT_NE(place, std::string::npos);
    text.erase(place, 1);
    const auto parsed = parse_json(text, {}, GetParam().dialect);
    ASSERT_TRUE(parsed.has_error()) << "it is no mistake";
    const JsonAdvice advice = advise(text, parsed.error(), GetParam().dialect);
    EXPECT_EQ(advice.offset, place) << advice.says;
    EXPECT_NE(advice.says.find(GetParam().advice), std::string::npos) << advice.says;
}

constexpr JsonDialect strict = JsonDialect::strict;

INSTANTIATE_TEST_SUITE_P(
    OfPeople, JsonMistake,
    testing::Values(Mistake{"NoCommaBetweenMembers", "{\"a\": 1\n!\"b\": 2}", "a comma is missing before this"},
                    Mistake{"NoCommaBetweenElements", "[\"a\" !\"b\"]", "a comma is missing before this"},
                    Mistake{"NoCommaAfterAnObject", "[{\"a\": 1} !{\"b\": 2}]", "a comma is missing before this"},
                    Mistake{"NoCommaAfterAComment", "{\"a\": 1 // one\n !\"b\": 2}", "a comma is missing before this"},
                    Mistake{"CommaBeforeTheEnd", "{\"a\": 1!,\n}", "nothing behind it", strict},
                    Mistake{"CommaBeforeTheEndOfAnArray", "[1!, ]", "nothing behind it", strict},
                    Mistake{"TwoCommas", "{\"a\": 1,!, \"b\": 2}", "comma too many"},
                    Mistake{"NoColon", "{\"a\" !1}", "a colon is missing before this"},
                    Mistake{"EqualsSign", "{\"a\" != 1}", "not a ="},
                    Mistake{"NoValue", "{\"a\": !}", "a value is missing before this"},
                    Mistake{"NameWithoutQuotes", "{!listen: 1}", "name of a member stands in double quotes"},
                    Mistake{"TextWithoutQuotes", "{\"a\": !production}", "a text stands in double quotes"},
                    Mistake{"SingleQuotes", "{\"a\": !'b'}", "double quotes only"},
                    Mistake{"NameInSingleQuotes", "{!'a': 1}", "double quotes only"},
                    Mistake{"PythonsTrue", "{\"a\": !True}", "true, false and null"},
                    Mistake{"NoNumber", "{\"a\": !NaN}", "no such number"},
                    Mistake{"LeadingZero", "{\"a\": !08}", "no 0 before"},
                    Mistake{"NoDigitBeforeThePoint", "{\"a\": !.5}", "begins with a digit"},
                    Mistake{"NoDigitBehindThePoint", "{\"a\": !5.}", "behind its decimal point"},
                    Mistake{"NumberWithItsUnit", "{\"a\": !400ms}", "this is no number"},
                    Mistake{"AddressWithoutQuotes", "{\"a\": !127.0.0.1}", "this is no number"},
                    Mistake{"NoClosingQuote", "{\"a\": !\"b,\n\"c\": 1}", "no closing quote in its line"},
                    Mistake{"NoClosingQuoteAtTheEnd", "{\"a\": !\"b}", "no closing quote"},
                    Mistake{"BackslashOfAPath", "{\"a\": \"c:!\\data\"}", "written \\\\"},
                    Mistake{"TabInAText", "{\"a\": \"b!\tc\"}", "no control characters"},
                    Mistake{"NoClosingBrace", "!{\"a\": {\"b\": 1}", "the { here is never closed"},
                    Mistake{"NoClosingBracket", "{\"a\": ![1, 2", "the [ here is never closed"},
                    Mistake{"WrongBracket", "{\n\"a\": [1, 2!}\n}", "what it would close is the [ in line 2"},
                    Mistake{"TextAfterTheEnd", "{} !{}", "after the end"},
                    Mistake{"NothingAtAll", " // nothing\n!", "nothing in it"},
                    Mistake{"CommentOfAShell", "{ !# remark\n}", "no comment in JSON"},
                    Mistake{"CommentWithoutEnd", "{ !/* remark }", "has no end"},
                    Mistake{"DecimalComma", "{\"a\": 2!,5}", "a decimal point, not a comma"},
                    Mistake{"CurlyQuotes", "{!\u201ca\u201d: 1}", "straight double quotes"},
                    Mistake{"CurlyQuotesOfAText", "{\"a\": !\u201eb\u201c}", "straight double quotes"},
                    Mistake{"CommentWhereThereIsNone", "{ !// remark\n}", "comments are not allowed here", strict}),
    CaseName());

TEST(JsonAdvice, SaysWhereAMemberOfANameThatStandsTwiceStandsFirst) {
    const std::string_view text = "{\"a\": \"\\\"b\",\n\"b\": {\"c\": [\"a\"]},\n\"c\": 2,\n\"b\" : 3}";
    const auto parsed = parse_json(text);
    ASSERT_TRUE(parsed.has_error());
    const JsonAdvice advice = advise(text, parsed.error());
    EXPECT_EQ(advice.offset, parsed.error().offset);
    EXPECT_EQ(advice.says, "a member name stands twice in one object; the first is in line 2");
}

TEST(JsonAdvice, LeavesWhatTheParserSaysOfItsLimitsAsItIs) {
    const std::string text = std::string(100, '[');
    const auto parsed = parse_json(text);
    const JsonAdvice advice = advise(text, parsed.error());
    EXPECT_EQ(advice.offset, parsed.error().offset);
    EXPECT_EQ(advice.says, parsed.error().message);
}

}  // namespace
}  // namespace fhir
