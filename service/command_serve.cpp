#include "service/command_serve.hpp"

#include "service/admin_port.hpp"
#include "service/clinical_port.hpp"
#include "service/config.hpp"
#include "service/file_text.hpp"
#include "service/findings.hpp"
#include "service/hook_handler.hpp"
#include "service/server.hpp"
#include "service/uuid.hpp"

#include <boost/asio/ip/address.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace service {

using tcp = boost::asio::ip::tcp;

namespace {

std::optional<std::string> environment_variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

/// The configuration, or nothing after having said why not.
std::optional<Config> load_config(const std::filesystem::path& path, std::ostream& err) {
    const auto text = read_text(path);
    if (!text) {
        print_findings({finding_of_file(path.string(), "cannot-read", "The configuration cannot be read.")}, err);
        return std::nullopt;
    }
    ConfigReading reading = read_config(*text, path, environment_variable);
    print_findings(reading.findings, err);
    if (!reading.findings.empty()) return std::nullopt;
    return std::move(reading.config);
}

ConnectionLimits limits_of(const Config& config) {
    ConnectionLimits limits;
    limits.header_bytes = config.limits.header_bytes;
    limits.body_bytes = config.limits.body_bytes;
    limits.request = std::chrono::seconds(config.limits.request_seconds);
    return limits;
}

ServerLimits server_limits_of(const Config& config) {
    constexpr std::chrono::seconds grace(5);
    ServerLimits limits;
    limits.threads = config.threads != 0 ? config.threads : std::max(1U, std::thread::hardware_concurrency());
    limits.connections = config.limits.connections;
    limits.drain = std::chrono::seconds(config.limits.request_seconds) + grace;
    return limits;
}

/// Opens `address`, whose port becomes the one listened on; false after having said why not.
bool listen(Server& server, Address& address, ConnectionSettings settings, std::ostream& err) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(address.host, error);
    const auto port = error ? boost::system::result<std::uint16_t, ListenError>(ListenError{error.message()})
                            : server.listen(tcp::endpoint(ip, address.port), std::move(settings));
    if (!port) {
        err << "error: cannot listen on " << print_address(address) << ": " << port.error().reason << '\n';
        return false;
    }
    address.port = *port;
    return true;
}

/// Calendar days are counted in this zone. Before any thread, since it changes the environment.
void use_time_zone(const std::string& name) {
    if (!name.empty()) setenv("TZ", name.c_str(), 1);
    tzset();
}

/// Two packs must not answer one hook at one address. False after having said where they would.
bool offer_each_service_once(const std::vector<LoadedPack>& packs, std::ostream& err) {
    std::set<std::pair<std::string, rules::Hook>> offered;
    for (const LoadedPack& pack : packs) {
        for (const rules::Service& one : pack.program->pack().services) {
            if (offered.emplace(one.id, one.hook).second) continue;
            err << "error: the service " << one.id << " is offered twice for " << name_of(one.hook) << '\n';
            return false;
        }
    }
    return true;
}

/// The packs of the configuration, or nothing after having said what is wrong with them. Warnings are said too.
std::optional<std::vector<LoadedPack>> load_packs(const Config& config, std::ostream& err) {
    std::vector<LoadedPack> packs;
    bool whole = true;
    for (const PackSource& source : config.packs) {
        packs.push_back(load_pack(source.path, source.site));
        print_findings(packs.back().findings, err);
        whole = whole && packs.back().program != nullptr;
    }
    whole = whole && offer_each_service_once(packs, err);
    if (!whole) return std::nullopt;
    return packs;
}

/// The clock that the rules go by, or nothing after having said why `at` cannot be it.
std::optional<ClinicalClock> open_clock(const std::string& at, const Config& config, std::ostream& err) {
    if (at.empty()) return running_clock();
    const auto instant = parse_clinical_instant(at);
    if (config.mode != Mode::development) {
        err << "error: --at is for development mode only\n";
    } else if (!instant) {
        err << "error: --at must be a date and time, such as 2026-01-15T09:00:00+01:00, or a date\n";
    } else {
        return frozen_clock(*instant);
    }
    return std::nullopt;
}

void warn_of_development(const Config& config, std::ostream& err) {
    if (config.mode != Mode::development) return;
    err << "warning: development mode: not for patients' data\n";
    if (!config.authentication_required)
        err << "warning: authentication is off: everybody who reaches the port is served\n";
}

/// What main owns while the service runs; declared in the order of dependency.
struct Service {
    Service(const Config& config, const CdsServices& services, Log& log)
        : clinical(services, CorsPolicy(config.cors_origins), config.limits.requests_per_second),
          admin(readiness),
          server(server_limits_of(config), log) {}

    Readiness readiness;
    ClinicalPort clinical;
    AdminPort admin;
    Server server;
};

/// Everything that must be right before a port is opened.
struct Prepared {
    Config config;
    TlsContext tls;
    std::vector<LoadedPack> packs;
    ClinicalClock clock;
};

boost::system::result<Prepared, ExitCode> prepare(const ServeOptions& options, std::ostream& err) {
    auto config = load_config(options.config, err);
    if (!config) return ExitCode::bad_input;
    const auto tls = open_tls(config->tls);
    if (!tls) {
        print_findings({finding_of_file(tls.error().file.string(), "tls", "This " + tls.error().reason + ".")}, err);
        return ExitCode::bad_input;
    }
    use_time_zone(config->time_zone);
    const auto clock = open_clock(options.at, *config, err);
    if (!clock) return ExitCode::usage;
    auto packs = load_packs(*config, err);
    if (!packs) return ExitCode::bad_input;
    return Prepared{std::move(*config), *tls, std::move(*packs), *clock};
}

void log_start(const Prepared& prepared, Log& log) {
    const Config& config = prepared.config;
    for (const LoadedPack& pack : prepared.packs) {
        const rules::Identity& identity = pack.program->pack().identity;
        log.write(PackLoaded{identity.id, identity.version, pack.digest, pack.pack_digest, pack.site_digest});
    }
    log.write(ServiceStarted{BACKPAIN_CDS_VERSION, config.mode == Mode::production ? "production" : "development",
                             print_address(config.listen), config.admin ? print_address(*config.admin) : "",
                             server_limits_of(config).threads, prepared.packs.size()});
}

}  // namespace

ExitCode run_serve(const ServeOptions& options, const Streams& streams) {
    auto prepared = prepare(options, streams.err);
    if (!prepared) return prepared.error();
    Config& config = prepared->config;
    warn_of_development(config, streams.err);
    std::signal(SIGPIPE, SIG_IGN);  // a reader of stdout or stderr that went away must not end the service

    const auto log = open_log(config.log);
    const HookHandler services(prepared->packs, {config.anonymous_profile, prepared->clock, random_uuid});
    Service service(config, services, *log);
    const ConnectionLimits limits = limits_of(config);
    if (!listen(service.server, config.listen, {"clinical", service.clinical, prepared->tls, limits, *log},
                streams.err)) {
        return ExitCode::environment;
    }
    if (config.admin &&
        !listen(service.server, *config.admin, {"admin", service.admin, nullptr, limits, *log}, streams.err)) {
        return ExitCode::environment;
    }
    service.server.stop_on_signals();
    service.readiness.set(true);
    streams.out << "listening on https://" << print_address(config.listen) << '\n';
    if (config.admin) streams.out << "admin on http://" << print_address(*config.admin) << '\n';
    streams.out << std::flush;
    log_start(*prepared, *log);
    log->write(ServiceStopped{service.server.run()});
    return ExitCode::fine;
}

}  // namespace service
