// What the service says of itself: typed events, each a struct of fields that may be known to everybody who reads a
// log. There is no log(string): patient data cannot be logged because no field could hold it. One JSON object a line on
// stderr.
#pragma once

#include "service/exchange.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace service {

struct ServiceStarted {
    std::string_view version, mode;
    std::string clinical, admin;  ///< addresses listened on
    std::size_t threads = 0, packs = 0;
};
/// Which rules made the cards from now on: `digest` is what each card carries, made of the other two.
struct PackLoaded {
    std::string id, version, digest, pack_digest, site_digest;
};
struct StopRequested {};
struct ServiceStopped {
    std::size_t aborted = 0;  ///< connections whose request was not over in time
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
struct ConnectionRefused {
    std::size_t open = 0;  ///< connections at that moment: the limit
};
struct AcceptPaused {
    int error = 0;  ///< errno
};
struct CallFailed {
    std::string_view endpoint;
    std::string exception;  ///< type of the exception; its text may hold anything
};

using Event = std::variant<ServiceStarted, PackLoaded, StopRequested, ServiceStopped, RequestServed, HandshakeFailed,
                           ConnectionRefused, AcceptPaused, CallFailed>;

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { json, text };

struct LogOptions {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::json;
};

LogLevel level_of(const Event& event) noexcept;

/// The event's name and fields, without time and level: `"event":"request-served","port":"clinical",…` as JSON members,
/// or `request-served port=clinical …` as text.
std::string fields_of(const Event& event, LogFormat format);

/// Where events go. Safe from every thread; never blocks a call: if the reader of the log is too slow, the oldest lines
/// are dropped.
class Log {
  public:
    Log() = default;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    virtual ~Log() = default;

    virtual void write(const Event& event) = 0;
};

/// The log on stderr. What was written is flushed when it is destroyed.
std::unique_ptr<Log> open_log(const LogOptions& options);

}  // namespace service
