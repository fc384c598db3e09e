// `about`: the pages behind the cards of a pack, as static files, for sites where desktops do not reach the service.
#pragma once

#include "service/base/command.hpp"
#include "service/base/exit_code.hpp"

#include <string>

namespace service {

struct AboutOptions {
    std::string pack, site, output;
};

ExitCode run_about(const AboutOptions& options, const Streams& streams);

}  // namespace service
