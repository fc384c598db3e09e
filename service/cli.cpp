#include "service/cli.hpp"

#include "service/command_evaluate.hpp"
#include "service/command_serve.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <map>
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

void declare_evaluate(CLI::App& verb, Action& action) {
    auto options = std::make_shared<EvaluateOptions>();
    const std::map<std::string, OutputFormat> formats{{"json", OutputFormat::json}, {"text", OutputFormat::text}};
    verb.add_option("--pack", options->pack, "The rule pack")->required()->type_name("PACK");
    verb.add_option("--service", options->service_id, "Id of one of the pack's services")->required()->type_name("ID");
    verb.add_option("--request", options->request_file, "A CDS Hooks request; - is standard input")->type_name("FILE");
    verb.add_option("--patient", options->patient_file,
                    "One patient's resources: a Bundle, or NDJSON; - is standard input")
        ->type_name("FILE");
    verb.add_option("--orders", options->orders_file, "Order hooks: the draft orders, a Bundle")->type_name("FILE");
    verb.add_option("--selections", options->selections, "order-select: the selected orders (default: all)")
        ->delimiter(',')
        ->type_name("TYPE/ID,...");
    verb.add_option("--site", options->site, "A site file")->type_name("FILE");
    verb.add_option("--at", options->at, "The instant of the evaluation (default: now)")->type_name("DATETIME");
    verb.add_flag("--explain", options->explain, "For every rule, why it has a card or none");
    verb.add_flag("--print-request", options->print_request, "The request that HTTPS would get, instead of the cards");
    verb.add_option("--format", options->format, "json or text (default: json)")
        ->transform(CLI::CheckedTransformer(formats))
        ->type_name("FORMAT");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_evaluate(*options, streams); }; });
}

/// A command: `declare` adds its options and sets the action that runs it.
struct Verb {
    const char* name;
    const char* says;
    void (*declare)(CLI::App& verb, Action& action);
};

constexpr Verb verbs[] = {
    {"evaluate", "Answers one call without a network", declare_evaluate},
    {"serve", "Runs the service", declare_serve},
};

/// Commands of the contract that are not there yet.
constexpr std::string_view planned[] = {"check", "test", "diff", "impact", "seal", "export", "fhirpath", "doctor"};

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
