#include "service/tuning/told_stories.hpp"

#include "rules/check/check.hpp"
#include "rules/check/reviewed_codes.hpp"
#include "rules/stories/retold.hpp"
#include "service/base/findings.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

/// Shows each run of a story to all, and keeps the rules of its cards.
class Watchers final : public rules::StoryWatcher {
  public:
    Watchers(std::vector<rules::StoryWatcher*> all, const std::vector<rules::Story>& stories)
        : all_(std::move(all)), first_(stories.data()) {}

    void see(const rules::StoryRun& run) override {
        for (rules::StoryWatcher* one : all_) {
            if (one != nullptr) one->see(run);
        }
        std::vector<std::string>& shown = cards.emplace_back();
        for (const rules::Card& card : run.evaluation.cards) shown.emplace_back(card.rule);
        story_of.push_back(static_cast<std::size_t>(&run.story - first_));
    }

    std::vector<std::vector<std::string>> cards;
    std::vector<std::size_t> story_of;

  private:
    std::vector<rules::StoryWatcher*> all_;
    const rules::Story* first_;
};

}  // namespace

rules::StoryReading read_all_stories(const rules::Pack& pack, const rules::Site& site) {
    rules::StoryReading all = rules::read_stories(pack);
    rules::StoryReading of_site = rules::read_site_stories(pack, site);
    append(all.findings, std::move(of_site.findings));
    std::vector<rules::Story> retold = rules::retold_by_laboratories(pack, all.stories, site);
    for (auto* more : {&of_site.stories, &retold}) {  // last what changes with a laboratory's bands
        for (rules::Story& story : *more) all.stories.push_back(std::move(story));
    }
    return all;
}

std::vector<std::string> ids_of(const std::vector<rules::Story>& stories) {
    std::vector<std::string> ids;
    std::map<std::string, std::size_t> told;
    for (const rules::Story& story : stories) {
        std::string rule = "none";
        for (const auto& [hook, cards] : story.expected) {
            if (cards.empty()) continue;
            rule = cards.front().rule;
            break;
        }
        const std::size_t number = ++told[rule];
        ids.push_back("story/" + rule + '/' + std::to_string(number));
    }
    return ids;
}

ToldStories::ToldStories(std::filesystem::path path, std::filesystem::path site_file, rules::Pack pack,
                         rules::Site site, std::vector<rules::Story> stories)
    : path_(std::move(path)),
      site_file_(std::move(site_file)),
      pack_(std::move(pack)),
      site_(std::move(site)),
      stories_(std::move(stories)),
      coverage_(pack_, &site_),
      ids_(ids_of(stories_)) {}

boost::system::result<std::shared_ptr<const ToldStories>, rules::Diagnostics> ToldStories::tell(
    const std::filesystem::path& pack, const SiteSource& site, rules::StoryWatcher* besides) {
    const auto text = read_pack_text(pack);
    if (!text) return text.error();
    return tell(*text, site, besides);
}

boost::system::result<std::shared_ptr<const ToldStories>, rules::Diagnostics> ToldStories::tell(
    const PackText& pack, const SiteSource& site, rules::StoryWatcher* besides) {
    rules::Diagnostics findings = pack.unread;
    rules::PackReading reading = rules::read_pack(pack.files);
    name_from_here(reading.findings, pack.path, site.path);
    append(findings, std::move(reading.findings));
    if (rules::has_errors(findings)) return findings;
    SiteFile site_file = read_site_file(site, reading.pack);
    append(findings, std::move(site_file.findings));
    if (rules::has_errors(findings)) return findings;
    rules::StoryReading stories = read_all_stories(reading.pack, site_file.site);
    name_from_here(stories.findings, pack.path, site.path);
    append(findings, std::move(stories.findings));
    if (rules::has_errors(findings)) return findings;
    const std::shared_ptr<ToldStories> told(new ToldStories(pack.path, site.path, std::move(reading.pack),
                                                            std::move(site_file.site), std::move(stories.stories)));
    told->run(besides);
    append(findings, told->report_.findings);
    if (rules::has_errors(told->report_.findings)) return findings;
    told->findings_ = std::move(findings);
    return told;
}

void ToldStories::run(rules::StoryWatcher* besides) {
    Watchers watchers({&coverage_, besides}, stories_);
    report_ = rules::run_examples(pack_, stories_, &watchers, site_);
    name_from_here(report_.findings, path_, site_file_);
    for (rules::Example& example : report_.examples) example.place.file = file_from_here(example.place.file);
    cards_ = std::move(watchers.cards);
    story_of_ = std::move(watchers.story_of);
}

std::string ToldStories::file_from_here(const std::string& file) const {
    const bool is_of_site = !site_file_.empty() && file == site_file_.generic_string();
    return is_of_site ? file : (path_ / file).generic_string();
}

std::string ToldStories::example_id(std::size_t example) const {
    return story_id(example) + ' ' + std::string(rules::name_of(report_.examples[example].hook));
}

rules::Diagnostics ToldStories::what_is_not_shown() const {
    rules::Diagnostics findings;
    rules::check_stories(pack_, findings);
    rules::check_reviewed(pack_, findings);
    std::erase_if(findings, [](const auto& finding) { return finding.severity != rules::Severity::error; });
    name_from_here(findings, path_, site_file_);
    return findings;
}

bool ToldStories::hold() const {
    return !report_.examples.empty() && rules::all_pass(report_) && what_is_not_shown().empty();
}

std::string_view verdict_of(const rules::Example& example) {
    if (example.holds()) return "holds";
    if (example.changed_by_site) return "changed-by-site";
    return example.known_miss.empty() ? "fails" : "known-miss";
}

json::object examples_document(const rules::ExampleReport& report, const std::vector<std::vector<std::string>>& cards,
                               const std::vector<std::string>& ids) {
    json::array examples;
    json::object counts;
    for (const char* verdict : {"holds", "changed-by-site", "known-miss", "fails"}) counts[verdict] = 0;
    for (std::size_t i = 0; i < report.examples.size(); ++i) {
        const rules::Example& example = report.examples[i];
        const std::string_view verdict = verdict_of(example);
        json::value& count = counts[verdict];
        count = count.to_number<std::int64_t>() + 1;
        examples.push_back(
            json::object{{"id", ids[i]},
                         {"story", example.story},
                         {"file", example.place.file},
                         {"line", example.place.line},
                         {"column", example.place.column},
                         {"hook", rules::name_of(example.hook)},
                         {"cards", json::array(cards[i].begin(), cards[i].end())},
                         {"verdict", verdict},
                         {"differences", json::array(example.differences.begin(), example.differences.end())},
                         {"knownMiss", example.known_miss}});
    }
    return {{"examples", std::move(examples)}, {"counts", std::move(counts)}};
}

json::object ToldStories::document() const {
    std::vector<std::string> ids;
    for (const std::size_t story : story_of_) ids.push_back(ids_[story]);
    json::object examples = examples_document(report_, cards_, ids);
    json::array coverage, missing;
    for (const rules::CoverageCount& count : coverage_.counts()) {
        coverage.push_back(json::object{{"of", count.of}, {"touched", count.touched}, {"all", count.all}});
    }
    for (const rules::Gap& gap : coverage_.gaps()) {
        missing.push_back(json::object{{"file", file_from_here(gap.place.file)},
                                       {"line", gap.place.line},
                                       {"column", gap.place.column},
                                       {"message", gap.says}});
    }
    const rules::ReviewCount codes = rules::count_reviewed(pack_);
    return {{"pack", path_.generic_string()},
            {"examples", std::move(examples["examples"])},
            {"counts", std::move(examples["counts"])},
            {"coverage", std::move(coverage)},
            {"reviewedCodes", json::object{{"reviewed", codes.reviewed}, {"all", codes.all}}},
            {"missing", std::move(missing)}};
}

}  // namespace service
