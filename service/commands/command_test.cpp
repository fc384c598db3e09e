#include "service/commands/command_test.hpp"

#include "rules/pack/pack_folder.hpp"
#include "rules/stories/coverage.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/load_pack.hpp"

#include <fstream>
#include <ostream>

namespace service {

namespace {

/// Prints findings with paths from here, and says whether one is an error.
bool print_and_find_errors(rules::Diagnostics findings, const TestCommandOptions& options, std::ostream& err) {
    name_from_here(findings, options.pack, options.site);
    print_findings(findings, err);
    return rules::has_errors(findings);
}

/// The same with paths from here, so that an editor can jump there.
rules::ExampleReport named_from_here(rules::ExampleReport report, const std::filesystem::path& pack) {
    for (rules::Example& example : report.examples) {
        example.place.file = (pack / example.place.file).generic_string();
    }
    return report;
}

void print_counts(const rules::Coverage& coverage, std::ostream& out) {
    out << "touched by stories:";
    const char* separator = " ";
    for (const rules::CoverageCount& count : coverage.counts()) {
        out << separator << count.of << ' ' << count.touched << " of " << count.all;
        separator = "; ";
    }
    out << '\n';
}

void print_missing(const rules::Coverage& coverage, const std::vector<rules::Story>& stories,
                   const std::filesystem::path& pack, std::ostream& out) {
    const std::vector<rules::Gap> gaps = coverage.gaps();
    for (const rules::Gap& gap : gaps) {
        out << (pack / gap.place.file).generic_string() << ':' << gap.place.line << ':' << gap.place.column << ": "
            << gap.says << '\n';
    }
    const std::string to_add = rules::boundary_stories(gaps, stories);
    if (!to_add.empty()) out << "boundary stories that could be added:\n" << to_add << '\n';
}

}  // namespace

ExitCode run_test(const TestCommandOptions& options, const Streams& streams) {
    auto files = rules::read_pack_directory(options.pack);
    if (!files) {
        print_findings(files.error(), streams.err);
        return ExitCode::bad_input;
    }
    print_findings(rules::unread_files(options.pack), streams.err);
    const rules::PackReading reading = rules::read_pack(std::move(*files));
    if (print_and_find_errors(reading.findings, options, streams.err)) return ExitCode::bad_input;
    const rules::StoryReading stories = rules::read_stories(reading.pack);
    if (print_and_find_errors(stories.findings, options, streams.err)) return ExitCode::bad_input;

    const SiteFile site = read_site_file(options.site, reading.pack);
    print_findings(site.findings, streams.err);
    if (rules::has_errors(site.findings)) return ExitCode::bad_input;

    rules::Coverage coverage(reading.pack);
    const rules::ExampleReport report = rules::run_examples(reading.pack, stories.stories, &coverage, site.site);
    if (print_and_find_errors(report.findings, options, streams.err)) return ExitCode::bad_input;
    streams.out << rules::text_report(named_from_here(report, options.pack));
    print_counts(coverage, streams.out);
    if (options.missing) print_missing(coverage, stories.stories, options.pack, streams.out);

    if (!options.junit.empty()) {
        std::ofstream file(options.junit, std::ios::binary);
        file << rules::junit_report(report, reading.pack.identity.id) << std::flush;
        if (!file) {
            streams.err << "backpain-cds: cannot write " << options.junit.string() << '\n';
            return ExitCode::environment;
        }
    }
    if (report.examples.empty()) {
        streams.err << "backpain-cds: nothing was tested: " << options.pack.generic_string()
                    << " has no story. Write one in " << (options.pack / "stories").generic_string() << ".\n";
        return ExitCode::does_not_hold;
    }
    return rules::all_pass(report) ? ExitCode::fine : ExitCode::does_not_hold;
}

}  // namespace service
