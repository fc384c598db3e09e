// backpain-cds serve: runs the service until SIGTERM or SIGINT.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>
#include <string>

namespace service {

struct ServeOptions {
    std::filesystem::path config;
    std::string at;  ///< freezes the clinical clock (development mode only); empty: the real time
};

/// \returns fine after an orderly stop; bad_input for a configuration, certificate or pack that is not what it should
/// be; environment if a port cannot be listened on.
ExitCode run_serve(const ServeOptions& options, const Streams& streams);

}  // namespace service
