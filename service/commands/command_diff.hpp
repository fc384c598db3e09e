// backpain-cds diff: what changes between two packs with their site files, in words a clinician reads.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>

namespace service {

enum class DiffFormat { text, json, markdown };

struct DiffOptions {
    std::filesystem::path from, to;            ///< folders or sealed files
    std::filesystem::path site_from, site_to;  ///< empty: the pack's defaults
    DiffFormat format = DiffFormat::text;
};

/// \returns fine; does_not_hold if the number of `to` steps less than the changes ask for; bad_input if one of them
/// cannot be read.
ExitCode run_diff(const DiffOptions& options, const Streams& streams);

}  // namespace service
