#include "rules/stories/held_stories.hpp"

#include "rules/text/in_parallel.hpp"

#include <algorithm>
#include <utility>

namespace rules {

bool HeldStories::Given::hold() const {
    return std::ranges::all_of(examples, &Example::holds);
}

HeldStories::HeldStories(Pack pack, std::vector<Story> stories, std::size_t threads) : pack_(std::move(pack)) {
    std::map<std::string, const Site*> settings;
    settings.emplace("", nullptr);
    for (const Story& story : stories) settings.emplace(story.site.text, &story.site);
    std::vector<std::pair<const Site*, Compilation*>> to_compile;
    for (const auto& [text, site] : settings) to_compile.emplace_back(site, &programs_[text]);
    in_parallel(threads, to_compile.size(), {}, [&](std::size_t, std::size_t at) {
        const auto [site, compilation] = to_compile[at];
        *compilation = compile(pack_, site ? *site : Site());
    });
    for (Story& story : stories) {
        Held& held = held_.emplace_back();
        held.story = std::move(story);
        held.own = program_of(held.story.site);
    }
    in_parallel(threads, held_.size(), {}, [&](std::size_t, std::size_t at) {
        Held& held = held_[at];
        held.record = record_of(held.story, pack_);
        if (held.own) held.given = give(*held.own, held.story, held.record);
    });
}

const Program* HeldStories::program_of(const Site& site) const {
    const auto found = programs_.find(site.text);
    return found == programs_.end() ? nullptr : found->second.program.get();
}

HeldStories::Given HeldStories::give(const Program& program, const Story& story, const Record& record) const {
    Given given;
    for (const auto& [hook, expected] : story.expected) {
        const Call call = call_of(story, hook);
        Evaluation evaluation = evaluate(program, record, call);
        Example example{story.name, story.place, hook, differences(expected, evaluation, pack_, story),
                        story.known_miss};
        if (!example.holds()) {  // why, in sentences that only an explanation has
            evaluation = explain(program, record, call);
            example.differences = differences(expected, evaluation, pack_, story);
        }
        for (const RuleOutcome& outcome : evaluation.outcomes) {
            if (outcome.by_limit) example.dropped_by_limit.emplace_back(outcome.rule);
        }
        std::vector<std::string>& cards = given.cards.emplace_back();
        for (const Card& card : evaluation.cards) cards.emplace_back(card.rule);
        given.examples.push_back(std::move(example));
    }
    return given;
}

/// One that holds only without the settings of the draft is a choice of the site.
HeldStories::Given HeldStories::give_under(const Program& draft, const Held& held) const {
    Given given = give(draft, held.story, held.record);
    if (given.hold() || held.story.of_site || !held.own) return given;
    const Given plain = held.given.examples.empty() ? give(*held.own, held.story, held.record) : held.given;
    for (std::size_t at = 0; at < given.examples.size(); ++at) {
        given.examples[at].changed_by_site = !given.examples[at].holds() && plain.examples[at].holds();
    }
    return given;
}

ToldStories HeldStories::tell(const Program& draft, const std::vector<Story>& more, std::size_t threads) const {
    std::map<std::string, Compilation> added_programs;  // settings that no story brought before
    std::deque<Held> added;
    for (const Story& story : more) {
        Held& held = added.emplace_back();
        held.story = story;
        held.record = record_of(held.story, pack_);
        if (!programs_.contains(story.site.text) && !added_programs.contains(story.site.text)) {
            added_programs.emplace(story.site.text, compile(pack_, story.site));
        }
        const auto own = added_programs.find(story.site.text);
        held.own = own == added_programs.end() ? program_of(story.site) : own->second.program.get();
        if (held.own && !story.site.text.empty()) held.given = give(*held.own, held.story, held.record);
    }
    std::vector<const Held*> all;
    for (const auto* list : {&held_, &std::as_const(added)}) {
        for (const Held& held : *list) all.push_back(&held);
    }
    ToldStories telling;
    telling.report.with_site = !draft.site().text.empty();
    const auto is_by_draft = [&](const Held& held) { return telling.report.with_site && held.story.site.text.empty(); };
    std::vector<Given> by_draft(all.size());
    in_parallel(threads, all.size(), {}, [&](std::size_t, std::size_t at) {
        if (is_by_draft(*all[at])) by_draft[at] = give_under(draft, *all[at]);
    });
    for (const auto* programs : {&programs_, &std::as_const(added_programs)}) {
        for (const auto& [text, compilation] : *programs) {
            if (!compilation.program) append(telling.report.findings, compilation.findings);
        }
    }
    for (std::size_t at = 0; at < all.size(); ++at) {
        const Held& held = *all[at];
        const Given& given = is_by_draft(held) ? by_draft[at] : held.given;
        telling.report.examples.insert(telling.report.examples.end(), given.examples.begin(), given.examples.end());
        telling.cards.insert(telling.cards.end(), given.cards.begin(), given.cards.end());
        telling.stories.insert(telling.stories.end(), given.cards.size(), at);
        if (is_by_draft(held) || held.story.known_miss.empty() || !given.hold() || !held.own) continue;
        telling.report.findings.push_back(miss_that_holds(held.story));
    }
    return telling;
}

}  // namespace rules
