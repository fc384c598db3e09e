// Which files a population lies in: files as they are, of a folder those that may hold one, of a manifest of FHIR Bulk
// Data those that its `output` names.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rules {

struct PopulationFiles {
    std::vector<std::string> read;    ///< "-" among them; each file once
    std::vector<std::string> unread;  ///< of folders: what is no population's
    std::uint64_t bytes = 0;          ///< of all of them; 0 if standard input is among them
};

/// Fails where a path is not there, or a manifest names a file that is not beside it.
boost::system::result<PopulationFiles, std::string> find_population_files(const std::vector<std::string>& paths);

}  // namespace rules
