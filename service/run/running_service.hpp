// The service while it runs: everything that main owns, put together in the order of dependency, and the reload that
// exchanges a part of it.
#pragma once

#include "service/base/exit_code.hpp"
#include "service/deployment/clinical_clock.hpp"
#include "service/deployment/deployment.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>

namespace service {

/// Where it listens, with the ports that were found free.
struct Listening {
    Address clinical;
    std::optional<Address> admin;
};

/// Pinned: its parts refer to each other.
class RunningService {
  public:
    /// \param file  of the configuration, for reloads.
    RunningService(Deployment deployment, ClinicalClock clock, std::filesystem::path file);
    ~RunningService();
    RunningService(const RunningService&) = delete;
    RunningService& operator=(const RunningService&) = delete;

    /// Opens the store and the ports. \returns what of the configuration cannot be had here.
    boost::system::result<Listening, rules::Diagnostic> start();

    /// Serves until SIGTERM or SIGINT, and until what was under way is finished. SIGHUP reloads. \returns what close()
    /// does.
    bool run();

    /// Writes what is to be stored and ends the calls of store and resolver. \returns false if one hangs: then nothing
    /// may be destroyed any more, and the process is to be ended as it is.
    bool close();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace service
