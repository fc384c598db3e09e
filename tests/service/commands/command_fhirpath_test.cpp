#include "service/commands/cli.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace service {
namespace {

struct Ended {
    ExitCode code;
    std::string out, err;
};

// The command with `patient` on stdin.
Ended run(std::vector<std::string> arguments) {
    std::istringstream in(
        R"({"resourceType": "Patient", "birthDate": "1961-03", "name": [{"use": "official", "given": ["Ilse", "Marie"]}]})");
    std::ostringstream out, err;
    arguments.insert(arguments.begin(), "fhirpath");
    const ExitCode code = run_command_line(std::move(arguments), {in, out, err});
    return {code, out.str(), err.str()};
}

TEST(CommandFhirpath, PrintsAJsonArray) {
    const Ended result = run({"Patient.name.given", "-"});
    EXPECT_EQ(result.code, ExitCode::fine);
    EXPECT_EQ(result.out, "[\"Ilse\",\"Marie\"]\n");
}

TEST(CommandFhirpath, KeepsDecimalsAndPartialDatesAsTheyWere) {
    EXPECT_EQ(run({"1.10 | birthDate", "-"}).out, "[1.10,\"1961-03\"]\n");
}

TEST(CommandFhirpath, EvaluatesOnNothingWithoutAFile) {
    EXPECT_EQ(run({"1 + 1"}).out, "[2]\n");
}

TEST(CommandFhirpath, TakesAnExpressionThatBeginsWithAMinus) {
    EXPECT_EQ(run({"-3 != 3"}).out, "[true]\n");
    EXPECT_EQ(run({"--typed", "-Patient.name.given.count()", "-"}).out, "[{\"type\":\"Integer\",\"value\":\"-2\"}]\n");
}

TEST(CommandFhirpath, TakesWhatStandsBehindTwoDashesAsItIs) {
    EXPECT_EQ(run({"--", "-7"}).out, "[-7]\n");
    EXPECT_EQ(run({"--typed", "--", "-7 + 1"}).out, "[{\"type\":\"Integer\",\"value\":\"-6\"}]\n");
    EXPECT_EQ(run({"--", "name.given", "-"}).out, "[\"Ilse\",\"Marie\"]\n");
}

TEST(CommandFhirpath, TakesUnknownMembersAsEmptyWhenAskedTo) {
    const Ended result = run({"--lenient", "name.nickname.empty()", "-"});
    EXPECT_EQ(result.code, ExitCode::fine);
    EXPECT_EQ(result.out, "[true]\n");
    EXPECT_EQ(result.err.substr(0, result.err.find('\n')),
              "1:6: warning: HumanName has no member 'nickname', so this is empty");
}

TEST(CommandFhirpath, PrintsTypes) {
    EXPECT_EQ(run({"birthDate | 3 days", "-", "--typed"}).out,
              "[{\"type\":\"date\",\"value\":\"1961-03\"},{\"type\":\"Quantity\",\"value\":\"3 days\"}]\n");
}

TEST(CommandFhirpath, ExplainsEveryPart) {
    EXPECT_EQ(run({"name.given.count() > 1", "-", "--explain", "--format", "text"}).out,
              "name.given.count() > 1  =>  [true]\n"
              "  name.given.count()  =>  [2]\n"
              "    name.given  =>  [\"Ilse\",\"Marie\"]\n"
              "      name  =>  [{\"use\":\"official\",\"given\":[\"Ilse\",\"Marie\"]}]\n"
              "  1  =>  [1]\n");
}

TEST(CommandFhirpath, RefusesAnExpressionWithOneAndAPlace) {
    const Ended result = run({"name.gven", "-"});
    EXPECT_EQ(result.code, ExitCode::does_not_hold);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err,
              "1:6: error: HumanName has no member 'gven'; did you mean 'given'?\n"
              "  1 | name.gven\n"
              "    |      ^~~~\n");
}

TEST(CommandFhirpath, FailsWithOneWhereTheEvaluationDoes) {
    const Ended result = run({"name.given.single()", "-"});
    EXPECT_EQ(result.code, ExitCode::does_not_hold);
    EXPECT_EQ(result.err.substr(0, 12), "1:1: error: ");
}

TEST(CommandFhirpath, RefusesAnInputThatIsNoResourceWithThree) {
    EXPECT_EQ(run({"1", "does-not-exist.json"}).code, ExitCode::bad_input);
    std::istringstream in("{\"resourceType\": \"Patient\",}");
    std::ostringstream out, err;
    EXPECT_EQ(run_command_line({"fhirpath", "1", "-"}, {in, out, err}), ExitCode::bad_input);
    EXPECT_EQ(err.str().substr(0, 12), "stdin:1:28: ") << err.str();
}

TEST(CommandFhirpath, KnowsTheValueSetsOfAPack) {
    const auto member_of = [](const std::string& code, std::vector<std::string> options) {
        std::istringstream in(R"({"resourceType": "MedicationRequest", "medicationCodeableConcept": {"coding": [
            {"system": "http://www.whocc.no/atc", "code": ")" +
                              code + "\"}]}}");
        std::ostringstream out, err;
        options.insert(options.begin(), {"fhirpath",
                                         "medication.memberOf('https://backpain-cds.org/fhir/ValueSet/"
                                         "b12-supplements')",
                                         "-"});
        run_command_line(std::move(options), {in, out, err});
        return out.str() + err.str().substr(0, 20);
    };
    EXPECT_EQ(member_of("B03BA03", {"--pack", "rules/packs/back-pain-labs"}), "[true]\n");
    EXPECT_EQ(member_of("A10BA02", {"--pack", "rules/packs/back-pain-labs"}), "[false]\n");
    EXPECT_EQ(member_of("B03BA03", {}), "1:12: error: memberO");
}

TEST(CommandFhirpath, NeedsAnExpression) {
    EXPECT_EQ(run({}).code, ExitCode::usage);
    EXPECT_EQ(run({"1", "--colour"}).code, ExitCode::usage);
}

TEST(CommandFhirpath, ResolvesTheEntriesOfABundle) {
    std::istringstream in(R"({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Patient", "id": "1", "generalPractitioner": [{"reference": "Practitioner/2"}]}},
        {"resource": {"resourceType": "Practitioner", "id": "2", "active": true}}]})");
    std::ostringstream out, err;
    EXPECT_EQ(run_command_line({"fhirpath", "entry.resource.ofType(Patient).generalPractitioner.resolve().active", "-"},
                               {in, out, err}),
              ExitCode::fine);
    EXPECT_EQ(out.str(), "[true]\n");
}

}  // namespace
}  // namespace service
