#include "service/observe/log.hpp"

#include "fhir/json_text.hpp"
#include "service/observe/patient_output.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <condition_variable>
#include <mutex>
#include <unistd.h>

namespace service {

namespace json = boost::json;

namespace {

struct Fields {
    json::object members;

    void operator()(const ServiceStarted& e) {
        members = {{"event", "service-started"}, {"version", e.version}, {"mode", e.mode}, {"clinical", e.clinical}};
        if (!e.admin.empty()) members["admin"] = e.admin;
        members["threads"] = e.threads;
        members["packs"] = e.packs;
    }
    void operator()(const PackLoaded& e) {
        members = {{"event", "pack-loaded"}, {"pack", e.id}, {"version", e.version}, {"digest", e.digest}};
        members["role"] = e.role;
        if (e.role == "canary") members["percent"] = e.percent;
        members["packDigest"] = e.pack_digest;
        if (!e.site_digest.empty()) members["siteDigest"] = e.site_digest;
        if (!e.waived.empty()) members["waived"] = json::array(e.waived.begin(), e.waived.end());
    }
    void operator()(const StopRequested&) { members = {{"event", "stop-requested"}}; }
    void operator()(const ServiceStopped& e) {
        members = {{"event", "service-stopped"}, {"aborted", e.aborted}};
        if (e.left_behind) members["leftBehind"] = true;
    }
    void operator()(const RequestServed& e) {
        members = {{"event", "request-served"}, {"port", e.port}, {"endpoint", e.facts.endpoint}, {"status", e.status}};
        if (!e.facts.refused_origin.empty()) {
            members["refusedOriginSha256"] = e.facts.refused_origin;
            members["allowBy"] = "cors.origins";
        }
        if (!e.facts.fault.empty()) members["fault"] = e.facts.fault;
        if (!e.facts.service.empty()) members["service"] = e.facts.service;
        if (!e.facts.client.empty()) members["client"] = e.facts.client;
        if (!e.facts.hook_instance.empty()) members["hookInstance"] = e.facts.hook_instance;
        if (e.facts.endpoint == "hook-call" && e.facts.fault.empty()) members["cards"] = e.facts.cards;
        if (!e.facts.slowest_query.empty()) {
            members["slowestQuery"] = e.facts.slowest_query;
            members["slowestQueryMicroseconds"] = e.facts.slowest_query_took.count();
        }
        members["received"] = e.received;
        members["sent"] = e.sent;
        members["microseconds"] = e.took.count();
    }
    void operator()(const HandshakeFailed& e) { members = {{"event", "handshake-failed"}, {"reason", e.reason}}; }
    void operator()(const ConnectionsWithdrawn& e) {
        members = {{"event", "connections-withdrawn"}, {"connections", e.connections}};
    }
    void operator()(const ConnectionRefused& e) { members = {{"event", "connection-refused"}, {"open", e.open}}; }
    void operator()(const AcceptPaused& e) { members = {{"event", "accept-paused"}, {"errno", e.error}}; }
    void operator()(const TokenRefused& e) {
        members = {{"event", "token-refused"}, {"endpoint", e.endpoint}, {"fault", e.fault}};
        if (!e.client.empty()) members["client"] = e.client;
        if (!e.issuer_digest.empty()) members["issuerSha256"] = e.issuer_digest;
    }
    void operator()(const KeySetFetched& e) {
        members = {{"event", "key-set-fetched"}, {"url", e.url}, {"fine", e.fine}};
        if (!e.reason.empty()) members["reason"] = e.reason;
    }
    void operator()(const ServerConnected& e) { members = {{"event", "server-connected"}, {"kind", e.kind}}; }
    void operator()(const FhirNotRead& e) { members = {{"event", "fhir-not-read"}, {"fault", e.fault}}; }
    void operator()(const FhirFetched& e) {
        members = {{"event", "fhir-fetched"}, {"key", e.key}, {"outcome", e.outcome}, {"requests", e.requests}};
        members["microseconds"] = e.took.count();
    }
    void operator()(const SourceMissing& e) {
        members = {{"event", "source-missing"}, {"place", e.place}, {"reason", e.reason}};
    }
    void operator()(const CardGiven& e) {
        members = {{"event", "card-given"}, {"rule", e.rule}, {"version", e.version}, {"indicator", e.indicator}};
    }
    void operator()(const FeedbackStored& e) {
        members = {{"event", "feedback-stored"}, {"service", e.service}, {"stored", e.stored}};
        members["repeated"] = e.repeated;
        members["unknownCard"] = e.unknown_card;
        members["ahead"] = e.ahead;
        for (const FeedbackOutcome& one : e.outcomes) {
            members["outcome." + (one.rule.empty() ? "unknown" : one.rule) + "." + std::string(one.outcome)] =
                one.count;
        }
        for (const auto& [name, count] : feedback_left_out) {
            if (e.left_out.*count > 0) members["leftOut." + std::string(name)] = e.left_out.*count;
        }
    }
    void operator()(const StoreFailed& e) {
        members = {{"event", "store-failed"}, {"operation", e.operation}, {"fault", e.fault}, {"lost", e.lost}};
    }
    void operator()(const StoreWatched& e) {
        members = {{"event", e.fine ? "store-back" : "store-away"}};
        if (!e.fine) members["fault"] = e.fault;
    }
    void operator()(const AuditWatched& e) {
        members = {{"event", e.fine ? "audit-back" : "audit-away"}};
        if (!e.fine) members["fault"] = e.fault;
        if (e.lost > 0) members["lost"] = e.lost;
    }
    void operator()(const ConfigurationFault& e) {
        members = {{"event", e.warning ? "configuration-warning" : "configuration-fault"},
                   {"place", e.place},
                   {"code", e.code},
                   {"message", e.message}};
    }
    void operator()(const Reloaded& e) {
        members = {{"event", "reloaded"}, {"fine", e.fine}};
        if (!e.ignored.empty()) members["needRestart"] = json::array(e.ignored.begin(), e.ignored.end());
    }
    void operator()(const CallFailed& e) {
        members = {{"event", "call-failed"}, {"endpoint", e.endpoint}, {"exception", e.exception}};
    }
};

struct LevelOf {
    LogLevel operator()(const RequestServed& e) const noexcept {
        if (e.status >= 500) return LogLevel::error;
        if (!e.facts.refused_origin.empty()) return LogLevel::warning;
        const bool probe = e.facts.endpoint.starts_with("health") || e.facts.endpoint == "metrics";
        return probe ? LogLevel::debug : LogLevel::info;
    }
    LogLevel operator()(const HandshakeFailed&) const noexcept { return LogLevel::debug; }
    LogLevel operator()(const ConnectionsWithdrawn&) const noexcept { return LogLevel::warning; }
    LogLevel operator()(const ConnectionRefused&) const noexcept { return LogLevel::warning; }
    LogLevel operator()(const AcceptPaused&) const noexcept { return LogLevel::error; }
    LogLevel operator()(const TokenRefused&) const noexcept { return LogLevel::warning; }
    LogLevel operator()(const KeySetFetched& e) const noexcept { return e.fine ? LogLevel::info : LogLevel::error; }
    LogLevel operator()(const ServerConnected&) const noexcept { return LogLevel::debug; }
    LogLevel operator()(const FhirNotRead&) const noexcept { return LogLevel::warning; }
    LogLevel operator()(const FhirFetched& e) const noexcept {
        return e.outcome == "fetched" ? LogLevel::debug : LogLevel::warning;
    }
    LogLevel operator()(const SourceMissing&) const noexcept { return LogLevel::warning; }
    LogLevel operator()(const CardGiven&) const noexcept { return LogLevel::debug; }
    LogLevel operator()(const FeedbackStored&) const noexcept { return LogLevel::info; }
    LogLevel operator()(const StoreFailed&) const noexcept { return LogLevel::error; }
    LogLevel operator()(const StoreWatched& e) const noexcept { return e.fine ? LogLevel::warning : LogLevel::error; }
    LogLevel operator()(const AuditWatched& e) const noexcept { return e.fine ? LogLevel::warning : LogLevel::error; }
    LogLevel operator()(const ConfigurationFault& e) const noexcept {
        return e.warning ? LogLevel::warning : LogLevel::error;
    }
    LogLevel operator()(const Reloaded& e) const noexcept {
        if (!e.fine) return LogLevel::error;
        return e.ignored.empty() ? LogLevel::info : LogLevel::warning;
    }
    LogLevel operator()(const CallFailed&) const noexcept { return LogLevel::error; }
    LogLevel operator()(const ServiceStarted&) const noexcept { return LogLevel::info; }
    LogLevel operator()(const PackLoaded& e) const noexcept {
        return e.waived.empty() ? LogLevel::info : LogLevel::warning;
    }
    LogLevel operator()(const StopRequested&) const noexcept { return LogLevel::info; }
    LogLevel operator()(const ServiceStopped& e) const noexcept {
        return e.aborted == 0 && !e.left_behind ? LogLevel::info : LogLevel::warning;
    }
};

spdlog::level::level_enum spdlog_level(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            break;
    }
    return spdlog::level::err;
}

/// Writes lines, and counts those that nobody read.
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit LineSink(int descriptor) : output_(descriptor) {}

    PatientOutput& output() { return output_; }
    std::size_t dropped() const noexcept { return dropped_.load(); }

    /// Waits until flush() of the logger has come through. \returns false if it has not by `deadline`.
    bool wait_for_flush(PatientOutput::Clock::time_point deadline) {
        std::unique_lock lock(flush_mutex_);
        return flush_done_.wait_until(lock, deadline, [this] { return flushed_; });
    }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        if (!output_.write({line.data(), line.size()})) dropped_.fetch_add(1);
    }

    void flush_() override {
        const std::lock_guard lock(flush_mutex_);
        flushed_ = true;
        flush_done_.notify_all();
    }

  private:
    PatientOutput output_;
    std::atomic<std::size_t> dropped_{0};
    std::mutex flush_mutex_;  // of what follows
    std::condition_variable flush_done_;
    bool flushed_ = false;
};

class DescriptorLog final : public Log {
  public:
    DescriptorLog(const LogOptions& options, int descriptor)
        : format_(options.format),
          level_(options.level),
          sink_(std::make_shared<LineSink>(descriptor)),
          pool_(std::make_shared<spdlog::details::thread_pool>(queued_log_lines, 1)),
          logger_(std::make_shared<spdlog::async_logger>("backpain-cds", sink_, pool_,
                                                         spdlog::async_overflow_policy::overrun_oldest)) {
        logger_->set_level(spdlog_level(options.level));
        const char* pattern = format_ == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                                         : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
        logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
    }

    ~DescriptorLog() override { sink_->output().hurry(PatientOutput::Clock::now() + log_patience_at_end); }

    void write(const Event& event) override {
        const LogLevel level = level_of(event);
        if (level < level_) return;
        const std::string fields = fields_of(event, format_);
        logger_->log(spdlog_level(level), spdlog::string_view_t(fields.data(), fields.size()));
    }

    std::size_t dropped() const override { return pool_->overrun_counter() + sink_->dropped(); }

    void flush() override {
        // Half of the time for the reader; by the other half what he did not read has been dropped, and counted.
        const auto now = PatientOutput::Clock::now();
        sink_->output().hurry(now + log_patience_at_end / 2);
        logger_->flush();
        sink_->wait_for_flush(now + log_patience_at_end);
    }

  private:
    LogFormat format_;
    LogLevel level_;
    std::shared_ptr<LineSink> sink_;
    std::shared_ptr<spdlog::details::thread_pool> pool_;  // joined, its queue written, after the logger is gone
    std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

LogLevel level_of(const Event& event) noexcept {
    return std::visit(LevelOf(), event);
}

std::string fields_of(const Event& event, LogFormat format) {
    Fields fields;
    std::visit(fields, event);
    if (format == LogFormat::json) {
        const std::string object = fhir::print_json(std::move(fields.members));
        return object.substr(1, object.size() - 2);
    }
    std::string text;
    for (const auto& [name, value] : fields.members) {
        const auto words = fhir::text_of(value);
        const std::string printed = words ? std::string(*words) : fhir::print_json(value);
        text += text.empty() ? printed : " " + std::string(name) + "=" + printed;
    }
    return text;
}

std::unique_ptr<Log> open_log(const LogOptions& options, int descriptor) {
    return std::make_unique<DescriptorLog>(options, descriptor);
}

}  // namespace service
