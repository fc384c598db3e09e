#include "rules/program/words_reach.hpp"

#include "tests/case_name.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

constexpr const char* words_json = R"j({ "sets": { "cancer": { "label": "cancer", "stems": ["*cancer*"] } } })j";

/// The good pack with words behind %redFlags, and one text replaced.
Diagnostics compile_with_words(const char* file, const char* from, const char* to) {
    PackFiles files = edited_files(file, from, to);
    files["words.json"] = words_json;
    std::string& facts = files["facts.json"];
    const std::string red_flags = R"j("title": "Red flag", "conditions": "red-flags",)j";
    facts.replace(facts.find(red_flags), red_flags.size(), red_flags + R"j( "words": "cancer",)j");
    PackReading reading = read_pack(files);
    EXPECT_EQ(as_text(reading.findings, files), "");
    return compile(std::move(reading.pack)).findings;
}

struct Use {
    const char* name;
    const char *file, *from, *to;
};

class WordsThatSilence : public testing::TestWithParam<Use> {};

TEST_P(WordsThatSilence, AreTaken) {
    EXPECT_EQ(as_text(compile_with_words(GetParam().file, GetParam().from, GetParam().to), {}), "");
}

constexpr const char* suggest = "rules/vitamin-d-suggest.json";
constexpr const char* advised = R"j("when": ["%vitaminDTestAdvised"])j";

INSTANTIATE_TEST_SUITE_P(
    Uses, WordsThatSilence,
    testing::Values(
        Use{"InAGate", "pack.json", "red flags come first", "red flags go first"},
        Use{"InUnless", suggest, advised, R"j("when": ["%vitaminDTestAdvised"], "unless": ["%redFlags"])j"},
        Use{"InUnlessByExists", suggest, advised,
            R"j("when": ["%vitaminDTestAdvised"], "unless": ["%redFlags.exists() and %age >= 18"])j"},
        Use{"AgainstInWhen", suggest, advised, R"j("when": ["%vitaminDTestAdvised", "%redFlags.empty()"])j"},
        Use{"NoneInWhen", suggest, advised, R"j("when": ["%vitaminDTestAdvised", { "none": ["%redFlags"] }])j"},
        Use{"ByItsCodeInWhen", suggest, advised,
            R"j("when": ["%vitaminDTestAdvised", "%redFlags.where(words.empty())"])j"},
        Use{"ByItsCodeAmongOthers", suggest, advised,
            R"j("when": ["%vitaminDTestAdvised", "%redFlags.where(ageDays < 9 and words.empty()).exists()"])j"},
        Use{"InNoneOfAFact", "facts.json", R"j("none": ["%vitaminD.known",)j",
            R"j("none": ["%redFlags", "%vitaminD.known",)j"},
        Use{"OnACard", suggest, R"j("cautions": [)j", R"j("cautions": [{ "if": "%redFlags", "say": "Red flag." }, )j"}),
    CaseName());

class WordsThatWouldSpeak : public testing::TestWithParam<Use> {};

TEST_P(WordsThatWouldSpeak, AreRefused) {
    const Diagnostics findings = compile_with_words(GetParam().file, GetParam().from, GetParam().to);
    ASSERT_FALSE(findings.empty());
    for (const Diagnostic& finding : findings) {
        EXPECT_EQ(finding.code, "words-speak") << finding.message;
        EXPECT_EQ(finding.severity, Severity::error);
        EXPECT_TRUE(finding.place.file.starts_with("rules/")) << finding.place.file;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Uses, WordsThatWouldSpeak,
    testing::Values(
        Use{"InWhen", suggest, advised, R"j("when": ["%vitaminDTestAdvised", "%redFlags"])j"},
        Use{"InAnyOfWhen", suggest, advised,
            R"j("when": [{ "any": ["%vitaminDTestAdvised", "%redFlags.exists()"] }])j"},
        Use{"AgainstInUnless", suggest, advised,
            R"j("when": ["%vitaminDTestAdvised"], "unless": ["%redFlags.exists().not()"])j"},
        Use{"CountedInUnless", suggest, advised,
            R"j("when": ["%vitaminDTestAdvised"], "unless": ["%redFlags.count() = 0"])j"},
        Use{"NoneOfNone", suggest, advised, R"j("when": ["%vitaminDTestAdvised", { "none": ["%redFlags.empty()"] }])j"},
        Use{"ThroughAFact", "facts.json", R"j("any": ["%malabsorption",)j",
            R"j("any": ["%redFlags", "%malabsorption",)j"},
        Use{"AsReasonOfAnOffer", suggest, R"j("reason": "%vitaminDIndications")j",
            R"j("reason": "%vitaminDIndications | %redFlags")j"},
        Use{"InAVariant", suggest, R"j("evidence": {)j",
            R"j("variants": [{ "if": "%redFlags", "card": { "indicator": "warning" } }], "evidence": {)j"},
        Use{"InAVariantWithoutThem", suggest, R"j("evidence": {)j",
            R"j("variants": [{ "if": "%redFlags.empty()", "card": { "indicator": "warning" } }], "evidence": {)j"},
        Use{"WhereTheReplacedWouldAppear", suggest, advised,
            R"j("replaces": ["vitamin-d-low"], "when": ["%vitaminDTestAdvised"], "unless": ["%redFlags"])j"}),
    CaseName());

}  // namespace
}  // namespace rules
