// The rules in words, and their stories.
#include "rules/check/check.hpp"
#include "rules/explain/about_rule.hpp"
#include "rules/explain/rule_reading.hpp"
#include "service/tuning/told_stories.hpp"
#include "service/workbench/api.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace service {

namespace json = boost::json;

namespace {

std::string_view word(rules::RuleKind kind) {
    switch (kind) {
        case rules::RuleKind::suggestion:
            return "suggestion";
        case rules::RuleKind::result:
            return "result";
        case rules::RuleKind::order_check:
            return "order-check";
        case rules::RuleKind::notice:
            return "notice";
    }
    return "";
}

std::string_view word(rules::Indicator indicator) {
    switch (indicator) {
        case rules::Indicator::info:
            return "info";
        case rules::Indicator::warning:
            return "warning";
        case rules::Indicator::critical:
            return "critical";
    }
    return "";
}

json::array services_of_rule(const rules::Pack& pack, const rules::Rule& rule) {
    json::array services;
    for (const rules::Service& one : pack.services) {
        const bool is_for_it = std::ranges::find(rule.hooks, one.hook) != rule.hooks.end();
        if (is_for_it) services.push_back(json::value(one.id));
    }
    return services;
}

json::value about_as_json(const std::optional<rules::AboutPage>& page) {
    if (!page) return nullptr;
    json::array sections;
    for (const rules::AboutSection& section : page->sections) {
        json::array lines;
        for (const rules::AboutLine& line : section.lines) {
            lines.push_back(json::object{{"text", line.text}, {"url", line.url}});
        }
        sections.push_back(json::object{{"heading", section.heading}, {"lines", std::move(lines)}});
    }
    return json::object{{"title", page->title}, {"sections", std::move(sections)}};
}

json::array codes_as_json(const rules::RuleReach& reach) {
    json::array codes;
    for (const fhir::ValueSet* set : reach.value_sets) {
        for (const fhir::ValueSet::System& system : set->included()) {
            for (const fhir::ValueSet::Concept& one : system.concepts) {
                codes.push_back(json::object{{"system", system.url},
                                             {"code", one.code},
                                             {"display", one.display},
                                             {"set", set->title()},
                                             {"setId", set->id()}});
            }
        }
    }
    for (const rules::Analyte* analyte : reach.analytes) {
        for (const rules::AnalyteCode& code : analyte->codes) {
            codes.push_back(json::object{
                {"system", code.system}, {"code", code.code}, {"display", analyte->title}, {"set", analyte->title}});
        }
    }
    return codes;
}

json::array drugs_as_json(const rules::RuleReach& reach, const std::vector<rules::DrugName>& names) {
    json::array drugs;
    for (const rules::DrugName& name : names) {
        const bool is_read = std::ranges::any_of(
            reach.value_sets, [&](const fhir::ValueSet* set) { return set->id() == name.value_set; });
        if (is_read) drugs.push_back(json::value(name.name));
    }
    return drugs;
}

std::size_t count_of(const std::vector<rules::Criterion>& criteria) {
    std::size_t count = criteria.size();
    for (const rules::Criterion& one : criteria) count += count_of(one.parts);
    return count;
}

/// Criteria count once for each way that they can turn out.
json::object coverage_of(const rules::Rule& rule, const std::vector<rules::Gap>& gaps) {
    const std::size_t ways = 2 * (count_of(rule.when) + count_of(rule.unless));
    const std::string below = rule.place.pointer + '/';
    json::array untouched;
    std::size_t criteria = 0;
    for (const rules::Gap& gap : gaps) {
        const rules::Place& place = gap.place;
        const bool is_here =
            place.file == rule.place.file && (place.pointer == rule.place.pointer || place.pointer.starts_with(below));
        if (!is_here || gap.edge) continue;
        untouched.push_back(json::value(gap.says));
        const bool is_criterion =
            place.pointer.starts_with(below + "when") || place.pointer.starts_with(below + "unless");
        criteria += is_criterion ? 1 : 0;
    }
    return {{"criteria", ways}, {"touched", ways - std::min(criteria, ways)}, {"untouched", std::move(untouched)}};
}

/// How a story comes out over all of its hooks.
struct StoryOutcome {
    std::string_view verdict = "holds";  ///< as verdict_of()
    json::array says;                    ///< how it differs from what it expects, and where it is known to: sentences
};

std::map<std::string, StoryOutcome> outcomes_by_story(const ToldStories& told) {
    constexpr std::array<std::string_view, 4> from_worst = {"fails", "changed-by-site", "known-miss", "holds"};
    std::map<std::string, StoryOutcome> outcomes;
    for (std::size_t i = 0; i < told.report().examples.size(); ++i) {
        const rules::Example& example = told.report().examples[i];
        StoryOutcome& outcome = outcomes[told.story_id(i)];
        const std::array verdicts = {outcome.verdict, verdict_of(example)};
        outcome.verdict = *std::ranges::find_first_of(from_worst, verdicts);
        for (const std::string& difference : example.differences) {
            outcome.says.push_back(json::value(std::string(rules::name_of(example.hook)) + ": " + difference));
        }
        if (!example.holds() && !example.known_miss.empty()) outcome.says.push_back(json::value(example.known_miss));
    }
    return outcomes;
}

/// By rule: the stories whose first card is of it, at which hook they expect what, and what they come to.
std::map<std::string, json::array> stories_by_rule(const ToldStories& told) {
    std::map<std::string, json::array> stories;
    const std::vector<std::string> ids = ids_of(told.stories());
    auto outcomes = outcomes_by_story(told);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const rules::Story& story = told.stories()[i];
        json::array cards;
        for (const auto& [hook, expected] : story.expected) {
            for (const rules::ExpectedCard& card : expected) {
                const std::string text = std::string(rules::name_of(hook)) + ": " + card.text;
                cards.push_back(json::value(text));
            }
        }
        const std::size_t begin = ids[i].find('/') + 1;
        const std::string rule = ids[i].substr(begin, ids[i].rfind('/') - begin);
        StoryOutcome& outcome = outcomes[ids[i]];
        stories[rule].push_back(json::object{{"id", ids[i]},
                                             {"title", story.name},
                                             {"cards", std::move(cards)},
                                             {"verdict", outcome.verdict},
                                             {"says", std::move(outcome.says)}});
    }
    return stories;
}

ApiError not_told(const rules::Diagnostics& findings) {
    return {400, "The stories cannot be told: mend what is listed first.", findings};
}

}  // namespace

ApiAnswer tell_stories(Workbench& workbench, const ApiRequest& request) {
    const auto draft = workbench.load_draft(request.asked);
    if (!draft) return draft.error();
    const auto told = workbench.tell_draft(**draft);
    const auto saved = workbench.load(workbench.saved());
    // A saved file that cannot be read changes nothing that could be told.
    const auto before = saved->program != nullptr ? workbench.tell_draft(*saved) : told;
    return answered(stories_document(*before, *told));
}

ApiAnswer list_rules(Workbench& workbench, const ApiRequest& request) {
    const auto pack = workbench.load_draft(request.asked);
    if (!pack) return pack.error();
    const auto told = workbench.tell(workbench.draft_of(request.asked));
    if (!told) return not_told(told.error());
    const rules::Program& program = *(*pack)->program;
    const std::vector<rules::DrugName> drugs = rules::drug_names(program.pack());
    const std::vector<rules::Gap> gaps = (*told)->coverage().gaps();
    auto stories = stories_by_rule(**told);
    json::array list;
    for (const rules::Rule& rule : program.pack().rules) {
        const rules::RuleReach reach = rules::reach_of_rule(program, rule.id);
        list.push_back(
            json::object{{"id", rule.id},
                         {"title", rule.title},
                         {"topic", rule.topic.text},
                         {"kind", word(rule.kind)},
                         {"indicator", word(rule.card.indicator)},
                         {"services", services_of_rule(program.pack(), rule)},
                         {"isOff", std::ranges::find(program.site().off, rule.id) != program.site().off.end()},
                         {"about", about_as_json(rules::about_rule(program, rule.id, (*pack)->digests))},
                         {"stories", std::move(stories[rule.id])},
                         {"codes", codes_as_json(reach)},
                         {"drugs", drugs_as_json(reach, drugs)},
                         {"coverage", coverage_of(rule, gaps)}});
    }
    return answered(json::object{{"rules", std::move(list)}, {"storiesWithoutCard", std::move(stories["none"])}});
}

}  // namespace service
