// Every key of the configuration file. A new key is a row here and a member of Config.
#include "service/config_value.hpp"

#include <algorithm>

namespace service {
namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;

Complaint store_origins(Config& config, const ConfigValue& value) {
    if (Complaint complaint = value.texts(config.cors_origins); !complaint.empty()) return complaint;
    for (const std::string& origin : config.cors_origins) {
        const auto scheme = origin.find("://");
        const bool bare = scheme != std::string::npos && origin.find('/', scheme + 3) == std::string::npos;
        if (origin != "*" && !bare) return "must hold origins such as \"https://ehr.example.org\" (no path), or \"*\"";
    }
    return {};
}

Complaint store_time_zone(Config& config, const ConfigValue& value) {
    if (Complaint complaint = value.text(config.time_zone); !complaint.empty()) return complaint;
    const std::filesystem::path zones = "/usr/share/zoneinfo";
    std::error_code ignored;
    const bool known = config.time_zone.find("..") == std::string::npos &&
                       std::filesystem::is_regular_file(zones / config.time_zone, ignored);
    return known ? "" : "names a time zone that this system does not know (is the package tzdata installed?)";
}

constexpr ConfigKey table[] = {
    {"mode", "\"production\" or \"development\"", "\"production\"", "",
     "development allows \"authentication\": \"none\" and http addresses, and says so at start", false,
     [](Config& c, const ConfigValue& v) {
         return v.choice(c.mode, {{"production", Mode::production}, {"development", Mode::development}});
     }},
    {"listen", "address", "", "", "where the clinical port listens, over HTTPS; port 0: any free one", true,
     [](Config& c, const ConfigValue& v) { return v.address(c.listen); }},
    {"publicUrl", "https address, or an array of them", "[]", "",
     "what clients call; need not be the address listened on", false,
     [](Config& c, const ConfigValue& v) { return v.urls(c.public_urls, true); }},
    {"tls.certificate", "file", "", "", "the server's certificate and the intermediate ones, PEM", true,
     [](Config& c, const ConfigValue& v) { return v.file(c.tls.certificate); }},
    {"tls.key", "file", "", "", "its private key, PEM, without a passphrase", true,
     [](Config& c, const ConfigValue& v) { return v.file(c.tls.key); }},
    {"tls.clientCa", "file", "", "", "only clients with a certificate of this CA may connect (mutual TLS), PEM", false,
     [](Config& c, const ConfigValue& v) { return v.file(c.tls.client_ca); }},
    {"admin.listen", "address", "", "", "where health is answered, over plain HTTP; absent: nowhere", false,
     [](Config& c, const ConfigValue& v) { return v.address(c.admin.emplace()); }},
    {"packs", "array of objects", "[]", "", "the rule packs served", false,
     [](Config& c, const ConfigValue& v) {
         c.packs.clear();
         return v.array();
     }},
    {"packs[]", "object", "", "", "one rule pack", false,
     [](Config& c, const ConfigValue&) {
         c.packs.emplace_back();
         return Complaint();
     }},
    {"packs[].path", "file", "", "", "the pack: a folder", true,
     [](Config& c, const ConfigValue& v) { return v.file(c.packs.back().path); }},
    {"packs[].site", "file", "", "", "the site file that sets its parameters", false,
     [](Config& c, const ConfigValue& v) { return v.file(c.packs.back().site); }},
    {"packs[].shadow", "file", "", "", "a candidate pack that is evaluated and not shown"},
    {"authentication", "\"required\" or \"none\"", "\"required\"", "", "whether clients must show a token", false,
     [](Config& c, const ConfigValue& v) {
         return v.choice(c.authentication_required, {{"required", true}, {"none", false}});
     }},
    {"clients", "array of objects", "", "", "the clients that are trusted, and their keys"},
    {"anonymous.fhirServers", "array of addresses", "", "", "FHIR servers read for clients without a token"},
    {"anonymous.profile", "\"1.0\", \"2.0\", \"3.0\", \"crd\" or \"sandbox\"", "\"2.0\"", "",
     "what a response to a client without a token may hold", false,
     [](Config& c, const ConfigValue& v) {
         return v.choice(c.anonymous_profile, {{"1.0", ClientProfile::v1_0},
                                               {"2.0", ClientProfile::v2_0},
                                               {"3.0", ClientProfile::v3_0},
                                               {"crd", ClientProfile::crd},
                                               {"sandbox", ClientProfile::sandbox}});
     }},
    {"cors.origins", "array of origins", "[]", "", "the web pages that may call the service; \"*\": all", false,
     store_origins},
    {"fhir", "object", "", "", "how FHIR servers are read"},
    {"limits.bodyBytes", "whole number", "10485760", "bytes", "largest body of a request", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.body_bytes, kib, 256 * mib); }},
    {"limits.headerBytes", "whole number", "16384", "bytes", "largest head of a request", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.header_bytes, kib, mib); }},
    {"limits.connections", "whole number", "10000", "", "connections open at once; more are closed", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.connections, 1, 1'000'000); }},
    {"limits.requestSeconds", "whole number", "10", "seconds", "from the first byte of a request to its answer", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.request_seconds, 1, 300); }},
    {"limits.deadlineMs", "whole number", "", "milliseconds", "how long FHIR servers are waited for"},
    {"limits.requestsPerSecond", "whole number", "0", "", "more are answered 429; 0: no limit", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.requests_per_second, 0, 1'000'000); }},
    {"store", "string", "", "", "where feedback is kept"},
    {"log.level", "\"debug\", \"info\", \"warning\" or \"error\"", "\"info\"", "", "the least that is logged", false,
     [](Config& c, const ConfigValue& v) {
         return v.choice(c.log.level, {{"debug", LogLevel::debug},
                                       {"info", LogLevel::info},
                                       {"warning", LogLevel::warning},
                                       {"error", LogLevel::error}});
     }},
    {"log.format", "\"json\" or \"text\"", "\"json\"", "", "one object a line, or words", false,
     [](Config& c, const ConfigValue& v) {
         return v.choice(c.log.format, {{"json", LogFormat::json}, {"text", LogFormat::text}});
     }},
    {"threads", "whole number", "0", "", "threads that serve; 0: one per core", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.threads, 0, 1024); }},
    {"timeZone", "name of a time zone, such as \"Europe/Madrid\"", "", "",
     "in which calendar days are counted; absent: the system's", false, store_time_zone},
};

}  // namespace

std::span<const ConfigKey> config_keys() {
    return table;
}

}  // namespace service
