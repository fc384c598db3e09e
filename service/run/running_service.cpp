#include "service/run/running_service.hpp"

#include "service/base/blocking_calls.hpp"
#include "service/base/findings.hpp"
#include "service/base/uuid.hpp"
#include "service/call/shadow_pair.hpp"
#include "service/hooks/clinical_port.hpp"
#include "service/hooks/hook_handler.hpp"
#include "service/http/server.hpp"
#include "service/live/tally_recorder.hpp"
#include "service/observe/measured_log.hpp"
#include "service/out/name_lookups.hpp"
#include "service/run/admin_port.hpp"
#include "service/run/doctor.hpp"
#include "service/store/store_keeper.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <thread>
#include <unistd.h>
#include <utility>

namespace service {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t least_pool_threads = 2;  // a reload takes one for a while

constexpr std::size_t most_admin_connections = 64;
constexpr std::size_t most_shadow_threads = 4;

/// What is held of FHIR servers' answers, all calls together: as much as of request bodies.
constexpr std::size_t fhir_answers_bytes = 256 * 1024 * 1024;
// A stop takes limits.requestSeconds and this at most. What is spared for the end of it goes to the store, to lookups
// of names under way, and to the log (log_patience_at_end).
constexpr std::chrono::seconds stopping_grace{5};
constexpr std::chrono::seconds closing_time{3};
constexpr std::chrono::seconds closing_time_of_calls{2};
static_assert(closing_time_of_calls + log_patience_at_end <= closing_time);

std::size_t cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

ConnectionLimits limits_of(const Config& config) {
    ConnectionLimits limits;
    limits.connections = config.limits.connections;
    limits.header_bytes = config.limits.header_bytes;
    limits.body_bytes = config.limits.body_bytes;
    limits.request = std::chrono::seconds(config.limits.request_seconds);
    return limits;
}

ServerLimits server_limits_of(const Config& config) {
    ServerLimits limits;
    limits.threads = config.threads != 0 ? config.threads : cores();
    limits.drain = std::chrono::seconds(config.limits.request_seconds) + stopping_grace - closing_time;
    return limits;
}

/// What this process takes of the machine's memory (proc(5), statm).
std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// A version of a pack that is in use, and as what.
struct VersionInUse {
    const LoadedPack& pack;
    std::string_view role;
    std::size_t percent = 0;  ///< of users, of a canary
};

std::vector<VersionInUse> versions_of(const LoadedPack& pack) {
    std::vector<VersionInUse> versions{{pack, "live"}};
    if (pack.canary) versions.push_back({*pack.canary, "canary", pack.canary_share.percent});
    if (pack.shadow) versions.push_back({*pack.shadow, "shadow"});
    return versions;
}

/// The override reasons of every card that is given.
std::vector<Reason> offered_reasons(const std::vector<LoadedPack>& packs) {
    std::vector<Reason> reasons;
    const auto add = [&](const LoadedPack& pack) {
        for (const auto& [kind, list] : pack.program->pack().override_reasons) {
            for (const rules::Coding& one : list) reasons.push_back({one.system, one.code});
        }
    };
    for (const LoadedPack& pack : packs) {
        add(pack);
        if (pack.canary) add(*pack.canary);
    }
    return reasons;
}

/// Where the about pages of a service are that clients call at `public_url`.
std::string about_url_of(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url + "/about";
}

}  // namespace

/// In the order of dependency: what is destroyed first comes last. Coroutines that are still under way end with the
/// server, and touch nothing that was destroyed before it.
struct RunningService::Parts {
    Parts(Deployment deployed, ClinicalClock at, std::filesystem::path from)
        : file(std::move(from)),
          config(deployed.config),
          clock(std::move(at)),
          sink(open_log(config.log)),
          log(*sink, metrics),
          store_calls({.threads = Store::most_connections_of(config.store)}),
          server(server_limits_of(config), log),
          fhir_tls(open_client_tls(config.fhir.ca)),
          names(std::make_shared<NameLookups>()),
          clients(
              server.executors(), fhir_tls, address_policy_of(config),
              [this](std::string_view kind) { log.write(ServerConnected{kind}); }, names),
          tls(deployed.tls),
          first(std::move(deployed)),
          offer(nullptr),
          pool(std::max(least_pool_threads, cores())),
          reloads(asio::make_strand(pool)) {}

    rules::Diagnostic fault(std::string pointer, std::string message) const;
    rules::Diagnostic why_no_store(StoreFault opening) const;
    boost::system::result<void, rules::Diagnostic> open_store();
    std::optional<rules::Diagnostic> open_audit(const Config& now);
    boost::system::result<void, rules::Diagnostic> listen(Address& address, const char* pointer,
                                                          ConnectionSettings settings);
    std::shared_ptr<const Offer> offer_of(const Deployment& deployment);
    void use(const Deployment& deployment);
    void warn_of_reused_versions(const Deployment& next);
    void reload();
    StoreState store_state() const;
    std::string metrics_text();
    bool close();

    std::filesystem::path file;
    Config config;  ///< as read at start
    ClinicalClock clock;
    std::unique_ptr<Log> sink;
    Metrics metrics;
    MeasuredLog log;
    ReplayWindow window;  ///< without a store
    std::unique_ptr<Store> store;
    std::unique_ptr<DecisionRecorder> recorder;
    std::unique_ptr<TallyRecorder> tally;
    std::unique_ptr<Shadow> shadow;
    std::unique_ptr<AuditFile> audit;
    std::unique_ptr<StoreKeeper> keeper;
    BlockingCalls store_calls;
    Readiness readiness;
    std::optional<ClinicalPort> clinical;  ///< opened by start(); coroutines of the server may look at it to their end
    std::optional<AdminPort> admin;
    BodyBudget fhir_answers{fhir_answers_bytes};  ///< of all calls together, to the last of them
    Server server;
    std::shared_ptr<asio::ssl::context> fhir_tls;
    std::shared_ptr<NameLookups> names;
    HttpsClients clients;
    ReloadableTls tls;
    std::optional<Deployment> first;  ///< until it is in use
    Reloadable<const Offer> offer;
    /// The content that each version of a pack stood for, by its id and number: only start() and, after it, reloads
    /// look at it.
    std::map<std::pair<std::string, std::string>, std::string> contents;
    asio::thread_pool pool;  ///< a reload may be under way to its end: all that it touches stands above
    asio::strand<asio::thread_pool::executor_type> reloads;
};

/// What stands at `pointer` in the configuration cannot be had.
rules::Diagnostic RunningService::Parts::fault(std::string pointer, std::string message) const {
    return finding_in_file(file, std::move(pointer), "cannot-start", std::move(message));
}

rules::Diagnostic RunningService::Parts::why_no_store(StoreFault opening) const {
    rules::Diagnostic finding = fault("/store", "The store cannot be opened: " + std::string(name_of(opening)) + ".");
    for (const DoctorLine& line : examine_store(config)) {
        if (line.verdict != Verdict::fault) continue;
        finding.message = line.about + ": " + line.says + ".";
        finding.mend = line.mend;
    }
    return finding;
}

boost::system::result<void, rules::Diagnostic> RunningService::Parts::open_store() {
    if (config.store.empty()) {
        tally = std::make_unique<TallyRecorder>(nullptr, log);
        return {};
    }
    auto opened = Store::open(config.store);
    if (!opened) return why_no_store(opened.error());
    store = std::move(*opened);
    recorder = std::make_unique<DecisionRecorder>(*store, log);
    tally = std::make_unique<TallyRecorder>(store.get(), log);
    keeper = std::make_unique<StoreKeeper>(*store, log, KeeperPace(), config.keep);
    return {};
}

/// Nothing if it is open, or off.
std::optional<rules::Diagnostic> RunningService::Parts::open_audit(const Config& now) {
    const auto opened = audit->open(now.audit, now.public_urls.empty() ? std::string() : now.public_urls.front());
    if (opened) return std::nullopt;
    return fault("/audit", "The audit file " + now.audit.string() + " cannot be written to: " + opened.error() + ".");
}

boost::system::result<void, rules::Diagnostic> RunningService::Parts::listen(Address& address, const char* pointer,
                                                                             ConnectionSettings settings) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address.host, error);
    const auto port = error ? boost::system::result<std::uint16_t, ListenError>(ListenError{error.message()})
                            : server.listen(tcp::endpoint(ip, address.port), std::move(settings));
    if (!port) return fault(pointer, "Cannot listen on " + print_address(address) + ": " + port.error().reason + ".");
    address.port = *port;
    return {};
}

std::shared_ptr<const Offer> RunningService::Parts::offer_of(const Deployment& deployment) {
    auto made = std::make_shared<Offer>();
    const Config& now = deployment.config;
    FhirReading fhir;
    fhir.clients = &clients;
    fhir.development = config.mode == Mode::development;
    fhir.realms = deployment.fhir_realms;
    fhir.all_calls = &fhir_answers;
    fhir.limits = {config.fhir.max_pages, config.fhir.max_bytes};
    fhir.timeout = std::chrono::milliseconds(config.fhir.timeout_ms);
    fhir.deadline = std::chrono::milliseconds(config.limits.deadline_ms);
    AnswerSettings answer{random_uuid};
    if (!now.public_urls.empty()) answer.about_url = about_url_of(now.public_urls.front());
    HookSettings settings{clock, std::move(answer), log, recorder.get(), fhir};
    settings.counter = tally.get();
    settings.shadow = shadow.get();
    settings.audit = audit.get();
    made->services = std::make_shared<const HookHandler>(deployment.packs, std::move(settings));
    if (store) {
        made->feedback = std::make_shared<const FeedbackHandler>(
            FeedbackSettings{*store, log, store_calls, offered_reasons(deployment.packs)});
    }
    made->cors = CorsPolicy(now.cors_origins);
    ReplayMemory& replay = store ? static_cast<ReplayMemory&>(*store) : window;
    const auto before = offer.get();
    const Trust* trusted = before != nullptr ? before->trust.get() : nullptr;
    if (now.authentication_required) made->trust = std::make_shared<Trust>(now.clients, replay, trusted);
    made->anonymous = std::make_shared<const Client>(now.anonymous);
    made->public_urls = now.public_urls;
    return made;
}

/// From now on new calls are answered by `deployment`.
void RunningService::Parts::use(const Deployment& deployment) {
    offer.set(offer_of(deployment));
    tls.set(deployment.tls);
    server.drain_unwelcome();
    metrics.certificate_valid_until(valid_until(*deployment.tls));
    std::vector<PackInUse> packs;
    for (const LoadedPack& deployed : deployment.packs) {
        for (const auto& [pack, role, percent] : versions_of(deployed)) {
            const rules::Identity& identity = pack.program->pack().identity;
            log.write(PackLoaded{identity.id, identity.version, pack.digests.cards, pack.digests.pack,
                                 pack.digests.site, pack.waived, role, percent});
            contents[{identity.id, identity.version}] = pack.digests.pack;
            packs.push_back({identity.id, identity.version, pack.digests.cards, role, wall_time()});
        }
    }
    metrics.packs_in_use(packs);
}

/// A version is one content: what cards say of it must not change under their reader's hands.
void RunningService::Parts::warn_of_reused_versions(const Deployment& next) {
    for (std::size_t i = 0; i < next.packs.size(); ++i) {
        for (const auto& [pack, role, percent] : versions_of(next.packs[i])) {
            const rules::Identity& identity = pack.program->pack().identity;
            const auto before = contents.find({identity.id, identity.version});
            if (before == contents.end() || before->second == pack.digests.pack) continue;
            log.write(ConfigurationFault{next.config.packs[i].path.string(), "version-reused",
                                         identity.id + ' ' + identity.version + " (" + std::string(role) +
                                             ") had another content until now. Give a changed pack a new version.",
                                         true});
        }
    }
}

/// All or nothing. On the pool: reading packs takes too long for a thread that serves.
void RunningService::Parts::reload() {
    rules::Diagnostics findings;
    auto next = load_deployment(file, findings);
    if (next && next->config.mode != config.mode) {
        findings.push_back({rules::Severity::error,
                            {file.string(), "/mode", 0, 0},
                            "mode-changed",
                            "The mode cannot change while the service runs.",
                            "Restart it."});
        next.reset();
    }
    if (next) {
        if (auto finding = open_audit(next->config)) {
            findings.push_back(std::move(*finding));
            next.reset();
        }
    }
    for (const rules::Diagnostic& finding : findings) {
        log.write(ConfigurationFault{print_place(finding.place), finding.code, finding.message,
                                     finding.severity == rules::Severity::warning});
    }
    if (next) warn_of_reused_versions(*next);
    if (next) use(*next);
    log.write(next ? Reloaded{true, changes_that_need_a_restart(config, next->config)} : Reloaded{false, {}});
}

StoreState RunningService::Parts::store_state() const {
    if (!keeper || keeper->store_works()) return StoreState::works;
    const auto now = offer.get();
    const bool all = now != nullptr && now->trust != nullptr && now->trust->all_need_replay_memory();
    return all ? StoreState::away_for_all : StoreState::away;
}

std::string RunningService::Parts::metrics_text() {
    metrics.connections_open(server.open_connections());
    metrics.memory_resident(resident_bytes());
    metrics.log_lines_dropped(sink->dropped());
    if (keeper) metrics.store_up(keeper->store_works());
    if (tally) tally->tell(metrics);
    if (audit) audit->tell(metrics);
    return metrics.text();
}

bool RunningService::Parts::close() {
    const auto deadline = BlockingCalls::Clock::now() + closing_time_of_calls;
    bool all_ended = !audit || audit->close(deadline);
    if (recorder && !recorder->close(deadline)) all_ended = false;
    if (tally && !tally->close(deadline)) all_ended = false;
    if (keeper && !keeper->close(deadline)) all_ended = false;
    if (!store_calls.close(deadline)) all_ended = false;
    if (!names->close(deadline)) all_ended = false;
    // Last: a thread that makes way for everybody may not get to its end on a busy machine, and nobody is to wait for
    // it.
    if (shadow && !shadow->close(deadline)) all_ended = false;
    return all_ended;
}

RunningService::RunningService(Deployment deployment, ClinicalClock clock, std::filesystem::path file)
    : parts_(std::make_unique<Parts>(std::move(deployment), std::move(clock), std::move(file))) {}

RunningService::~RunningService() = default;

boost::system::result<Listening, rules::Diagnostic> RunningService::start() {
    Parts& parts = *parts_;
    if (parts.fhir_tls == nullptr) return parts.fault("/fhir/ca", "This file holds no certificates in PEM form.");
    if (const auto opened = parts.open_store(); !opened) return opened.error();
    parts.audit = std::make_unique<AuditFile>(parts.log);
    if (auto finding = parts.open_audit(parts.config)) return std::move(*finding);
    const std::size_t threads = std::min(server_limits_of(parts.config).threads, most_shadow_threads);
    parts.shadow = std::make_unique<Shadow>(*parts.tally, parts.log, ShadowLimits{.threads = threads}, evaluate_shadow);
    const ClinicalSurroundings surroundings{parts.log, &parts.clients, parts.pool.get_executor(), &parts.store_calls};
    parts.clinical.emplace(parts.offer, surroundings, parts.config.limits.requests_per_second);
    parts.admin.emplace(
        parts.readiness, [&parts] { return parts.metrics_text(); }, [&parts] { return parts.store_state(); });

    Listening listening{parts.config.listen, parts.config.admin};
    const ConnectionLimits limits = limits_of(parts.config);
    const auto clinical =
        parts.listen(listening.clinical, "/listen", {"clinical", *parts.clinical, &parts.tls, limits, parts.log});
    if (!clinical) return clinical.error();
    if (listening.admin) {
        ConnectionLimits admin_limits = limits;
        // Health and metrics matter most when there is too much to do.
        admin_limits.connections = most_admin_connections;
        admin_limits.refuses_when_overloaded = false;
        const auto admin =
            parts.listen(*listening.admin, "/admin/listen", {"admin", *parts.admin, nullptr, admin_limits, parts.log});
        if (!admin) return admin.error();
    }
    parts.use(*parts.first);
    parts.first.reset();
    parts.server.obey_signals([&parts] { asio::post(parts.reloads, [&parts] { parts.reload(); }); });
    parts.readiness.set(true);
    parts.log.write(
        ServiceStarted{BACKPAIN_CDS_VERSION, parts.config.mode == Mode::production ? "production" : "development",
                       print_address(listening.clinical), listening.admin ? print_address(*listening.admin) : "",
                       server_limits_of(parts.config).threads, parts.config.packs.size()});
    return listening;
}

bool RunningService::run() {
    const std::size_t aborted = parts_->server.run();
    const bool all_ended = parts_->close();
    parts_->log.write(ServiceStopped{aborted, !all_ended});
    if (!all_ended) parts_->sink->flush();
    return all_ended;
}

bool RunningService::close() {
    return parts_->close();
}

}  // namespace service
