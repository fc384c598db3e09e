// Every key of the configuration file. A new key is a row here and a member of Config.
#include "service/deployment/config_value.hpp"
#include "service/deployment/near_names.hpp"
#include "service/out/address_policy.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <algorithm>

namespace service {
namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;

/// `text` as browsers write it in an Origin header (RFC 6454, 6.2); nothing if it is no origin.
std::optional<std::string> origin_of(const std::string& text) {
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed || parsed->host().empty() || parsed->has_userinfo() || text.find('*') != std::string::npos) return {};
    if (!parsed->encoded_path().empty() || parsed->has_query() || parsed->has_fragment()) return {};
    boost::urls::url origin(*parsed);
    origin.normalize_scheme();
    origin.normalize_authority();
    const std::string_view port = origin.port();
    const std::string_view usual = origin.scheme() == "https" ? "443" : origin.scheme() == "http" ? "80" : "";
    if (port == usual) origin.remove_port();
    return std::string(origin.buffer());
}

/// Origins are compared as text: one that no browser sends would never match (R-152).
Complaint store_origins(Config& config, const ConfigValue& value) {
    if (Complaint complaint = value.texts(config.cors_origins); !complaint.empty()) return complaint;
    for (const std::string& origin : config.cors_origins) {
        if (origin == "*") continue;
        const auto sent = origin_of(origin);
        if (!sent) return "must hold origins such as \"https://ehr.example.org\" (no path, no wildcard), or \"*\"";
        if (*sent != origin)
            return "must hold origins as browsers send them: \"" + *sent + "\", not \"" + origin + "\"";
    }
    return {};
}

/// What the path of an endpoint is appended to (R-135).
Complaint store_public_urls(Config& config, const ConfigValue& value) {
    if (Complaint complaint = value.urls(config.public_urls); !complaint.empty()) return complaint;
    for (std::string_view url : config.public_urls) {
        if (url.find('?') != std::string_view::npos) return "must be an address without a query";
        while (url.ends_with('/')) url.remove_suffix(1);
        if (url.ends_with("/cds-services")) return "must end before \"/cds-services\", which is appended to it";
    }
    return {};
}

Complaint store_time_zone(Config& config, const ConfigValue& value) {
    if (Complaint complaint = value.text(config.time_zone); !complaint.empty()) return complaint;
    const std::filesystem::path zones = "/usr/share/zoneinfo";
    std::error_code ignored;
    const bool known = config.time_zone.find("..") == std::string::npos &&
                       std::filesystem::is_regular_file(zones / config.time_zone, ignored);
    if (known) return {};
    return "names a time zone that this system does not know" + near_time_zone(config.time_zone, zones);
}

Complaint store_profile(const ClientProfile*& profile, const ConfigValue& value) {
    std::string name;
    if (Complaint complaint = value.text(name); !complaint.empty()) return complaint;
    std::string names;
    for (const ClientProfile* known : client_profiles()) {
        if (known->name == name) {
            profile = known;
            return {};
        }
        names += (names.empty() ? "\"" : ", \"") + std::string(known->name) + "\"";
    }
    return "must be one of " + names;
}

constexpr std::string_view profile_form =
    "\"1.0\", \"2.0\", \"3.0\", \"crd\", \"sandbox\", \"epic\", \"oracle\" or \"plain\"";

Complaint store_algorithms(Config& config, const ConfigValue& value) {
    std::vector<std::string> names;
    if (Complaint complaint = value.texts(names); !complaint.empty()) return complaint;
    std::vector<Algorithm>& algorithms = config.clients.back().algorithms;
    algorithms.clear();
    for (const std::string& name : names) {
        const auto algorithm = algorithm_named(name);
        if (!algorithm) {
            return "must hold names of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512 and EdDSA";
        }
        algorithms.push_back(*algorithm);
    }
    return algorithms.empty() ? "must name at least one algorithm" : "";
}

Complaint store_one_url(std::optional<std::string>& to, const ConfigValue& value) {
    std::vector<std::string> urls;
    if (Complaint complaint = value.urls(urls); !complaint.empty()) return complaint;
    if (urls.size() != 1) return "must be one address";
    to = urls.front();
    return {};
}

Complaint store_seconds(std::chrono::seconds& to, const ConfigValue& value, std::size_t least, std::size_t most) {
    std::size_t number = 0;
    if (Complaint complaint = value.integer(number, least, most); !complaint.empty()) return complaint;
    to = std::chrono::seconds(number);
    return {};
}

Complaint store_days(std::chrono::days& to, const ConfigValue& value) {
    std::size_t number = 0;
    if (Complaint complaint = value.integer(number, 1, 36500); !complaint.empty()) return complaint;
    to = std::chrono::days(number);
    return {};
}

/// Reasons as FHIR writes codes in a search: "system|code".
Complaint store_own_reasons(Client& client, const ConfigValue& value) {
    std::vector<std::string> written;
    if (Complaint complaint = value.texts(written); !complaint.empty()) return complaint;
    client.own_reasons.clear();
    for (const std::string& one : written) {
        const std::size_t bar = one.find('|');
        if (bar == std::string::npos || bar + 1 == one.size()) {
            return "must hold reasons as \"system|code\"; \"|code\" for one without a system";
        }
        client.own_reasons.push_back({one.substr(0, bar), one.substr(bar + 1)});
    }
    return {};
}

constexpr std::string_view own_reasons_form = "array of \"system|code\"";

Complaint store_private_networks(Config& config, const ConfigValue& value) {
    if (Complaint complaint = value.texts(config.fhir.private_networks); !complaint.empty()) return complaint;
    const bool networks = std::ranges::all_of(config.fhir.private_networks,
                                              [](const std::string& one) { return parse_network(one).has_value(); });
    return networks ? "" : "must hold networks such as \"10.20.0.0/16\" or \"fd00:1::/32\"";
}

/// An empty list would look like a lock and be none.
Complaint store_trusted_keys(Config& config, const ConfigValue& value) {
    std::vector<std::filesystem::path>& keys = config.packs.back().trusted_keys;
    if (Complaint complaint = value.files(keys); !complaint.empty()) return complaint;
    return keys.empty() ? "must name at least one key, or stand nowhere" : "";
}

VersionSource& shadow_of(Config& config) {
    auto& shadow = config.packs.back().shadow;
    return shadow ? *shadow : shadow.emplace();
}

CanarySource& canary_of(Config& config) {
    auto& canary = config.packs.back().canary;
    return canary ? *canary : canary.emplace();
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
     "what clients call, up to /cds-services; need not be the address listened on", false, store_public_urls},
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
    {"packs[].path", "file", "", "", "the pack: a folder or a sealed file", true,
     [](Config& c, const ConfigValue& v) { return v.file(c.packs.back().path); }},
    {"packs[].site", "file", "", "", "the site file that sets its parameters", false,
     [](Config& c, const ConfigValue& v) { return v.file(c.packs.back().site); }},
    {"packs[].trustedKeys", "array of files", "", "",
     "public keys (Ed25519, PEM), one of which must have signed the pack; absent: a folder or an unsigned file is "
     "taken "
     "too",
     false, store_trusted_keys},
    {"packs[].waive", "array of codes, such as \"summary-too-long\"", "[]", "",
     "errors of `check` that do not keep the pack from being served in production; each is logged", false,
     [](Config& c, const ConfigValue& v) { return v.texts(c.packs.back().waive); }},
    {"packs[].shadow.path", "file", "", "",
     "a candidate: it looks at each call after its reply has gone, and `report` says what it would have said; its "
     "cards reach nobody",
     true, [](Config& c, const ConfigValue& v) { return v.file(shadow_of(c).path); }},
    {"packs[].shadow.site", "file", "", "", "its site file; absent: that of the pack", false,
     [](Config& c, const ConfigValue& v) { return v.file(shadow_of(c).site); }},
    {"packs[].canary.path", "file", "", "",
     "a version that answers some users in place of the pack, with the same services; `waive` and `trustedKeys` of the "
     "pack hold for it, and for a shadow",
     true, [](Config& c, const ConfigValue& v) { return v.file(canary_of(c).path); }},
    {"packs[].canary.site", "file", "", "", "its site file; absent: that of the pack", false,
     [](Config& c, const ConfigValue& v) { return v.file(canary_of(c).site); }},
    {"packs[].canary.percent", "whole number", "", "percent",
     "of users, 0 to 100; who sees it goes on to see it when there are more, and calls without `userId` never do", true,
     [](Config& c, const ConfigValue& v) { return v.integer(canary_of(c).share.percent, 0, 100); }},
    {"packs[].canary.salt", "string", "", "",
     "any text, the same in each replica: SHA-256 of it, a line feed and `userId` says who sees the canary, by its "
     "first "
     "32 bits as a share of all; another salt chooses other users, and nothing of a user is kept",
     true, [](Config& c, const ConfigValue& v) { return v.text(canary_of(c).share.salt); }},
    {"authentication", "\"required\" or \"none\"", "\"required\"", "", "whether clients must show a token", false,
     [](Config& c, const ConfigValue& v) {
         return v.choice(c.authentication_required, {{"required", true}, {"none", false}});
     }},
    {"clients", "array of objects", "[]", "", "the clients that are trusted, each by its issuer", false,
     [](Config& c, const ConfigValue& v) {
         c.clients.clear();
         return v.array();
     }},
    {"clients[]", "object", "", "", "one client; its keys come from one of jwks, jwksFile, jwksUrl, or from a jku",
     false,
     [](Config& c, const ConfigValue&) {
         c.clients.emplace_back();
         return Complaint();
     }},
    {"clients[].name", "string", "", "", "what the log calls it", true,
     [](Config& c, const ConfigValue& v) { return v.text(c.clients.back().name); }},
    {"clients[].issuer", "string", "", "", "the `iss` of its tokens, exactly", true,
     [](Config& c, const ConfigValue& v) { return v.text(c.clients.back().issuer); }},
    {"clients[].jwks", "JSON Web Key Set", "", "", "its keys, exchanged beforehand", false,
     [](Config& c, const ConfigValue& v) { return v.key_set(c.clients.back().keys); }},
    {"clients[].jwksFile", "file", "", "", "the same in a file of its own", false,
     [](Config& c, const ConfigValue& v) { return v.key_set_file(c.clients.back().keys); }},
    {"clients[].jwksUrl", "https address", "", "", "where its keys are fetched, whatever its tokens say", false,
     [](Config& c, const ConfigValue& v) { return store_one_url(c.clients.back().keys_at, v); }},
    {"clients[].jku", "array of https addresses", "[]", "", "addresses of key sets that its tokens may name", false,
     [](Config& c, const ConfigValue& v) { return v.urls(c.clients.back().key_urls); }},
    {"clients[].tenants", "array of strings", "[]", "", "the `tenant` that its tokens must name; empty: any, or none",
     false, [](Config& c, const ConfigValue& v) { return v.texts(c.clients.back().tenants); }},
    {"clients[].algorithms", "array of names", R"(["ES384", "RS384"])", "", "signatures that are accepted", false,
     store_algorithms},
    {"clients[].audience", "array of strings", "[]", "", "further values of `aud` that mean this service", false,
     [](Config& c, const ConfigValue& v) { return v.texts(c.clients.back().audience); }},
    {"clients[].skewSeconds", "whole number", "60", "seconds", "by which the client's clock may differ", false,
     [](Config& c, const ConfigValue& v) { return store_seconds(c.clients.back().times.skew, v, 0, 300); }},
    {"clients[].maxTokenSeconds", "whole number", "3600", "seconds", "from a token's `iat` to its `exp`", false,
     [](Config& c, const ConfigValue& v) { return store_seconds(c.clients.back().times.longest_life, v, 1, 86400); }},
    {"clients[].replay", "\"strict\", \"same-body\" or \"off\"", "\"strict\"", "",
     "how often a token may be used: once; once for one method, path and body; or any number of times", false,
     [](Config& c, const ConfigValue& v) {
         return v.choice(
             c.clients.back().replay,
             {{"strict", ReplayPolicy::strict}, {"same-body", ReplayPolicy::same_body}, {"off", ReplayPolicy::off}});
     }},
    {"clients[].clientId", "string", "", "", "what `fhirAuthorization.subject` must be; absent: it is not looked at",
     false, [](Config& c, const ConfigValue& v) { return v.text(c.clients.back().client_id.emplace()); }},
    {"clients[].fhirServers", "array of https addresses", "[]", "", "FHIR servers that its calls may name", false,
     [](Config& c, const ConfigValue& v) { return v.urls(c.clients.back().fhir_servers); }},
    {"clients[].fhirCa", "file", "", "",
     "further certificates that these servers, and no other client's, are trusted by, PEM", false,
     [](Config& c, const ConfigValue& v) { return v.file(c.clients.back().fhir_ca); }},
    {"clients[].profile", profile_form, "\"2.0\"", "", "what it is sent, and how", false,
     [](Config& c, const ConfigValue& v) { return store_profile(c.clients.back().profile, v); }},
    {"clients[].strict", "true or false", "false", "", "whether it is held to the letter of CDS Hooks", false,
     [](Config& c, const ConfigValue& v) { return v.boolean(c.clients.back().strict); }},
    {"clients[].overrideReasons", own_reasons_form, "[]", "",
     "reasons of its own, beside those on our cards, that are kept as they are; any other is kept as \"other\". Where "
     "a "
     "reason comes in an `extension` (Epic), the system is the name of its member there",
     false, [](Config& c, const ConfigValue& v) { return store_own_reasons(c.clients.back(), v); }},
    {"anonymous.fhirServers", "array of addresses", "[]", "", "FHIR servers that calls without a token may name", false,
     [](Config& c, const ConfigValue& v) { return v.urls(c.anonymous.fhir_servers); }},
    {"anonymous.profile", profile_form, "\"2.0\"", "", "what a client without a token is sent, and how", false,
     [](Config& c, const ConfigValue& v) { return store_profile(c.anonymous.profile, v); }},
    {"anonymous.overrideReasons", own_reasons_form, "[]", "", "the same of a client without a token", false,
     [](Config& c, const ConfigValue& v) { return store_own_reasons(c.anonymous, v); }},
    {"cors.origins", "array of origins", "[]", "", "the web pages that may call the service; \"*\": all", false,
     store_origins},
    {"fhir.ca", "file", "", "", "further certificates that FHIR servers and key servers are trusted by, PEM", false,
     [](Config& c, const ConfigValue& v) { return v.file(c.fhir.ca); }},
    {"fhir.timeoutMs", "whole number", "400", "milliseconds", "how long FHIR servers are waited for in one call", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.fhir.timeout_ms, 1, 60'000); }},
    {"fhir.maxPages", "whole number", "10", "", "pages read of one search; with more it counts as not available", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.fhir.max_pages, 1, 1000); }},
    {"fhir.maxBytes", "whole number", "16777216", "bytes", "read from FHIR servers in one call", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.fhir.max_bytes, kib, 256 * mib); }},
    {"fhir.privateNetworks", "array of networks, such as \"10.20.0.0/16\"", "[]", "",
     "private networks in which FHIR servers and key servers may be, in production", false, store_private_networks},
    {"limits.bodyBytes", "whole number", "10485760", "bytes", "largest body of a request", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.body_bytes, kib, 256 * mib); }},
    {"limits.headerBytes", "whole number", "16384", "bytes", "largest head of a request", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.header_bytes, kib, mib); }},
    {"limits.connections", "whole number", "10000", "", "connections open at once at `listen`; more are closed", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.connections, 1, 1'000'000); }},
    {"limits.requestSeconds", "whole number", "10", "seconds", "from the first byte of a request to its answer", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.request_seconds, 1, 300); }},
    {"limits.deadlineMs", "whole number", "450", "milliseconds",
     "from a call's arrival until it is answered with what is there", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.deadline_ms, 10, 60'000); }},
    {"limits.requestsPerSecond", "whole number", "0", "",
     "of each client, and of all callers without a good token together; more are answered 429; 0: no limit", false,
     [](Config& c, const ConfigValue& v) { return v.integer(c.limits.requests_per_second, 0, 1'000'000); }},
    {"store", "\"sqlite:FILE\" or \"postgresql://…\"", "", "",
     "where cards given, feedback and tokens seen are kept; absent: no feedback is taken", false,
     [](Config& c, const ConfigValue& v) { return v.store(c.store); }},
    {"keep.decisionsDays", "whole number", "400", "days",
     "how long the store keeps which cards were given; of a card "
     "with feedback, as long as the feedback",
     false, [](Config& c, const ConfigValue& v) { return store_days(c.keep.decisions, v); }},
    {"keep.feedbackDays", "whole number", "800", "days", "how long it keeps feedback", false,
     [](Config& c, const ConfigValue& v) { return store_days(c.keep.feedback, v); }},
    {"keep.tallyDays", "whole number", "1200", "days", "how long it keeps the counts of each day", false,
     [](Config& c, const ConfigValue& v) { return store_days(c.keep.tally, v); }},
    {"audit", "file, or \"\"", "\"\"", "",
     "FHIR R4 AuditEvents, one a line: which user asked about which patient, references and nothing else; made for the "
     "service's user alone (0600). A reload (SIGHUP) opens it anew; \"\": off",
     false, [](Config& c, const ConfigValue& v) { return v.file_to_write(c.audit); }},
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
