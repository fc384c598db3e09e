// What reads a sound text in one pass must say what Boost.JSON's parser says: the same verdict, place and tree.
#include "fhir/json_scan.hpp"

#include "tests/test_data.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace fhir {
namespace {

std::string told(const boost::system::result<boost::json::value, JsonError>& result) {
    if (result) return print_json(*result);
    return std::to_string(static_cast<int>(result.error().code)) + " at " + std::to_string(result.error().offset);
}

// Kinds of the values, which print alike: 1 as int64 or as the text of a decimal.
std::string kinds_of(const boost::json::value& value) {
    std::string kinds(1, static_cast<char>('a' + static_cast<int>(value.kind())));
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) kinds += kinds_of(member.value());
    } else if (const auto* array = value.if_array()) {
        for (const auto& element : *array) kinds += kinds_of(element);
    }
    return kinds;
}

// Of a text without its byte order mark, which JsonText tests. \returns whether it is JSON.
bool expect_same(std::string_view text, const JsonLimits& limits = {}) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    const auto reference = parse_by_boost(text, {}, JsonDialect::strict, limits);
    const auto result = parse_json(text, {}, JsonDialect::strict, limits);
    boost::json::monotonic_resource memory;  // where the tree is written down, not built by Boost's means
    const auto written = parse_json(text, &memory, JsonDialect::strict, limits);
    for (const auto* one : {&result, &written}) {
        EXPECT_EQ(told(*one), told(reference)) << text.substr(0, 200);
        if (*one && reference) {
            EXPECT_EQ(kinds_of(**one), kinds_of(*reference)) << text.substr(0, 200);
        }
    }
    return reference.has_value();
}

// Whether it is read in one pass: told apart from what the test compares with.
struct Counts {
    std::size_t told = 0;
    void name(std::string_view) { ++told; }
    void string(std::string_view) { ++told; }
    void decimal(std::string_view) { ++told; }
    void integer(std::int64_t) { ++told; }
    void boolean(bool) { ++told; }
    void null() { ++told; }
    void object(std::size_t) { ++told; }
    void array(std::size_t) { ++told; }
};

bool is_sound(std::string_view text, const JsonLimits& limits = {}) {
    Counts counts;
    return JsonScan(text, counts, limits).scan();
}

TEST(JsonScan, ReadsWhatIsUsualInOnePass) {
    for (const std::string_view text :
         {R"({"resourceType":"Observation","valueQuantity":{"value":18.50,"unit":"ng/mL"},"component":[]})",
          R"([ true , false,null, "", "a\u00e9\ud83d\ude00\n", -0, 0.1, 1E+2, 123456789012345678, {} ])", " 1 ", "\"\"",
          "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 and more than sixteen bytes\""}) {
        EXPECT_TRUE(is_sound(text)) << text;
        EXPECT_TRUE(expect_same(text));
    }
}

TEST(JsonScan, SaysOfSoundTextsWhatBoostSays) {
    std::vector<std::string> sound{R"({"\u0061":1})",
                                   R"({"":0,"a":"\u0000"})",
                                   "1.0e-300",
                                   "1e400",
                                   "-0.0",
                                   "-0e1",
                                   R"({"\u0001":1})",
                                   "\"\\u00e9\\u4e2d\\ud834\\udd1e\"",
                                   R"("\"\\\/\b\f\n\r\t")",
                                   "\"\x7f\"",
                                   "[[[]]]",
                                   "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\""};
    for (const std::string_view number :
         {"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
          "-9223372036854775808", "-9223372036854775809", "999999999999999999", "1000000000000000000",
          "12345678901234567890e0", "1e18", "10e18", "-1e2", "0e0", "0.1234567890123456789012345678901234567890"}) {
        sound.emplace_back(number);
    }
    for (const std::string& text : sound) EXPECT_TRUE(expect_same(text)) << text;
}

const std::vector<std::string> wrong_texts{
    "",
    " ",
    "{",
    "[",
    "]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\":1,}",
    "{\"a\"}",
    "{\"a\":}",
    "{a:1}",
    "{1:1}",
    "{\"a\":1 \"b\":2}",
    "nul",
    "nulll",
    "True",
    "tru",
    "+1",
    "01",
    "-01",
    "-",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "NaN",
    "Infinity",
    "'a'",
    "\"a",
    "\"\\",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "\"\\ud800\\",
    "\"\n\"",
    "\"\t\"",
    "\"\x01\"",
    "// a\n1",
    "/**/1",
    "1 1",
    "{}{}",
    "\x0b 1",
    "1\x0c",
    "\"\\u0001\"",
    "\"\\u0001a\\n\"",
    "1e1234567",
    "1e99999999999",
    "-1e-99999999999",
};

TEST(JsonScan, SaysOfWrongTextsWhatBoostSays) {
    std::vector<std::string> wrong = wrong_texts;
    wrong.push_back(std::string("[1]\0", 4));
    wrong.push_back(std::string("\"\0\"", 3));
    for (const std::string_view bytes : {"\x80",
                                         "\xbf",
                                         "\xc0\x80",
                                         "\xc1\xbf",
                                         "\xc3",
                                         "\xc3(",
                                         "\xe0\x80\x80",
                                         "\xe0\x9f\xbf",
                                         "\xed\xa0\x80",
                                         "\xed\xbf\xbf",
                                         "\xe2\x82",
                                         "\xe2(\x82",
                                         "\xf0\x80\x80\x80",
                                         "\xf0\x8f\xbf\xbf",
                                         "\xf4\x90\x80\x80",
                                         "\xf5\x80\x80\x80",
                                         "\xf0\x9f\x98",
                                         "\xf0\x9f(\x98",
                                         "\xfe",
                                         "\xff"}) {
        for (const std::size_t before : {0U, 1U, 14U, 15U, 16U, 17U}) {
            wrong.push_back("\"" + std::string(before, 'x') + std::string(bytes) + "\"");
            wrong.push_back("{\"" + std::string(before, 'x') + std::string(bytes) + "\":1}");
            wrong.push_back("\"" + std::string(before, 'x') + std::string(bytes));
        }
    }
    for (const std::string& text : wrong) {
        expect_same(text);
        EXPECT_FALSE(is_sound(text) && parse_by_boost(text, {}, JsonDialect::strict, {}).has_error()) << text;
    }
}

TEST(JsonScan, FindsARepeatedNameAmongFewAndMany) {
    for (const std::size_t names : {2U, 10U, 24U, 25U, 26U, 100U}) {
        std::string text = "{\"twice\":{}";
        for (std::size_t i = 0; i < names; ++i) text += ",\"n" + std::to_string(i) + "\":{\"twice\":0}";
        EXPECT_TRUE(expect_same(text + "}"));
        EXPECT_FALSE(expect_same(text + ",\"twice\":1}"));
        EXPECT_FALSE(expect_same(text + ",\"n" + std::to_string(names - 1) + "\":1}"));
    }
}

TEST(JsonScan, KeepsTheLimits) {
    for (const std::size_t depth : {2U, 3U, 4U}) {
        const std::string open(depth, '['), close(depth, ']');
        EXPECT_EQ(expect_same(open + close, {.depth = 3}), depth <= 3);
        EXPECT_EQ(expect_same(open + "{}" + close, {.depth = 3}), depth < 3);
        EXPECT_EQ(expect_same(open + "1" + close, {.depth = 3}), depth <= 3);
    }
    for (const std::size_t values : {1U, 3U, 4U, 5U}) {
        EXPECT_EQ(expect_same("[1,{\"a\":[]}]", {.values = values}), values >= 4);
    }
    for (const std::size_t characters : {3U, 4U, 5U}) {
        EXPECT_EQ(expect_same("[1.25, 123456]", {.number_characters = characters}), characters >= 4);
        EXPECT_EQ(expect_same("-0e1", {.number_characters = characters}), characters >= 4);
    }
    EXPECT_TRUE(expect_same("1." + std::string(80, '1'), {.number_characters = 100}));
}

// Invented; each kind of value and of string is there.
constexpr std::string_view sample =
    R"({"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Observation","id":"o-1",)"
    R"("status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2132-9"}],"text":"Vitamin B₁₂ \"serum\""},)"
    R"("valueQuantity":{"value":310.50,"unit":"pg/mL"},"effectiveDateTime":"2025-03-01T08:30:00+01:00","note":null}},)"
    "\n  "
    R"({"resource":{"id":"p\u00e9\ud83d\ude00","active":true,"deceasedBoolean":false,"rank":-12,"e":1.5E-3,"x":[]}}]})";

TEST(JsonScan, SaysOfBrokenAndChangedTextsWhatBoostSays) {
    std::mt19937 random(20261130);
    constexpr std::string_view bytes = "\"\\{}[],:0123456789.-+eEtfnu \n\x01\x80\xc3\xa9\xe2\xf0/a";
    for (std::size_t end = 0; end <= sample.size(); ++end) expect_same(sample.substr(0, end));
    std::size_t accepted = 0;
    constexpr int rounds = 20'000, most_changes = 3;
    for (int round = 0; round < rounds; ++round) {
        std::string text(sample);
        for (int change = 0; change < 1 + round % most_changes; ++change) {
            const std::size_t place = random() % text.size();
            const char byte = bytes[random() % bytes.size()];
            switch (random() % 4) {
                case 0:
                    text[place] = byte;
                    break;
                case 1:
                    text.erase(place, 1 + random() % 8);
                    break;
                case 2:
                    text.insert(place, 1, byte);
                    break;
                default:
                    text.insert(place, text.substr(random() % text.size(), random() % 40));
            }
        }
        accepted += expect_same(text) ? 1U : 0U;
        if (HasFailure()) return;
    }
    EXPECT_GT(accepted, 1000U);  // else the changes would show little
}

TEST(JsonScan, SaysOfPublicTextsWhatBoostSays) {
    const auto root = test_data("");
    if (!root) GTEST_SKIP() << "skipped: no test data";
    constexpr std::uintmax_t largest = 1 << 20;
    constexpr std::size_t enough = 3000;
    std::size_t files = 0, sound = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*root)) {
        const auto extension = entry.path().extension();
        if (!entry.is_regular_file() || entry.file_size() > largest || files == enough) continue;
        if (extension != ".json" && extension != ".ndjson") continue;
        const std::string text = file_text(entry.path());
        ++files;
        if (extension == ".json") {
            sound += expect_same(text) && is_sound(text) ? 1U : 0U;
            continue;
        }
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            expect_same(std::string_view(text).substr(begin, end - begin));
            begin = end + 1;
        }
    }
    EXPECT_GT(sound, files / 4);
}

}  // namespace
}  // namespace fhir
