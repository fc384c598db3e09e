#include "service/deployment/pack_versions.hpp"

#include "rules/text/diagnostic.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace service {
namespace {

constexpr fhir::Date today{.year = 2026, .month = 2, .day = 1};
const std::filesystem::path good = "tests/rules/packs/good";

class PackVersions : public testing::Test {
  protected:
    /// A copy of the good pack, with `from` in `file` replaced by `to`.
    std::filesystem::path changed(const std::string& file, const std::string& from, const std::string& to) {
        const auto pack = folder_.path() / ("pack" + std::to_string(++copies_));
        std::filesystem::copy(good, pack, std::filesystem::copy_options::recursive);
        std::ifstream stream(pack / file);
        std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        stream.close();
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        if (at != std::string::npos) text.replace(at, from.size(), to);
        std::ofstream(pack / file) << text;
        return pack;
    }

    std::filesystem::path site(const std::string& text) {
        const auto file = folder_.path() / ("site" + std::to_string(++copies_) + ".json");
        std::ofstream(file) << text;
        return file;
    }

    LoadedPack beside(const std::filesystem::path& pack, const std::filesystem::path& with = {},
                      bool is_canary = true) {
        source_.path = good;
        if (is_canary) source_.canary = CanarySource{{pack, with}, {10, "salt"}};
        if (!is_canary) source_.shadow = VersionSource{pack, with};
        return load_versions(config_, source_, today);
    }

    static const rules::Diagnostic* find(const LoadedPack& version, const std::string& code) {
        const auto found = std::ranges::find(version.findings, code, &rules::Diagnostic::code);
        return found == version.findings.end() ? nullptr : &*found;
    }

    TemporaryFolder folder_;
    int copies_ = 0;
    Config config_;
    PackSource source_;
};

TEST_F(PackVersions, AreLoadedUnderThePacksSiteFileUnlessTheyHaveTheirOwn) {
    source_.site = site(R"({"pack": "back-pain-sample"})");
    const auto next = changed("pack.json", R"("version": "0.9.0")", R"("version": "0.9.1")");
    const LoadedPack pack = beside(next);
    ASSERT_TRUE(is_whole(pack));
    EXPECT_EQ(pack.canary->program->pack().identity.version, "0.9.1");
    EXPECT_EQ(pack.canary->digests.site, pack.digests.site);
    EXPECT_EQ(pack.canary_share.percent, 10U);
    const LoadedPack other = beside(next, site(R"({"pack": "back-pain-sample", "off": []})"));
    EXPECT_NE(other.canary->digests.site, pack.digests.site);
}

TEST_F(PackVersions, RefuseACanaryWithOtherServices) {
    const LoadedPack pack = beside(changed("pack.json", R"("id": "sample-order-sign")", R"("id": "orders")"));
    EXPECT_FALSE(is_whole(pack));
    ASSERT_NE(find(*pack.canary, "other-services"), nullptr);
    EXPECT_NE(find(*pack.canary, "other-services")->message.find("sample-order-sign"), std::string::npos);
}

TEST_F(PackVersions, SayWhatAShadowWithOtherServicesDoesNotLookAt) {
    const LoadedPack pack =
        beside(changed("pack.json", R"("id": "sample-order-sign")", R"("id": "orders")"), {}, false);
    ASSERT_TRUE(is_whole(pack));
    ASSERT_NE(find(*pack.shadow, "other-services"), nullptr);
    EXPECT_EQ(find(*pack.shadow, "other-services")->severity, rules::Severity::warning);
}

TEST_F(PackVersions, SayWhereNobodyCouldTellThemApart) {
    EXPECT_NE(find(*beside(good).canary, "same-content"), nullptr);
    const auto same_number = changed("pack.json", "Sample Hospital", "Another Hospital");
    EXPECT_NE(find(*beside(same_number).canary, "version-reused"), nullptr);
}

/// A local code of the site's, which the pack's own query does not name.
constexpr const char* local_code = R"({"pack": "back-pain-sample", "codes": {"analytes": {"vitamin-d":
    [{"system": "urn:oid:1.2.3", "code": "VITD", "property": "any", "kind": "total"}]}}})";

TEST_F(PackVersions, AskForWhatACanaryNeedsAndNotForWhatAShadowDoes) {
    const auto query_of = [](const std::vector<rules::PrefetchTemplate>& templates) {
        return std::ranges::find(templates, "vitaminD", &rules::PrefetchTemplate::key)->query;
    };
    const LoadedPack shadowed = beside(good, site(local_code), false);
    ASSERT_TRUE(is_whole(shadowed));
    EXPECT_EQ(query_of(prefetch_of(shadowed, rules::Hook::patient_view)).find("VITD"), std::string::npos);
    ASSERT_NE(find(*shadowed.shadow, "shadow-prefetch"), nullptr);
    EXPECT_NE(find(*shadowed.shadow, "shadow-prefetch")->message.find("\"vitaminD\""), std::string::npos);
    const LoadedPack both = beside(good, site(local_code));
    ASSERT_TRUE(is_whole(both));
    EXPECT_NE(query_of(prefetch_of(both, rules::Hook::patient_view)).find("urn:oid:1.2.3|VITD"), std::string::npos);
}

TEST_F(PackVersions, LetALinterErrorKeepACanaryFromPatientsAndNoShadowFromThePool) {
    const auto faulty = changed("analytes/vitamin-d.json", "\"ug/L\"", "\"mg/L\"");
    EXPECT_TRUE(is_whole(beside(faulty, {}, false)));
    EXPECT_FALSE(is_whole(beside(faulty)));
    EXPECT_NE(find(*beside(faulty).canary, "unit-scale"), nullptr);
}

TEST_F(PackVersions, TakeNoCanaryThatNobodySignedWhereThePackMustBeSigned) {
    source_.trusted_keys = {"tests/nowhere.pem"};
    EXPECT_NE(find(*beside(good).canary, "untrusted"), nullptr);
}

}  // namespace
}  // namespace service
