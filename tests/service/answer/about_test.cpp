#include "service/answer/about.hpp"

#include "rules/explain/about_rule.hpp"
#include "service/deployment/load_pack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace service {
namespace {

const LoadedPack& shipped() {
    static const LoadedPack pack = load_pack("rules/packs/back-pain-labs", {});
    return pack;
}

bool holds(const std::string& page, std::string_view text) {
    return page.find(text) != std::string::npos;
}

TEST(AboutAddress, HasTheDigestWithoutItsNameAndTheRule) {
    EXPECT_EQ(about_address("https://cds.example.org/about", "sha256:ab", "vitamin-d-low"),
              "https://cds.example.org/about/ab/vitamin-d-low");
}

TEST(AboutAddress, IsNoneWithoutAnEncryptedBase) {
    EXPECT_EQ(about_address("", "sha256:ab", "vitamin-d-low"), "");
    EXPECT_EQ(about_address("http://cds.example.org/about", "sha256:ab", "vitamin-d-low"), "");
}

// FDA guidance on clinical decision support software (January 2026), criterion 4: the basis can be reviewed.
TEST(AboutPage, HasWhatAClinicianNeedsToReviewTheBasis) {
    ASSERT_TRUE(shipped().program);
    const auto page = about_page(*shipped().program, shipped().digests, "vitamin-d-deficient");
    ASSERT_TRUE(page);
    for (const char* part :
         {"For licensed clinicians", "Not for patients, not for emergencies", "When this card comes", "for whom not",
          "ng/mL: at risk of deficiency below 12, low from 12, adequate from 20", "365 days", "https://www.nap.edu/",
          "Who disagrees", "ES 2024", "never considered", "Known limits", "3.0.0", "Not approved by a clinical owner.",
          shipped().digests.cards.c_str()}) {
        EXPECT_TRUE(holds(*page, part)) << part;
    }
}

TEST(AboutPage, IsThereForEveryRuleAndReadsWithoutAScript) {
    ASSERT_TRUE(shipped().program);
    for (const std::string& rule : rules::rules_with_pages(*shipped().program)) {
        const auto page = about_page(*shipped().program, shipped().digests, rule);
        ASSERT_TRUE(page) << rule;
        EXPECT_TRUE(holds(*page, "<meta name=\"viewport\"")) << rule;
        EXPECT_TRUE(holds(*page, "When this card comes")) << rule;
        EXPECT_FALSE(holds(*page, "<script")) << rule;
        EXPECT_FALSE(holds(*page, "{{")) << rule;
        EXPECT_FALSE(holds(*page, "|anemia]")) << rule;
    }
}

TEST(AboutPage, SaysWhatTheLaboratoryNotTheCardIsFor) {
    ASSERT_TRUE(shipped().program);
    const auto page = about_page(*shipped().program, shipped().digests, "vitamin-d-toxic");
    ASSERT_TRUE(page);
    EXPECT_TRUE(holds(*page, "the laboratory&#39;s call, not this card, is the alarm of record") ||
                holds(*page, "the laboratory's call, not this card, is the alarm of record"));
}

TEST(AboutPage, IsNoneOfARuleThatThePackDoesNotHave) {
    ASSERT_TRUE(shipped().program);
    EXPECT_FALSE(about_page(*shipped().program, shipped().digests, "vitamin-x"));
}

}  // namespace
}  // namespace service
