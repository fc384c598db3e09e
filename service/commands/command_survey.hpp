// backpain-cds survey: whether a hospital's records suit the rules, over a population.
#pragma once

#include "service/base/command.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace service {

struct SurveyOptions {
    std::filesystem::path pack;
    std::filesystem::path site;                ///< empty: the pack's own defaults
    std::vector<std::string> population;       ///< files and folders; "-": standard input
    std::vector<std::filesystem::path> merge;  ///< parts, in place of a population or beside it
    std::string at;                            ///< empty: now
    std::filesystem::path temp;                ///< empty: the system's folder for such
    std::size_t threads = 0;                   ///< 0: one a core
    bool strict = false, quiet = false;
    std::string json, html, partial;  ///< files to write; "-": standard output, in place of the text
};

/// Prints the survey as text, unless another form goes to standard output. \returns fine; usage for options that do
/// not fit together; bad_input for a pack, population or part that cannot be read, with --strict for anything in it
/// that cannot be used, and for more different texts and codes than are counted; environment for a file that cannot be
/// written.
ExitCode run_survey(const SurveyOptions& options, const Streams& streams);

}  // namespace service
