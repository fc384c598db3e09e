// A text that people wrote is changed at one place, and is else what it was to the byte.
#include "fhir/json_span.hpp"

#include "fhir/json_text.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace fhir {
namespace {

constexpr std::string_view file = R"({
  // ours
  "pack": "x", // note
  "parameters": {
    "a.b": 3,   // was 4
    "c": true // last
  },
  "off": ["r1", "r2"],
  "codes": { "analytes": {} }
}
)";

struct Change {
    std::string_view pointer;
    std::optional<std::string> value;
    std::string_view before, after;  ///< a piece of the file, and what it becomes
};

void PrintTo(const Change& change, std::ostream* to) {
    *to << change.pointer << " = " << change.value.value_or("nothing");
}

class ValueAt : public testing::TestWithParam<Change> {};

TEST_P(ValueAt, ChangesItsOwnPlaceAlone) {
    const Change& change = GetParam();
    std::string expected(file);
    const std::size_t at = expected.find(change.before);
    ASSERT_NE(at, std::string::npos);
    expected.replace(at, change.before.size(), change.after);
    const auto changed = with_value_at(file, change.pointer, change.value);
    ASSERT_TRUE(changed);
    EXPECT_EQ(*changed, expected);
    EXPECT_TRUE(parse_json(*changed, {}, JsonDialect::with_comments)) << *changed;
}

INSTANTIATE_TEST_SUITE_P(
    JsonSpan, ValueAt,
    testing::Values(Change{"/parameters/a.b", "5", "3,   // was 4", "5,   // was 4"},
                    Change{"/parameters/new", "1", "true // last\n", "true, // last\n    \"new\": 1\n"},
                    Change{"/off/0", {}, "[\"r1\", \"r2\"]", "[\"r2\"]"},
                    Change{"/off/1", {}, "[\"r1\", \"r2\"]", "[\"r1\"]"},
                    Change{"/off/-", "\"r3\"", "\"r2\"]", "\"r2\", \"r3\"]"},
                    Change{"/codes/analytes/b12/-", R"({"code":1})", "{}", R"({ "b12": [{"code":1}] })"},
                    Change{"/approval", "{}", "{} }\n}", "{} },\n  \"approval\": {}\n}"},
                    Change{"/off", "[\n  \"r3\"\n]", "[\"r1\", \"r2\"]", "[\n    \"r3\"\n  ]"},
                    Change{"/off/-", "{\n  \"a\": 1\n}", "\"r2\"]", "\"r2\", {\n    \"a\": 1\n  }]"},
                    Change{"/codes/analytes/b12", "[\n  1\n]", "{}", "{ \"b12\": [\n    1\n  ] }"},
                    Change{"/laboratories/-", "{\n  \"a\": 1\n}", "{} }\n}",
                           "{} },\n  \"laboratories\": [\n    {\n      \"a\": 1\n    }\n  ]\n}"},
                    Change{"/codes", {}, "],\n  \"codes\": { \"analytes\": {} }\n", "]\n"},
                    Change{"/nowhere/at/all", {}, "\"x\"", "\"x\""}));

TEST(JsonSpan, MakesWhatIsMissingInAnEmptyObject) {
    EXPECT_EQ(with_value_at("{}", "/parameters/x", "1"), "{\n  \"parameters\": { \"x\": 1 }\n}");
    EXPECT_EQ(with_value_at("{\n}\n", "/parameters/x", "1"), "{\n  \"parameters\": { \"x\": 1 }\n}\n");
}

TEST(JsonSpan, KeepsATrailingComma) {
    EXPECT_EQ(with_value_at("{\n  \"a\": 1,\n}\n", "/b", "2"), "{\n  \"a\": 1,\n  \"b\": 2,\n}\n");
}

TEST(JsonSpan, TakesTheOnlyMemberOut) {
    EXPECT_EQ(with_value_at("{\"a\":1}", "/a", std::nullopt), "{}");
}

TEST(JsonSpan, RefusesToPutAMemberIntoAText) {
    EXPECT_FALSE(with_value_at(file, "/pack/x", "1"));
    EXPECT_FALSE(with_value_at(file, "/off/9", "1"));
}

TEST(JsonSpan, FindsNamesThatAPointerEscapes) {
    const auto span = span_of(R"({ "a/b~c": 7 })", "/a~1b~0c");
    ASSERT_TRUE(span);
    EXPECT_EQ(span->begin, 2U);
    EXPECT_EQ(span->value, 11U);
    EXPECT_EQ(span->end, 12U);
}

}  // namespace
}  // namespace fhir
