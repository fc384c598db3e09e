#include "service/commands/command_report.hpp"

#include "rules/page/page_text.hpp"
#include "service/base/findings.hpp"
#include "service/base/page_script.hpp"
#include "service/base/timestamp.hpp"
#include "service/base/wall_time.hpp"
#include "service/deployment/deployment.hpp"
#include "service/live/drift_days.hpp"
#include "service/live/drift_page.hpp"
#include "service/live/report_page.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>

namespace service {

namespace {

constexpr std::chrono::days usual_span{13 * 7};
constexpr std::string_view sqlite = "sqlite:";
/// Nobody waits for a report but the person who asked for it.
constexpr StoreLimits patient{
    .call = std::chrono::seconds(10), .background = std::chrono::minutes(10), .start = std::chrono::seconds(10)};

/// So many days are listened on at once: the days themselves, and a year before them, are in memory.
constexpr std::int64_t most_days_listened = 3700;

/// The day that was asked for, in UTC; `unasked` if none was. Nothing if it is no day.
std::optional<std::chrono::sys_days> day_of(const std::string& asked, std::chrono::sys_days unasked) {
    if (asked.empty()) return unasked;
    const auto midnight = parse_timestamp(asked + "T00:00:00Z");
    if (!midnight) return std::nullopt;
    return std::chrono::floor<std::chrono::days>(*midnight);
}

ExitCode refuse(const Streams& streams, std::string_view what, std::string_view mend) {
    streams.err << "error: " << what << "\n  " << mend << '\n';
    return ExitCode::environment;
}

ExitCode refuse_store(const Streams& streams, StoreFault fault) {
    return refuse(streams, "the store cannot be read: " + std::string(name_of(fault)),
                  "`backpain-cds doctor` says what is amiss with it.");
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
    if (!schema) return refuse_store(streams, schema.error());
    if (*schema == Store::newest_schema()) return store;
    const bool is_newer = *schema > Store::newest_schema();
    return refuse(streams,
                  "the store has schema " + std::to_string(*schema) + ", and this program reads " +
                      std::to_string(Store::newest_schema()),
                  is_newer ? "Use the version of backpain-cds that has been at it."
                           : "The service brings it up to date when it starts in this version.");
}

/// \param json  of it, asked for if it is to be printed.
void print(const rules::Page& page, const std::function<std::string()>& json, ReportFormat format, std::ostream& out) {
    switch (format) {
        case ReportFormat::text:
            out << rules::page_text(page);
            break;
        case ReportFormat::json:
            out << json();
            break;
        case ReportFormat::csv:
            out << report_csv(page);
            break;
        case ReportFormat::html:
            out << rules::html_page(page, read_page_script());
            break;
    }
}

ExitCode report_drift(const ReportOptions& options, Store& store, std::chrono::sys_days today, const Streams& streams) {
    const auto until = day_of(options.until, today - std::chrono::days(1));
    const auto since = until ? day_of(options.since, *until) : std::nullopt;
    const bool fits = since && *since <= *until && *until < today && (*until - *since).count() < most_days_listened;
    if (!fits) {
        streams.err
            << "error: with --drift, --since and --until take days that are over, such as 2026-01-01, the first "
               "not after the last, and at most "
            << most_days_listened << " of them\n";
        return ExitCode::usage;
    }
    const auto listened = static_cast<std::size_t>((*until - *since).count()) + 1;
    const auto days = read_drift_days(store, *until, listened);
    if (!days) return refuse_store(streams, days.error());
    const DriftReport report = make_drift_report(*days, listened);
    print(
        drift_page(report), [&] { return drift_json(report); }, options.format, streams.out);
    return report.has_something_now() ? ExitCode::does_not_hold : ExitCode::fine;
}

}  // namespace

ExitCode run_report(const ReportOptions& options, const Streams& streams) {
    const WallTime now = wall_time();
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto since = day_of(options.since, today - usual_span);
    if (!options.drift && !options.until.empty()) {
        streams.err << "error: --until is for --drift\n";
        return ExitCode::usage;
    }
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
    if (options.drift) return report_drift(options, **store, today, streams);
    // What is older is no longer kept card by card: cards without an answer would be missing among those with one.
    const WallTime kept_since = std::chrono::ceil<std::chrono::days>(now - config->keep.decisions);
    if (!options.since.empty() && *since < kept_since) {
        streams.err << "note: cards are kept for " << config->keep.decisions.count()
                    << " days (keep.decisionsDays): the report begins there\n";
    }
    const WallTime begin = std::max(WallTime(*since), kept_since);
    auto view = (*store)->view(begin);
    if (!view) return refuse_store(streams, view.error());
    const Report report = make_report(std::move(*view), begin, now);
    print(
        report_page(report), [&] { return report_json(report); }, options.format, streams.out);
    return ExitCode::fine;
}

}  // namespace service
