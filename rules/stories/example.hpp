// Tells every story of a pack to the engine and compares the cards with what the story expects.
#pragma once

#include "rules/run/evaluation.hpp"
#include "rules/stories/story.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rules {

/// What came of one story at one hook.
struct Example {
    std::string story;
    Place place;
    Hook hook = Hook::patient_view;
    std::vector<std::string> differences;  ///< from what was expected, in sentences; empty: it holds
    std::string known_miss;                ///< why it may fail
    bool changed_by_site = false;          ///< it holds without the site of the run: a choice of the site, no failure
    std::vector<std::string> dropped_by_limit = {};  ///< rules whose card found no room beside louder ones
    bool holds() const { return differences.empty(); }
    bool passes() const { return holds() || changed_by_site || !known_miss.empty(); }
};

struct ExampleReport {
    std::vector<Example> examples;
    bool with_site = false;  ///< whether the run was given a site
    Diagnostics findings;    ///< of the stories and of what they set; places are those of the files
};

/// Whether every example passes and no story has an error.
bool all_pass(const ExampleReport& report);

/// One evaluation of a story, for whoever looks on (coverage).
struct StoryRun {
    const Program& program;
    const Story& story;
    Hook hook;
    const Evaluation& evaluation;  ///< explained if a watcher asked for it
};

/// Sees every evaluation of a run of examples.
class StoryWatcher {
  public:
    virtual ~StoryWatcher() = default;
    virtual void see(const StoryRun& run) = 0;
};

/// A story as a call sees it. Both borrow from it.
Record record_of(const Story& story, const Pack& pack);
Call call_of(const Story& story, Hook hook);

/// That a story which may fail holds.
Diagnostic miss_that_holds(const Story& story);

/// Evaluates every story at each of its hooks. \param watcher if given, evaluations are explained, and it sees them.
/// \param site the settings of every story that brings none of its own; one that holds only without them is told apart.
ExampleReport run_examples(const Pack& pack, const std::vector<Story>& stories, StoryWatcher* watcher = nullptr,
                           const Site& site = {});

/// How `evaluation` differs from the cards that a story expects, in sentences; none if it does not.
std::vector<std::string> differences(const std::vector<ExpectedCard>& expected, const Evaluation& evaluation,
                                     const Pack& pack, const Story& story);

/// For a terminal: each example that does not hold, or that the site changes, with its differences; then the count.
std::string text_report(const ExampleReport& report);

/// For a terminal: each rule whose card the limit on cards dropped, in how many stories, and where first.
std::string limit_report(const ExampleReport& report);

/// JUnit XML, one test case an example; a known miss that fails, and what the site changes, is skipped.
std::string junit_report(const ExampleReport& report, const std::string& suite);

}  // namespace rules
