// What an error of the clinical linter does to a load, and what an approval names.
#include "service/deployment/load_pack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace service {
namespace {

bool has(const LoadedPack& loaded, const std::string& code, rules::Severity severity) {
    return std::ranges::any_of(loaded.findings, [&](const rules::Diagnostic& finding) {
        return finding.code == code && finding.severity == severity;
    });
}

/// A copy of the good pack in which a spelling of a unit means another amount: the linter's error `unit-scale`.
class LintedPack : public testing::Test {
  protected:
    void SetUp() override {
        folder = std::filesystem::path(testing::TempDir()) /
                 (std::string("load_pack_") + testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        std::filesystem::copy("tests/rules/packs/good", folder / "pack", std::filesystem::copy_options::recursive);
        replace("analytes/vitamin-d.json", "\"ug/L\"", "\"mg/L\"");
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    void replace(const std::string& file, const std::string& from, const std::string& to) const {
        std::ifstream stream(folder / "pack" / file);
        std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
        std::ofstream(folder / "pack" / file) << text;
    }
    LoadedPack loaded(const CheckAtLoad& check) const { return load_pack(folder / "pack", {}, check); }

    std::filesystem::path folder;
};

TEST_F(LintedPack, IsNotLoadedForPatients) {
    const LoadedPack pack = loaded({});
    EXPECT_EQ(pack.program, nullptr);
    EXPECT_TRUE(has(pack, "unit-scale", rules::Severity::error));
}

TEST_F(LintedPack, IsLoadedWithAWarningWhereItsErrorIsWaived) {
    const LoadedPack pack = loaded({true, {"unit-scale"}, {}});
    EXPECT_NE(pack.program, nullptr);
    EXPECT_TRUE(has(pack, "unit-scale", rules::Severity::warning));
    EXPECT_EQ(pack.waived, std::vector<std::string>{"unit-scale"});
}

TEST_F(LintedPack, IsNotLoadedForAnErrorThatNobodyWaived) {
    EXPECT_EQ(loaded({true, {"summary-too-long"}, {}}).program, nullptr);
}

TEST_F(LintedPack, IsLoadedWithAWarningInDevelopment) {
    const LoadedPack pack = loaded({false, {}, {}});
    EXPECT_NE(pack.program, nullptr);
    EXPECT_TRUE(has(pack, "unit-scale", rules::Severity::warning));
    EXPECT_TRUE(pack.waived.empty());
}

TEST_F(LintedPack, IsLoadedAsItStandsByWhoeverAsksNoLinter) {
    EXPECT_NE(load_pack(folder / "pack", {}).program, nullptr);
}

TEST(ApprovalDigest, LeavesOutTheApprovalAndWhatIsNoSetting) {
    const std::string bare = approval_digest("sha256:1", R"({ "off": ["a"] })");
    EXPECT_EQ(approval_digest("sha256:1", R"({ // by the chair
        "off": ["a"], "approval": { "by": "the chair", "date": "2027-01-15" } })"),
              bare);
    EXPECT_NE(approval_digest("sha256:1", R"({ "off": ["b"] })"), bare);
    EXPECT_NE(approval_digest("sha256:2", R"({ "off": ["a"] })"), bare);
}

class ApprovedPack : public LintedPack {
  protected:
    /// The good pack with a site file whose approval names `digest`.
    LoadedPack approved(const std::string& digest) const {
        const std::filesystem::path site = folder / "site.json";
        std::ofstream(site) << R"({ "off": ["vitamin-d-low"], "approval": { "by": "the chair", "date": "2027-01-15")"
                            << (digest.empty() ? "" : ", \"digest\": \"" + digest + "\"") << " } }";
        return load_pack(folder / "pack", site);
    }
};

TEST_F(ApprovedPack, IsApprovedByWhoNamesItsDigest) {
    const LoadedPack pack = approved("");
    ASSERT_NE(pack.program, nullptr);
    EXPECT_FALSE(pack.program->site().approval);
    ASSERT_TRUE(has(pack, "approval-digest", rules::Severity::warning));
    const std::string digest = approval_digest(pack.digests.pack, R"({ "off": ["vitamin-d-low"] })");
    EXPECT_NE(pack.findings.back().mend.find(digest), std::string::npos) << pack.findings.back().mend;
    const LoadedPack named = approved(digest);
    ASSERT_NE(named.program, nullptr);
    EXPECT_TRUE(named.program->site().approval);
    EXPECT_TRUE(named.findings.empty());
}

TEST_F(ApprovedPack, IsNoLongerApprovedOnceALimitHasChanged) {
    const std::string digest = approval_digest(approved("").digests.pack, R"({ "off": ["vitamin-d-low"] })");
    replace("analytes/vitamin-d.json", "\"ng/mL\": 12, \"nmol/L\": 30 } }", "\"ng/mL\": 13, \"nmol/L\": 32 } }");
    const LoadedPack changed = approved(digest);
    ASSERT_NE(changed.program, nullptr);
    EXPECT_FALSE(changed.program->site().approval);
    EXPECT_TRUE(has(changed, "approval-digest", rules::Severity::warning));
}

}  // namespace
}  // namespace service
