// Who asked about whom: a file of FHIR R4 AuditEvents, one a line (NDJSON), for whoever answers for access to records.
// It holds references to users, patients and clients, and nothing else: no name, no value, no advice.
//
// Written beside the calls: none waits for a disk, and none fails for it. What cannot be written waits in memory, up to
// most_waiting lines, is complained of, and is counted where it is lost. Rotation: the file is renamed or taken away,
// and the service makes a new one, at SIGHUP or before it next writes; it writes to no file that is not at its place.
#pragma once

#include "service/base/blocking_calls.hpp"
#include "service/base/wall_time.hpp"
#include "service/observe/log.hpp"
#include "service/observe/metrics.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace service {

/// A call that could be read, whatever came of it. Views are borrowed until add() returns.
struct AuditedCall {
    std::string_view hook;
    std::string_view user;           ///< "Practitioner/1"; empty: the client named none
    std::string_view patient;        ///< a FHIR id
    std::string_view client;         ///< its issuer; empty: nobody had to prove anything
    std::string_view hook_instance;  ///< a UUID, by which the log knows the call too; empty: it has none
    bool is_answered = true;         ///< with cards, or with none; false: refused
};

/// The event as a line, with its line feed. \param observer  what clients call this service; empty: unknown.
std::string audit_line(const AuditedCall& call, std::string_view observer, WallTime recorded);

class AuditFile {
  public:
    static constexpr std::size_t most_waiting = 50'000;  ///< lines, of about 700 bytes

    /// Off until open() is called. \param log  outlives this, and the process if close() says so.
    explicit AuditFile(Log& log);
    /// Writes what waits, if it can be written.
    ~AuditFile();
    AuditFile(const AuditFile&) = delete;
    AuditFile& operator=(const AuditFile&) = delete;

    /// From now on lines go to the file at `path`, which is made (0600) if it is not there; an empty path: nowhere.
    /// \param observer  see audit_line. \returns what keeps it from being written to, in words; then nothing changes.
    boost::system::result<void, std::string> open(const std::filesystem::path& path, std::string observer);

    /// What would keep open() from succeeding, as far as can be seen without touching anything; empty: nothing.
    static std::string obstacle(const std::filesystem::path& path);

    void add(const AuditedCall& call);

    /// Tells `metrics` whether it can be written to, and what was lost; nothing while it is off.
    void tell(Metrics& metrics);

    /// Writes what waits, until `deadline`. \returns false if the disk hangs, and its thread with it.
    bool close(BlockingCalls::Clock::time_point deadline);

  private:
    struct State;
    std::shared_ptr<State> state_;
    BlockingCalls thread_;
};

}  // namespace service
