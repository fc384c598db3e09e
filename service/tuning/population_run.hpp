// What `survey` and `impact` have in common: how far the reading of a population has come, what could not be used, and
// results that are written to files.
#pragma once

#include "rules/compare/population.hpp"
#include "service/base/command.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace service {

/// On stderr: one line that is written over on a terminal, elsewhere a line now and then.
class PopulationProgressLine {
  public:
    /// \param err  borrowed. \param quiet  says nothing at all.
    PopulationProgressLine(std::ostream& err, bool quiet);
    /// Ends the line.
    ~PopulationProgressLine();
    PopulationProgressLine(const PopulationProgressLine&) = delete;
    PopulationProgressLine& operator=(const PopulationProgressLine&) = delete;

    /// For PopulationOptions::on_progress; lives as long as this.
    std::function<void(const rules::PopulationProgress&)> listener();

  private:
    void say(const rules::PopulationProgress& progress);

    std::ostream& err_;
    bool quiet_, is_terminal_, is_open_ = false;
    std::chrono::steady_clock::time_point begin_, last_;
};

/// One warning for each kind of what could not be used, with its first places.
void say_what_was_left_out(const rules::PopulationCounts& counts, std::ostream& err);

/// Whether anybody was read. A report on nobody is none; an empty part of a whole is one (`is_part`). Says so.
bool has_somebody(std::uint64_t patients, const std::vector<std::string>& where, bool is_part, std::ostream& err);

/// The parts of one --merge: each patient is to be counted once.
class PartsGiven {
  public:
    /// False after having said that this very file was given before. Warns where another one is the same to the byte,
    /// unless the part is of nobody.
    bool take(const std::filesystem::path& file, const std::string& text, bool has_patients, std::ostream& err);

  private:
    std::set<std::filesystem::path> files_;
    std::map<std::string, std::string> names_by_text_;
};

enum class Readers { owner, all };  ///< exact counts are for the owner of the file alone

/// Writes `text` to a file, or to standard output for "-". False after having said that it cannot be written.
bool write_result(const std::string& file, const std::string& text, Readers readers, const Streams& streams);

}  // namespace service
