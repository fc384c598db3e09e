#include "service/commands/command_check.hpp"

#include "fhir/json_text.hpp"
#include "rules/check/reviewed_codes.hpp"
#include "rules/pack/readers.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/pack_source.hpp"
#include "service/tuning/checked_pack.hpp"

#include <algorithm>
#include <ostream>

namespace service {
namespace json = boost::json;

namespace {

std::size_t count(const CheckedPack& checked, rules::Severity severity) {
    return static_cast<std::size_t>(
        std::count_if(checked.findings.begin(), checked.findings.end(),
                      [severity](const rules::Diagnostic& finding) { return finding.severity == severity; }));
}

void print_prefetch(const rules::Program& program, std::ostream& out) {
    for (const auto& [word, hook] : rules::hook_words) {
        for (const rules::PrefetchTemplate& prefetch : program.prefetch(hook)) {
            out << "prefetch " << word << ' ' << prefetch.key << ": " << prefetch.query << '\n';
        }
    }
}

/// The findings come last, where a terminal shows them.
void print_text(const CheckedPack& checked, const CheckCommandOptions& options, std::ostream& out) {
    if (options.names) {
        for (const rules::DrugName& name : checked.drug_names) {
            out << "name \"" << name.name << "\": " << name.value_set << '\n';
        }
    }
    if (options.prefetch && checked.program) print_prefetch(*checked.program, out);
    for (const rules::Diagnostic& finding : checked.findings) {
        out << rules::one_line(finding) << '\n';
        const auto file = checked.files.find(finding.place.file);
        const std::string snippet =
            file == checked.files.end() ? std::string() : rules::snippet(finding.place, file->second);
        if (!snippet.empty()) out << snippet << '\n';
        if (!finding.mend.empty()) out << "  " << finding.mend << '\n';
    }
    if (!checked.expansions.empty()) out << "expansions: " << checked.expansions << '\n';
    out << checked.path.generic_string() << ": " << count(checked, rules::Severity::error) << " errors, "
        << count(checked, rules::Severity::warning) << " warnings\n";
    out << rules::lines_of(checked.digests, "");
}

ExitCode print_reviewed(const CheckCommandOptions& options, const Streams& streams) {
    for (const std::filesystem::path& path : options.packs) {
        auto files = read_pack_files(path);
        if (!files) {
            print_findings(files.error(), streams.err);
            return ExitCode::bad_input;
        }
        const rules::PackReading reading = rules::read_pack(std::move(*files));
        if (rules::has_errors(reading.findings)) {
            rules::Diagnostics findings = reading.findings;
            name_from_here(findings, path, {});
            print_findings(findings, streams.err);
            return ExitCode::bad_input;
        }
        streams.out << rules::print_reviewed_codes(reading.pack);
    }
    return ExitCode::fine;
}

}  // namespace

ExitCode run_check(const CheckCommandOptions& options, const Streams& streams) {
    const auto today = options.at.empty() ? running_clock()() : parse_clinical_instant(options.at);
    if (!today) {
        streams.err << "error: --at " << options.at << ": " << why_no_instant(options.at) << '\n';
        return ExitCode::usage;
    }
    if (options.reviewed_codes) return print_reviewed(options, streams);
    ExitCode code = ExitCode::fine;
    json::array all;
    for (const std::filesystem::path& path : options.packs) {
        const CheckedPack checked = check_pack(path, options.site, {today->date, options.strict});
        if (options.format == OutputFormat::json) {
            all.push_back(as_json(checked));
        } else {
            print_text(checked, options, streams.out);
        }
        const bool holds = !rules::has_errors(checked.findings) && (!options.strict || checked.findings.empty());
        code = std::max(code, !checked.was_read ? ExitCode::bad_input
                              : holds           ? ExitCode::fine
                                                : ExitCode::does_not_hold);
    }
    if (options.format == OutputFormat::json) streams.out << fhir::print_json_indented(all) << '\n';
    return code;
}

}  // namespace service
