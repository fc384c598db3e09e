// doctor: mode, authentication, time zone.
#include "service/hooks/audit_file.hpp"
#include "service/run/doctor.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

namespace service {

namespace {

std::string zone_in_use() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    const long minutes = local.tm_gmtoff / 60;
    const auto two = [](long number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
    const long size = std::abs(minutes);
    return std::string(local.tm_zone) + ", UTC" + (minutes < 0 ? "-" : "+") + two(size / 60) + ":" + two(size % 60);
}

DoctorLine examine_mode(const Config& config) {
    if (config.mode == Mode::production) return {Verdict::ok, "mode", "production", ""};
    return {Verdict::warning, "mode", "development: not for patients' data",
            "Set \"mode\": \"production\" before real calls come."};
}

DoctorLine examine_authentication(const Config& config) {
    if (!config.authentication_required) {
        return {Verdict::warning, "authentication", "none: everybody who reaches the port is served",
                "Set \"authentication\": \"required\" and list the clients."};
    }
    return {Verdict::ok, "authentication", "required, of " + std::to_string(config.clients.size()) + " clients", ""};
}

DoctorLine examine_public_url(const Config& config) {
    if (!config.public_urls.empty()) return {Verdict::ok, "publicUrl", config.public_urls.front(), ""};
    return {Verdict::warning, "publicUrl", "not set: the certificate's names are not checked",
            "Set it to the address that clients call."};
}

/// Health and metrics go over plain HTTP and ask nobody who he is.
std::optional<DoctorLine> examine_admin(const Config& config) {
    if (!config.admin) {
        return DoctorLine{Verdict::warning, "admin.listen", "not set: nothing answers health checks and metrics",
                          "Set it to an address that only the operator reaches, such as \"127.0.0.1:9443\"."};
    }
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(config.admin->host, error);
    if (error || address.is_loopback()) return std::nullopt;
    return DoctorLine{Verdict::warning, "admin.listen",
                      print_address(*config.admin) + ": health and metrics over plain HTTP for whoever reaches it",
                      "Set it to \"127.0.0.1:" + std::to_string(config.admin->port) +
                          "\"; or see to it that a firewall or network policy lets only probes and metrics in."};
}

DoctorLine examine_time_zone(const Config& config) {
    if (!config.time_zone.empty()) return {Verdict::ok, "timeZone", config.time_zone + " (" + zone_in_use() + ")", ""};
    return {Verdict::warning, "timeZone", "not set: calendar days are counted in the system's zone, " + zone_in_use(),
            "Set it to the zone of the hospital, such as \"Europe/Madrid\"."};
}

/// Off unless somebody asks for it.
std::optional<DoctorLine> examine_audit(const Config& config) {
    if (config.audit.empty()) return std::nullopt;
    const std::string about = "audit: " + config.audit.string();
    const std::string obstacle = AuditFile::obstacle(config.audit);
    if (obstacle.empty()) {
        return DoctorLine{Verdict::ok, about, "notes which user asked about which patient, by reference", ""};
    }
    return DoctorLine{Verdict::fault, about, obstacle,
                      "Name a file that the service's user may make and write, on a disk with room, or set \"\"."};
}

}  // namespace

std::string_view name_of(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::ok:
            return "ok";
        case Verdict::warning:
            return "warning";
        case Verdict::fault:
            return "fault";
    }
    return "fault";
}

DoctorLines examine_settings(const Config& config) {
    DoctorLines lines{examine_mode(config), examine_authentication(config), examine_public_url(config),
                      examine_time_zone(config)};
    if (std::ranges::find(config.cors_origins, "*") != config.cors_origins.end()) {
        lines.push_back({Verdict::warning, "cors.origins", "\"*\": every web page may call the service",
                         "List the origins of the EHR's own pages."});
    }
    if (auto line = examine_admin(config)) lines.push_back(std::move(*line));
    if (auto line = examine_audit(config)) lines.push_back(std::move(*line));
    return lines;
}

}  // namespace service
