// backpain-cds expand: what SNOMED CT has below the roots of a pack's value sets, asked of a terminology server once
// and written into a file that a site file names.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>
#include <string>

namespace service {

struct ExpandOptions {
    std::filesystem::path pack;
    std::string terminology;     ///< the base of a FHIR API
    std::string token_variable;  ///< the environment variable with a bearer token for it; empty: an open server
    std::string edition;
    bool with_history = false;
    std::filesystem::path output;
};

/// Writes the file, whole or not at all. \returns bad_input for a pack, or an answer, that is not what it should be;
/// environment if the server cannot be reached or refuses, or the file cannot be written; usage for other options.
ExitCode run_expand(const ExpandOptions& options, const Streams& streams);

}  // namespace service
