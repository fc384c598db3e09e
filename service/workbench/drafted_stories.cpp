#include "service/workbench/drafted_stories.hpp"

#include "rules/stories/retold.hpp"
#include "rules/text/in_parallel.hpp"
#include "service/tuning/told_stories.hpp"

#include <map>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

std::string key_of(const DraftTold& told, std::size_t example) {
    return told.ids[example] + ' ' + std::string(rules::name_of(told.told.report.examples[example].hook));
}

}  // namespace

DraftedStories::DraftedStories(std::filesystem::path path, const rules::Pack& pack)
    : path_(std::move(path)), stories_(rules::read_stories(pack).stories), held_(pack, stories_, rules::all_cores()) {}

DraftTold DraftedStories::tell(const LoadedPack& draft, const std::filesystem::path& site) const {
    const rules::Pack& pack = draft.program->pack();
    const rules::Site& settings = draft.program->site();
    std::vector<rules::Story> more = rules::read_site_stories(pack, settings).stories;
    for (rules::Story& story : rules::retold_by_laboratories(pack, stories_, settings))
        more.push_back(std::move(story));
    DraftTold told{held_.tell(*draft.program, more, rules::all_cores()), {}};
    for (rules::Example& example : told.told.report.examples) {
        const bool is_of_site = example.place.file == site.generic_string();
        if (!is_of_site) example.place.file = (path_ / example.place.file).generic_string();
    }
    std::vector<rules::Story> all = stories_;
    all.insert(all.end(), more.begin(), more.end());
    const std::vector<std::string> ids = ids_of(all);
    for (const std::size_t story : told.told.stories) told.ids.push_back(ids[story]);
    return told;
}

json::object stories_document(const DraftTold& saved, const DraftTold& draft) {
    json::object document = examples_document(draft.told.report, draft.told.cards, draft.ids);
    std::map<std::string, const std::vector<std::string>*> before;
    for (std::size_t i = 0; i < saved.ids.size(); ++i) before.emplace(key_of(saved, i), &saved.told.cards[i]);
    json::array changed;
    for (std::size_t i = 0; i < draft.ids.size(); ++i) {
        const auto was = before.find(key_of(draft, i));
        const std::vector<std::string>& now = draft.told.cards[i];
        if (was == before.end() || *was->second == now) continue;
        const rules::Example& example = draft.told.report.examples[i];
        changed.push_back(json::object{{"id", draft.ids[i]},
                                       {"title", example.story},
                                       {"hook", rules::name_of(example.hook)},
                                       {"before", json::array(was->second->begin(), was->second->end())},
                                       {"after", json::array(now.begin(), now.end())}});
    }
    document["changed"] = std::move(changed);
    return document;
}

}  // namespace service
