#include "service/commands/command_expand.hpp"

#include "rules/check/expansions.hpp"
#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/deployment/pack_source.hpp"
#include "service/run/expand.hpp"

#include <cstdlib>
#include <ostream>

namespace service {
namespace {

constexpr std::string_view snomed_edition = "http://snomed.info/sct/";

/// False after having said what is amiss with the options.
bool fit_together(const ExpandOptions& options, std::ostream& err) {
    const std::string& url = options.terminology;
    if (!url.starts_with("https://") && !url.starts_with("http://")) {
        err << "error: --terminology takes the base of a FHIR API, such as https://terminology.example.org/r4\n";
    } else if (!options.edition.empty() && !options.edition.starts_with(snomed_edition)) {
        err << "error: --edition takes http://snomed.info/sct/MODULE or "
               "http://snomed.info/sct/MODULE/version/YYYYMMDD\n";
    } else if (!options.token_variable.empty() && !std::getenv(options.token_variable.c_str())) {
        err << "error: there is no environment variable " << options.token_variable << '\n';
    } else {
        return true;
    }
    return false;
}

}  // namespace

ExitCode run_expand(const ExpandOptions& options, const Streams& streams) {
    if (!fit_together(options, streams.err)) return ExitCode::usage;
    auto files = read_pack_files(options.pack);
    if (!files) {
        print_findings(files.error(), streams.err);
        return ExitCode::bad_input;
    }
    rules::PackReading reading = rules::read_pack(std::move(*files));
    name_from_here(reading.findings, options.pack, {});
    print_findings(reading.findings, streams.err);
    if (rules::has_errors(reading.findings)) return ExitCode::bad_input;

    TerminologyServer server{options.terminology, "", options.edition, options.with_history};
    if (!options.token_variable.empty()) server.token = std::getenv(options.token_variable.c_str());
    const auto expanded = expand_value_sets(server, reading.pack);
    if (!expanded) {
        streams.err << "error: " << expanded.error().message << '\n';
        return expanded.error().code;
    }
    // What is written can be read, or it is not written.
    const rules::ExpansionReading written =
        rules::read_expansions(expanded->text, options.output.generic_string(), reading.pack);
    print_findings(written.findings, streams.err);
    if (rules::has_errors(written.findings)) return ExitCode::bad_input;
    if (const auto fault = write_text(options.output, expanded->text)) {
        streams.err << "error: cannot write " << options.output.generic_string() << ": " << *fault << '\n';
        return ExitCode::environment;
    }
    for (const ExpandedSet& set : expanded->sets) streams.out << set.value_set << ": " << set.concepts << " concepts\n";
    streams.out << "written to " << options.output.generic_string() << ": " << expanded->version << '\n';
    return ExitCode::fine;
}

}  // namespace service
