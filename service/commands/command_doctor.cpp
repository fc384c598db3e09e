#include "service/commands/command_doctor.hpp"

#include "fhir/json_text.hpp"
#include "service/base/findings.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/deployment.hpp"
#include "service/run/doctor.hpp"
#include "service/run/registration_sheet.hpp"

#include <algorithm>
#include <iterator>
#include <ostream>

namespace service {
namespace json = boost::json;

namespace {

void append(DoctorLines& lines, DoctorLines more) {
    lines.insert(lines.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

DoctorLines examine(const Config& config) {
    DoctorLines lines = examine_settings(config);
    append(lines, examine_certificate(config, wall_time()));
    append(lines, examine_packs(config, running_clock()().date));
    append(lines, examine_clients(config));
    append(lines, examine_fhir_servers(config));
    append(lines, examine_store(config));
    append(lines, examine_addresses(config));
    return lines;
}

std::size_t count(const DoctorLines& lines, Verdict verdict) {
    return static_cast<std::size_t>(std::ranges::count(lines, verdict, &DoctorLine::verdict));
}

void print_text(const DoctorLines& lines, std::ostream& out) {
    for (const DoctorLine& line : lines) {
        out << name_of(line.verdict) << ": " << line.about << ": " << line.says << '\n';
        if (!line.mend.empty()) out << "  " << line.mend << '\n';
    }
    out << count(lines, Verdict::fault) << " faults, " << count(lines, Verdict::warning) << " warnings\n";
}

void print_json(const DoctorLines& lines, std::ostream& out) {
    json::array all;
    for (const DoctorLine& line : lines) {
        all.push_back(json::object{
            {"verdict", name_of(line.verdict)}, {"about", line.about}, {"says", line.says}, {"mend", line.mend}});
    }
    out << fhir::print_json_indented(json::object{{"faults", count(lines, Verdict::fault)},
                                                  {"warnings", count(lines, Verdict::warning)},
                                                  {"lines", std::move(all)}})
        << '\n';
}

/// The sheet needs packs that load; whether the rest is in order is not asked.
ExitCode print_sheet(const SheetClient& client, const Config& config, const Streams& streams) {
    rules::Diagnostics findings;
    const auto packs = load_packs(config, findings);
    if (!packs) {
        print_findings(findings, streams.err);
        return ExitCode::bad_input;
    }
    streams.out << registration_sheet(client, config, *packs);
    return ExitCode::fine;
}

}  // namespace

std::string sheet_names() {
    std::string names;
    for (const SheetClient& client : sheet_clients()) names += (names.empty() ? "" : "|") + std::string(client.name);
    return names;
}

ExitCode run_doctor(const DoctorOptions& options, const Streams& streams) {
    if (!options.sheet.empty() && find_sheet_client(options.sheet) == nullptr) {
        streams.err << "error: --sheet takes one of " << sheet_names() << '\n';
        return ExitCode::usage;
    }
    if (!options.sheet.empty() && options.format != OutputFormat::text) {
        streams.err << "error: a sheet is text: leave out --format, or --sheet\n";
        return ExitCode::usage;
    }
    rules::Diagnostics findings;
    const auto config = load_config(options.config, findings);
    print_findings(findings, streams.err);
    if (!config) return ExitCode::bad_input;
    use_time_zone(config->time_zone);
    if (const SheetClient* client = find_sheet_client(options.sheet)) return print_sheet(*client, *config, streams);
    const DoctorLines lines = examine(*config);
    switch (options.format) {
        case OutputFormat::text:
            print_text(lines, streams.out);
            break;
        case OutputFormat::json:
            print_json(lines, streams.out);
            break;
    }
    return count(lines, Verdict::fault) == 0 ? ExitCode::fine : ExitCode::does_not_hold;
}

}  // namespace service
