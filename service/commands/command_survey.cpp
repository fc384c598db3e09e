#include "service/commands/command_survey.hpp"

#include "fhir/json_text.hpp"
#include "fhir/json_writer.hpp"
#include "rules/compare/population.hpp"
#include "rules/page/page_text.hpp"
#include "rules/survey/survey_report.hpp"
#include "rules/text/in_parallel.hpp"
#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/base/page_script.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/tuning/population_run.hpp"
#include "service/tuning/survey_count.hpp"

#include <ostream>

namespace service {
namespace {

constexpr std::string_view standard_output = "-";

std::ptrdiff_t outputs_to_stdout(const SurveyOptions& options) {
    const auto files = {options.json, options.html, options.partial};
    return std::ranges::count(files, standard_output);
}

bool fit_together(const SurveyOptions& options, std::ostream& err) {
    if (options.population.empty() && options.merge.empty()) {
        err << "error: nothing to survey: name the population, or parts of a survey with --merge\n";
    } else if (outputs_to_stdout(options) > 1) {
        err << "error: one of --json, --html and --partial may go to standard output\n";
    } else if (!options.partial.empty() && options.at.empty()) {
        err << "error: --partial needs --at: parts are added up only if they were looked at on the same day\n";
    } else {
        return true;
    }
    return false;
}

/// What a survey is made with.
struct Setting {
    LoadedPack pack;
    ClinicalTime time;
    rules::SurveyHeading heading;
};

ExitCode read_patients(const SurveyOptions& options, const rules::Survey& survey, const Setting& setting,
                       const Streams& streams, rules::SurveyCounts& counts) {
    if (options.population.empty()) return ExitCode::fine;
    rules::PopulationOptions population;
    population.paths = options.population;
    population.input = &streams.in;
    population.temp = options.temp;
    population.threads = options.threads != 0 ? options.threads : rules::all_cores();
    population.strict = options.strict;
    PopulationProgressLine progress(streams.err, options.quiet);
    population.on_progress = progress.listener();
    const auto read = count_survey(survey, setting.time, population, counts);
    if (!read) {
        streams.err << "error: " << read.error() << '\n';
        return ExitCode::bad_input;
    }
    say_what_was_left_out(*read, streams.err);
    return options.strict && !read->faults.empty() ? ExitCode::bad_input : ExitCode::fine;
}

/// Of a part that was read.
bool has_patients(const boost::json::value& part) {
    const boost::json::value* counts = part.get_object().if_contains("counts");
    return counts != nullptr && counts->is_array() && !counts->get_array().empty();
}

ExitCode merge_parts(const SurveyOptions& options, const Setting& setting, const Streams& streams,
                     rules::SurveyCounts& counts) {
    PartsGiven given;
    for (const std::filesystem::path& path : options.merge) {
        const auto text = read_text(path);
        const auto part = text ? fhir::parse_json(*text) : fhir::parse_json("null");
        const std::string why = !text   ? "it cannot be read"
                                : !part ? "it is no JSON"
                                        : rules::add_part(*part, setting.heading, counts);
        if (why.empty() && !given.take(path, *text, has_patients(*part), streams.err)) return ExitCode::usage;
        if (why.empty()) continue;
        streams.err << "error: " << path.generic_string() << ": " << why << '\n';
        return ExitCode::bad_input;
    }
    return ExitCode::fine;
}

ExitCode write_all(const SurveyOptions& options, const rules::Survey& survey, const Setting& setting,
                   const rules::SurveyCounts& counts, const Streams& streams) {
    const rules::SurveyHeading& heading = setting.heading;
    bool is_written = true;
    if (!options.partial.empty()) {
        const std::string part = boost::json::serialize(rules::part_of_survey(heading, counts)) + "\n";
        is_written = write_result(options.partial, part, Readers::owner, streams);
    }
    if (!options.json.empty()) {
        const std::string exact = fhir::print_json_indented(rules::survey_json(heading, survey, counts)) + "\n";
        is_written = write_result(options.json, exact, Readers::owner, streams) && is_written;
    }
    const bool shows_text = outputs_to_stdout(options) == 0;
    if (shows_text || !options.html.empty()) {
        const rules::Page page = rules::survey_page(heading, survey, counts);
        if (!options.html.empty()) {
            const std::string html = rules::html_page(page, read_page_script());
            is_written = write_result(options.html, html, Readers::all, streams) && is_written;
        }
        if (shows_text) streams.out << rules::page_text(page) << std::flush;
    }
    return is_written ? ExitCode::fine : ExitCode::environment;
}

}  // namespace

ExitCode run_survey(const SurveyOptions& options, const Streams& streams) {
    if (!fit_together(options, streams.err)) return ExitCode::usage;
    const auto clock = options.at.empty() ? std::optional(running_clock()) : parse_clinical_clock(options.at, false);
    if (!clock) {
        streams.err << "error: --at " << options.at << ": " << why_no_instant(options.at) << '\n';
        return ExitCode::usage;
    }
    Setting setting{load_pack(options.pack, options.site), clock->time(), {}};
    print_findings(setting.pack.findings, streams.err);
    if (!setting.pack.program) return ExitCode::bad_input;
    setting.heading = heading_of(setting.pack, setting.time.at);
    const rules::Survey survey(setting.pack.program);
    rules::SurveyCounts counts;
    ExitCode step = read_patients(options, survey, setting, streams, counts);
    if (step == ExitCode::fine) step = merge_parts(options, setting, streams, counts);
    if (step != ExitCode::fine) return step;
    std::vector<std::string> where = options.population;
    for (const std::filesystem::path& part : options.merge) where.push_back(part.generic_string());
    const std::uint64_t patients = counts.of({"patient", "all"}).patients;
    if (!has_somebody(patients, where, !options.partial.empty(), streams.err)) return ExitCode::bad_input;
    if (const std::string why = why_not_told(counts); !why.empty()) {
        streams.err << "error: " << why << '\n';
        return ExitCode::bad_input;
    }
    return write_all(options, survey, setting, counts, streams);
}

}  // namespace service
