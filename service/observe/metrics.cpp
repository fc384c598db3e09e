#include "service/observe/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <initializer_list>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace service {

namespace {

using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;
using Histograms = prometheus::Family<prometheus::Histogram>;

/// Seconds. 0.45 is the deadline of a call, 0.5 what CDS Hooks asks for.
const prometheus::Histogram::BucketBoundaries durations = {0.005, 0.01, 0.025, 0.05, 0.1, 0.2,
                                                           0.3,   0.45, 0.5,   1.0,  2.5, 10.0};

/// The metrics that each call asks for, by what their labels say: the library makes and hashes a map of strings to find
/// one again. They stay where they are, since none of their families ever removes one.
template <typename Metric>
class Remembered {
  public:
    /// \param make  asked once for each `name`.
    template <typename Make>
    Metric& get(std::string name, const Make& make) {
        const std::lock_guard lock(mutex_);
        Metric*& metric = metrics_[std::move(name)];
        if (metric == nullptr) metric = &make();
        return *metric;
    }

  private:
    std::mutex mutex_;
    std::unordered_map<std::string, Metric*> metrics_;
};

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string name;
    name.reserve(96);
    for (const std::string_view part : parts) name.append(part).append(1, '\n');
    return name;
}

double seconds_of(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

double seconds_of(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

}  // namespace

struct Metrics::Series {
    Counters& counters(const char* name, const char* help) {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    }
    Gauges& gauges(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
    }
    Histograms& histograms(const char* name, const char* help) {
        return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
    }

    prometheus::Registry registry;
    Counters& requests = counters("backpain_cds_requests_total", "Requests answered, by endpoint, service and status.");
    Histograms& request_seconds = histograms("backpain_cds_request_seconds",
                                             "Time from a request's head to its answer, by endpoint and service.");
    Counters& refusals = counters("backpain_cds_refusals_total", "Requests refused, by fault.");
    Counters& token_refusals =
        counters("backpain_cds_token_refusals_total", "Tokens refused, by the first check that failed.");
    Counters& cards = counters("backpain_cds_cards_total", "Cards given, by rule, version and indicator.");
    Counters& calls = counters("backpain_cds_calls_total", "Calls answered, by service and client.");
    Counters& silences = counters("backpain_cds_silences_total", "Rules that had no card in a call, by reason.");
    Counters& prefetch = counters("backpain_cds_prefetch_total",
                                  "Calls by client, prefetch key and whether it was sent, or why it is not there.");
    Counters& results = counters("backpain_cds_results_total",
                                 "Laboratory results in calls, by analyte and whether they could be read, or why not.");
    Counters& unseen = counters("backpain_cds_unseen_names_total",
                                "Results whose code or unit neither pack nor site file knows, by analyte.");
    Counters& shadow_calls = counters("backpain_cds_shadow_calls_total",
                                      "Calls by whether a shadow looked at them after their reply, or why not.");
    Counters& shadow_rules = counters(
        "backpain_cds_shadow_rules_total",
        "Calls in which a rule had a card in answer or shadow, or was unknown to the shadow, by the difference.");
    Counters& canary_calls =
        counters("backpain_cds_canary_calls_total", "Calls answered while a canary was there, by who of the two did.");
    Counters& outcomes =
        counters("backpain_cds_feedback_outcomes_total", "Feedback stored for the first time, by rule and outcome.");
    Counters& fhir = counters("backpain_cds_fhir_fetches_total", "FHIR data asked for, by outcome.");
    Counters& fhir_requests = counters("backpain_cds_fhir_requests_total", "Requests sent to FHIR servers.");
    Histograms& fhir_seconds =
        histograms("backpain_cds_fhir_fetch_seconds", "Time until FHIR data was there, or was not.");
    Counters& key_sets = counters("backpain_cds_key_set_fetches_total", "Key sets asked for, by outcome.");
    Counters& server_connections = counters("backpain_cds_server_connections_total",
                                            "TLS connections made to other servers, a handshake each, by their kind.");
    Counters& feedback = counters("backpain_cds_feedback_total", "Feedback stored, new or told before.");
    Counters& feedback_left_out = counters("backpain_cds_feedback_left_out_total",
                                           "Parts of feedback that were not understood, or may not be kept, by what.");
    Counters& store_faults =
        counters("backpain_cds_store_errors_total", "What the store did not do, by operation and fault.");
    Counters& decisions_lost =
        counters("backpain_cds_decisions_lost_total", "Cards given that the store will not know of.");
    Gauges& audit_up = gauges("backpain_cds_audit_up", "Whether the audit file can be written to: 1 or 0.");
    Counters& audit_lost = counters("backpain_cds_audit_lost_total", "Lines that the audit file will not have.");
    Gauges& store_up = gauges("backpain_cds_store_up", "Whether the store can be written to: 1 or 0.");
    Counters& reloads = counters("backpain_cds_reloads_total", "Configurations read again, by outcome.");
    Counters& log_dropped = counters("backpain_cds_log_lines_dropped_total", "Lines of the log that nobody read.");
    Gauges& connections = gauges("backpain_cds_connections", "Connections open.");
    Gauges& memory =
        gauges("process_resident_memory_bytes", "Resident memory.");  // the name that Prometheus has for it
    Gauges& certificate =
        gauges("backpain_cds_certificate_not_after_seconds", "End of the server certificate's validity, as Unix time.");
    Gauges& packs = gauges("backpain_cds_pack_loaded_seconds", "When a rule pack in use was loaded, as Unix time.");

    Remembered<prometheus::Counter> known_requests, known_cards;
    Remembered<prometheus::Histogram> known_durations;

    std::mutex totals_mutex;  // of counters that are told what they have come to
    std::mutex packs_mutex;
    std::vector<prometheus::Gauge*> current_packs;
};

Metrics::Metrics() : series_(std::make_unique<Series>()) {}

Metrics::~Metrics() = default;

void Metrics::answered(std::string_view endpoint, std::string_view service, unsigned status,
                       std::chrono::nanoseconds took) {
    const auto labels = [&]() -> prometheus::Labels {
        return {{"endpoint", std::string(endpoint)}, {"service", std::string(service)}};
    };
    const auto make_duration = [&]() -> auto& {
        return series_->request_seconds.Add(labels(), durations);
    };
    series_->known_durations.get(joined({endpoint, service}), make_duration).Observe(seconds_of(took));
    const std::string code = std::to_string(status);
    const auto make_count = [&]() -> auto& {
        prometheus::Labels with_status = labels();
        with_status.emplace("status", code);
        return series_->requests.Add(with_status);
    };
    series_->known_requests.get(joined({endpoint, service, code}), make_count).Increment();
}

void Metrics::refused(std::string_view fault) {
    series_->refusals.Add({{"fault", std::string(fault)}}).Increment();
}

void Metrics::token_refused(std::string_view fault) {
    series_->token_refusals.Add({{"fault", std::string(fault)}}).Increment();
}

void Metrics::rule_fired(std::string_view rule, std::string_view version, std::string_view indicator) {
    const auto make = [&]() -> auto& {
        return series_->cards.Add(
            {{"rule", std::string(rule)}, {"version", std::string(version)}, {"indicator", std::string(indicator)}});
    };
    series_->known_cards.get(joined({rule, version, indicator}), make).Increment();
}

void Metrics::calls_answered(std::string_view service, std::string_view client, std::uint64_t count) {
    series_->calls.Add({{"service", std::string(service)}, {"client", std::string(client)}})
        .Increment(static_cast<double>(count));
}

void Metrics::rule_silent(std::string_view rule, std::string_view reason, std::uint64_t count) {
    series_->silences.Add({{"rule", std::string(rule)}, {"reason", std::string(reason)}})
        .Increment(static_cast<double>(count));
}

void Metrics::prefetch_came(std::string_view client, std::string_view key, std::string_view reading,
                            std::uint64_t count) {
    series_->prefetch
        .Add({{"client", std::string(client)}, {"key", std::string(key)}, {"reading", std::string(reading)}})
        .Increment(static_cast<double>(count));
}

void Metrics::results_seen(std::string_view analyte, std::string_view reading, std::uint64_t count) {
    series_->results.Add({{"analyte", std::string(analyte)}, {"reading", std::string(reading)}})
        .Increment(static_cast<double>(count));
}

void Metrics::names_unseen(std::string_view analyte, std::uint64_t count) {
    series_->unseen.Add({{"analyte", std::string(analyte)}}).Increment(static_cast<double>(count));
}

void Metrics::shadow_calls(std::string_view what, std::uint64_t count) {
    series_->shadow_calls.Add({{"outcome", std::string(what)}}).Increment(static_cast<double>(count));
}

void Metrics::shadow_differed(std::string_view rule, std::string_view difference, std::uint64_t count) {
    series_->shadow_rules.Add({{"rule", std::string(rule)}, {"difference", std::string(difference)}})
        .Increment(static_cast<double>(count));
}

void Metrics::canary_calls(std::string_view by, std::uint64_t count) {
    series_->canary_calls.Add({{"by", std::string(by)}}).Increment(static_cast<double>(count));
}

void Metrics::feedback_outcome(std::string_view rule, std::string_view outcome, std::size_t count) {
    series_->outcomes.Add({{"rule", rule.empty() ? "unknown" : std::string(rule)}, {"outcome", std::string(outcome)}})
        .Increment(static_cast<double>(count));
}

void Metrics::fhir_fetched(std::string_view outcome, unsigned requests, std::chrono::nanoseconds took) {
    series_->fhir.Add({{"outcome", std::string(outcome)}}).Increment();
    series_->fhir_requests.Add({}).Increment(requests);
    series_->fhir_seconds.Add({}, durations).Observe(seconds_of(took));
}

void Metrics::key_set_fetched(bool fine) {
    series_->key_sets.Add({{"outcome", fine ? "fetched" : "failed"}}).Increment();
}

void Metrics::server_connected(std::string_view kind) {
    series_->server_connections.Add({{"kind", std::string(kind)}}).Increment();
}

void Metrics::feedback_stored(std::size_t fresh, std::size_t repeated) {
    series_->feedback.Add({{"told", "first"}}).Increment(static_cast<double>(fresh));
    series_->feedback.Add({{"told", "again"}}).Increment(static_cast<double>(repeated));
}

void Metrics::feedback_left_out(std::string_view what, std::size_t count) {
    series_->feedback_left_out.Add({{"what", std::string(what)}}).Increment(static_cast<double>(count));
}

void Metrics::store_failed(std::string_view operation, std::string_view fault) {
    series_->store_faults.Add({{"operation", std::string(operation)}, {"fault", std::string(fault)}}).Increment();
}

void Metrics::decisions_lost(std::size_t count) {
    series_->decisions_lost.Add({}).Increment(static_cast<double>(count));
}

void Metrics::store_up(bool works) {
    series_->store_up.Add({}).Set(works ? 1 : 0);
}

void Metrics::reloaded(bool fine) {
    series_->reloads.Add({{"outcome", fine ? "in-use" : "refused"}}).Increment();
}

void Metrics::connections_open(std::size_t count) {
    series_->connections.Add({}).Set(static_cast<double>(count));
}

void Metrics::log_lines_dropped(std::size_t total) {
    const std::lock_guard lock(series_->totals_mutex);
    prometheus::Counter& counter = series_->log_dropped.Add({});
    counter.Increment(static_cast<double>(total) - counter.Value());
}

void Metrics::audit(bool works, std::size_t lost_until_now) {
    const std::lock_guard lock(series_->totals_mutex);
    prometheus::Counter& counter = series_->audit_lost.Add({});
    counter.Increment(static_cast<double>(lost_until_now) - counter.Value());
    series_->audit_up.Add({}).Set(works ? 1 : 0);
}

void Metrics::memory_resident(std::size_t bytes) {
    series_->memory.Add({}).Set(static_cast<double>(bytes));
}

void Metrics::certificate_valid_until(WallTime time) {
    series_->certificate.Add({}).Set(seconds_of(time));
}

void Metrics::packs_in_use(std::span<const PackInUse> packs) {
    const std::lock_guard lock(series_->packs_mutex);
    for (prometheus::Gauge* gone : series_->current_packs) series_->packs.Remove(gone);
    series_->current_packs.clear();
    for (const PackInUse& pack : packs) {
        prometheus::Gauge& gauge = series_->packs.Add({{"pack", pack.pack},
                                                       {"version", pack.version},
                                                       {"digest", pack.digest},
                                                       {"role", std::string(pack.role)}});
        gauge.Set(seconds_of(pack.loaded));
        series_->current_packs.push_back(&gauge);
    }
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(series_->registry.Collect());
}

}  // namespace service
