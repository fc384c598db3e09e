#include "service/commands/command_check.hpp"

#include "fhir/json_text.hpp"
#include "rules/check/check.hpp"
#include "rules/check/expansions.hpp"
#include "rules/check/reviewed_codes.hpp"
#include "rules/pack/readers.hpp"
#include "rules/program/program.hpp"
#include "rules/stories/story.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/deployment/pack_source.hpp"
#include "service/deployment/prefetch_lint.hpp"

#include <algorithm>
#include <ostream>

namespace service {
namespace json = boost::json;

namespace {

/// What was found in one pack. Places carry the path of their file as the command was given it.
struct CheckedPack {
    std::filesystem::path path;
    rules::Diagnostics findings;
    rules::PackFiles files;  ///< by the same paths, for snippets
    std::shared_ptr<const rules::Program> program;
    bool was_read = false;
    rules::Digests digests;                   ///< of this pack with this site file
    std::vector<rules::DrugName> drug_names;  ///< of a pack without errors of form
    std::string expansions = {};              ///< of which release, how old, how many; empty without
};

CheckedPack check_pack(const std::filesystem::path& path, const std::filesystem::path& site_file,
                       const rules::CheckOptions& options) {
    CheckedPack checked;
    checked.path = path;
    const auto files = read_pack_files(path);
    if (!files) {
        checked.findings = files.error();
        return checked;
    }
    checked.was_read = true;
    for (const auto& [name, text] : *files) checked.files.emplace((path / name).generic_string(), text);
    rules::PackReading reading = rules::read_pack(*files);
    append(checked.findings, std::move(reading.findings));
    if (!rules::has_errors(checked.findings)) {
        SiteFile site = read_site_file(site_file, reading.pack);
        checked.digests = digests_of(digest_of_files(*files), site_file, site);
        checked.was_read = site.was_read;
        checked.files.emplace(site_file.generic_string(), std::move(site.text));
        checked.files.emplace(site.site.expansions.file, site.site.expansions.text);
        checked.expansions = words_for(site.site.expansions, options.today);
        append(checked.findings, std::move(site.findings));
        append(checked.findings, rules::read_stories(reading.pack).findings);
        append(checked.findings, rules::check(reading.pack, site.site, options));
        hold_approval(site.site, checked.digests.approval, checked.findings);
        append(checked.findings, rules::read_site_stories(reading.pack, site.site).findings);
        checked.drug_names = rules::drug_names(reading.pack);
        rules::Compilation compilation = rules::compile(std::move(reading.pack), std::move(site.site));
        append(checked.findings, std::move(compilation.findings));
        checked.program = std::move(compilation.program);
    }
    name_from_here(checked.findings, path, site_file);
    if (checked.program) append(checked.findings, lint_services(*checked.program, path));
    append(checked.findings, unread_in_pack(path));
    rules::sort_by_place(checked.findings);
    if (rules::has_errors(checked.findings)) checked.digests = {};  // nobody is to approve this
    return checked;
}

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

json::object as_json(const rules::Diagnostic& finding) {
    return {{"file", finding.place.file},
            {"line", finding.place.line},
            {"column", finding.place.column},
            {"pointer", finding.place.pointer},
            {"severity", finding.severity == rules::Severity::error ? "error" : "warning"},
            {"code", finding.code},
            {"message", finding.message},
            {"mend", finding.mend}};
}

json::object as_json(const CheckedPack& checked) {
    json::array findings;
    for (const rules::Diagnostic& finding : checked.findings) findings.push_back(as_json(finding));
    json::object prefetch;
    for (const auto& [word, hook] : rules::hook_words) {
        if (!checked.program) break;
        json::object queries;
        for (const rules::PrefetchTemplate& each : checked.program->prefetch(hook)) queries[each.key] = each.query;
        prefetch[word] = std::move(queries);
    }
    json::array names;
    for (const rules::DrugName& name : checked.drug_names) {
        names.push_back(json::object{{"name", name.name}, {"valueSet", name.value_set}});
    }
    json::object object{{"pack", checked.path.generic_string()},
                        {"findings", std::move(findings)},
                        {"prefetch", std::move(prefetch)},
                        {"drugNames", std::move(names)}};
    for (const rules::NamedDigest& one : rules::named(checked.digests)) object.emplace(one.member, *one.digest);
    return object;
}

}  // namespace

namespace {

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
