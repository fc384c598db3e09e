// Stories in memory, told again and again while somebody changes a site file: read once, those with settings of their
// own told once, for no site changes them. What `tell` reports is what run_examples() reports of the same stories.
#pragma once

#include "rules/stories/example.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rules {

/// A report, and the rules whose cards each of its examples gave, in the order shown.
struct ToldStories {
    ExampleReport report;
    std::vector<std::vector<std::string>> cards;  ///< by the position of the example
    std::vector<std::size_t> stories;             ///< by the same: the position of its story, those held first
};

class HeldStories {
  public:
    /// Compiles the pack once for each of the settings that stories bring, which takes a while: by `threads`.
    HeldStories(Pack pack, std::vector<Story> stories, std::size_t threads = 1);
    HeldStories(const HeldStories&) = delete;
    HeldStories& operator=(const HeldStories&) = delete;

    /// \param draft  the pack with the site file that is looked at.
    /// \param more  stories of that site file, and those that its laboratories report: told last.
    ToldStories tell(const Program& draft, const std::vector<Story>& more = {}, std::size_t threads = 1) const;

  private:
    /// What one story gave: an example for each hook, and its cards.
    struct Given {
        std::vector<Example> examples;
        std::vector<std::vector<std::string>> cards;
        bool hold() const;
    };
    struct Held {
        Story story;
        Record record;
        const Program* own = nullptr;  ///< the pack with the story's settings; null: they have an error
        Given given;                   ///< under these
    };
    const Program* program_of(const Site& site) const;
    Given give(const Program& program, const Story& story, const Record& record) const;
    Given give_under(const Program& draft, const Held& held) const;

    Pack pack_;
    std::map<std::string, Compilation> programs_;  ///< by the text of the settings
    std::deque<Held> held_;
};

}  // namespace rules
