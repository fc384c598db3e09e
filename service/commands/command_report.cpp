#include "service/commands/command_report.hpp"

#include "rules/compare/page_text.hpp"
#include "service/base/findings.hpp"
#include "service/base/page_script.hpp"
#include "service/base/timestamp.hpp"
#include "service/base/wall_time.hpp"
#include "service/deployment/deployment.hpp"
#include "service/live/report_page.hpp"

#include <algorithm>
#include <memory>
#include <ostream>

namespace service {

namespace {

constexpr std::chrono::days usual_span{13 * 7};
constexpr std::string_view sqlite = "sqlite:";
/// Nobody waits for a report but the person who asked for it.
constexpr StoreLimits patient{
    .call = std::chrono::seconds(10), .background = std::chrono::minutes(10), .start = std::chrono::seconds(10)};

/// From when on: the day that was asked for, in UTC. Nothing if it is none.
std::optional<WallTime> first_moment(const std::string& since, WallTime now) {
    if (since.empty()) return WallTime(std::chrono::floor<std::chrono::days>(now) - usual_span);
    const auto midnight = parse_timestamp(since + "T00:00:00Z");
    if (!midnight) return std::nullopt;
    return std::chrono::floor<std::chrono::milliseconds>(*midnight);
}

ExitCode refuse(const Streams& streams, std::string_view what, std::string_view mend) {
    streams.err << "error: " << what << "\n  " << mend << '\n';
    return ExitCode::environment;
}

/// The store as it stands, if it is one that this program reads; else the exit code, with the reason told.
boost::system::result<std::unique_ptr<Store>, ExitCode> open_for_reading(const Config& config, const Streams& streams) {
    if (config.store.empty()) {
        return refuse(streams, "this configuration has no store", "Set \"store\"; without it nothing is counted.");
    }
    std::error_code ignored;
    const bool is_missing =
        config.store.starts_with(sqlite) && !std::filesystem::exists(config.store.substr(sqlite.size()), ignored);
    if (is_missing) return refuse(streams, "the store is not there yet", "It is made when the service first starts.");
    std::unique_ptr<Store> store = Store::as_it_stands(config.store, patient);
    const auto schema = store->schema_version();
    if (!schema) {
        return refuse(streams, "the store cannot be read: " + std::string(name_of(schema.error())),
                      "`backpain-cds doctor` says what is amiss with it.");
    }
    if (*schema == Store::newest_schema()) return store;
    const bool is_newer = *schema > Store::newest_schema();
    return refuse(streams,
                  "the store has schema " + std::to_string(*schema) + ", and this program reads " +
                      std::to_string(Store::newest_schema()),
                  is_newer ? "Use the version of backpain-cds that has been at it."
                           : "The service brings it up to date when it starts in this version.");
}

void print(const Report& report, ReportFormat format, std::ostream& out) {
    switch (format) {
        case ReportFormat::text:
            out << rules::page_text(report_page(report));
            break;
        case ReportFormat::json:
            out << report_json(report);
            break;
        case ReportFormat::csv:
            out << report_csv(report_page(report));
            break;
        case ReportFormat::html:
            out << rules::html_page(report_page(report), read_page_script());
            break;
    }
}

}  // namespace

ExitCode run_report(const ReportOptions& options, const Streams& streams) {
    const WallTime now = wall_time();
    const auto since = first_moment(options.since, now);
    if (!since) {
        streams.err << "error: --since takes a day, such as 2026-01-01\n";
        return ExitCode::usage;
    }
    rules::Diagnostics findings;
    const auto config = load_config(options.config, findings);
    print_findings(findings, streams.err);
    if (!config) return ExitCode::bad_input;
    const auto store = open_for_reading(*config, streams);
    if (!store) return store.error();
    // What is older is no longer kept card by card: cards without an answer would be missing among those with one.
    const WallTime kept_since = std::chrono::ceil<std::chrono::days>(now - config->keep.decisions);
    if (!options.since.empty() && *since < kept_since) {
        streams.err << "note: cards are kept for " << config->keep.decisions.count()
                    << " days (keep.decisionsDays): the report begins there\n";
    }
    const WallTime begin = std::max(*since, kept_since);
    auto view = (*store)->view(begin);
    if (!view) {
        return refuse(streams, "the store cannot be read: " + std::string(name_of(view.error())),
                      "`backpain-cds doctor` says what is amiss with it.");
    }
    print(make_report(std::move(*view), begin, now), options.format, streams.out);
    return ExitCode::fine;
}

}  // namespace service
