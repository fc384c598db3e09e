// What the service says of itself: typed events, each a struct of fields that may be known to everybody who reads a
// log. There is no log(string): patient data cannot be logged because no field could hold it. One JSON object a line on
// stderr.
#pragma once

#include "service/observe/call_facts.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace service {

struct ServiceStarted {
    std::string_view version, mode;
    std::string clinical, admin;  ///< addresses listened on
    std::size_t threads = 0, packs = 0;
};
/// Which rules made the cards from now on: `digest` is what each card carries, made of the other two. Those of a shadow
/// reach nobody.
struct PackLoaded {
    std::string id, version, digest, pack_digest, site_digest;
    std::vector<std::string> waived = {};  ///< codes of the linter's errors that are served all the same
    std::string_view role = "live";        ///< or "canary", "shadow"
    std::size_t percent = 0;               ///< of users, of a canary
};
struct StopRequested {};
struct ServiceStopped {
    std::size_t aborted = 0;   ///< connections whose request was not over in time
    bool left_behind = false;  ///< a call of the store or the resolver hangs, and ends with the process
};
struct RequestServed {
    std::string_view port;
    CallFacts facts;
    unsigned status = 0;
    std::size_t received = 0, sent = 0;  ///< bytes of the bodies
    std::chrono::microseconds took{};    ///< from the first byte of the request to the last of the reply
};
struct HandshakeFailed {
    std::string_view reason;  ///< a literal
};
/// Open connections that ended because a reload no longer takes the certificates that they came with.
struct ConnectionsWithdrawn {
    std::size_t connections = 0;
};
struct ConnectionRefused {
    std::size_t open = 0;  ///< connections at that moment: the limit
};
struct AcceptPaused {
    int error = 0;  ///< errno
};
/// Why a call was answered 401 or 503, which the client is not told, and who sent it by the token's own account.
struct TokenRefused {
    std::string_view endpoint, fault;
    std::string client;         ///< name in the configuration; empty: none
    std::string issuer_digest;  ///< SHA-256 of an issuer that has no name there
};
struct KeySetFetched {
    std::string url;  ///< of the configuration
    bool fine = false;
    std::string reason;  ///< why not
};
/// A TLS connection made to another server.
struct ServerConnected {
    std::string_view kind;  ///< "fhir" or "keys"
};
/// Why the FHIR server that a call names was not read.
struct FhirNotRead {
    std::string_view fault;
};
/// One query to a FHIR server.
struct FhirFetched {
    std::string key;           ///< the prefetch key that it was for
    std::string_view outcome;  ///< "fetched", or why not, or not whole: a literal
    unsigned requests = 0;
    std::chrono::microseconds took{};  ///< until it was there, or was not
};
/// A part of a call's data that could not be used: one that it is refused for, or one that a FHIR server should not
/// have given.
struct SourceMissing {
    std::string place;        ///< "prefetch.conditions"
    std::string_view reason;  ///< a literal
};
struct CardGiven {
    std::string rule, version;  ///< of the pack
    std::string_view indicator;
};
/// What feedback said that is not kept, by how often. Comments and reasons of a site's own may name a patient.
struct FeedbackLeftOut {
    std::size_t comments = 0;             ///< a user's own words
    std::size_t own_reasons = 0;          ///< in an extension of the client's
    std::size_t unknown_reasons = 0;      ///< with a code that was not offered
    std::size_t further_reasons = 0;      ///< beside the one that is kept
    std::size_t foreign_suggestions = 0;  ///< whose id is none of ours
    std::size_t unknown_members = 0;
    bool operator==(const FeedbackLeftOut&) const = default;
};

/// Each kind of what is left out: its name for logs and metrics, and its count.
inline constexpr std::pair<std::string_view, std::size_t FeedbackLeftOut::*> feedback_left_out[] = {
    {"comment", &FeedbackLeftOut::comments},
    {"own-reason", &FeedbackLeftOut::own_reasons},
    {"unknown-reason", &FeedbackLeftOut::unknown_reasons},
    {"further-reason", &FeedbackLeftOut::further_reasons},
    {"foreign-suggestion", &FeedbackLeftOut::foreign_suggestions},
    {"unknown-member", &FeedbackLeftOut::unknown_members},
};

/// How much feedback was new, by what it is about and says.
struct FeedbackOutcome {
    std::string rule;          ///< of ours; empty: of a card that the store does not know
    std::string_view outcome;  ///< a literal
    std::size_t count = 0;
};

struct FeedbackStored {
    std::string service;
    std::size_t stored = 0, repeated = 0;
    std::size_t unknown_card = 0;  ///< about cards that the store does not know, or whose id is none of ours
    std::size_t ahead = 0;         ///< from the future, by the client's clock
    FeedbackLeftOut left_out = {};
    std::vector<FeedbackOutcome> outcomes = {};
};
struct StoreFailed {
    std::string_view operation, fault;  ///< literals
    std::size_t lost = 0;               ///< decisions that will not be stored
};
/// The store can no longer be written to, or can be again.
struct StoreWatched {
    bool fine = false;
    std::string_view fault;  ///< a literal; empty when it is fine
};
/// The audit file can no longer be written to, or can be again.
struct AuditWatched {
    bool fine = false;
    std::string_view fault;  ///< a literal; empty when it is fine
    std::size_t lost = 0;    ///< lines that nobody will read, since it was last told
};
/// Something about the files that the service lives by, at a reload: unless it is a warning, nothing of them is used.
struct ConfigurationFault {
    std::string place;  ///< file:line:column
    std::string code, message;
    bool warning = false;
};
struct Reloaded {
    bool fine = false;                 ///< whether the new state is in use
    std::vector<std::string> ignored;  ///< keys that changed and are only read at start
};
struct CallFailed {
    std::string_view endpoint;
    std::string exception;  ///< type of the exception; its text may hold anything
};

using Event = std::variant<ServiceStarted, PackLoaded, StopRequested, ServiceStopped, RequestServed, HandshakeFailed,
                           ConnectionsWithdrawn, ConnectionRefused, AcceptPaused, TokenRefused, KeySetFetched,
                           ServerConnected, FhirNotRead, FhirFetched, SourceMissing, CardGiven, FeedbackStored,
                           StoreFailed, StoreWatched, AuditWatched, ConfigurationFault, Reloaded, CallFailed>;

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { json, text };

struct LogOptions {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::json;
    bool operator==(const LogOptions&) const = default;
};

LogLevel level_of(const Event& event) noexcept;

/// The event's name and fields, without time and level: `"event":"request-served","port":"clinical",…` as JSON members,
/// or `request-served port=clinical …` as text.
std::string fields_of(const Event& event, LogFormat format);

/// Lines that wait for the reader of the log.
inline constexpr std::size_t queued_log_lines = 8192;
/// How long the reader of the log is waited for when it ends.
inline constexpr std::chrono::seconds log_patience_at_end{1};

/// Where events go. Safe from every thread; never blocks a call: if the reader of the log is too slow, the oldest lines
/// are dropped, and counted.
class Log {
  public:
    Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    virtual ~Log() = default;

    virtual void write(const Event& event) = 0;

    /// How many lines nobody has read, or will.
    virtual std::size_t dropped() const { return 0; }

    /// The last that is asked of a log: waits until all is written, or for log_patience_at_end.
    virtual void flush() {}
};

/// The log on a descriptor that stays open: stderr (2). What was written is flushed when it is destroyed.
std::unique_ptr<Log> open_log(const LogOptions& options, int descriptor = 2);

}  // namespace service
