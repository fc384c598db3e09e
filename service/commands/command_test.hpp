// backpain-cds test: tells a pack's stories to the engine, and says what no story touches.
#pragma once

#include "service/base/command.hpp"

#include <filesystem>

namespace service {

struct TestCommandOptions {
    std::filesystem::path pack;
    std::filesystem::path site;   ///< a site file for every story without a site of its own; empty: the pack's defaults
    std::filesystem::path junit;  ///< where JUnit XML goes; empty: nowhere
    std::filesystem::path told;   ///< where the stories' requests go, one a line; empty: nowhere
    bool missing = false;         ///< also prints what no story touches, and boundary stories to add
    bool require_coverage = false;  ///< what no story touches fails the run
    OutputFormat format = OutputFormat::text;
};

/// \returns fine, also where the site changes what a story gets; does_not_hold if a story does not hold, a rule has
/// none, or, with `require_coverage`, anything is left untouched; bad_input if the pack, the site file or a story
/// cannot be read or has errors; environment if a file cannot be written.
ExitCode run_test(const TestCommandOptions& options, const Streams& streams);

}  // namespace service
