// The stories of a pack, set by a site, told to the engine: what `test` finds, for the command, for `seal`, and for
// whoever edits a draft.
#pragma once

#include "rules/stories/coverage.hpp"
#include "rules/stories/example.hpp"
#include "service/deployment/load_pack.hpp"
#include "service/deployment/pack_source.hpp"

#include <boost/json.hpp>
#include <boost/system/result.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace service {

/// The stories of the pack; those of the site itself; the pack's as laboratories of the site would report them.
rules::StoryReading read_all_stories(const rules::Pack& pack, const rules::Site& site);

/// A name for each of `stories`: "story/<rule>/<n>", by the first card that it expects ("none" without one), counted.
std::vector<std::string> ids_of(const std::vector<rules::Story>& stories);

/// Not moved or copied: the coverage points into it.
class ToldStories {
  public:
    /// Reads pack, site and stories, and tells them. \param besides  looks on too; may be null.
    /// \returns or why they cannot be told: files are named from here, as all that is found.
    static boost::system::result<std::shared_ptr<const ToldStories>, rules::Diagnostics> tell(
        const std::filesystem::path& pack, const SiteSource& site, rules::StoryWatcher* besides = nullptr);
    /// The same of a pack that was read before.
    static boost::system::result<std::shared_ptr<const ToldStories>, rules::Diagnostics> tell(
        const PackText& pack, const SiteSource& site, rules::StoryWatcher* besides = nullptr);

    ToldStories(const ToldStories&) = delete;
    ToldStories& operator=(const ToldStories&) = delete;

    const rules::Pack& pack() const { return pack_; }
    const std::vector<rules::Story>& stories() const { return stories_; }
    /// Places are named from here.
    const rules::ExampleReport& report() const { return report_; }
    const rules::Coverage& coverage() const { return coverage_; }
    /// The rules of the cards of each example, in the order of the report.
    const std::vector<std::vector<std::string>>& cards() const { return cards_; }
    /// The id of the story of an example; and that with its hook, which no other example has.
    const std::string& story_id(std::size_t example) const { return ids_[story_of_[example]]; }
    std::string example_id(std::size_t example) const;
    /// Warnings of the reading.
    const rules::Diagnostics& findings() const { return findings_; }
    /// The name of a file of the pack from here, or of the site file itself.
    std::string file_from_here(const std::string& file) const;

    /// Errors where stories do not show what a pack must be shown to do: a rule without one, codes nobody has reviewed.
    rules::Diagnostics what_is_not_shown() const;
    /// Whether all stories pass, and show enough.
    bool hold() const;

    /// { "pack", "examples": [{ "id", "story", "file", "line", "column", "hook", "cards": [rules], "verdict": "holds" |
    /// "changed-by-site" | "known-miss" | "fails", "differences": [sentences], "knownMiss" }], "counts": { by verdict
    /// }, "coverage": [{ "of", "touched", "all" }], "reviewedCodes": { "reviewed", "all" }, "missing": [{ "file",
    /// "line", "column", "message" }] }
    boost::json::object document() const;

  private:
    ToldStories(std::filesystem::path path, std::filesystem::path site_file, rules::Pack pack, rules::Site site,
                std::vector<rules::Story> stories);
    void run(rules::StoryWatcher* besides);

    const std::filesystem::path path_, site_file_;
    const rules::Pack pack_;
    const rules::Site site_;
    const std::vector<rules::Story> stories_;
    rules::Coverage coverage_;
    rules::ExampleReport report_;
    std::vector<std::vector<std::string>> cards_;
    std::vector<std::size_t> story_of_;   ///< of each example
    const std::vector<std::string> ids_;  ///< of the stories
    rules::Diagnostics findings_;
};

/// { "examples", "counts" } of ToldStories::document(). \param cards, ids  by example
boost::json::object examples_document(const rules::ExampleReport& report,
                                      const std::vector<std::vector<std::string>>& cards,
                                      const std::vector<std::string>& ids);

/// "holds", "changed-by-site", "known-miss", "fails"
std::string_view verdict_of(const rules::Example& example);

}  // namespace service
