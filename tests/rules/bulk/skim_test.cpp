#include "rules/bulk/skim.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace {

struct SkimCase {
    const char* name;
    std::string text;
    std::string type, id, subject;
};

void PrintTo(const SkimCase& one, std::ostream* out) {
    *out << one.name;
}

class Skim : public testing::TestWithParam<SkimCase> {};

TEST_P(Skim, SaysWhatALineIs) {
    const auto skimmed = rules::skim(GetParam().text);
    ASSERT_TRUE(skimmed);
    EXPECT_EQ(skimmed->type, GetParam().type);
    EXPECT_EQ(skimmed->id, GetParam().id);
    EXPECT_EQ(skimmed->subject, GetParam().subject);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, Skim,
    testing::Values(
        SkimCase{"plain", R"({"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/1"}})", "Condition",
                 "c1", "Patient/1"},
        SkimCase{"blanks", " { \"id\" : \"c1\" , \"resourceType\" : \"Condition\" } ", "Condition", "c1", ""},
        SkimCase{
            "members_inside_others_do_not_count",
            R"({"resourceType":"Observation","component":[{"id":"x","subject":{"reference":"Patient/2"}}],"id":"o"})",
            "Observation", "o", ""},
        SkimCase{"brackets_and_quotes_in_strings", R"({"note":"}]\"{\\","resourceType":"Patient","id":"1"})", "Patient",
                 "1", ""},
        SkimCase{"a_byte_order_mark", "\xEF\xBB\xBF{\"resourceType\":\"Patient\",\"id\":\"1\"}", "Patient", "1", ""},
        SkimCase{"an_empty_subject", R"({"resourceType":"Procedure","subject":{}})", "Procedure", "", ""},
        SkimCase{"an_empty_object", "{}", "", "", ""}),
    CaseName());

TEST(Skim, GivesNothingForWhatIsNoWholeObject) {
    for (const char* text : {"", "{", "[]", "{\"a\":1", "{\"a\":\"b}", "{\"a\":[1}", "{\"a\":1}}", "{\"a\" 1}", "{a:1}",
                             "{\"a\":}", "null", "{\"a\":1} {\"b\":2}"}) {
        EXPECT_FALSE(rules::skim(text)) << text;
    }
}

TEST(Skim, SaysWhereAStringThatCountsIsEscaped) {
    EXPECT_TRUE(rules::skim(R"({"resourceType":"Condition","subject":{"reference":"Patient\/1"}})")->has_escapes);
    EXPECT_FALSE(rules::skim(R"({"resourceType":"Condition","note":"a\/b"})")->has_escapes);
}

TEST(Skim, NoticesRequestsAndLinks) {
    EXPECT_TRUE(rules::skim(R"({"hook":"patient-view","context":{}})")->has_hook);
    EXPECT_TRUE(rules::skim(R"({"resourceType":"Patient","link":[]})")->has_link);
}

}  // namespace
