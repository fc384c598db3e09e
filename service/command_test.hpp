// backpain-cds test: tells a pack's stories to the engine, and says what no story touches.
#pragma once

#include "service/command.hpp"

#include <filesystem>

namespace service {

struct TestCommandOptions {
    std::filesystem::path pack;
    std::filesystem::path junit;  ///< where JUnit XML goes; empty: nowhere
    bool missing = false;         ///< also prints what no story touches, and boundary stories to add
};

/// \returns fine; does_not_hold if a story does not hold; bad_input if the pack or a story cannot be read or has
/// errors; environment if the JUnit file cannot be written.
ExitCode run_test(const TestCommandOptions& options, const Streams& streams);

}  // namespace service
