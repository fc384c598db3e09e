// The stories of a pack, told again with each draft of its site file: what `test` finds, without what they cover.
#pragma once

#include "rules/stories/held_stories.hpp"
#include "service/deployment/load_pack.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace service {

/// What the stories give under one draft.
struct DraftTold {
    rules::ToldStories told;
    std::vector<std::string> ids;  ///< of the story of each example
};

/// Safe from every thread.
class DraftedStories {
  public:
    /// Reads and holds the stories of `pack`, which takes a second or two. \param path  where it lies.
    DraftedStories(std::filesystem::path path, const rules::Pack& pack);

    /// \param draft  of the same pack, with a program.
    DraftTold tell(const LoadedPack& draft, const std::filesystem::path& site) const;

  private:
    const std::filesystem::path path_;
    const std::vector<rules::Story> stories_;
    const rules::HeldStories held_;
};

/// { "examples", "counts" } as `test --format json` has them, and "changed": the examples that give other cards than
/// under the saved file, [{ "id", "title", "hook", "before", "after" }].
boost::json::object stories_document(const DraftTold& saved, const DraftTold& draft);

}  // namespace service
