// The command line: which verbs there are and what each takes. The verbs themselves are command_<verb>.cpp.
#pragma once

#include "service/base/command.hpp"

#include <string>
#include <vector>

namespace service {

/// Runs `backpain-cds ARGUMENTS...`. \param arguments without the program's name.
ExitCode run_command_line(std::vector<std::string> arguments, const Streams& streams);

}  // namespace service
