#include "service/cli.hpp"

#include "tests/case_name.hpp"

#include <gtest/gtest.h>

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

INSTANTIATE_TEST_SUITE_P(Usage, CommandLine,
                         testing::Values(WrongUsage{"NoCommand", {}}, WrongUsage{"UnknownCommand", {"serv"}},
                                         WrongUsage{"PlannedCommand", {"impact", "--from", "a"}},
                                         WrongUsage{"MissingOption", {"serve"}},
                                         WrongUsage{"UnknownOption", {"serve", "--config", "x", "--colour"}}),
                         CaseName());

TEST(CommandLineHelp, GoesToStdoutAndIsFine) {
    const Ended result = run({"serve", "--help"});
    EXPECT_EQ(result.code, ExitCode::fine);
    EXPECT_NE(result.out.find("--config"), std::string::npos);
}

TEST(CommandLineHelp, SaysThatAPlannedCommandIsNotThereYet) {
    EXPECT_NE(run({"diff", "a", "b"}).err.find("'diff' is not there yet"), std::string::npos);
}

TEST(CommandServe, CannotServeAConfigurationThatDoesNotExist) {
    const Ended result = run({"serve", "--config", "does-not-exist.json"});
    EXPECT_EQ(result.code, ExitCode::bad_input);
    EXPECT_NE(result.err.find("does-not-exist.json: error: The configuration cannot be read. [cannot-read]"),
              std::string::npos);
}

}  // namespace
}  // namespace service
