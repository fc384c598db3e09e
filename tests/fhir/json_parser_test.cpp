// fhir::parse_json held against Boost.JSON's parser: on whole records, and on what chance makes of them.
#include "fhir/json_text.hpp"
#include "tests/case_name.hpp"
#include "tests/fhir/boost_parser.hpp"
#include "tests/test_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace fhir {
namespace {

/// What the two make of a text, in words that are equal if they agree.
std::string told(const boost::system::result<boost::json::value, JsonErrorCode>& read) {
    return read ? print_json(*read) : "refused: " + std::to_string(static_cast<int>(read.error()));
}
std::string told(const boost::system::result<boost::json::value, JsonError>& read) {
    return read ? print_json(*read) : "refused: " + std::to_string(static_cast<int>(read.error().code));
}

void expect_agreement(std::string_view text, JsonDialect dialect, const JsonLimits& limits = {}) {
    const auto ours = parse_json(text, {}, dialect, limits);
    const auto theirs = boost_parser::parse(text, dialect, limits);
    ASSERT_EQ(told(ours), told(theirs)) << text;
    if (ours) {
        ASSERT_TRUE(*ours == *theirs) << text;
    }
}

/// A refusal names the first byte that is wrong: what stands before could still become JSON, and is refused at its end
/// or not at all. What is wrong about a whole object, string or number is not known before its end.
void expect_exact_place(std::string_view text, JsonDialect dialect) {
    const auto whole = parse_json(text, {}, dialect);
    if (whole || whole.error().code != JsonErrorCode::syntax) return;
    const std::size_t offset = whole.error().offset;
    ASSERT_LE(offset, text.size()) << text;
    const auto before = parse_json(text.substr(0, offset), {}, dialect);
    if (before || before.error().code != JsonErrorCode::syntax) return;
    ASSERT_EQ(before.error().offset, offset) << text;
}

std::vector<std::string> texts_of(const std::filesystem::path& folder, std::size_t most) {
    std::vector<std::filesystem::path> paths;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
        if (file.path().extension() == ".json" && file.file_size() < 4'000'000) paths.push_back(file.path());
    }
    std::sort(paths.begin(), paths.end());
    paths.resize(std::min(most, paths.size()));
    std::vector<std::string> texts;
    for (const auto& path : paths) texts.push_back(file_text(path));
    return texts;
}

TEST(JsonParser, ReadsTheSamplesAndThePackAsBoostDoes) {
    for (const char* folder : {"deploy/samples", "rules/packs"}) {
        const std::vector<std::string> texts = texts_of(folder, 1000);
        EXPECT_GT(texts.size(), 10U) << folder;
        for (const std::string& text : texts) expect_agreement(text, JsonDialect::strict);
    }
}

TEST(JsonParser, ReadsPublishedRecordsAsBoostDoes) {
    const auto folder = test_data("");
    if (!folder) GTEST_SKIP() << "skipped: no public test data";
    for (const std::string& text : texts_of(*folder, 300)) expect_agreement(text, JsonDialect::strict);
}

struct Odd {
    const char* name;
    std::string text;
};
class OddTexts : public testing::TestWithParam<Odd> {};

TEST_P(OddTexts, AreReadOrRefusedAsBoostDoes) {
    for (const JsonDialect dialect : {JsonDialect::strict, JsonDialect::with_comments}) {
        expect_agreement(GetParam().text, dialect);
        expect_exact_place(GetParam().text, dialect);
        expect_agreement(" [ " + GetParam().text + " , 1 ] ", dialect);
        expect_agreement("{\"a name long enough\":" + GetParam().text + "}", dialect);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, OddTexts,
    testing::Values(Odd{"LeadingZero", "01"}, Odd{"Minus", "-"}, Odd{"MinusZero", "-0"},
                    Odd{"MinusZeroPointZero", "-0.0"}, Odd{"PointAlone", "1."}, Odd{"ExponentAlone", "1e"},
                    Odd{"ExponentSign", "1e+"}, Odd{"Plus", "+1"}, Odd{"LargestExponent", "1e2147483647"},
                    Odd{"ExponentTooLarge", "1e2147483648"}, Odd{"ExponentWithZeros", "1e0000000000000000001"},
                    Odd{"SmallestInteger", "-9223372036854775808"}, Odd{"BelowIt", "-9223372036854775809"},
                    Odd{"LargestUnsigned", "18446744073709551615"}, Odd{"AboveIt", "18446744073709551616"},
                    Odd{"RoundExponent", "1e19"}, Odd{"Tru", "tru"}, Odd{"Truth", "truth"}, Odd{"Nan", "NaN"},
                    Odd{"CutEscape", "\"\\"}, Odd{"UnknownEscape", "\"\\x\""}, Odd{"CutUnicode", "\"\\u12\""},
                    Odd{"UnicodeWithSign", "\"\\u+123\""}, Odd{"UnicodeInCapitals", "\"\\uABCD\""},
                    Odd{"LowSurrogate", "\"\\udc00\""}, Odd{"HighSurrogate", "\"\\ud800\""},
                    Odd{"HighSurrogateAndText", "\"\\ud800abcdef\""}, Odd{"TwoHighSurrogates", "\"\\ud800\\ud800\""},
                    Odd{"Pair", "\"\\ud83d\\ude00\""}, Odd{"Nul", "\"a\\u0000b\""}, Odd{"MarkInside", "\"a\\u0001b\""},
                    Odd{"Mark", "\"\\u0001\""}, Odd{"MarkAsName", "{\"\\u0001\":1}"}, Odd{"RawMark", "\"\x01\""},
                    Odd{"Tab", "\"\t\""}, Odd{"Delete", "\"\x7f\""}, Odd{"TwoBytes", "\"\xC3\xA4\""},
                    Odd{"Overlong", "\"\xC0\x80\""}, Odd{"OverlongOfThree", "\"\xE0\x80\x80\""},
                    Odd{"OverlongOfFour", "\"\xF0\x80\x80\x80\""}, Odd{"SurrogateInUtf8", "\"\xED\xA0\x80\""},
                    Odd{"AboveUnicode", "\"\xF4\x90\x80\x80\""}, Odd{"LastOfUnicode", "\"\xF4\x8F\xBF\xBF\""},
                    Odd{"CutCharacter", "\"\xE2\x82\""}, Odd{"LoneTrail", "\"\x80\""}, Odd{"CommaFirst", "[,]"},
                    Odd{"CommaLast", "[1,]"}, Odd{"CommaLastInObject", "{\"a\":1,}"}, Odd{"CommaAlone", "{,}"},
                    Odd{"TwoCommas", "[1,,2]"}, Odd{"NoComma", "[1 2]"}, Odd{"NoColon", "{\"a\" 1}"},
                    Odd{"NoValue", "{\"a\":}"}, Odd{"NameWithoutQuotes", "{a:1}"}, Odd{"WrongBracket", "[1}"},
                    Odd{"EmptyName", "{\"\":1,\"a\":2}"}, Odd{"EmptyNameTwice", "{\"\":1,\"\":2}"},
                    Odd{"TwiceAndBroken", "{\"a\":1,\"a\":2"}, Odd{"TwiceInside", "[{\"a\":1,\"a\":2}]"},
                    Odd{"Slash", "/"}, Odd{"OpenComment", "/* "}, Odd{"CommentInside", "[1/* */,2]"},
                    Odd{"HalfOpenComment", "/*/ 1"}, Odd{"LineComment", "// x\n1"}, Odd{"CommentLast", "1 // x"},
                    Odd{"VerticalTab", "\v1"}, Odd{"FormFeed", "[\f1]"}, Odd{"NoBreakSpace", "\xC2\xA0 1"},
                    Odd{"LongString", "\"" + std::string(100, 'x') + "\""},
                    Odd{"LongBlank", std::string(100, ' ') + "1"},
                    Odd{"EscapeFarInside", "\"" + std::string(40, 'x') + "\\n" + std::string(40, 'y') + "\""},
                    Odd{"ControlFarInside", "\"" + std::string(40, 'x') + "\n" + std::string(40, 'y') + "\""},
                    Odd{"LongNumber", "1." + std::string(62, '1')}, Odd{"TooLongNumber", "1." + std::string(63, '1')},
                    Odd{"Depth64", std::string(62, '[') + "1" + std::string(62, ']')},
                    Odd{"Depth65", std::string(65, '[') + "1" + std::string(65, ']')}),
    CaseName());

/// Changes a text as chance will have it: bytes that JSON gives a meaning, pieces taken out, doubled, moved, the end
/// cut off.
class Chance {
  public:
    explicit Chance(unsigned seed) : random_(seed) {}

    std::string change(std::string text) {
        for (std::size_t times = 1 + pick(3); times > 0 && !text.empty(); --times) change_once(text);
        return text;
    }

  private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    void change_once(std::string& text) {
        static constexpr std::array<std::string_view, 28> pieces = {
            "{",    "}",    "[",       "]",       ",",       ":",        "\"",
            "\\",   " ",    "\n",      "0",       "-",       ".",        "e9",
            "true", "null", "/",       "/*",      "//",      "\\u0001",  "\x80",
            "\xC3", "\x01", "\\ud83d", "\\ude00", "\\u00e4", "\"a\":1,", "9999999999999999999999"};
        const std::size_t at = pick(text.size());
        const std::size_t length = pick(std::min<std::size_t>(40, text.size() - at) + 1);
        switch (pick(6)) {
            case 0:
                text[at] = static_cast<char>(pick(256));
                break;
            case 1:
                text.insert(at, pieces[pick(pieces.size())]);
                break;
            case 2:
                text.erase(at, length);
                break;
            case 3:
                text.insert(at, text.substr(at, length));
                break;
            case 4:
                text.insert(pick(text.size()), text.substr(at, length));
                break;
            default:
                text.resize(at);
        }
    }

    std::minstd_rand random_;
};

TEST(JsonParser, ReadsOrRefusesWhatChanceMakesOfARecordAsBoostDoes) {
    constexpr std::string_view kinds =
        R"({"resourceType":"Observation","id":"o","status":"final","code":{"coding":)"
        R"([{"system":"http://loinc.org","code":"62292-8","display":"\u00e4 \"x\" ä"}]},)"
        R"( "valueQuantity" : {"value":18.50,"unit":"ng\/mL"}, "n":[1,-2,3e1,true,null],)"
        R"("component":[{"a":1,"b":{}},[],"",{"long name of a member":"and its text"}]})";
    std::vector<std::string> texts = texts_of("deploy/samples", 4);
    for (std::string& text : texts) text.resize(std::min<std::size_t>(text.size(), 600));
    texts.emplace_back(kinds);
    Chance chance(20261129);
    constexpr int rounds = 4000;
    std::size_t refused = 0;
    for (int round = 0; round < rounds; ++round) {
        const bool is_whole = round % 4 != 0;  // the others are cut off, and refused before their end
        const std::string text =
            chance.change(is_whole ? texts.back() : texts[static_cast<std::size_t>(round / 4) % 4]);
        for (const JsonDialect dialect : {JsonDialect::strict, JsonDialect::with_comments}) {
            ASSERT_NO_FATAL_FAILURE(expect_agreement(text, dialect));
            ASSERT_NO_FATAL_FAILURE(
                expect_agreement(text, dialect, {.depth = 3, .values = 12, .number_characters = 5}));
            ASSERT_NO_FATAL_FAILURE(expect_exact_place(text, dialect));
        }
        if (!parse_json(text)) ++refused;
    }
    EXPECT_GT(refused, 1000U);
    EXPECT_LT(refused, 3900U) << "some texts must be read to their end";
}

// Boost 1.81 takes the last star of "/***/" for one inside.
TEST(JsonParser, EndsACommentAtTheFirstStarAndSlash) {
    for (const std::string_view text : {"[/***/1]", "[/****/1]", "[/*/*/1]", "[/**/1/* * / */]"}) {
        const auto read = parse_json(text, {}, JsonDialect::with_comments);
        EXPECT_TRUE(read && print_json(*read) == "[1]") << text;
    }
}

TEST(JsonParser, RefusesAMemberNameThatStandsTwiceHoweverMany) {
    for (const int count : {2, 3, 23, 24, 25, 26, 100}) {
        for (const int first : {0, (count - 1) / 2, count - 2}) {
            std::string text = "{";
            std::size_t place = 0;
            for (int i = 0; i < count; ++i) {
                place = text.size() + 1;
                text += "\"k" + std::to_string(i == count - 1 ? first : i) + "\":0,";
            }
            text.back() = '}';
            const auto read = parse_json(text);
            ASSERT_TRUE(read.has_error()) << text;
            EXPECT_EQ(read.error().code, JsonErrorCode::duplicate_key);
            EXPECT_EQ(read.error().offset, place) << "the later one";
        }
    }
    EXPECT_EQ(parse_json(R"({"b":1,"\u0062":2})").error().offset, 8U) << "behind the quote of the later one";
}

}  // namespace
}  // namespace fhir
