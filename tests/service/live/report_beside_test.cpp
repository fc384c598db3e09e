#include "service/live/report_beside.hpp"

#include "fhir/json_text.hpp"
#include "rules/page/page_text.hpp"
#include "service/live/report_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace service {
namespace {

using testing::HasSubstr;
using testing::Not;

TallyLine line(const char* kind, const char* rule, const std::string& key, std::uint64_t count,
               const char* digest = "sha256:live") {
    return {20'465, digest, "view", "General Hospital", rule, kind, key, count};
}

VersionsBeside beside(const std::vector<TallyLine>& lines) {
    VersionsBeside made;
    for (const TallyLine& one : lines) made.take(one);
    return made;
}

const std::vector<TallyLine> shadowed = {line("shadow", "", "compared sha256:next pack 1.1.0", 900),
                                         line("shadow", "", "compared sha256:next pack 1.1.0", 100),
                                         line("shadow", "", "skipped sha256:next pack 1.1.0", 40),
                                         line("shadow", "b12-low", "same sha256:next", 200),
                                         line("shadow", "b12-low", "only-shadow sha256:next", 12),
                                         line("shadow", "b12-low", "unknown-live sha256:next", 3)};

TEST(ReportBeside, AddsUpWhatAShadowMadeOfEachRule) {
    const VersionsBeside made = beside(shadowed);
    ASSERT_EQ(made.shadows.size(), 1U);
    EXPECT_EQ(
        fhir::print_json(json_of(made.shadows)),
        R"([{"beside":"sha256:live","pack":"pack","version":"1.1.0","digest":"sha256:next",)"
        R"("calls":{"compared":1000,"skipped":40,"failed":0},)"
        R"("rules":{"b12-low":{"same":200,"changed":0,"onlyLive":0,"onlyShadow":12,"unknownLive":3,"unknown":0}}}])");
}

TEST(ReportBeside, KeepsApartWhatAShadowWasHeldAgainst) {
    const VersionsBeside made = beside({line("shadow", "", "compared sha256:next pack 1.1.0", 9),
                                        line("shadow", "", "compared sha256:next pack 1.1.0", 4, "sha256:canary"),
                                        line("shadow", "", "compared sha256:other pack 1.2.0", 2)});
    EXPECT_EQ(made.shadows.size(), 3U);
}

const std::vector<TallyLine> tried = {
    line("canary", "", "live sha256:next", 9'000), line("canary", "", "canary sha256:next", 1'000, "sha256:next"),
    line("canary", "", "without-user sha256:next", 50), line("canary", "b12-low", "live sha256:next", 450),
    line("canary", "b12-low", "canary sha256:next", 100, "sha256:next")};

TEST(ReportBeside, SetsACanaryBesideThePackOfTheSameTime) {
    EXPECT_EQ(fhir::print_json(json_of(beside(tried).canaries)),
              R"([{"digest":"sha256:next","calls":{"live":9000,"canary":1000,"withoutUser":50},)"
              R"("cards":{"b12-low":{"live":450,"canary":100}}}])");
}

std::string text_of(const std::vector<TallyLine>& lines) {
    rules::Page page;
    page.sections = sections_of(beside(lines), {{"sha256:live", "pack 1.0.0"}, {"sha256:next", "pack 1.1.0"}});
    return rules::page_text(page);
}

// In what is shared a count below 11 is not told, and rates come from rounded counts.
TEST(ReportBeside, RoundsWhatIsShared) {
    const std::string text = text_of(shadowed) + text_of(tried);
    EXPECT_THAT(text, HasSubstr("Shadow: pack 1.1.0 (sha256:next) beside pack 1.0.0 (sha256:live)"));
    EXPECT_THAT(text, HasSubstr("Canary: pack 1.1.0 (sha256:next)"));
    EXPECT_THAT(text, HasSubstr("<11"));
    EXPECT_THAT(text, Not(HasSubstr(" 12 ")));
    EXPECT_THAT(text, HasSubstr("100"));  // 100 cards in 1,000 calls
    EXPECT_THAT(text, HasSubstr("50"));   // 450 cards in 9,000 calls
}

TEST(ReportBeside, SaysNothingWhereThereWasNothing) {
    EXPECT_TRUE(sections_of(beside({line("call", "", "pack 1.0.0", 9)}), {}).empty());
}

}  // namespace
}  // namespace service
