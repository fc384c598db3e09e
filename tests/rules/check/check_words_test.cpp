#include "rules/check/check.hpp"
#include "rules/program/words_index.hpp"
#include "tests/case_name.hpp"
#include "tests/golden_file.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

constexpr const char* words_json = R"({
  "clauseEnds": ["and"],
  "void": [
    { "phrases": ["family history"], "earlierInSentence": true },
    { "phrases": ["risk of"], "inClause": true },
    { "phrases": ["no", "not"], "wordsBefore": 6, "except": ["not excluded"] }
  ],
  "history": [{ "phrases": ["history"], "wordsBefore": 6 }],
  "sets": {
    "cancer": { "label": "cancer", "stems": ["*cancer*", "fractur* + spine"], "takenOut": ["skin cancer*"], "notIn": ["malabsorption"] }
  }
})";

PackFiles files_with_words(const std::string& from = "", const std::string& to = "") {
    PackFiles files = sample_files();
    std::string words = words_json;
    const std::size_t at = words.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    words.replace(at, from.size(), to);
    files["words.json"] = words;
    std::string& facts = files["facts.json"];
    const std::string red_flags = R"("title": "Red flag", "conditions": "red-flags",)";
    facts.replace(facts.find(red_flags), red_flags.size(), red_flags + R"( "words": "cancer",)");
    return files;
}

TEST(CheckWords, FindsNothingWrongWithGoodOnes) {
    const PackReading reading = read_pack(files_with_words());
    EXPECT_EQ(as_text(reading.findings, reading.pack.files), "");
    EXPECT_EQ(as_text(check(reading.pack), reading.pack.files), "");
}

struct Fault {
    const char* name;
    const char *from, *to;
};

class FaultInWords : public testing::TestWithParam<Fault> {};

// Each golden file says what is wrong, where, and how to mend it.
TEST_P(FaultInWords, IsFoundWithPlaceAndRemedy) {
    const PackFiles files = files_with_words(GetParam().from, GetParam().to);
    PackReading reading = read_pack(files);
    Diagnostics findings = std::move(reading.findings);
    if (!has_errors(findings)) append(findings, check(reading.pack));
    EXPECT_FALSE(findings.empty());
    expect_golden(std::string("tests/rules/packs/findings/words-") + GetParam().name + ".txt",
                  as_text(findings, files));
}

INSTANTIATE_TEST_SUITE_P(
    Form, FaultInWords,
    testing::Values(Fault{"StarInside", "\"*cancer*\"", "\"can*cer\""}, Fault{"NoWord", "\"*cancer*\"", "\"*\""},
                    Fault{"NoStem", "[\"*cancer*\", \"fractur* + spine\"]", "[]"},
                    Fault{"NoPlace", ", \"earlierInSentence\": true", ""},
                    Fault{"Distance", "\"wordsBefore\": 6, \"except\"", "\"wordsBefore\": 60, \"except\""},
                    Fault{"UnknownMember", "\"takenOut\"", "\"takeOut\""},
                    Fault{"UnknownValueSet", "[\"malabsorption\"]", "[\"malabsorbtion\"]"},
                    Fault{"History", "\"label\": \"cancer\"", "\"label\": \"cancer\", \"history\": \"count\""}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(Sense, FaultInWords,
                         testing::Values(Fault{"ShortPart", "\"*cancer*\"", "\"*cancer*\", \"*ca*\""},
                                         Fault{"ShortWhole", "\"*cancer*\"", "\"*cancer*\", \"ca\""},
                                         Fault{"Twice", "\"*cancer*\"", "\"*cancer*\", \"*cancer*\""},
                                         Fault{"ItsOwnVoid", "\"*cancer*\"", "\"*cancer*\", \"risk of fracture\""},
                                         Fault{"TakenOut", "\"*cancer*\"", "\"*cancer*\", \"skin cancer\""},
                                         Fault{"CountsWhenDenied", "\"*cancer*\"", "\"*cancer*\", \"pain and cancer\""},
                                         Fault{"LongLabel", "\"label\": \"cancer\"",
                                               "\"label\": \"a cancer of whatever kind and origin\""}),
                         CaseName());

TEST(CheckWords, WarnsOfWordsThatNoFactLooksFor) {
    PackFiles files = sample_files();
    files["words.json"] = words_json;
    const PackReading reading = read_pack(files);
    const Diagnostics findings = check(reading.pack);
    ASSERT_EQ(findings.size(), 1U) << as_text(findings, files);
    EXPECT_EQ(findings[0].code, "unused-words");
}

TEST(CheckWords, HoldsTheStemsOfASiteAgainstThePacks) {
    const PackReading pack = read_pack(files_with_words());
    const SiteReading site = read_site(R"({ "words": { "cancer": { "stems": ["*ca*"], "without": ["*cancer*"] } } })",
                                       "site.json", pack.pack);
    EXPECT_EQ(as_text(site.findings, {}), "");
    const Diagnostics findings = check(pack.pack, site.site);
    ASSERT_EQ(findings.size(), 1U) << as_text(findings, {});
    EXPECT_EQ(one_line(findings[0]),
              "site.json:1:36: warning: \"*ca*\" stands in many words that mean something else. "
              "[short-stem]");
}

struct SiteFault {
    const char* name;
    const char *text, *finding;
};
class FaultInTheWordsOfASite : public testing::TestWithParam<SiteFault> {};

TEST_P(FaultInTheWordsOfASite, IsFound) {
    const PackReading pack = read_pack(files_with_words());
    const SiteReading site = read_site(GetParam().text, "site.json", pack.pack);
    ASSERT_EQ(site.findings.size(), 1U) << as_text(site.findings, {});
    EXPECT_EQ(one_line(site.findings[0]), GetParam().finding);
}

INSTANTIATE_TEST_SUITE_P(
    Words, FaultInTheWordsOfASite,
    testing::Values(
        SiteFault{"UnknownSet", R"({ "words": { "cancers": {} } })",
                  "site.json:1:25: error: The pack has no set of words \"cancers\". [unknown-set-of-words]"},
        SiteFault{"UnknownStem", R"({ "words": { "cancer": { "without": ["cancer*"] } } })",
                  "site.json:1:38: error: The pack has no stem \"cancer*\" in \"cancer\". [unknown-stem]"},
        SiteFault{"NoPhrase", R"({ "words": { "cancer": { "takenOut": ["c*r"] } } })",
                  "site.json:1:39: error: \"c*r\" is no phrase: a star stands at the beginning or at the "
                  "end. [word-pattern]"}),
    CaseName());

}  // namespace
}  // namespace rules
