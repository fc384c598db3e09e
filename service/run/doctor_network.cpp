// doctor: what lies at the other end of a connection: key sets, FHIR servers, and the addresses to listen on.
#include "fhir/json_text.hpp"
#include "rules/program/program.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/deployment.hpp"
#include "service/fhir_access/fetch_advice.hpp"
#include "service/run/doctor.hpp"
#include "service/run/doctor_times.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>

namespace service {

namespace asio = boost::asio;
namespace json = boost::json;
using tcp = asio::ip::tcp;
using Fetched = boost::system::result<HttpAnswer, FetchFault>;

namespace {

constexpr std::chrono::seconds address_patience{10};  ///< for one address
constexpr std::size_t capability_bytes_limit = 16UL * 1024 * 1024;

/// Reads addresses as the service does: its certificates, its address policy.
class Fetcher {
  public:
    explicit Fetcher(const Config& config) {
        const auto tls = open_client_tls(config.fhir.ca);
        if (tls) client_.emplace(io_.get_executor(), tls, address_policy_of(config));
    }

    /// False if fhir.ca cannot be read: nothing can be fetched then.
    bool is_ready() const { return client_.has_value(); }

    Fetched get(HttpGet request) {
        std::optional<Fetched> outcome;
        asio::co_spawn(io_, client_->get(std::move(request), HttpsClient::Clock::now() + address_patience),
                       [&](const std::exception_ptr& bug, Fetched fetched) {
                           if (bug) std::rethrow_exception(bug);
                           outcome.emplace(std::move(fetched));
                           io_.stop();  // a name that is still being looked up is waited for no longer
                       });
        io_.restart();
        io_.run();
        return std::move(*outcome);
    }

    /// How long it takes until `times` answers to `request` are there, asked for all at once; nothing if one never
    /// came.
    std::optional<std::chrono::milliseconds> time_of(const HttpGet& request, std::size_t times) {
        const auto begun = HttpsClient::Clock::now();
        std::size_t left = times;
        bool all_came = true;
        for (std::size_t i = 0; i < times; ++i) {
            asio::co_spawn(io_, client_->get(request, begun + address_patience),
                           [&](const std::exception_ptr& bug, const Fetched& fetched) {
                               if (bug) std::rethrow_exception(bug);
                               all_came = all_came && fetched.has_value();
                               if (--left == 0) io_.stop();
                           });
        }
        io_.restart();
        io_.run();
        if (!all_came) return std::nullopt;
        return std::chrono::ceil<std::chrono::milliseconds>(HttpsClient::Clock::now() - begun);
    }

  private:
    asio::io_context io_;
    std::optional<HttpsClient> client_;
};

DoctorLine unreadable_ca(std::string about) {
    return {Verdict::fault, std::move(about), "holds no certificate in PEM form",
            "Give it the CA of these servers, or leave it out: the system's CAs are trusted anyway."};
}

/// Why there is no use in an answer; nothing for 200.
std::optional<std::string> why_useless(const Fetched& fetched) {
    if (!fetched) return std::string(advice_on(fetched.error()));
    if (fetched->status == 200) return std::nullopt;
    return "it answers with status " + std::to_string(fetched->status);
}

// ---- clients --------------------------------------------------------------------------------------------------------

/// What a key set is worth to a client.
DoctorLine examine_keys(const KeySet& keys, const Client& client, const std::string& about, const std::string& age) {
    std::string says = std::to_string(keys.size()) + " keys" + age;
    if (!keys.unused().empty()) {
        says += ", " + std::to_string(keys.unused().size()) +
                " of no use (the first: " + std::string(name_of(keys.unused().front().fault)) + ")";
    }
    std::string algorithms;
    for (const Algorithm algorithm : client.algorithms) {
        if (keys.fits(algorithm)) algorithms += (algorithms.empty() ? "" : ", ") + std::string(name_of(algorithm));
    }
    if (algorithms.empty()) {
        return {Verdict::fault, about, says + ", none that fits the client's algorithms",
                "Ask the client for its public keys, each with kty, kid and alg; or list its algorithms."};
    }
    const Verdict verdict = keys.unused().empty() ? Verdict::ok : Verdict::warning;
    return {verdict, about, says + ", for " + algorithms,
            verdict == Verdict::ok ? "" : "Tell the client which of its keys cannot be used."};
}

DoctorLine examine_key_server(Fetcher& fetcher, const Client& client, const std::string& about,
                              const std::string& url) {
    HttpGet request;
    request.url = url;
    request.most_bytes = key_set_bytes_limit;
    const Fetched fetched = fetcher.get(std::move(request));
    if (const auto reason = why_useless(fetched)) {
        return {Verdict::fault, about, "no key set can be had: " + *reason,
                "Until then every call of this client is refused, but for keys that are remembered."};
    }
    const auto keys = KeySet::parse(fetched->body);
    if (!keys) {
        return {Verdict::fault, about, "what is there is no key set: " + std::string(name_of(keys.error())),
                "Ask the client for the right address: it gives {\"keys\": [...]}."};
    }
    const auto kept =
        std::chrono::duration_cast<std::chrono::minutes>(key_lifetime(fetched->cache_control, fetched->age));
    return examine_keys(*keys, client, about, ", kept for " + std::to_string(kept.count()) + " minutes");
}

void examine_client(const Client& client, Fetcher& fetcher, DoctorLines& lines) {
    const std::string about = "clients: " + client.name;
    if (!client.keys.empty()) {
        lines.push_back(examine_keys(client.keys, client, about, ", exchanged beforehand"));
    }
    std::set<std::string> addresses(client.key_urls.begin(), client.key_urls.end());
    if (client.keys_at) addresses.insert(*client.keys_at);
    for (const std::string& url : addresses) {
        lines.push_back(examine_key_server(fetcher, client, about + ", " + url, url));
    }
    if (client.replay == ReplayPolicy::off) {
        lines.push_back({Verdict::warning, about, "replay is off: a token that somebody copies can be used again",
                         "Set \"replay\" to \"strict\", or to \"same-body\" if the client repeats its calls."});
    }
}

// ---- FHIR servers ---------------------------------------------------------------------------------------------------

std::string_view text_member(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member == nullptr ? std::string_view() : fhir::text_of(*member).value_or("");
}

/// The resource types that a CapabilityStatement lists; empty if it lists none.
std::set<std::string> types_offered(const json::object& statement) {
    std::set<std::string> types;
    const auto elements = [](const json::object& parent, std::string_view name) {
        const json::value* list = parent.if_contains(name);
        return list != nullptr && list->is_array() ? list->get_array() : json::array();
    };
    for (const json::value& rest : elements(statement, "rest")) {
        if (!rest.is_object()) continue;
        for (const json::value& resource : elements(rest.get_object(), "resource")) {
            if (resource.is_object()) types.emplace(text_member(resource.get_object(), "type"));
        }
    }
    return types;
}

/// What the packs ask for: a resource type, and the keys that it is asked for by.
std::map<std::string, std::string> types_wanted(const Config& config) {
    std::map<std::string, std::string> wanted;
    for (const PackSource& source : config.packs) {
        const LoadedPack pack = load_versions(config, source, running_clock()().date);
        if (!is_whole(pack)) continue;
        for (const rules::Service& service : pack.program->pack().services) {
            for (const rules::PrefetchTemplate& asked : prefetch_of(pack, service.hook)) {
                wanted.emplace(asked.resource_type, asked.key);
            }
        }
    }
    return wanted;
}

void examine_statement(const json::object& statement, const std::string& about, const Config& config,
                       DoctorLines& lines) {
    const std::string version(text_member(statement, "fhirVersion"));
    if (text_member(statement, "resourceType") != "CapabilityStatement" || !version.starts_with("4.0")) {
        lines.push_back({Verdict::fault, about,
                         version.empty() ? "/metadata is no CapabilityStatement" : "it speaks FHIR " + version,
                         "Name the base of a FHIR R4 (4.0.1) API."});
        return;
    }
    lines.push_back({Verdict::ok, about, "reached; FHIR " + version, ""});
    const std::set<std::string> offered = types_offered(statement);
    for (const auto& [type, key] : types_wanted(config)) {
        if (offered.empty() || offered.contains(type)) continue;
        lines.push_back(
            {Verdict::warning, about, "it has no " + type,
             "If the EHR does not send them either, list \"" + key + "\" in notProvided of the site file."});
    }
}

/// The most queries that one call may ask.
std::size_t most_queries_of(const Config& config) {
    std::size_t most = 0;
    for (const PackSource& source : config.packs) {
        const LoadedPack pack = load_versions(config, source, running_clock()().date);
        if (!is_whole(pack)) continue;
        for (const rules::Service& service : pack.program->pack().services) {
            most = std::max(most, prefetch_of(pack, service.hook).size());
        }
    }
    return most;
}

/// Asks for `request`, which any server answers, in the rhythm of calls: those that are required, then all others at
/// once. Nothing if the server gives up on the way.
std::optional<FhirTimes> measure(Fetcher& fetcher, const HttpGet& request, std::size_t queries) {
    constexpr std::size_t calls = 5, required = 2;
    constexpr std::chrono::seconds long_enough{5};  // for a server that is as slow as that, fewer calls tell enough
    const auto begun = HttpsClient::Clock::now();
    FhirTimes times;
    for (std::size_t call = 0; call < calls && HttpsClient::Clock::now() - begun < long_enough; ++call) {
        const auto first = fetcher.time_of(request, required);
        const auto second = first ? fetcher.time_of(request, std::max(queries, required + 1) - required) : std::nullopt;
        if (!second) return std::nullopt;
        if (call == 0) {
            times.first = *first + *second;
        } else {
            times.calls.push_back(*first + *second);
        }
    }
    return times;
}

void examine_speed(Fetcher& fetcher, const HttpGet& request, const std::string& about, const Config& config,
                   DoctorLines& lines) {
    const auto times = measure(fetcher, request, most_queries_of(config));
    if (times) {
        lines.push_back(examine_times(*times, about, config));
    } else {
        lines.push_back({Verdict::warning, about, "it did not answer each of several requests that came at once",
                         "See whether it, or a proxy before it, limits the connections or requests of one client."});
    }
}

/// \param realm  of the client whose server it is.
void examine_fhir_server(Fetcher& fetcher, const std::string& url, std::shared_ptr<const Realm> realm,
                         const Config& config, DoctorLines& lines) {
    const std::string about = "fhirServers: " + url;
    HttpGet request;
    request.realm = std::move(realm);
    request.url = url + (url.ends_with('/') ? "metadata" : "/metadata");
    request.accept = "application/fhir+json, application/json;q=0.9";
    request.most_bytes = capability_bytes_limit;
    const Fetched fetched = fetcher.get(request);
    if (fetched && (fetched->status == 401 || fetched->status == 403)) {
        lines.push_back({Verdict::warning, about, "reached; it shows its /metadata to nobody without a token",
                         "See to it that it speaks FHIR R4: `evaluate --fhir` with a token proves it."});
        examine_speed(fetcher, request, about, config, lines);
        return;
    }
    if (const auto reason = why_useless(fetched)) {
        lines.push_back({Verdict::fault, about, "nothing can be had from it: " + *reason,
                         "Until then calls are answered from prefetch alone."});
        return;
    }
    const auto statement = fhir::parse_json(fetched->body);
    const json::object nothing;
    examine_statement(statement && statement->is_object() ? statement->get_object() : nothing, about, config, lines);
    examine_speed(fetcher, request, about, config, lines);
}

}  // namespace

DoctorLines examine_clients(const Config& config) {
    Fetcher fetcher(config);
    if (!fetcher.is_ready()) return {unreadable_ca("fhir.ca: " + config.fhir.ca.string())};
    DoctorLines lines;
    for (const Client& client : config.clients) examine_client(client, fetcher, lines);
    return lines;
}

DoctorLines examine_fhir_servers(const Config& config) {
    Fetcher fetcher(config);
    if (!fetcher.is_ready()) return {};  // examine_clients has told
    DoctorLines lines;
    // A server of two clients is looked at once for each CA that it must be trusted by.
    std::set<std::pair<std::string, std::filesystem::path>> seen;
    std::vector<const Client*> clients;
    for (const Client& client : config.clients) clients.push_back(&client);
    if (!config.authentication_required) clients.push_back(&config.anonymous);
    for (const Client* client : clients) {
        const auto realm = open_fhir_realm(config, *client);
        if (realm == nullptr) {
            lines.push_back(unreadable_ca("clients: " + client->name + ", fhirCa: " + client->fhir_ca.string()));
            continue;
        }
        for (const std::string& url : client->fhir_servers) {
            if (seen.emplace(url, client->fhir_ca).second) examine_fhir_server(fetcher, url, realm, config, lines);
        }
    }
    if (lines.empty()) {
        lines.push_back({Verdict::warning, "fhirServers", "none: calls are answered from prefetch alone",
                         "List the FHIR servers that a client's calls may name under its fhirServers."});
    }
    return lines;
}

namespace {

DoctorLine examine_address(const Address& address, const std::string& key) {
    const std::string about = key + ": " + print_address(address);
    boost::system::error_code error;
    asio::io_context io;
    tcp::acceptor acceptor(io);
    const tcp::endpoint endpoint(asio::ip::make_address(address.host, error), address.port);
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(1, error);
    if (!error) return {Verdict::ok, about, "free", ""};
    if (error == asio::error::address_in_use) {
        return {Verdict::warning, about, "somebody listens there already",
                "That is as it should be if it is the service itself; else stop what does, or take another port."};
    }
    return {Verdict::fault, about, "cannot be listened on: " + error.message(),
            "Take an address of this machine and a port that the service's user may open (1024 and above)."};
}

}  // namespace

DoctorLines examine_addresses(const Config& config) {
    DoctorLines lines{examine_address(config.listen, "listen")};
    if (config.admin) lines.push_back(examine_address(*config.admin, "admin.listen"));
    return lines;
}

}  // namespace service
