#include "service/observe/measured_log.hpp"

namespace service {

namespace {

/// What an event adds to the metrics; most add nothing.
struct Count {
    Metrics& metrics;

    void operator()(const RequestServed& e) const {
        metrics.answered(e.facts.endpoint, e.facts.service, e.status, e.took);
        if (!e.facts.fault.empty()) metrics.refused(e.facts.fault);
    }
    void operator()(const TokenRefused& e) const { metrics.token_refused(e.fault); }
    void operator()(const KeySetFetched& e) const { metrics.key_set_fetched(e.fine); }
    void operator()(const ServerConnected& e) const { metrics.server_connected(e.kind); }
    void operator()(const FhirFetched& e) const { metrics.fhir_fetched(e.outcome, e.requests, e.took); }
    void operator()(const FhirNotRead& e) const { metrics.fhir_fetched(e.fault, 0, {}); }
    void operator()(const CardGiven& e) const { metrics.rule_fired(e.rule, e.version, e.indicator); }
    void operator()(const FeedbackStored& e) const {
        metrics.feedback_stored(e.stored, e.repeated);
        metrics.feedback_left_out("unknown-card", e.unknown_card);
        for (const FeedbackOutcome& one : e.outcomes) metrics.feedback_outcome(one.rule, one.outcome, one.count);
        for (const auto& [name, count] : feedback_left_out) metrics.feedback_left_out(name, e.left_out.*count);
    }
    void operator()(const StoreFailed& e) const {
        metrics.store_failed(e.operation, e.fault);
        if (e.lost > 0) metrics.decisions_lost(e.lost);
    }
    void operator()(const StoreWatched&) const {}
    void operator()(const AuditWatched&) const {}
    void operator()(const Reloaded& e) const { metrics.reloaded(e.fine); }
    void operator()(const ServiceStarted&) const {}
    void operator()(const PackLoaded&) const {}
    void operator()(const StopRequested&) const {}
    void operator()(const ServiceStopped&) const {}
    void operator()(const HandshakeFailed&) const {}
    void operator()(const ConnectionsWithdrawn&) const {}
    void operator()(const ConnectionRefused&) const { metrics.refused("connection"); }
    void operator()(const AcceptPaused&) const {}
    void operator()(const SourceMissing&) const {}
    void operator()(const ConfigurationFault&) const {}
    void operator()(const CallFailed&) const {}
};

}  // namespace

void MeasuredLog::write(const Event& event) {
    std::visit(Count{metrics_}, event);
    log_.write(event);
}

}  // namespace service
