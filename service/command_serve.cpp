#include "service/command_serve.hpp"

#include "service/admin_port.hpp"
#include "service/clinical_port.hpp"
#include "service/config.hpp"
#include "service/file_text.hpp"
#include "service/findings.hpp"
#include "service/server.hpp"

#include <boost/asio/ip/address.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <thread>

namespace service {

using tcp = boost::asio::ip::tcp;

namespace {

/// No pack: nothing is offered.
class NoServices final : public CdsServices {
  public:
    const std::string& discovery() const override { return discovery_; }
    bool offers(std::string_view) const override { return false; }
    boost::asio::awaitable<Reply> call(std::string_view, const RequestHead& head, std::string_view) const override {
        co_return problem_reply({Fault::unknown_service, {}, {}}, head.accept);
    }

  private:
    std::string discovery_ = R"({"services":[]})";
};

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

}  // namespace

ExitCode run_serve(const ServeOptions& options, const Streams& streams) {
    auto config = load_config(options.config, streams.err);
    if (!config) return ExitCode::bad_input;
    const auto tls = open_tls(config->tls);
    if (!tls) {
        streams.err << tls.error().file.string() << ": error: " << tls.error().reason << " [tls]\n";
        return ExitCode::bad_input;
    }
    warn_of_development(*config, streams.err);
    std::signal(SIGPIPE, SIG_IGN);  // a reader of stdout or stderr that went away must not end the service

    const auto log = open_log(config->log);
    const NoServices services;
    Service service(*config, services, *log);
    const ConnectionLimits limits = limits_of(*config);
    if (!listen(service.server, config->listen, {"clinical", service.clinical, *tls, limits, *log}, streams.err)) {
        return ExitCode::environment;
    }
    if (config->admin &&
        !listen(service.server, *config->admin, {"admin", service.admin, nullptr, limits, *log}, streams.err)) {
        return ExitCode::environment;
    }
    service.server.stop_on_signals();
    service.readiness.set(true);
    streams.out << "listening on https://" << print_address(config->listen) << '\n';
    if (config->admin) streams.out << "admin on http://" << print_address(*config->admin) << '\n';
    streams.out << std::flush;
    log->write(ServiceStarted{BACKPAIN_CDS_VERSION, config->mode == Mode::production ? "production" : "development",
                              print_address(config->listen), config->admin ? print_address(*config->admin) : "",
                              server_limits_of(*config).threads, config->packs.size()});
    log->write(ServiceStopped{service.server.run()});
    return ExitCode::fine;
}

}  // namespace service
