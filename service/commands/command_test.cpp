#include "service/commands/command_test.hpp"

#include "fhir/json_text.hpp"
#include "rules/check/reviewed_codes.hpp"
#include "service/base/findings.hpp"
#include "service/tuning/told_requests.hpp"
#include "service/tuning/told_stories.hpp"

#include <fstream>
#include <ostream>

namespace service {

namespace {

void print_counts(const ToldStories& told, std::ostream& out) {
    const rules::ReviewCount codes = rules::count_reviewed(told.pack());
    out << "reviewed: codes " << codes.reviewed << " of " << codes.all << "\ntouched by stories:";
    const char* separator = " ";
    for (const rules::CoverageCount& count : told.coverage().counts()) {
        out << separator << count.of << ' ' << count.touched << " of " << count.all;
        separator = "; ";
    }
    out << '\n';
}

void print_missing(const ToldStories& told, std::ostream& out) {
    const std::vector<rules::Gap> gaps = told.coverage().gaps();
    for (const rules::Gap& gap : gaps) {
        out << told.file_from_here(gap.place.file) << ':' << gap.place.line << ':' << gap.place.column << ": "
            << gap.says << '\n';
    }
    const std::string to_add = rules::boundary_stories(gaps, told.stories());
    if (!to_add.empty()) out << "boundary stories that could be added:\n" << to_add << '\n';
}

void print_text(const ToldStories& told, const TestCommandOptions& options, std::ostream& out) {
    out << rules::limit_report(told.report()) << rules::text_report(told.report());
    print_counts(told, out);
    if (options.missing) print_missing(told, out);
}

/// Whether the stories show all that they are asked to show; says what they do not.
bool show_enough(const ToldStories& told, const TestCommandOptions& options, std::ostream& err) {
    const rules::Diagnostics findings = told.what_is_not_shown();
    print_findings(findings, err);
    const std::size_t gaps = options.require_coverage ? told.coverage().gaps().size() : 0;
    if (gaps != 0) err << "backpain-cds: no story touches " << gaps << " things: --missing lists them\n";
    return findings.empty() && gaps == 0;
}

bool write_told(const ToldRequests& requests, const TestCommandOptions& options, std::ostream& err) {
    if (options.told.empty()) return true;
    std::ofstream file(options.told, std::ios::binary);
    file << requests.lines() << std::flush;
    if (!file) err << "backpain-cds: cannot write " << options.told.string() << '\n';
    for (const std::string& why : requests.refused()) err << "backpain-cds: not exported: " << why << '\n';
    return static_cast<bool>(file);
}

bool write_junit(const ToldStories& told, const TestCommandOptions& options, std::ostream& err) {
    if (options.junit.empty()) return true;
    std::ofstream file(options.junit, std::ios::binary);
    file << rules::junit_report(told.report(), told.pack().identity.id) << std::flush;
    if (!file) err << "backpain-cds: cannot write " << options.junit.string() << '\n';
    return static_cast<bool>(file);
}

}  // namespace

ExitCode run_test(const TestCommandOptions& options, const Streams& streams) {
    ToldRequests requests;
    const auto reading = ToldStories::tell(options.pack, options.site, options.told.empty() ? nullptr : &requests);
    print_findings(reading ? (*reading)->findings() : reading.error(), streams.err);
    if (!reading) return ExitCode::bad_input;
    const ToldStories& told = **reading;
    if (options.format == OutputFormat::json) {
        streams.out << fhir::print_json_indented(told.document()) << '\n';
    } else {
        print_text(told, options, streams.out);
    }
    if (!write_junit(told, options, streams.err) || !write_told(requests, options, streams.err))
        return ExitCode::environment;
    if (told.report().examples.empty()) {
        streams.err << "backpain-cds: nothing was tested: " << options.pack.generic_string()
                    << " has no story. Write one in " << (options.pack / "stories").generic_string() << ".\n";
        return ExitCode::does_not_hold;
    }
    const bool is_enough = show_enough(told, options, streams.err);
    return rules::all_pass(told.report()) && is_enough ? ExitCode::fine : ExitCode::does_not_hold;
}

}  // namespace service
