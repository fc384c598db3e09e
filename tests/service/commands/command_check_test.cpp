#include "fhir/json_text.hpp"
#include "service/commands/cli.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace service {
namespace {

constexpr const char* good_pack = "tests/rules/packs/good";

struct Ended {
    ExitCode code;
    std::string out, err;
};

Ended run(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out, err;
    const ExitCode code = run_command_line(std::move(arguments), {in, out, err});
    return {code, out.str(), err.str()};
}

/// A copy of the good pack that a test may spoil.
class SpoiltPack : public testing::Test {
  protected:
    void SetUp() override {
        folder =
            std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
        std::filesystem::remove_all(folder);
        std::filesystem::copy(good_pack, folder, std::filesystem::copy_options::recursive);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    void write(const std::string& file, const std::string& text) const { std::ofstream(folder / file) << text; }

    std::filesystem::path folder;
};

TEST(CommandCheck, SaysNoMoreOfAGoodPackThanWhatAnApprovalNames) {
    const Ended ended = run({"check", good_pack, "--at", "2026-03-02"});
    EXPECT_TRUE(ended.out.starts_with("tests/rules/packs/good: 0 errors, 0 warnings\ndigest of the pack:     sha256:"))
        << ended.out;
}

TEST(CommandCheck, PrintsNamesThatFindDrugsWhenAsked) {
    const Ended ended = run({"check", good_pack, "--at", "2026-03-02", "--names"});
    EXPECT_NE(ended.out.find("name \"prednisone\": systemic-steroids\n"), std::string::npos) << ended.out;
}

TEST(CommandCheck, PrintsTheReviewedCodesOfAPackAsItStands) {
    const Ended ended = run({"check", good_pack, "--reviewed-codes"});
    std::ifstream file(std::string(good_pack) + "/reviewed-codes.json");
    EXPECT_EQ(ended.out, std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(CommandCheck, IsFineWithAGoodPackAndPrintsItsPrefetchWhenAsked) {
    const Ended ended = run({"check", good_pack, "--at", "2026-03-02", "--prefetch"});
    EXPECT_EQ(ended.code, ExitCode::fine) << ended.out << ended.err;
    EXPECT_NE(ended.out.find("prefetch patient-view conditions: Condition?patient={{context.patientId}}"),
              std::string::npos)
        << ended.out;
    EXPECT_NE(ended.out.find("0 errors, 0 warnings"), std::string::npos);
}

TEST(CommandCheck, DoesNotHoldWithAReviewOverdueOnlyWhenStrict) {
    EXPECT_EQ(run({"check", good_pack, "--at", "2030-01-01"}).code, ExitCode::fine);
    const Ended strict = run({"check", good_pack, "--at", "2030-01-01", "--strict"});
    EXPECT_EQ(strict.code, ExitCode::does_not_hold);
    EXPECT_NE(strict.out.find("tests/rules/packs/good/pack.json:10:21: warning: The next review was due on 2027-01-15. "
                              "[review-overdue]"),
              std::string::npos)
        << strict.out;
}

TEST(CommandCheck, CannotReadAPackThatIsNotThere) {
    EXPECT_EQ(run({"check", "tests/rules/packs/none"}).code, ExitCode::bad_input);
}

TEST(CommandCheck, TakesJsonForMachines) {
    const Ended ended = run({"check", good_pack, "--at", "2030-01-01", "--format", "json"});
    const auto tree = fhir::parse_json(ended.out);
    ASSERT_TRUE(tree.has_value()) << ended.out;
    const boost::json::object& pack = tree->at(0).get_object();
    EXPECT_EQ(pack.at("findings").at(0).at("code").as_string(), "review-overdue");
    EXPECT_TRUE(pack.at("prefetch").at("patient-view").as_object().contains("conditions"));
}

TEST(CommandCheck, RefusesADateThatIsNone) {
    EXPECT_EQ(run({"check", good_pack, "--at", "soon"}).code, ExitCode::usage);
}

TEST_F(SpoiltPack, IsFoundByFileLineAndColumn) {
    write("facts.json", "{ \"backPain\": { \"title\": \"Back pain\", \"conditions\": \"back-pein\" } }");
    const Ended ended = run({"check", folder.string(), "--at", "2026-03-02"});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_NE(ended.out.find("/facts.json:1:53: error: There is no value set \"back-pein\". [unknown-value-set]\n"),
              std::string::npos)
        << ended.out;
}

TEST_F(SpoiltPack, IsMissedByThePathAsItWasGiven) {
    std::filesystem::remove(folder / "pack.json");
    const Ended ended = run({"check", folder.string()});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_TRUE(ended.out.starts_with((folder / "pack.json").generic_string() + ": error: The pack has no pack.json."))
        << ended.out;
}

TEST_F(SpoiltPack, NamesACircleOfFactsAndNothingElse) {
    std::ifstream stream(folder / "facts.json");
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const std::string fact = "\"conditions\": \"malabsorption\"";
    text.replace(text.find(fact), fact.size(), "\"any\": [\"%vitaminDIndications\"]");
    write("facts.json", text);
    const Ended ended = run({"check", folder.string(), "--at", "2026-03-02"});
    EXPECT_NE(ended.out.find("[cycle]"), std::string::npos) << ended.out;
    EXPECT_NE(ended.out.find(": 1 errors, "), std::string::npos) << ended.out;
}

TEST_F(SpoiltPack, FailsItsSiteFileByThatFilesName) {
    const std::filesystem::path site = folder / "site.jsonc";
    std::ofstream(site) << "{ \"off\": [\"vitamin-d-lo\"] }";
    const Ended ended = run({"check", good_pack, "--at", "2026-03-02", "--site", site.string()});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_NE(ended.out.find("site.jsonc:1:11: error: The pack has no rule \"vitamin-d-lo\". [unknown-rule]"),
              std::string::npos)
        << ended.out;
}

// The same as load_pack: what is fine here is served there.
TEST_F(SpoiltPack, FailsACodeOfTheSiteThatNoTemplateCanHold) {
    const std::filesystem::path site = folder / "site.jsonc";
    std::ofstream(site) << R"({"codes": {"analytes": {"vitamin-d":
        [{"system": "urn:oid:1.2.3", "code": "VIT D", "property": "any", "kind": "total"}]}}})";
    const Ended ended = run({"check", good_pack, "--at", "2026-03-02", "--site", site.string()});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_NE(ended.out.find("that clients would have to escape: ' '"), std::string::npos) << ended.out;
    EXPECT_NE(ended.out.find("[prefetch-template]"), std::string::npos) << ended.out;
}

TEST(CommandTest, IsFineWhereEveryStoryHolds) {
    const Ended ended = run({"test", good_pack});
    EXPECT_EQ(ended.code, ExitCode::fine) << ended.out << ended.err;
    EXPECT_NE(ended.out.find("3 examples, 0 failed"), std::string::npos);
    EXPECT_NE(ended.out.find("touched by stories: rules 3 of 3"), std::string::npos) << ended.out;
}

TEST_F(SpoiltPack, HasItsStoriesWrittenAsRequests) {
    const std::filesystem::path told = folder / "told.ndjson";
    EXPECT_EQ(run({"test", good_pack, "--export", told.string()}).code, ExitCode::fine);
    std::ifstream file(told);
    std::vector<boost::json::value> requests;
    for (std::string line; std::getline(file, line);) requests.push_back(boost::json::parse(line));
    ASSERT_EQ(requests.size(), 3U);  // three stories, each at one hook
    const boost::json::object& signing = requests[1].get_object();
    EXPECT_EQ(signing.at("hook"), "order-sign");
    EXPECT_TRUE(signing.at("prefetch").get_object().contains("conditions"));
    EXPECT_EQ(requests[1].at_pointer("/context/draftOrders/entry/0/resource/status"), "draft");
    const boost::json::value& of_story = signing.at("extension").at("org.backpain-cds");
    EXPECT_EQ(of_story.at("file"), "stories/others.json");
    EXPECT_EQ(of_story.at("at"), "2026-03-02T12:00:00Z");
    EXPECT_EQ(of_story.at("expected").at(0), "wrong-vitamin-d-test (warning), offers nothing");
    EXPECT_EQ(run({"test", good_pack, "--export", (folder / "none" / "told.ndjson").string()}).code,
              ExitCode::environment);
}

TEST_F(SpoiltPack, ListsTheStoriesThatASiteChanges) {
    const std::filesystem::path site = folder / "site.jsonc";
    std::ofstream(site) << "{ \"off\": [\"vitamin-d-suggest\"] }";
    const Ended ended = run({"test", good_pack, "--site", site.string()});
    EXPECT_EQ(ended.code, ExitCode::fine) << ended.out << ended.err;
    EXPECT_NE(ended.out.find("with this site: low back pain for exactly 84 days"), std::string::npos) << ended.out;
    EXPECT_NE(ended.out.find("3 examples, 0 failed, 0 known misses, 1 changed by the site"), std::string::npos);
}

TEST_F(SpoiltPack, IsNotTestedWithASiteFileThatHasErrors) {
    const std::filesystem::path site = folder / "site.jsonc";
    std::ofstream(site) << "{ \"off\": [\"vitamin-d-lo\"] }";
    const Ended ended = run({"test", good_pack, "--site", site.string()});
    EXPECT_EQ(ended.code, ExitCode::bad_input);
    EXPECT_NE(ended.err.find("site.jsonc:1:11: error: The pack has no rule \"vitamin-d-lo\"."), std::string::npos)
        << ended.err;
    EXPECT_EQ(run({"test", good_pack, "--site", "none.json"}).code, ExitCode::bad_input);
}

TEST_F(SpoiltPack, IsWarnedOfFilesThatAreNotRead) {
    for (const char* name : {"rules/a.JSON", "rules/b.jsonc", "rules/c.json.bak", "stories/d.json~", ".e.json",
                             "rules/.f.json.swp", "README.md", "REFERENCE.md", "stories/README.md"}) {
        write(name, "no pack");
    }
    std::filesystem::create_directory(folder / "rules" / "g.json");
    const Ended ended = run({"check", folder.string(), "--at", "2026-03-02"});
    EXPECT_EQ(ended.code, ExitCode::fine) << ended.out;
    EXPECT_NE(ended.out.find("0 errors, 5 warnings"), std::string::npos) << ended.out;
    EXPECT_NE(ended.out.find("/rules/a.JSON: warning: Nothing reads this file. [unread-file]\n"), std::string::npos)
        << ended.out;
    const Ended tested = run({"test", folder.string()});
    EXPECT_EQ(tested.code, ExitCode::fine);
    EXPECT_NE(tested.err.find("/stories/d.json~: warning: Nothing reads this file."), std::string::npos) << tested.err;
}

TEST_F(SpoiltPack, IsRefusedWithALinkThatLeadsNowhere) {
    std::filesystem::create_symlink("nowhere.json", folder / "rules" / "a.json");
    const Ended dangling = run({"check", folder.string(), "--at", "2026-03-02"});
    EXPECT_EQ(dangling.code, ExitCode::bad_input);
    EXPECT_NE(dangling.out.find("/rules/a.json: error: This link leads nowhere. [dangling-link]"), std::string::npos)
        << dangling.out;
}

// As a container platform mounts a configuration: the folders are links into a hidden one.
TEST_F(SpoiltPack, MayBeMadeOfLinks) {
    std::filesystem::rename(folder / "stories", folder / ".elsewhere");
    std::filesystem::create_directory_symlink(".elsewhere", folder / "stories");
    const Ended linked = run({"test", folder.string()});
    EXPECT_EQ(linked.code, ExitCode::fine);
    EXPECT_NE(linked.out.find("3 examples, 0 failed"), std::string::npos) << linked.out;
}

TEST_F(SpoiltPack, IsRefusedWithALinkToItself) {
    std::filesystem::create_directory_symlink(".", folder / "rules" / "again");
    const Ended ended = run({"check", folder.string(), "--at", "2026-03-02"});
    EXPECT_EQ(ended.code, ExitCode::bad_input);
    EXPECT_NE(ended.out.find("[dangling-link]"), std::string::npos) << ended.out;
}

TEST_F(SpoiltPack, IsNotTestedWithoutAStory) {
    std::filesystem::remove_all(folder / "stories");
    const Ended ended = run({"test", folder.string()});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_NE(ended.err.find("nothing was tested: "), std::string::npos) << ended.err;
}

TEST_F(SpoiltPack, FailsItsTestWithARuleThatNoStoryExpects) {
    std::filesystem::remove(folder / "stories" / "others.json");
    const Ended ended = run({"test", folder.string()});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_NE(ended.err.find("error: No story expects a card of \"vitamin-d-low\""), std::string::npos) << ended.err;
}

TEST(CommandTest, FailsForWhatNoStoryTouchesWhenAsked) {
    EXPECT_EQ(run({"test", good_pack}).code, ExitCode::fine);
    const Ended ended = run({"test", good_pack, "--require-coverage"});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_NE(ended.err.find("things: --missing lists them"), std::string::npos) << ended.err;
}

// A site's own story must hold with its settings: that it would hold without them excuses nothing.
TEST_F(SpoiltPack, IsTestedWithTheStoriesOfItsSite) {
    const std::filesystem::path site = folder / "site.jsonc";
    const std::string story = R"("stories": { "at": "2026-03-02", "stories": [{ "name": "ours",
        "patient": "female, born 1987-07-15", "record": ["low back pain since 2025-12-08", "coeliac disease since 2016"],
        "patient-view": "vitamin-d-suggest" }] } })";
    std::ofstream(site) << "{ " << story;
    const Ended holds = run({"test", good_pack, "--site", site.string()});
    EXPECT_EQ(holds.code, ExitCode::fine) << holds.out << holds.err;
    EXPECT_NE(holds.out.find("4 examples, 0 failed"), std::string::npos) << holds.out;
    std::ofstream(site) << R"({ "off": ["vitamin-d-suggest"], )" << story;
    const Ended fails = run({"test", good_pack, "--site", site.string()});
    EXPECT_EQ(fails.code, ExitCode::does_not_hold);
    EXPECT_NE(fails.out.find("site.jsonc:1:"), std::string::npos) << fails.out;
    EXPECT_NE(fails.out.find("failed: ours"), std::string::npos) << fails.out;
}

// Stories name no laboratory: what its bands do shows only when they are told as it would have reported them.
TEST_F(SpoiltPack, IsTestedAsALaboratoryOfTheSiteWouldReport) {
    const std::filesystem::path site = folder / "site.jsonc";
    std::ofstream(site) << R"({ "laboratories": [{ "name": "North", "reference": "Organization/north",
        "bands": { "vitamin-d": { "title": "North", "bands": { "total": [
          { "band": "low" }, { "band": "adequate", "from": { "ng/mL": 15, "nmol/L": 37.5 } }] } } } }] })";
    const Ended ended = run({"test", good_pack, "--site", site.string()});
    EXPECT_EQ(ended.code, ExitCode::fine) << ended.out << ended.err;
    EXPECT_NE(ended.out.find("with this site: a result between the lowest band and adequate, reported by North"),
              std::string::npos)
        << ended.out;
}

TEST(CommandTest, ListsWhatNoStoryTouches) {
    EXPECT_NE(run({"test", good_pack, "--missing"}).out.find("No story shows this variant of vitamin-d-low"),
              std::string::npos);
}

TEST_F(SpoiltPack, FailsAStoryAndWritesJUnit) {
    const std::filesystem::path stories = folder / "stories" / "vitamin-d.json";
    std::ifstream stream(stories);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    text.replace(text.find("2025-12-08"), 10, "2025-12-09");
    write("stories/vitamin-d.json", text);
    const std::filesystem::path junit = folder / "junit.xml";
    const Ended ended = run({"test", folder.string(), "--junit", junit.string()});
    EXPECT_EQ(ended.code, ExitCode::does_not_hold);
    EXPECT_NE(ended.out.find("Expected vitamin-d-suggest (info), offers 25-OH vitamin D; got no card."),
              std::string::npos)
        << ended.out;
    EXPECT_NE(ended.out.find((folder / "stories/vitamin-d.json").generic_string() + ":4:5: failed: low back pain"),
              std::string::npos)
        << ended.out;
    EXPECT_TRUE(std::filesystem::exists(junit));
}

TEST_F(SpoiltPack, CannotBeTestedWithAnUnreadableStory) {
    write("stories/vitamin-d.json", "{ \"at\": \"2026-03-02\", \"stories\": [ { } ] }");
    const Ended ended = run({"test", folder.string()});
    EXPECT_EQ(ended.code, ExitCode::bad_input);
    EXPECT_NE(ended.err.find("stories/vitamin-d.json:1:36: error: A story needs \"name\"."), std::string::npos)
        << ended.err;
}

}  // namespace
}  // namespace service
