// backpain-cds evaluate: one call without a network, from a CDS Hooks request or from a patient's resources.
#pragma once

#include "service/command.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace service {

struct EvaluateOptions {
    std::filesystem::path pack;
    std::filesystem::path site;  ///< empty: the pack's own defaults
    std::string service_id;
    std::string request_file;  ///< a CDS Hooks request; "-": standard input. Either this or patient_file
    std::string patient_file;  ///< a Bundle, NDJSON or resources of one patient
    std::string orders_file;   ///< order hooks: the draft orders
    std::vector<std::string> selections;
    std::string at;  ///< empty: now
    bool explain = false;
    bool print_request = false;  ///< the request that HTTPS would get, instead of its answer
    OutputFormat format = OutputFormat::json;
};

/// Prints the CDS Hooks response, the explanation or the request. \returns fine; bad_input for a pack, file or request
/// that is not what it should be (an OperationOutcome on stdout where HTTPS would answer with one); usage for options
/// that do not fit together.
ExitCode run_evaluate(const EvaluateOptions& options, const Streams& streams);

}  // namespace service
