#include "service/commands/cli.hpp"

#include "service/commands/command_about.hpp"
#include "service/commands/command_check.hpp"
#include "service/commands/command_diff.hpp"
#include "service/commands/command_doctor.hpp"
#include "service/commands/command_evaluate.hpp"
#include "service/commands/command_expand.hpp"
#include "service/commands/command_fhirpath.hpp"
#include "service/commands/command_impact.hpp"
#include "service/commands/command_report.hpp"
#include "service/commands/command_seal.hpp"
#include "service/commands/command_serve.hpp"
#include "service/commands/command_survey.hpp"
#include "service/commands/command_test.hpp"
#include "service/commands/command_workbench.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace service {
namespace {

using Action = std::function<ExitCode(const Streams&)>;

/// The two words; CLI11's own transformer would name their numbers too, and take them.
CLI::Validator formats() {
    return CLI::Validator(
        [](std::string& word) -> std::string {
            if (word != "json" && word != "text") return "must be json or text";
            word = std::to_string(static_cast<int>(word == "json" ? OutputFormat::json : OutputFormat::text));
            return {};
        },
        "json|text");
}

void declare_serve(CLI::App& verb, Action& action) {
    auto options = std::make_shared<ServeOptions>();
    verb.add_option("--config", options->config, "The configuration file")->required()->type_name("FILE");
    verb.add_option("--at", options->at, "Freezes the clinical clock (development mode only)")->type_name("DATETIME");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_serve(*options, streams); }; });
}

void declare_evaluate(CLI::App& verb, Action& action) {
    auto options = std::make_shared<EvaluateOptions>();
    verb.add_option("--pack", options->pack, "The rule pack")->required()->type_name("PACK");
    verb.add_option("--service", options->service_id, "Id of one of the pack's services")->required()->type_name("ID");
    verb.add_option("--request", options->request_file, "A CDS Hooks request; - is standard input")->type_name("FILE");
    verb.add_option("--patient", options->patient_file,
                    "One patient's resources: a Bundle, or NDJSON; - is standard input")
        ->type_name("FILE");
    verb.add_option("--fhir", options->fhir_url, "The base of a FHIR R4 API to read the patient from")
        ->type_name("URL");
    verb.add_option("--patient-id", options->patient_id, "Id of the patient there")->type_name("ID");
    verb.add_option("--token-env", options->token_variable,
                    "The environment variable with a bearer token for it (default: it is open)")
        ->type_name("NAME");
    verb.add_option("--orders", options->orders_file, "Order hooks: the draft orders, a Bundle")->type_name("FILE");
    verb.add_option("--client", options->client_names, "html: whose screen (default: all that are known)")
        ->delimiter(',')
        ->type_name("NAME,...");
    verb.add_option("--width", options->width_px, "html: of each card (default: the client's own)")->type_name("PX");
    verb.add_option("--selections", options->selections, "order-select: the selected orders (default: all)")
        ->delimiter(',')
        ->type_name("TYPE/ID,...");
    verb.add_option("--site", options->site, "A site file")->type_name("FILE");
    verb.add_option("--at", options->at, "The instant of the evaluation (default: now)")->type_name("DATETIME");
    auto how = std::make_shared<std::string>();
    verb.add_flag("--explain{lines}", *how, "Why, in one sentence and a line a rule; =full: all that was looked at")
        ->check(CLI::IsMember({"lines", "full"}));
    verb.add_flag("--print-request", options->print_request, "The request that HTTPS would get, instead of the cards");
    const auto choose = [options](const std::string& word) {
        options->as_html = word == "html";
        options->format = word == "text" ? OutputFormat::text : OutputFormat::json;
    };
    verb.add_option_function<std::string>("--format", choose, "json, text, or html: as clients show it (default: json)")
        ->check(CLI::IsMember({"json", "text", "html"}));
    verb.callback([options, how, &action] {
        options->explain = !how->empty();
        options->explain_all = *how == "full";
        action = [options](const Streams& streams) { return run_evaluate(*options, streams); };
    });
}

void declare_check(CLI::App& verb, Action& action) {
    auto options = std::make_shared<CheckCommandOptions>();
    verb.add_option("PACK", options->packs, "Rule packs")->required();
    verb.add_option("--site", options->site, "A site file that sets them")->type_name("FILE");
    verb.add_flag("--strict", options->strict, "Lists what is not confirmed; a warning is enough to exit 1");
    verb.add_flag("--prefetch", options->prefetch, "Also prints what an EHR is asked to prefetch");
    verb.add_flag("--names", options->names, "Also prints the names by which drugs are found in a record's words");
    verb.add_flag("--reviewed-codes", options->reviewed_codes,
                  "Prints reviewed-codes.json for the pack as it stands, and nothing else");
    verb.add_option("--format", options->format, "text or json (default: text)")->transform(formats());
    verb.add_option("--at", options->at, "The day that review dates are held against")->type_name("DATE");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_check(*options, streams); }; });
}

void declare_test(CLI::App& verb, Action& action) {
    auto options = std::make_shared<TestCommandOptions>();
    verb.add_option("PACK", options->pack, "A rule pack")->required();
    verb.add_option("--site", options->site,
                    "A site file: tells the stories with its settings, and lists what they change")
        ->type_name("FILE");
    verb.add_option("--junit", options->junit, "Writes JUnit XML")->type_name("FILE");
    verb.add_option("--export", options->told, "Writes each story as the request that an EHR would send, one a line")
        ->type_name("FILE");
    verb.add_flag("--missing", options->missing, "Prints what no story touches, and stories that could be added");
    verb.add_flag("--require-coverage", options->require_coverage, "Exit 1 if there is anything that no story touches");
    verb.add_option("--format", options->format, "text or json (default: text)")->transform(formats());
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_test(*options, streams); }; });
}

void declare_diff(CLI::App& verb, Action& action) {
    auto options = std::make_shared<DiffOptions>();
    verb.add_option("--from", options->from, "The pack as it was")->required()->type_name("PACK");
    verb.add_option("--to", options->to, "The pack as it is to be")->required()->type_name("PACK");
    verb.add_option("--site-from", options->site_from, "The site file that sets the first")->type_name("FILE");
    verb.add_option("--site-to", options->site_to, "The site file that sets the second")->type_name("FILE");
    const auto choose = [options](const std::string& word) {
        options->format = word == "json"       ? DiffFormat::json
                          : word == "markdown" ? DiffFormat::markdown
                                               : DiffFormat::text;
    };
    verb.add_option_function<std::string>("--format", choose, "text, json or markdown (default: text)")
        ->check(CLI::IsMember({"text", "json", "markdown"}));
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_diff(*options, streams); }; });
}

void declare_seal(CLI::App& verb, Action& action) {
    auto options = std::make_shared<SealOptions>();
    verb.add_option("PACK", options->pack, "A rule pack")->required();
    verb.add_option("-o,--output", options->output, "The file to write")->required()->type_name("FILE");
    verb.add_option("--previous", options->previous,
                    "The sealed version before it: refuses a number that steps less than `diff` says")
        ->type_name("SEALED");
    verb.add_option("--sign", options->sign, "A private key (Ed25519, PEM) to sign it with")->type_name("KEY.pem");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_seal(*options, streams); }; });
}

void declare_about(CLI::App& verb, Action& action) {
    auto options = std::make_shared<AboutOptions>();
    verb.add_option("PACK", options->pack, "A rule pack")->required();
    verb.add_option("--site", options->site, "A site file that sets it")->type_name("FILE");
    verb.add_option("-o,--output", options->output, "The folder to write below")->required()->type_name("DIR");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_about(*options, streams); }; });
}

void declare_expand(CLI::App& verb, Action& action) {
    auto options = std::make_shared<ExpandOptions>();
    verb.add_option("PACK", options->pack, "A rule pack")->required();
    verb.add_option("--terminology", options->terminology, "The base of a FHIR R4 terminology server")
        ->required()
        ->type_name("URL");
    verb.add_option("-o,--output", options->output, "The file to write, for \"expansions\" of a site file")
        ->required()
        ->type_name("FILE");
    verb.add_option("--edition", options->edition,
                    "The edition of SNOMED CT, with or without a release (default: the server's)")
        ->type_name("URI");
    verb.add_flag("--history", options->with_history,
                  "Retired concepts too, where the server has the history supplement");
    verb.add_option("--token-env", options->token_variable,
                    "The environment variable with a bearer token for it (default: it is open)")
        ->type_name("NAME");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_expand(*options, streams); }; });
}

void declare_impact(CLI::App& verb, Action& action) {
    auto options = std::make_shared<ImpactOptions>();
    verb.add_option("POPULATION", options->population,
                    "Bundles, FHIR Bulk Data, NDJSON, captured requests: files, folders, manifests; - is stdin");
    verb.add_option("--from", options->from, "The rule pack before the change")->type_name("PACK");
    verb.add_option("--to", options->to, "The rule pack after it (default: the same)")->type_name("PACK");
    verb.add_option("--site-from", options->site_from, "The site file before the change")->type_name("FILE");
    verb.add_option("--site-to", options->site_to, "The site file after it")->type_name("FILE");
    verb.add_option("--at", options->at, "The instant at which each patient is looked at (default: now)")
        ->type_name("DATETIME");
    verb.add_option("--events", options->events,
                    "When a chart is opened: now (each patient once), or at the start of encounters (default: now)")
        ->check(CLI::IsMember({"now", "encounters"}));
    verb.add_option("--since", options->since, "Encounters: the first day")->type_name("DATE");
    verb.add_option("--until", options->until, "Encounters: the last day")->type_name("DATE");
    verb.add_option("--budget", options->budget, "Captured requests: exit 1 above so many more cards, such as +2%")
        ->type_name("PERCENT");
    verb.add_option("--html", options->html_file, "Writes one file with plots, fit to be shared")->type_name("FILE");
    verb.add_option("--json", options->json_file, "Writes the exact counts, not for sharing")->type_name("FILE");
    verb.add_option("--partial", options->partial_file, "Writes the exact counts of a part, for --merge")
        ->type_name("FILE");
    verb.add_option("--merge", options->merge, "Adds parts up, in place of a population")->type_name("FILE...");
    verb.add_option("--examples", options->examples, "Names so many patients for each rule (not in HTML)")
        ->check(CLI::Range(0, 1000))
        ->type_name("N");
    verb.add_option("--threads", options->threads, "(default: one per core)")
        ->check(CLI::Range(1, 256))
        ->type_name("N");
    verb.add_option("--temp", options->temp, "Where Bulk Data are brought together (default: the system's folder)")
        ->type_name("DIR");
    verb.add_flag("--strict", options->strict, "Exit 3 where anything of the population cannot be used");
    verb.add_flag("--quiet", options->quiet, "No progress on stderr");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_impact(*options, streams); }; });
}

void declare_doctor(CLI::App& verb, Action& action) {
    auto options = std::make_shared<DoctorOptions>();
    verb.add_option("--config", options->config, "The configuration file")->required()->type_name("FILE");
    verb.add_option("--sheet", options->sheet, "Prints what to register at this client, and looks at nothing")
        ->type_name(sheet_names());
    verb.add_option("--format", options->format, "text or json (default: text)")->transform(formats());
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_doctor(*options, streams); }; });
}

void declare_report(CLI::App& verb, Action& action) {
    auto options = std::make_shared<ReportOptions>();
    verb.add_option("--config", options->config, "The configuration file")->required()->type_name("FILE");
    verb.add_option("--since", options->since, "The first day, in UTC (default: 13 weeks ago; of --drift: the last)")
        ->type_name("DATE");
    verb.add_flag("--drift", options->drift,
                  "What went quiet, when each day since then was over; exit 1 if the last tells of anything");
    verb.add_option("--until", options->until, "The last day of --drift, in UTC (default: yesterday)")
        ->type_name("DATE");
    static const std::map<std::string, ReportFormat> words = {{"text", ReportFormat::text},
                                                              {"json", ReportFormat::json},
                                                              {"csv", ReportFormat::csv},
                                                              {"html", ReportFormat::html}};
    const auto choose = [options](const std::string& word) { options->format = words.at(word); };
    verb.add_option_function<std::string>(
            "--format", choose,
            "text, csv or html, with counts that may be shared; json, with exact ones (default: text)")
        ->check(CLI::IsMember({"text", "json", "csv", "html"}));
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_report(*options, streams); }; });
}

void declare_fhirpath(CLI::App& verb, Action& action) {
    auto options = std::make_shared<FhirpathOptions>();
    verb.add_option("expression", options->expression, "A FHIRPath expression")->required()->type_name("EXPRESSION");
    verb.add_option("file", options->file, "A FHIR R4 resource; - is stdin")->type_name("FILE");
    verb.add_flag("--typed", options->typed, "Each value with its type");
    verb.add_flag("--explain", options->explain, "The value of every part of the expression");
    verb.add_flag("--lenient", options->lenient, "Unknown members are empty, with a warning");
    verb.add_option("--pack", options->pack, "The rule pack whose value sets memberOf() knows")->type_name("PACK");
    verb.add_option("--site", options->site, "A site file that sets it")->type_name("FILE");
    verb.add_option("--format", options->format, "json (for programs) or text (for people)")->transform(formats());
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_fhirpath(*options, streams); }; });
}

void declare_survey(CLI::App& verb, Action& action) {
    auto options = std::make_shared<SurveyOptions>();
    verb.add_option("--pack", options->pack, "The rule pack")->required()->type_name("PACK");
    verb.add_option("--site", options->site, "A site file that sets it")->type_name("FILE");
    verb.add_option("POPULATION", options->population,
                    "Bundles, Bulk Data, NDJSON of Bundles or of captured requests: files and folders; - is stdin");
    verb.add_option("--at", options->at, "The day that records are looked at (default: now)")->type_name("DATETIME");
    verb.add_option("--html", options->html, "Writes a page with plots, which may be shared")->type_name("FILE");
    verb.add_option("--json", options->json, "Writes exact counts, not for sharing; - is stdout")->type_name("FILE");
    verb.add_option("--partial", options->partial, "Writes a part for --merge, not for sharing; - is stdout")
        ->type_name("FILE");
    verb.add_option("--merge", options->merge, "Adds parts that --partial wrote")->type_name("FILE...");
    verb.add_option("--threads", options->threads, "How many (default: one a core)")->type_name("N");
    verb.add_option("--temp", options->temp, "Where Bulk Data is put in order (default: the system's folder)")
        ->type_name("DIR");
    verb.add_flag("--strict", options->strict, "Exit 3 for anything in the population that cannot be used");
    verb.add_flag("--quiet", options->quiet, "No progress on stderr");
    verb.callback(
        [options, &action] { action = [options](const Streams& streams) { return run_survey(*options, streams); }; });
}

void declare_workbench(CLI::App& verb, Action& action) {
    auto options = std::make_shared<WorkbenchOptions>();
    verb.add_option("--pack", options->pack, "The rule pack")->required()->type_name("PACK");
    verb.add_option("--site", options->site, "The site file to tune; made at the first save if it is not there")
        ->type_name("FILE");
    verb.add_option("--population", options->population,
                    "Patients to count: Bundles, Bulk Data, NDJSON, captured requests, as for impact")
        ->type_name("DIR");
    verb.add_option("--previous", options->previous,
                    "The sealed version before it, which the release is held against as by `seal --previous`")
        ->type_name("SEALED");
    verb.add_option("--report", options->report, "What `report --format json` printed of a running deployment")
        ->type_name("FILE");
    verb.add_option("--at", options->at, "The instant at which patients are looked at (default: now)")
        ->type_name("DATETIME");
    verb.add_option("--port", options->port, "On 127.0.0.1 (default: a free one)")->type_name("N");
    verb.callback([options, &action] {
        action = [options](const Streams& streams) { return run_workbench(*options, streams); };
    });
}

/// An expression may begin with a minus. What is no option by its form moves behind a "--", where nothing is taken for
/// one.
std::vector<std::string> with_expression_apart(const std::vector<std::string>& arguments) {
    const auto is_option = [](const std::string& argument) {
        const bool is_long =
            argument.size() > 2 && argument.starts_with("--") && argument[2] >= 'a' && argument[2] <= 'z';
        return is_long || argument == "-h";
    };
    std::vector<std::string> ordered{arguments.front()};
    std::vector<std::string> positional;
    std::size_t i = 1;
    for (; i < arguments.size() && arguments[i] != "--"; ++i) {
        const std::string& before = arguments[i - 1];
        const bool is_value = before == "--format" || before == "--pack" || before == "--site";
        (is_value || is_option(arguments[i]) ? ordered : positional).push_back(arguments[i]);
    }
    if (i < arguments.size()) ++i;  // what the caller set apart already
    positional.insert(positional.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
    ordered.emplace_back("--");
    ordered.insert(ordered.end(), positional.begin(), positional.end());
    return ordered;
}

/// A command: `declare` adds its options and sets the action that runs it.
struct Verb {
    const char* name;
    const char* says;
    void (*declare)(CLI::App& verb, Action& action);
};

constexpr Verb verbs[] = {
    {"serve", "Runs the service", declare_serve},
    {"check", "Looks for faults in rule packs, form and clinical", declare_check},
    {"test", "Tells a rule pack's stories to the engine", declare_test},
    {"diff", "Says what changes between two rule packs", declare_diff},
    {"seal", "Makes one file of a rule pack that holds, and signs it", declare_seal},
    {"evaluate", "Answers one call without an EHR", declare_evaluate},
    {"expand", "Expands SNOMED CT value sets at a terminology server, into a file", declare_expand},
    {"survey", "Says whether a hospital's records suit the rules", declare_survey},
    {"impact", "Counts whom a change of rules touches, over a population", declare_impact},
    {"workbench", "Shows rules, patients and a change of them in a browser on this machine", declare_workbench},
    {"about", "Writes the pages behind the cards as static files", declare_about},
    {"doctor", "Proves a deployment, and says what to mend", declare_doctor},
    {"report", "Says what became of cards, and what was silent", declare_report},
    {"fhirpath", "Evaluates FHIRPath on a resource", declare_fhirpath},
};

}  // namespace

ExitCode run_command_line(std::vector<std::string> arguments, const Streams& streams) {
    if (!arguments.empty() && arguments.front() == "fhirpath") arguments = with_expression_apart(arguments);
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
