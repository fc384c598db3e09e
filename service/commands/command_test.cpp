#include "service/commands/command_test.hpp"

#include "rules/check/check.hpp"
#include "rules/check/reviewed_codes.hpp"
#include "rules/stories/coverage.hpp"
#include "rules/stories/retold.hpp"
#include "service/base/findings.hpp"
#include "service/commands/told_requests.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/deployment/pack_source.hpp"

#include <fstream>
#include <optional>
#include <ostream>
#include <utility>

namespace service {

namespace {

/// Prints findings with paths from here, and says whether one is an error.
bool print_and_find_errors(rules::Diagnostics findings, const TestCommandOptions& options, std::ostream& err) {
    name_from_here(findings, options.pack, options.site);
    print_findings(findings, err);
    return rules::has_errors(findings);
}

/// The name of a file from here: of the pack, or the site file itself.
std::string file_from_here(const std::string& file, const TestCommandOptions& options) {
    const bool is_of_site = !options.site.empty() && file == options.site.generic_string();
    return is_of_site ? file : (options.pack / file).generic_string();
}

/// The same with paths from here, so that an editor can jump there.
rules::ExampleReport named_from_here(rules::ExampleReport report, const TestCommandOptions& options) {
    for (rules::Example& example : report.examples) example.place.file = file_from_here(example.place.file, options);
    return report;
}

void print_counts(const rules::Coverage& coverage, const rules::Pack& pack, std::ostream& out) {
    const rules::ReviewCount codes = rules::count_reviewed(pack);
    out << "reviewed: codes " << codes.reviewed << " of " << codes.all << "\ntouched by stories:";
    const char* separator = " ";
    for (const rules::CoverageCount& count : coverage.counts()) {
        out << separator << count.of << ' ' << count.touched << " of " << count.all;
        separator = "; ";
    }
    out << '\n';
}

void print_missing(const rules::Coverage& coverage, const std::vector<rules::Story>& stories,
                   const TestCommandOptions& options, std::ostream& out) {
    const std::vector<rules::Gap> gaps = coverage.gaps();
    for (const rules::Gap& gap : gaps) {
        out << file_from_here(gap.place.file, options) << ':' << gap.place.line << ':' << gap.place.column << ": "
            << gap.says << '\n';
    }
    const std::string to_add = rules::boundary_stories(gaps, stories);
    if (!to_add.empty()) out << "boundary stories that could be added:\n" << to_add << '\n';
}

/// The stories of the pack; the same as laboratories of the site would report them; those of the site itself. Nothing
/// after having said why not.
std::optional<std::vector<rules::Story>> read_all_stories(const rules::Pack& pack, const rules::Site& site,
                                                          const TestCommandOptions& options, std::ostream& err) {
    rules::StoryReading stories = rules::read_stories(pack);
    rules::StoryReading of_site = rules::read_site_stories(pack, site);
    append(stories.findings, std::move(of_site.findings));
    if (print_and_find_errors(std::move(stories.findings), options, err)) return std::nullopt;
    std::vector<rules::Story> retold = rules::retold_by_laboratories(pack, stories.stories, site);
    for (auto* more : {&retold, &of_site.stories}) {
        for (rules::Story& story : *more) stories.stories.push_back(std::move(story));
    }
    return std::move(stories.stories);
}

/// Whether the stories show all that they are asked to show; says what they do not.
bool show_enough(const rules::Pack& pack, const rules::Coverage& coverage, const TestCommandOptions& options,
                 std::ostream& err) {
    rules::Diagnostics findings;
    rules::check_stories(pack, findings);
    rules::check_reviewed(pack, findings);
    std::erase_if(findings, [](const auto& finding) { return finding.severity != rules::Severity::error; });
    const bool nothing_is_missing = !print_and_find_errors(std::move(findings), options, err);
    const std::size_t gaps = options.require_coverage ? coverage.gaps().size() : 0;
    if (gaps != 0) err << "backpain-cds: no story touches " << gaps << " things: --missing lists them\n";
    return nothing_is_missing && gaps == 0;
}

/// Shows each run of a story to all.
class Watchers : public rules::StoryWatcher {
  public:
    explicit Watchers(std::vector<rules::StoryWatcher*> all) : all_(std::move(all)) {}
    void see(const rules::StoryRun& run) override {
        for (rules::StoryWatcher* one : all_) one->see(run);
    }

  private:
    std::vector<rules::StoryWatcher*> all_;
};

bool write_told(const ToldRequests& told, const TestCommandOptions& options, std::ostream& err) {
    if (options.told.empty()) return true;
    std::ofstream file(options.told, std::ios::binary);
    file << told.lines() << std::flush;
    if (!file) err << "backpain-cds: cannot write " << options.told.string() << '\n';
    for (const std::string& why : told.refused()) err << "backpain-cds: not exported: " << why << '\n';
    return static_cast<bool>(file);
}

bool write_junit(const rules::ExampleReport& report, const rules::Pack& pack, const TestCommandOptions& options,
                 std::ostream& err) {
    if (options.junit.empty()) return true;
    std::ofstream file(options.junit, std::ios::binary);
    file << rules::junit_report(report, pack.identity.id) << std::flush;
    if (!file) err << "backpain-cds: cannot write " << options.junit.string() << '\n';
    return static_cast<bool>(file);
}

}  // namespace

ExitCode run_test(const TestCommandOptions& options, const Streams& streams) {
    auto files = read_pack_files(options.pack);
    if (!files) {
        print_findings(files.error(), streams.err);
        return ExitCode::bad_input;
    }
    print_findings(unread_in_pack(options.pack), streams.err);
    const rules::PackReading reading = rules::read_pack(std::move(*files));
    if (print_and_find_errors(reading.findings, options, streams.err)) return ExitCode::bad_input;
    const SiteFile site = read_site_file(options.site, reading.pack);
    print_findings(site.findings, streams.err);
    if (rules::has_errors(site.findings)) return ExitCode::bad_input;
    const auto stories = read_all_stories(reading.pack, site.site, options, streams.err);
    if (!stories) return ExitCode::bad_input;

    rules::Coverage coverage(reading.pack, &site.site);
    ToldRequests requests;
    Watchers watchers({&coverage});
    if (!options.told.empty()) watchers = Watchers({&coverage, &requests});
    const rules::ExampleReport report = rules::run_examples(reading.pack, *stories, &watchers, site.site);
    if (print_and_find_errors(report.findings, options, streams.err)) return ExitCode::bad_input;
    const rules::ExampleReport told = named_from_here(report, options);
    streams.out << rules::limit_report(told) << rules::text_report(told);
    print_counts(coverage, reading.pack, streams.out);
    if (options.missing) print_missing(coverage, *stories, options, streams.out);
    if (!write_junit(report, reading.pack, options, streams.err) || !write_told(requests, options, streams.err))
        return ExitCode::environment;
    if (report.examples.empty()) {
        streams.err << "backpain-cds: nothing was tested: " << options.pack.generic_string()
                    << " has no story. Write one in " << (options.pack / "stories").generic_string() << ".\n";
        return ExitCode::does_not_hold;
    }
    const bool is_enough = show_enough(reading.pack, coverage, options, streams.err);
    return rules::all_pass(report) && is_enough ? ExitCode::fine : ExitCode::does_not_hold;
}

}  // namespace service
