#include "service/commands/cli.hpp"

#include "tests/case_name.hpp"
#include "tests/service/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace service {
namespace {

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

/// `evaluate` of a sample with further arguments.
std::vector<std::string> preview(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"evaluate",
                                          "--pack",
                                          "rules/packs/back-pain-labs",
                                          "--service",
                                          "back-pain-labs-patient-view",
                                          "--patient",
                                          "deploy/samples/ada-quill.json",
                                          "--at",
                                          "2026-03-02"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

struct WrongUsage {
    const char* name;
    std::vector<std::string> arguments;
};
class CommandLine : public testing::TestWithParam<WrongUsage> {};

// Exit codes: design of the interfaces, "Exit status".
TEST_P(CommandLine, RefusesWrongUsageWithTwo) {
    const Ended result = run(GetParam().arguments);
    EXPECT_EQ(result.code, ExitCode::usage);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err, "");
}

INSTANTIATE_TEST_SUITE_P(
    Usage, CommandLine,
    testing::Values(WrongUsage{"NoCommand", {}}, WrongUsage{"UnknownCommand", {"serv"}},
                    WrongUsage{"PlannedCommand", {"impact", "--from", "a"}}, WrongUsage{"MissingOption", {"serve"}},
                    WrongUsage{"UnknownExplanation", {"evaluate", "--pack", "p", "--service", "s", "--explain=all"}},
                    WrongUsage{"UnknownFormat", preview({"--format", "pdf"})},
                    WrongUsage{"ClientWithoutHtml", preview({"--client", "epic"})},
                    WrongUsage{"WidthWithoutHtml", preview({"--width", "384"})},
                    WrongUsage{"UnknownClient", preview({"--format", "html", "--client", "epik"})},
                    WrongUsage{"TooNarrow", preview({"--format", "html", "--width", "20"})},
                    WrongUsage{"PreviewOfReasons", preview({"--format", "html", "--explain"})},
                    WrongUsage{"UnknownOption", {"serve", "--config", "x", "--colour"}}),
    CaseName());

constexpr const char* shipped = "rules/packs/back-pain-labs";

struct Message {
    const char* name;
    std::vector<std::string> arguments;
    const char *says, *mend = "";
};
class Messages : public testing::TestWithParam<Message> {};

TEST_P(Messages, SayWhatIsWrongAndHowToMendIt) {
    const Ended result = run(GetParam().arguments);
    EXPECT_NE(result.code, ExitCode::fine);
    const std::string all = result.out + result.err;
    EXPECT_NE(all.find(GetParam().says), std::string::npos) << all;
    EXPECT_NE(all.find(GetParam().mend), std::string::npos) << all;
}

INSTANTIATE_TEST_SUITE_P(
    OfFiles, Messages,
    testing::Values(
        Message{"FolderInAPack",
                {"diff", "--from", shipped, "--to", "rules/packs/back-pain-labs/rules"},
                "This folder is no pack",
                "Give the folder above: rules/packs/back-pain-labs."},
        Message{"FolderWithoutAPack", {"check", "tests/rules/pack"}, "This folder is no pack", "with pack.json in it"},
        Message{"FileOfAPack",
                {"check", "rules/packs/back-pain-labs/pack.json"},
                "This is no sealed pack",
                "A PACK is a folder"},
        Message{"MissingSite", {"check", shipped, "--site", "nosuch.json"}, "it is not there", "Name a site file"},
        Message{"FolderAsSite", {"check", shipped, "--site", "rules"}, "it is a folder", "Name a site file"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    OfDays, Messages,
    testing::Values(
        Message{"Month",
                {"evaluate", "--pack", shipped, "--service", "back-pain-labs-patient-view", "--patient",
                 "deploy/samples/ada-quill.json", "--at", "2026-13-02"},
                "--at 2026-13-02: there is no month 13",
                "it takes a date"},
        Message{"Day", {"check", shipped, "--at", "2026-02-30"}, "2026-02 has no day 30", "it takes a date"},
        Message{"Survey", {"survey", "--pack", shipped, "--at", "yesterday", "-"}, "--at yesterday: it takes a date"},
        Message{"Impact", {"impact", "--from", shipped, "--at", "2026-03-02T25:00:00", "-"}, "is no time"},
        Message{"SinceOfNoMonth",
                {"impact", "--from", shipped, "--events", "encounters", "--since", "2025-00-01", "--until",
                 "2025-12-31", "-"},
                "--since 2025-00-01: there is no month 0"}),
    CaseName());

TEST(CommandLineHelp, GoesToStdoutAndIsFine) {
    const Ended result = run({"serve", "--help"});
    EXPECT_EQ(result.code, ExitCode::fine);
    EXPECT_NE(result.out.find("--config"), std::string::npos);
}

TEST(CommandWorkbench, RefusesATimeThatIsNone) {
    const Ended result = run({"workbench", "--pack", "b", "--at", "yesterday"});
    EXPECT_EQ(result.code, ExitCode::usage);
    EXPECT_NE(result.err.find("--at yesterday: it takes a date"), std::string::npos);
}

TEST(CommandPreview, ShowsTheCardsOfEachClientThatIsNamed) {
    const Ended result = run(preview({"--format", "html", "--client", "epic,oracle", "--width", "300"}));
    ASSERT_EQ(result.code, ExitCode::fine) << result.err;
    EXPECT_NE(result.out.find(">Epic</h2>"), std::string::npos);
    EXPECT_NE(result.out.find(">Oracle Health</h2>"), std::string::npos);
    EXPECT_EQ(result.out.find("Sandbox</h2>"), std::string::npos);
    EXPECT_NE(result.out.find("width:300px"), std::string::npos);
}

TEST(CommandAbout, WritesAPageForEveryRuleBelowTheDigest) {
    const TemporaryFolder folder;
    const Ended result = run({"about", "rules/packs/back-pain-labs", "-o", folder.path().string()});
    ASSERT_EQ(result.code, ExitCode::fine) << result.err;
    const std::filesystem::path written = result.out.substr(0, result.out.find('\n'));
    EXPECT_TRUE(std::filesystem::exists(written / "index.html"));
    EXPECT_TRUE(std::filesystem::exists(written / "vitamin-d-low" / "index.html"));
    EXPECT_TRUE(std::filesystem::exists(written / "data-unavailable" / "index.html"));
}

TEST(CommandAbout, SaysThatItCannotWrite) {
    EXPECT_EQ(run({"about", "rules/packs/back-pain-labs", "-o", "/dev/null/pages"}).code, ExitCode::environment);
}

TEST(CommandLineHelp, NamesTheTwoFormats) {
    const Ended result = run({"doctor", "--config", "x", "--format", "xml"});
    EXPECT_EQ(result.code, ExitCode::usage);
    EXPECT_NE(result.err.find("must be json or text"), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find('{'), std::string::npos) << result.err;
    EXPECT_EQ(run({"doctor", "--config", "x", "--format", "1"}).code, ExitCode::usage);
    EXPECT_EQ(run({"doctor", "--config", "x", "--format", "text"}).code, ExitCode::bad_input)
        << "there is no such file";
}

TEST(CommandServe, CannotServeAConfigurationThatDoesNotExist) {
    const Ended result = run({"serve", "--config", "does-not-exist.json"});
    EXPECT_EQ(result.code, ExitCode::bad_input);
    EXPECT_NE(
        result.err.find("does-not-exist.json: error: The configuration cannot be read: it is not there. [cannot-read]"),
        std::string::npos);
}

// ---- evaluate: the files of orders and patients

class CommandEvaluate : public testing::Test {
  protected:
    std::string file(const std::string& name, const std::string& text) const {
        const std::filesystem::path path = folder_.path() / name;
        std::ofstream(path) << text;
        return path.string();
    }

    static Ended evaluate(const std::string& service, std::vector<std::string> more) {
        std::vector<std::string> arguments = {
            "evaluate",       "--pack", "rules/packs/back-pain-labs", "--service", "back-pain-labs-" + service,
            "--print-request"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(std::move(arguments));
    }

    static std::string order(const std::string& id) {
        return R"({"resourceType":"ServiceRequest","id":")" + id + R"(","subject":{"reference":"Patient/p1"}})";
    }

    TemporaryFolder folder_;
    std::string patient_ = file("patient.json", R"({"resourceType":"Patient","id":"p1"})");
};

TEST_F(CommandEvaluate, TakesEveryOrderOfAFile) {
    const std::string bundle =
        R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" + order("c") + "}]}";
    const std::string orders = file("orders.ndjson", order("a") + "\n" + order("b") + "\n" + bundle + "\n");
    const Ended result = evaluate("order-select", {"--patient", patient_, "--orders", orders});
    ASSERT_EQ(result.code, ExitCode::fine) << result.err;
    EXPECT_NE(result.out.find(R"("selections":["ServiceRequest/a","ServiceRequest/b","ServiceRequest/c"])"),
              std::string::npos)
        << result.out;
}

TEST_F(CommandEvaluate, RefusesWhatIsNoResource) {
    const std::string mixed = file("mixed.ndjson", R"({"resourceType":"Patient","id":"p1"})"
                                                   "\n3\n");
    const Ended result = evaluate("patient-view", {"--patient", mixed});
    EXPECT_EQ(result.code, ExitCode::bad_input);
    EXPECT_NE(result.err.find("Value 2 of this file is no JSON object. [not-a-resource]"), std::string::npos)
        << result.err;
}

TEST_F(CommandEvaluate, RefusesOrdersForAHookThatHasNone) {
    const std::string orders = file("orders.json", order("a"));
    EXPECT_EQ(evaluate("patient-view", {"--patient", patient_, "--orders", orders}).code, ExitCode::usage);
    EXPECT_EQ(evaluate("patient-view", {"--patient", patient_, "--selections", "ServiceRequest/a"}).code,
              ExitCode::usage);
    EXPECT_EQ(
        evaluate("order-sign", {"--patient", patient_, "--orders", orders, "--selections", "ServiceRequest/a"}).code,
        ExitCode::usage);
    EXPECT_EQ(evaluate("order-select", {"--request", patient_, "--orders", orders}).code, ExitCode::usage);
}

}  // namespace
}  // namespace service
