#include "rules/stories/held_stories.hpp"

#include "tests/rules/run_support.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rules {
namespace {

/// Explanations are asked for, as `test` does, so that sentences are the same.
class Nobody : public StoryWatcher {
  public:
    void see(const StoryRun&) override {}
};

std::vector<Story> some_stories() {
    std::vector<Story> some;
    for (Story& story : read_stories(shipped_pack()).stories) {
        const bool is_chosen = story.place.file == "stories/b12.json" || story.place.file == "stories/magnesium.json";
        if (is_chosen) some.push_back(std::move(story));
    }
    return some;
}

Site site_of(const std::string& text) {
    SiteReading reading = read_site(text, "site.json", shipped_pack());
    EXPECT_EQ(findings_text(reading.findings), "");
    return std::move(reading.site);
}

std::string told(const ExampleReport& report) {
    std::string text = report.with_site ? "with a site\n" : "without\n";
    for (const Example& example : report.examples) {
        text += example.story + "|" + std::to_string(static_cast<int>(example.hook)) + "|" +
                (example.changed_by_site ? "changed" : "") + "|" + example.known_miss;
        for (const std::string& difference : example.differences) text += "\n  " + difference;
        for (const std::string& rule : example.dropped_by_limit) text += "\n  no room for " + rule;
        text += "\n";
    }
    return text + findings_text(report.findings);
}

TEST(HeldStories, TellWhatARunOfExamplesTells) {
    const std::vector<Story> stories = some_stories();
    ASSERT_GT(stories.size(), 20U);
    const HeldStories held(shipped_pack(), stories, 2);
    for (const char* text : {"", R"({ "parameters": { "b12.riskAge": 50, "b12.ruleset": "aafp-2017" } })",
                             R"({ "parameters": { "magnesium.enabled": true }, "off": ["b12-suggest"] })"}) {
        const Site site = *text ? site_of(text) : Site();
        Nobody nobody;
        const ExampleReport expected = run_examples(shipped_pack(), stories, &nobody, site);
        const ToldStories telling = held.tell(*compile_test_pack(shipped_pack(), site), {}, 2);
        EXPECT_EQ(told(telling.report), told(expected));
        EXPECT_EQ(telling.cards.size(), telling.report.examples.size());
    }
}

TEST(HeldStories, NameTheStoryOfEachExampleAndTellThoseOfASiteWithSettingsOfTheirOwn) {
    const std::vector<Story> stories = some_stories();
    const HeldStories held(shipped_pack(), stories, 2);
    Story more = stories.front();
    more.name = "Of the site, with settings that no other story has";
    more.site = site_of(R"({ "parameters": { "b12.riskAge": 51 } })");
    const ToldStories told = held.tell(*compile_test_pack(shipped_pack()), {more}, 2);
    ASSERT_EQ(told.stories.size(), told.report.examples.size());
    for (std::size_t i = 0; i < told.stories.size(); ++i) {
        const Story& story = told.stories[i] < stories.size() ? stories[told.stories[i]] : more;
        EXPECT_EQ(told.report.examples[i].story, story.name);
    }
    EXPECT_EQ(told.report.examples.back().story, more.name);
}

}  // namespace
}  // namespace rules
