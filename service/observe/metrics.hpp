// What /metrics tells, in the text format of Prometheus: counts and durations by names of ours. The only file that
// knows prometheus-cpp.
//
// No label ever holds anything received: services, rules, packs and clients are named by our configuration, all else by
// literals. So the number of series is bounded, and no patient can be among them. Any thread may report at any time.
#pragma once

#include "service/base/wall_time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace service {

/// A pack that is in use.
struct PackInUse {
    std::string pack;
    std::string version;
    std::string digest;
    std::string_view role;  ///< "live", "canary", "shadow"
    WallTime loaded{};
};

class Metrics {
  public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// A request was answered. \param endpoint of the routes' names. \param service id of ours; empty: none.
    void answered(std::string_view endpoint, std::string_view service, unsigned status, std::chrono::nanoseconds took);

    /// A request was refused. \param fault by its name.
    void refused(std::string_view fault);

    /// A token was refused. \param fault by its name; it is told here and in the log, never to the client.
    void token_refused(std::string_view fault);

    /// A rule gave a card. \param version  of its pack.
    void rule_fired(std::string_view rule, std::string_view version, std::string_view indicator);

    /// Calls were answered with all cards that there were: the denominator of cards, silences and results.
    void calls_answered(std::string_view service, std::string_view client, std::uint64_t count);

    /// A rule had no card. \param reason  "gate", "criterion", "unknown", "cap", …
    void rule_silent(std::string_view rule, std::string_view reason, std::uint64_t count);

    /// Calls came with or without a prefetch key. \param reading  "sent", or why it could not be had: "not-sent".
    void prefetch_came(std::string_view client, std::string_view key, std::string_view reading, std::uint64_t count);

    /// Laboratory results came. \param reading  "readable", "awaited", or why they cannot be read.
    void results_seen(std::string_view analyte, std::string_view reading, std::uint64_t count);

    /// Results came with a code or a unit that neither pack nor site file knows.
    void names_unseen(std::string_view analyte, std::uint64_t count);

    /// Shadows looked at calls, or did not. \param what  "compared", "skipped", "failed".
    void shadow_calls(std::string_view what, std::uint64_t count);

    /// What a shadow made of a rule in calls, beside who answered. \param difference  "same", "changed", "only-live", …
    void shadow_differed(std::string_view rule, std::string_view difference, std::uint64_t count);

    /// Calls were answered while a canary was there. \param by  "live", "canary".
    void canary_calls(std::string_view by, std::uint64_t count);

    /// Feedback was stored about a rule's card. \param rule  empty: of a card that the store does not know.
    void feedback_outcome(std::string_view rule, std::string_view outcome, std::size_t count);

    /// FHIR data was asked for. \param outcome "fetched", or the reason's name. \param requests that it took.
    void fhir_fetched(std::string_view outcome, unsigned requests, std::chrono::nanoseconds took);

    /// A key set was asked for.
    void key_set_fetched(bool fine);

    /// A TLS connection was made to another server. \param kind "fhir" or "keys".
    void server_connected(std::string_view kind);

    /// Feedback was stored: new ones, and such as had been told before.
    void feedback_stored(std::size_t fresh, std::size_t repeated);

    /// A part of feedback was not understood, or may not be kept. \param what "own-reason", "unknown-member", …
    void feedback_left_out(std::string_view what, std::size_t count);

    /// The store did not do `operation`. \param fault by its name.
    void store_failed(std::string_view operation, std::string_view fault);

    /// Which cards were given will not be stored of `count` cards.
    void decisions_lost(std::size_t count);

    /// Whether the audit file can be written to, and how many of its lines were lost until now.
    void audit(bool works, std::size_t lost_until_now);

    /// Whether the store can be written to.
    void store_up(bool works);

    /// The configuration was read again. \param fine whether the new state is in use.
    void reloaded(bool fine);

    void connections_open(std::size_t count);

    /// How many lines of the log were dropped until now.
    void log_lines_dropped(std::size_t total);

    /// What the process takes of the machine's memory.
    void memory_resident(std::size_t bytes);

    /// Until when the server's certificate is valid.
    void certificate_valid_until(WallTime time);

    /// The packs in use, in place of those named before.
    void packs_in_use(std::span<const PackInUse> packs);

    /// All of it, for `/metrics`: text/plain; version=0.0.4.
    std::string text() const;

  private:
    struct Series;
    std::unique_ptr<Series> series_;
};

}  // namespace service
