// backpain-cds workbench: rules, patients and a change of them in the browser of this machine.
#pragma once

#include "service/base/command.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace service {

struct WorkbenchOptions {
    std::filesystem::path pack;
    std::filesystem::path site;           ///< may not be there yet: it is made at the first save
    std::vector<std::string> population;  ///< folders and files, as `impact` takes them
    std::filesystem::path previous;       ///< a sealed file or folder that this version follows; empty: none
    std::filesystem::path report;         ///< what `report --format json` printed
    std::string at;                       ///< empty: now
    std::uint16_t port = 0;               ///< 0: any free one
};

/// Serves until it is stopped. \returns environment if the port cannot be listened on; usage if `at` is no instant.
ExitCode run_workbench(const WorkbenchOptions& options, const Streams& streams);

}  // namespace service
