// What `survey` and `impact` have in common: how far the reading of a population has come, what could not be used, and
// results that are written to files.
#pragma once

#include "rules/compare/population.hpp"
#include "service/base/command.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

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

enum class Readers { owner, all };  ///< exact counts are for the owner of the file alone

/// Writes `text` to a file, or to standard output for "-". False after having said that it cannot be written.
bool write_result(const std::string& file, const std::string& text, Readers readers, const Streams& streams);

}  // namespace service
