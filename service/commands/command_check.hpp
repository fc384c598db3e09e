// backpain-cds check: the clinical linter over packs, and what their prefetch asks for.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace service {

struct CheckCommandOptions {
    std::vector<std::filesystem::path> packs;
    std::filesystem::path site;   ///< a site file for all of them; empty: the packs' defaults
    bool strict = false;          ///< lists what is not confirmed; warnings count as errors
    bool prefetch = false;        ///< also prints what an EHR is asked to prefetch (JSON always holds it)
    bool names = false;           ///< also prints the names by which drugs are found in a record's words
    bool reviewed_codes = false;  ///< prints the list of reviewed codes for the pack as it stands, and nothing else
    OutputFormat format = OutputFormat::text;
    std::string at;  ///< the day that review dates are held against; empty: today
};

/// \returns fine; does_not_hold if there is an error (with `strict` also a warning); bad_input if a pack or the site
/// file cannot be read at all; usage if `at` is no date.
ExitCode run_check(const CheckCommandOptions& options, const Streams& streams);

}  // namespace service
