#include "service/commands/command_impact.hpp"

#include "fhir/json_text.hpp"
#include "rules/compare/impact_report.hpp"
#include "rules/page/page_text.hpp"
#include "rules/text/in_parallel.hpp"
#include "service/base/file_text.hpp"
#include "service/base/findings.hpp"
#include "service/base/page_script.hpp"
#include "service/tuning/impact_count.hpp"
#include "service/tuning/population_run.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ostream>
#include <utility>

namespace service {
namespace {

namespace json = boost::json;

/// What came of it, or how the command ends after having said why there is nothing.
using Counted = boost::system::result<rules::Impact, ExitCode>;

/// More cards than this share of those before are too many; a few always pass.
struct Budget {
    double percent = 0;
};
constexpr double budget_floor = 20;  // cards: a percentage of a handful says nothing

/// Reads "+2%"; nothing if it is no such thing.
std::optional<Budget> parse_budget(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (!text.ends_with('%')) return std::nullopt;
    text.remove_suffix(1);
    Budget budget;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), budget.percent);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    return is_whole && budget.percent >= 0 ? std::optional(budget) : std::nullopt;
}

ExitCode refuse_budget(std::ostream& err) {
    err << "error: --budget is for captured requests alone: how often a chart is opened cannot be told from "
           "records\n";
    return ExitCode::usage;
}

/// The days of `--since` and `--until`; nothing if they are none, or in the wrong order.
std::optional<EncounterDays> days_of(const ImpactOptions& options) {
    const auto since = fhir::Date::parse(options.since), until = fhir::Date::parse(options.until);
    if (!since || !until || since->first_day() > until->last_day()) return std::nullopt;
    return EncounterDays{*since, *until};
}

/// False after having said what is amiss.
bool fit_events(const ImpactOptions& options, std::ostream& err) {
    const bool has_days = !options.since.empty() || !options.until.empty();
    if (options.events == "now") {
        if (has_days) err << "error: --since and --until go with --events encounters\n";
        return !has_days;
    }
    if (!options.at.empty()) {
        err << "error: --at goes with --events now: encounters are looked at when they began\n";
        return false;
    }
    if (!options.merge.empty() || days_of(options)) return true;
    for (const auto& [name, text] : {std::pair("--since", &options.since), std::pair("--until", &options.until)}) {
        if (text->empty() || fhir::Date::parse(*text)) continue;
        err << "error: " << name << ' ' << *text << ": " << why_no_instant(*text) << '\n';
        return false;
    }
    if (fhir::Date::parse(options.since) && fhir::Date::parse(options.until)) {
        err << "error: --since " << options.since << " is after --until " << options.until << ": turn them round\n";
        return false;
    }
    err << "error: --events encounters needs --since DATE and --until DATE, such as 2025-01-01 and 2025-12-31\n";
    return false;
}

/// False after having said what is amiss with the options.
bool fit_together(const ImpactOptions& options, std::ostream& err) {
    const bool merges = !options.merge.empty();
    if (merges != options.population.empty()) {
        err << "error: give a population (files, folders, or - for standard input), or --merge FILE... of partial "
               "results\n";
    } else if (!merges && options.from.empty()) {
        err << "error: --from PACK is needed, and --to PACK or two site files\n";
    } else if (!fit_events(options, err)) {
        return false;
    } else if (!options.partial_file.empty() && !merges && options.at.empty() && options.events == "now") {
        err << "error: --partial needs --at: parts are added up only if they were looked at on the same day\n";
    } else if (!options.budget.empty() && options.events == "encounters") {
        refuse_budget(err);
    } else if (!options.budget.empty() && !parse_budget(options.budget)) {
        err << "error: --budget takes a share of cards such as +2%\n";
    } else {
        return true;
    }
    return false;
}

std::optional<LoadedPack> load(const std::filesystem::path& path, const std::filesystem::path& site,
                               std::ostream& err) {
    LoadedPack pack = load_pack(path, site);
    print_findings(pack.findings, err);
    if (!pack.program) return std::nullopt;
    return pack;
}

Counted count_population(const ImpactOptions& options, const Streams& streams) {
    const auto clock = options.at.empty() ? std::optional(running_clock()) : parse_clinical_clock(options.at, false);
    if (!clock) {
        streams.err << "error: --at " << options.at << ": " << why_no_instant(options.at) << '\n';
        return ExitCode::usage;
    }
    const auto from = load(options.from, options.site_from, streams.err);
    if (!from) return ExitCode::bad_input;
    const auto to = load(options.to.empty() ? options.from : options.to, options.site_to, streams.err);
    if (!to) return ExitCode::bad_input;

    rules::PopulationOptions how;
    how.paths = options.population;
    how.input = &streams.in;
    how.temp = options.temp;
    how.threads = options.threads > 0 ? options.threads : rules::all_cores();
    how.strict = options.strict;
    how.requests_as_texts = true;
    how.requests_alone = !options.budget.empty();
    PopulationProgressLine progress(streams.err, options.quiet);
    how.on_progress = progress.listener();
    const ClinicalTime time = clock->time();
    ImpactSettings settings{time, !options.at.empty(), options.examples, how.threads};
    if (options.events == "encounters") settings.encounters = days_of(options);
    auto counted = count_impact(*from, *to, settings, how);
    if (!counted) {
        streams.err << "error: " << counted.error() << '\n';
        return ExitCode::bad_input;
    }
    const rules::PopulationCounts& read = counted->read;
    if (how.requests_alone && read.records > 0) return refuse_budget(streams.err);
    say_what_was_left_out(read, streams.err);
    if (options.strict && !read.faults.empty()) return ExitCode::bad_input;
    const bool is_part = !options.partial_file.empty();
    if (!has_somebody(read.records + read.requests, options.population, is_part, streams.err)) {
        return ExitCode::bad_input;
    }
    rules::ImpactSubject& subject = counted->impact.subject;
    if (!options.at.empty()) subject.at = options.at;
    if (settings.encounters) {
        subject.since = options.since;
        subject.until = options.until;
    }
    return std::move(counted->impact);
}

/// How a part says what a side of it was: "back-pain-labs 1.0.0, sha256:…".
std::string words_of(const rules::ImpactSubject::Version& version) {
    return version.pack + " " + version.version + ", digest on cards " + version.digests.cards;
}

/// In what two parts are not of one whole; empty if they are. A part without anything in it fits every one that was
/// looked at in the same way.
std::string what_differs(const rules::Impact& one, const rules::Impact& other) {
    const rules::ImpactSubject &own = one.subject, &theirs = other.subject;
    const bool is_empty = one.counts.at({"events"}) == 0 || other.counts.at({"events"}) == 0;
    for (const rules::Side side : rules::sides) {
        const auto& mine = own.versions[static_cast<std::size_t>(side)];
        const auto& its = theirs.versions[static_cast<std::size_t>(side)];
        if (mine == its) continue;
        const bool is_site = mine.pack == its.pack && mine.version == its.version;
        return std::string("the ") + (is_site ? "content of pack or site file " : "pack ") +
               (side == rules::Side::from ? "before" : "after") + " the change is another one (" + words_of(its) +
               ", not " + words_of(mine) + ")";
    }
    const auto differs = [](std::string what, const std::string& mine, const std::string& its) {
        return mine == its ? std::string() : what + " is " + its + ", not " + mine;
    };
    std::string events = is_empty ? std::string() : differs("--events", own.events, theirs.events);
    if (!events.empty()) return events;
    if (own.at != theirs.at) return differs("the day (--at)", own.at, theirs.at);
    if (own.since != theirs.since) return differs("--since", own.since, theirs.since);
    return differs("--until", own.until, theirs.until);
}

std::uint64_t patients_of(const rules::Impact& impact) {
    return impact.counts.at({"patients"}) + impact.counts.at({"calls"});
}

Counted merge_parts(const ImpactOptions& options, std::ostream& err) {
    const std::vector<std::string>& files = options.merge;
    std::optional<rules::Impact> whole;
    PartsGiven given;
    for (const std::string& file : files) {
        const auto text = read_text(file);
        const auto tree = text ? fhir::parse_json(*text) : boost::system::result<json::value, fhir::JsonError>({});
        auto part = text && tree && tree->is_object() ? rules::impact_from_json(tree->get_object()) : std::nullopt;
        if (!part) {
            const char* why =
                text ? "This is no partial result of impact: write it with --partial." : "The file cannot be read.";
            print_findings({finding_of_file(file, "partial", why)}, err);
            return ExitCode::bad_input;
        }
        if (!given.take(file, *text, patients_of(*part) > 0, err)) return ExitCode::usage;
        if (!whole) {
            whole = std::move(*part);
            continue;
        }
        if (const std::string other = what_differs(*whole, *part); !other.empty()) {
            print_findings(
                {finding_of_file(file, "partial",
                                 "This part and " + files.front() + " do not add up: " + other + ". Make " +
                                     "all parts with the same --from, --to, site files, --at and --events.")},
                err);
            return ExitCode::bad_input;
        }
        if (whole->counts.at({"events"}) == 0) whole->subject = part->subject;
        whole->add(*part);
    }
    if (!has_somebody(patients_of(*whole), files, !options.partial_file.empty(), err)) return ExitCode::bad_input;
    return std::move(*whole);
}

bool write_reports(const rules::Impact& impact, const ImpactOptions& options, const Streams& streams) {
    const std::string exact = fhir::print_json_indented(rules::impact_as_json(impact)) + "\n";
    const rules::Page page = rules::impact_page(impact);
    bool is_written = true;
    for (const std::string& file : {options.json_file, options.partial_file}) {
        if (!file.empty()) is_written = write_result(file, exact, Readers::owner, streams) && is_written;
    }
    if (!options.html_file.empty()) {
        const std::string html = rules::html_page(page, read_page_script());
        is_written = write_result(options.html_file, html, Readers::all, streams) && is_written;
    }
    const bool is_taken = options.json_file == "-" || options.partial_file == "-" || options.html_file == "-";
    if (!is_taken) streams.out << rules::page_text(page);
    if (impact.most_examples > 0 && !is_taken) {
        for (const auto& [rule, kinds] : impact.examples) {
            for (const auto& [what, patients] : kinds) {
                streams.out << "example, not for sharing: " << rule << ' ' << what;
                for (const std::string& patient : patients) streams.out << ' ' << patient;
                streams.out << '\n';
            }
        }
    }
    return is_written;
}

ExitCode hold_against_budget(const rules::Impact& impact, const std::string& text, std::ostream& err) {
    if (impact.subject.events != "requests") return refuse_budget(err);
    const auto before = static_cast<double>(rules::cards_of(impact, rules::Side::from));
    const auto after = static_cast<double>(rules::cards_of(impact, rules::Side::to));
    const double most = std::max(before * parse_budget(text)->percent / 100, budget_floor);
    if (after - before <= most) return ExitCode::fine;
    err << "over budget: " << after << " cards after the change, " << before << " before; " << text << " allows "
        << before + most << '\n';
    return ExitCode::does_not_hold;
}

}  // namespace

ExitCode run_impact(const ImpactOptions& options, const Streams& streams) {
    if (!fit_together(options, streams.err)) return ExitCode::usage;
    const Counted counted =
        options.merge.empty() ? count_population(options, streams) : merge_parts(options, streams.err);
    if (!counted) return counted.error();
    if (!write_reports(*counted, options, streams)) return ExitCode::environment;
    return options.budget.empty() ? ExitCode::fine : hold_against_budget(*counted, options.budget, streams.err);
}

}  // namespace service
