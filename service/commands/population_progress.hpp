// How far the reading of a population has come, on stderr: one line that is written over on a terminal, elsewhere a
// line now and then.
#pragma once

#include "rules/compare/population.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>

namespace service {

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

}  // namespace service
