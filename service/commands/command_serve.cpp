#include "service/commands/command_serve.hpp"

#include "service/base/findings.hpp"
#include "service/http/server.hpp"
#include "service/run/running_service.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

namespace service {

namespace {

/// The clock that the rules go by, or nothing after having said why `at` cannot be it.
std::optional<ClinicalClock> open_clock(const std::string& at, const Config& config, std::ostream& err) {
    if (at.empty()) return running_clock();
    auto clock = parse_clinical_clock(at, !config.time_zone.empty());
    if (config.mode != Mode::development) {
        err << "error: --at is for development mode only\n";
    } else if (!clock) {
        err << "error: --at must be a date and time, such as 2026-01-15T09:00:00+01:00, or a date\n";
    } else {
        return clock;
    }
    return std::nullopt;
}

void warn_of_development(const Config& config, std::ostream& err) {
    if (config.mode != Mode::development) return;
    err << "warning: development mode: not for patients' data\n";
    if (!config.authentication_required)
        err << "warning: authentication is off: everybody who reaches the port is served\n";
}

/// \param all  whether every thread of the service has come to its end.
ExitCode ended(bool all, ExitCode code, const Streams& streams) {
    if (all) return code;
    // A thread that hangs in the store or the resolver cannot be ended, and may still look at everything.
    streams.out << std::flush;
    std::_Exit(static_cast<int>(code));
}

}  // namespace

ExitCode run_serve(const ServeOptions& options, const Streams& streams) {
    rules::Diagnostics findings;
    auto deployment = load_deployment(options.config, findings);
    print_findings(findings, streams.err);
    if (!deployment) return ExitCode::bad_input;
    use_time_zone(deployment->config.time_zone);
    const auto clock = open_clock(options.at, deployment->config, streams.err);
    if (!clock) return ExitCode::usage;
    warn_of_development(deployment->config, streams.err);
    hold_back_signals();
    std::signal(SIGPIPE, SIG_IGN);  // a reader of stdout or stderr that went away must not end the service

    RunningService service(std::move(*deployment), *clock, options.config);
    const auto listening = service.start();
    if (!listening) {
        print_findings({listening.error()}, streams.err);
        return ended(service.close(), ExitCode::environment, streams);
    }
    streams.out << "listening on https://" << print_address(listening->clinical) << '\n';
    if (listening->admin) streams.out << "admin on http://" << print_address(*listening->admin) << '\n';
    streams.out << std::flush;
    return ended(service.run(), ExitCode::fine, streams);
}

}  // namespace service
