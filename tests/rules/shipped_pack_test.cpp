// The shipped pack: sound for the linter, its stories hold, and its prefetch asks for what EHRs were told.
#include "rules/check/check.hpp"
#include "rules/pack/readers.hpp"
#include "rules/program/program.hpp"
#include "rules/stories/coverage.hpp"
#include "tests/golden_file.hpp"
#include "tests/rules/sample_pack.hpp"

namespace rules {
namespace {

class ShippedPack : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        const auto files = read_pack_directory("rules/packs/back-pain-labs");
        ASSERT_TRUE(files.has_value());
        reading = new PackReading(read_pack(*files));
    }
    static void TearDownTestSuite() {
        delete reading;
        reading = nullptr;
    }
    static const Pack& pack() { return reading->pack; }

    inline static PackReading* reading = nullptr;
};

TEST_F(ShippedPack, IsReadWithoutAFinding) {
    EXPECT_EQ(as_text(reading->findings, pack().files), "");
}

TEST_F(ShippedPack, HasNoClinicalFaultThatTheLinterKnows) {
    Diagnostics errors;
    for (const Diagnostic& finding : check(pack())) {
        if (finding.severity == Severity::error) errors.push_back(finding);
    }
    EXPECT_EQ(as_text(errors, pack().files), "");
}

TEST_F(ShippedPack, CompilesWithoutAFinding) {
    EXPECT_EQ(as_text(compile(pack()).findings, pack().files), "");
}

TEST_F(ShippedPack, HoldsItsStories) {
    const StoryReading stories = read_stories(pack());
    EXPECT_EQ(as_text(stories.findings, pack().files), "");
    const ExampleReport report = run_examples(pack(), stories.stories);
    EXPECT_TRUE(all_pass(report)) << text_report(report) << as_text(report.findings, pack().files);
}

// rules/README.md, "write a story".
TEST_F(ShippedPack, LooksForTheAnswerThatTheManualWrites) {
    const auto told = [](const std::string& answer) {
        const std::string text =
            R"({ "at": "2026-03-02", "stories": [{ "name": "x", "patient": "female, born 1987-07-15", "record": [)"
            R"("pregnancy status: )" +
            answer + R"( on 2026-02-01"], "patient-view": "no card" }] })";
        return read_stories(pack(), "s.json", text).findings;
    };
    EXPECT_EQ(as_text(told("pregnancy"), {}), "");
    const Diagnostics other = told("pregnant");
    ASSERT_EQ(other.size(), 1U);
    EXPECT_TRUE(other[0].mend.starts_with("Write \"pregnancy\".")) << other[0].mend;
}

// EHRs configure their prefetch after these queries: a change here is a change for every one of them.
TEST_F(ShippedPack, AsksForThePrefetchThatEhrsWereTold) {
    const Compilation compilation = compile(pack());
    ASSERT_TRUE(compilation.program) << as_text(compilation.findings, pack().files);
    std::string text;
    for (const auto& [word, hook] : hook_words) {
        text += std::string(word) + '\n';
        for (const PrefetchTemplate& prefetch : compilation.program->prefetch(hook)) {
            text += "  " + prefetch.key + (prefetch.required ? " (required): " : ": ") + prefetch.query + '\n';
        }
    }
    expect_golden("tests/rules/packs/shipped.prefetch.txt", text);
}

}  // namespace
}  // namespace rules
