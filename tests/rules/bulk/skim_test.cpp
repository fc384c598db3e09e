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
    rules::Skimmer skimmer;
    const auto skimmed = skimmer.skim(GetParam().text);
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

rules::Skimmed skimmed(const std::string& text) {
    static rules::Skimmer skimmer;
    return skimmer.skim(text).value_or(rules::Skimmed{});
}

TEST(Skim, GivesNothingForWhatIsNoWholeObject) {
    rules::Skimmer skimmer;
    for (const char* text :
         {"", "{", "[]", "{\"a\":1", "{\"a\":\"b}", "{\"a\":[1}", "{\"a\":1}}", "{\"a\" 1}", "{a:1}", "{\"a\":}",
          "null", "{\"a\":1} {\"b\":2}", "{\"resourceType\":\"Claim\",\"id\":\"1\"",
          "{\"resourceType\":\"Claim\",\"id\":\"1\",\"item\":[{\"a\":1}",
          "{\"resourceType\":\"Claim\",\"id\":\"1\",\"a\":1}}", "{\"resourceType\":\"Bundle\",\"entry\":[{}",
          "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Claim\",\"id\":\"1\"}]}"}) {
        EXPECT_FALSE(skimmer.skim(text)) << text;
    }
}

TEST(Skim, SaysWhereAStringThatCountsIsEscaped) {
    EXPECT_TRUE(skimmed(R"({"resourceType":"Condition","subject":{"reference":"Patient\/1"}})").has_escapes);
    EXPECT_TRUE(skimmed(R"({"resourceType":"Condition","su\u0062ject":{"reference":"Patient/1"}})").has_escapes);
    EXPECT_FALSE(skimmed(R"({"resourceType":"Condition","note":"a\/b"})").has_escapes);
}

TEST(Skim, NoticesRequestsAndLinks) {
    EXPECT_TRUE(skimmed(R"({"hook":"patient-view","context":{}})").has_hook);
    EXPECT_TRUE(skimmed(R"({"resourceType":"Patient","link":[]})").has_link);
}

TEST(Skim, ReadsNothingBehindATextThatIsCutOutOfALongerOne) {
    const std::string lines =
        "{\"resourceType\":\"Patient\",\"id\":\"1\"}\n{\"resourceType\":\"Claim\"}" + std::string(64, ' ');
    const std::string_view first = std::string_view(lines).substr(0, lines.find('\n'));
    rules::Skimmer skimmer;
    const auto found = skimmer.skim(first, lines.size());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->kept, first);
    EXPECT_FALSE(skimmer.skim(first.substr(0, first.size() - 1), lines.size()));
}

struct KeptCase {
    const char* name;
    std::string text;
    std::string kept;  ///< empty: all of it
};

void PrintTo(const KeptCase& one, std::ostream* out) {
    *out << one.name;
}

class SkimKeeps : public testing::TestWithParam<KeptCase> {};

TEST_P(SkimKeeps, WhatRulesCanRead) {
    const rules::Codes codes = {"62292-8"};
    rules::Skimmer skimmer(&codes);
    const auto found = skimmer.skim(GetParam().text);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->kept, GetParam().kept.empty() ? GetParam().text : GetParam().kept);
}

INSTANTIATE_TEST_SUITE_P(
    Of, SkimKeeps,
    testing::Values(
        KeptCase{"a_problem", R"({"resourceType":"Condition","id":"1","note":[{"text":"x"}]})", ""},
        KeptCase{"a_type_without_use", R"({"resourceType":"Claim","id":"1","item":[{"id":"2"}]})",
                 R"({"resourceType":"Claim","id":"1"})"},
        KeptCase{
            "a_result_of_a_code",
            R"({"resourceType":"Observation","code":{"coding":[{"code":"x"},{"system":"s","code":"62292-8"}]},"note":[]})",
            ""},
        KeptCase{
            "a_result_of_another_code",
            R"({"resourceType":"Observation","id":"1","status":"final","code":{"coding":[{"code":"8867-4","display":"62292-8"}]},"subject":{"reference":"Patient/1"},"effectivePeriod":{"start":"2026"},"issued":"2026-01-02","valueString":"62292-8"})",
            R"({"resourceType":"Observation","id":"1","status":"final","effectivePeriod":{"start":"2026"},"issued":"2026-01-02"})"},
        KeptCase{
            "a_result_with_a_part_of_a_code",
            R"({"resourceType":"Observation","component":[{"valueString":"x"},{"code":{"coding":[{"code":"62292-8"}]}}]})",
            ""},
        KeptCase{"a_result_whose_code_comes_before_its_type",
                 R"({"code":{"coding":[{"code":"62292-8"}]},"id":"1","resourceType":"Observation"})", ""},
        KeptCase{"a_result_whose_code_is_escaped",
                 R"({"resourceType":"Observation","code":{"coding":[{"code":"6\u00322292-8"}]}})", ""},
        KeptCase{"a_result_with_an_escaped_name",
                 R"({"resourceType":"Observation","c\u006fde":{"coding":[{"code":"62292-8"}]}})", ""},
        KeptCase{"a_result_that_contains_another", R"({"resourceType":"Observation","contained":[]})", ""},
        KeptCase{
            "a_report_without_results_inside",
            R"({"resourceType":"DiagnosticReport","id":"1","issued":"2026","result":[{"reference":"Observation/1"}]})",
            R"({"resourceType":"DiagnosticReport","id":"1","issued":"2026"})"},
        KeptCase{"a_report_with_results_inside", R"({"resourceType":"DiagnosticReport","contained":[{}]})", ""},
        KeptCase{"a_visit", R"({"resourceType":"Encounter","id":"1","type":[{}],"period":{"start":"2026"}})",
                 R"({"resourceType":"Encounter","id":"1","period":{"start":"2026"}})"},
        KeptCase{"a_request", R"({"hook":"patient-view","prefetch":{"a":{"resourceType":"Claim","id":"1","x":1}}})",
                 ""},
        KeptCase{
            "a_Bundle",
            R"({"resourceType":"Bundle","id":"b","type":"history","link":[{}],"entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Claim","id":"1","x":1},"request":{}},{"resource":{"resourceType":"Condition","x":[1]}},{"request":{"method":"DELETE"}},null]})",
            R"({"resourceType":"Bundle","id":"b","type":"history","entry":[{"resource":{"resourceType":"Condition","x":[1]}},{"request":{"method":"DELETE"}},null]})"},
        KeptCase{"a_Bundle_that_says_last_what_it_is",
                 R"({"entry":[{"resource":{"x":1,"id":"1","resourceType":"Organization"}}],"resourceType":"Bundle"})",
                 R"({"entry":[{"resource":{"id":"1","resourceType":"Organization"}}],"resourceType":"Bundle"})"},
        KeptCase{
            "a_Bundle_with_a_laboratory",
            R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Claim","id":"1"}},{"fullUrl":"urn:uuid:2","resource":{"resourceType":"Organization","id":"2","x":1}}]})",
            R"({"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:2","resource":{"resourceType":"Organization","id":"2"}}]})"},
        KeptCase{
            "a_Bundle_with_a_result_that_says_what_it_is_about",
            R"({"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Device","id":"1","x":1}},{"resource":{"resourceType":"Observation","code":{"coding":[{"code":"62292-8"}]},"focus":[{"reference":"urn:uuid:1"}]}}]})",
            R"({"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Device","id":"1"}},{"resource":{"resourceType":"Observation","code":{"coding":[{"code":"62292-8"}]},"focus":[{"reference":"urn:uuid:1"}]}}]})"},
        KeptCase{
            "a_Bundle_with_a_report_that_holds_results",
            R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Device","id":"1"}},{"resource":{"resourceType":"DiagnosticReport","contained":[{}]}}]})",
            ""},
        KeptCase{"a_Bundle_in_a_Bundle",
                 R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Bundle","entry":[]}}]})", ""},
        KeptCase{"a_Bundle_with_one_entry_and_no_list",
                 R"({"resourceType":"Bundle","entry":{"resource":{"resourceType":"Claim","x":1}}})", ""},
        KeptCase{"a_Bundle_with_its_entry_twice_as_it_is_broken", R"({"resourceType":"Bundle","entry":[],"entry":[]})",
                 ""}),
    CaseName());

struct DateCase {
    const char* name;
    std::string resource;
    bool stays = false;
};

void PrintTo(const DateCase& one, std::ostream* out) {
    *out << one.name;
}

class SkimFromADay : public testing::TestWithParam<DateCase> {};

TEST_P(SkimFromADay, PassesByWhatHappenedBefore) {
    const rules::Codes codes = {"62292-8"};
    rules::Skimmer skimmer(&codes, "2026-02-28");
    const auto alone = skimmer.skim(GetParam().resource);
    ASSERT_TRUE(alone);
    EXPECT_EQ(alone->is_passed_by, !GetParam().stays);
    const auto inside = skimmer.skim(R"({"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":)" +
                                     GetParam().resource + R"(},{"resource":{"resourceType":"Condition"}}]})");
    ASSERT_TRUE(inside);
    EXPECT_EQ(inside->kept.find("urn:uuid:1") != std::string_view::npos, GetParam().stays) << inside->kept;
}

INSTANTIATE_TEST_SUITE_P(
    Of, SkimFromADay,
    testing::Values(
        DateCase{"an_earlier_visit",
                 R"({"resourceType":"Encounter","period":{"start":"2026-02-27T08:00:00Z","end":"2026-02-27"}})"},
        DateCase{"a_visit_of_the_day", R"({"resourceType":"Encounter","period":{"start":"2026-02-28"}})", true},
        DateCase{"a_visit_that_ends_later", R"({"resourceType":"Encounter","period":{"start":"2026","end":"2027"}})",
                 true},
        DateCase{"a_visit_without_a_date", R"({"resourceType":"Encounter","id":"1"})"},
        DateCase{"an_earlier_month", R"({"resourceType":"Observation","issued":"2026-02"})"},
        DateCase{"a_later_month", R"({"effectiveDateTime":"2026-03","resourceType":"Observation"})", true},
        DateCase{"a_date_with_an_escape", R"({"resourceType":"Observation","issued":"\u0032026-03-01"})", true},
        DateCase{"an_earlier_result_of_a_code",
                 R"({"resourceType":"Observation","issued":"2020","code":{"coding":[{"code":"62292-8"}]}})", true},
        DateCase{"an_earlier_report", R"({"resourceType":"DiagnosticReport","issued":"2025-12-31"})"},
        DateCase{"an_earlier_report_that_holds_results",
                 R"({"resourceType":"DiagnosticReport","issued":"2025","contained":[]})", true},
        DateCase{"an_earlier_problem", R"({"resourceType":"Condition","recordedDate":"2020"})", true}),
    CaseName());

TEST(Skim, KeepsAllResultsWhereNoCodesAreNamed) {
    const std::string text = R"({"resourceType":"Observation","code":{"coding":[{"code":"8867-4"}]},"note":[]})";
    EXPECT_EQ(skimmed(text).kept, text);
    EXPECT_EQ(skimmed(R"({"resourceType":"Observation","note":[]})").kept,
              R"({"resourceType":"Observation","note":[]})");
}

}  // namespace
