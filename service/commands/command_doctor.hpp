// backpain-cds doctor: proves a deployment before it serves, and says what to mend.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>
#include <string>

namespace service {

struct DoctorOptions {
    std::filesystem::path config;
    OutputFormat format = OutputFormat::text;
    std::string sheet;  ///< name of a client: its registration sheet is printed, and nothing looked at
};

/// The names that DoctorOptions::sheet may have, in words: "epic|oracle|…".
std::string sheet_names();

/// Prints a line for everything that was looked at. \returns fine, also with warnings; does_not_hold if there is a
/// fault; bad_input if the configuration itself is not what it should be.
ExitCode run_doctor(const DoctorOptions& options, const Streams& streams);

}  // namespace service
