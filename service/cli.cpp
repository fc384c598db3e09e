#include "service/cli.hpp"

#include "service/command_serve.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <string_view>

namespace service {
namespace {

using Action = std::function<ExitCode(const Streams&)>;

void declare_serve(CLI::App& verb, Action& action) {
    auto options = std::make_shared<ServeOptions>();
    verb.add_option("--config", options->config, "The configuration file")->required()->type_name("FILE");
    verb.add_option("--at", options->at, "Freezes the clinical clock (development mode only)")->type_name("DATETIME");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_serve(*options, streams); }; });
}

/// A command: `declare` adds its options and sets the action that runs it.
struct Verb {
    const char* name;
    const char* says;
    void (*declare)(CLI::App& verb, Action& action);
};

constexpr Verb verbs[] = {
    {"serve", "Runs the service", declare_serve},
};

/// Commands of the contract that are not there yet.
constexpr std::string_view planned[] = {"check", "test",   "evaluate", "diff",  "impact",
                                        "seal",  "export", "fhirpath", "doctor"};

}  // namespace

ExitCode run_command_line(std::vector<std::string> arguments, const Streams& streams) {
    if (!arguments.empty() && std::ranges::find(planned, arguments.front()) != std::end(planned)) {
        streams.err << "backpain-cds: the command '" << arguments.front() << "' is not there yet\n";
        return ExitCode::usage;
    }
    CLI::App app("Clinical decision support for adults with back pain, over CDS Hooks", "backpain-cds");
    app.set_version_flag("--version", BACKPAIN_CDS_VERSION);
    app.require_subcommand(1);
    Action action;
    for (const Verb& verb : verbs) verb.declare(*app.add_subcommand(verb.name, verb.says), action);
    try {
        std::ranges::reverse(arguments);  // what CLI11 wants
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return app.exit(error, streams.out, streams.err) == 0 ? ExitCode::fine : ExitCode::usage;
    }
    return action(streams);
}

}  // namespace service
