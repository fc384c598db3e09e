// The stories of a pack as the requests that an EHR would send: for whoever tries a service, or asks the program from
// outside.
#pragma once

#include "rules/stories/example.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace service {

/// Looks on while the examples run, and writes each story at each of its hooks as a CDS Hooks request: one a line, the
/// same at each run. Its extension "org.backpain-cds" says the story, its file, when it plays ("at"), its site file if
/// it has one, and the cards that it expects. What a story has as not available is no key of the prefetch.
class ToldRequests : public rules::StoryWatcher {
  public:
    void see(const rules::StoryRun& run) override;

    const std::string& lines() const { return lines_; }
    /// Stories that make no request, each with the reason.
    const std::vector<std::string>& refused() const { return refused_; }

  private:
    std::string lines_;
    std::size_t told_ = 0;
    std::vector<std::string> refused_;
};

}  // namespace service
