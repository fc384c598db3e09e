#include "rules/example.hpp"

#include "rules/readers.hpp"

#include <algorithm>
#include <map>

namespace rules {
namespace json = boost::json;

namespace {

std::string_view word(Indicator indicator) {
    switch (indicator) {
        case Indicator::info:
            return "info";
        case Indicator::warning:
            return "warning";
        case Indicator::critical:
            return "critical";
    }
    return "";
}

std::string described(const Card& card) {
    return std::string(card.rule) + " (" + std::string(word(card.indicator)) + ')';
}

std::string listed(const std::vector<std::string>& items) {
    if (items.empty()) return "no card";
    std::string all;
    for (const std::string& item : items) all += (all.empty() ? "" : ", ") + item;
    return all;
}

// The labels of the orders that a card offers, with "and" between them; empty if it offers none.
std::string offered(const Card& card, const Pack& pack) {
    std::string labels;
    if (!card.proposal) return labels;
    for (const Proposal::Create& create : card.proposal->create) {
        const auto order = pack.orders.find(create.intent);
        labels += labels.empty() ? "" : " and ";
        labels += order == pack.orders.end() ? create.intent : order->second.label;
    }
    return labels;
}

// What a story calls the draft that a card takes away; empty if it takes none.
std::string removed(const Card& card, const Story& story) {
    if (!card.proposal || !card.proposal->remove) return {};
    for (const json::value& draft : story.drafts) {
        const json::object& object = draft.get_object();
        const std::string reference = "ServiceRequest/" + std::string(object.at("id").get_string());
        if (reference == *card.proposal->remove) return std::string(object.at("code").at("text").get_string());
    }
    return *card.proposal->remove;
}

bool says(const Card& card, const std::string& text) {
    const auto holds = [&](const std::string& line) { return line.find(text) != std::string::npos; };
    const auto any_holds = [&](const std::vector<std::string>& lines) {
        return std::any_of(lines.begin(), lines.end(), holds);
    };
    return holds(card.summary) || holds(card.strength) || any_holds(card.why) || any_holds(card.rule_lines) ||
           any_holds(card.evidence) || any_holds(card.cautions) || any_holds(card.not_considered) ||
           any_holds(card.options);
}

void compare_card(const ExpectedCard& expected, const Card& card, const Pack& pack, const Story& story,
                  std::vector<std::string>& found) {
    const std::string rule(card.rule);
    if (expected.indicator && *expected.indicator != card.indicator) {
        found.push_back(rule + " is " + std::string(word(card.indicator)) + ", not " +
                        std::string(word(*expected.indicator)) + '.');
    }
    const std::string offers = offered(card, pack);
    if (expected.offers && *expected.offers != offers) {
        found.push_back(rule + " offers " + (offers.empty() ? "nothing" : offers) + ", not " +
                        (expected.offers->empty() ? "nothing" : *expected.offers) + '.');
    }
    const std::string removes = removed(card, story);
    if (expected.removes && *expected.removes != removes) {
        found.push_back(rule + " removes " + (removes.empty() ? "nothing" : removes) + ", not " + *expected.removes +
                        '.');
    }
    for (const std::string& text : expected.says) {
        if (!says(card, text)) found.push_back(rule + " does not say \"" + text + "\".");
    }
}

// Why a rule that was expected gave no card.
void explain_missing(const std::vector<ExpectedCard>& expected, const Evaluation& evaluation,
                     std::vector<std::string>& found) {
    for (const ExpectedCard& card : expected) {
        const auto outcome = std::find_if(evaluation.outcomes.begin(), evaluation.outcomes.end(),
                                          [&](const RuleOutcome& each) { return each.rule == card.rule; });
        if (outcome == evaluation.outcomes.end() || outcome->outcome == Outcome::card) continue;
        found.push_back(card.rule + ": " + outcome->sentence);
    }
}

// Programs by the text of their site settings: most stories have none.
class Programs {
  public:
    Programs(const Pack& pack, Diagnostics& findings) : pack_(pack), findings_(findings) {}

    const Program* program_for(const Story& story) {
        const auto [found, is_new] = programs_.try_emplace(story.site.text);
        if (is_new) {
            Compilation compilation = compile(pack_, story.site);
            found->second = compilation.program;
            if (!compilation.program) {
                findings_.insert(findings_.end(), compilation.findings.begin(), compilation.findings.end());
            }
        }
        return found->second.get();
    }

  private:
    const Pack& pack_;
    Diagnostics& findings_;
    std::map<std::string, std::shared_ptr<const Program>> programs_;
};

Record record_of(const Story& story, const Pack& pack) {
    std::vector<std::string> keys;
    for (const Analyte& analyte : pack.analytes) keys.push_back(analyte.prefetch);
    for (const Fact& fact : pack.facts) {
        if (!fact.prefetch.empty()) keys.push_back(fact.prefetch);
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::vector<const json::object*> resources;
    for (const json::value& resource : story.resources) {
        if (const json::object* object = resource.if_object()) resources.push_back(object);
    }
    Sources sources = sources_of_complete_record(resources, keys);
    for (const std::string& key : story.unavailable) {
        sources[key].resources.clear();
        sources[key].unavailable = Unavailable::failed;
    }
    return read_record(sources);
}

Call call_of(const Story& story, Hook hook) {
    Call call;
    call.hook = hook;
    call.at = story.at;
    if (hook == Hook::order_select) call.selections = story.selections;
    for (const json::value& draft : story.drafts) call.drafts.push_back(&draft.get_object());
    return call;
}

void warn_of_miss_that_holds(const Story& story, bool all_hold, Diagnostics& findings) {
    if (story.known_miss.empty() || !all_hold) return;
    findings.push_back({Severity::warning, story.place, "known-miss", "\"" + story.name + "\" now holds.",
                        "Take \"knownMiss\" away."});
}

}  // namespace

bool all_pass(const ExampleReport& report) {
    return !has_errors(report.findings) && std::all_of(report.examples.begin(), report.examples.end(),
                                                       [](const Example& example) { return example.passes(); });
}

ExampleReport run_examples(const Pack& pack, const std::vector<Story>& stories, StoryWatcher* watcher) {
    ExampleReport report;
    Programs programs(pack, report.findings);
    for (const Story& story : stories) {
        const Program* program = programs.program_for(story);
        if (!program) continue;
        const Record record = record_of(story, pack);
        bool all_hold = true;
        for (const auto& [hook, expected] : story.expected) {
            const Call call = call_of(story, hook);
            const Evaluation evaluation = watcher ? explain(*program, record, call) : evaluate(*program, record, call);
            Example example{story.name, story.place, hook, differences(expected, evaluation, pack, story),
                            story.known_miss};
            all_hold = all_hold && example.holds();
            report.examples.push_back(std::move(example));
            if (watcher) watcher->see({*program, story, hook, evaluation});
        }
        warn_of_miss_that_holds(story, all_hold, report.findings);
    }
    return report;
}

std::vector<std::string> differences(const std::vector<ExpectedCard>& expected, const Evaluation& evaluation,
                                     const Pack& pack, const Story& story) {
    std::vector<std::string> wanted, got, found;
    for (const ExpectedCard& card : expected) wanted.push_back(card.text);
    for (const Card& card : evaluation.cards) got.push_back(described(card));
    const bool same_rules =
        std::equal(expected.begin(), expected.end(), evaluation.cards.begin(), evaluation.cards.end(),
                   [](const ExpectedCard& card, const Card& shown) { return card.rule == shown.rule; });
    if (!same_rules) {
        found.push_back("Expected " + listed(wanted) + "; got " + listed(got) + '.');
        explain_missing(expected, evaluation, found);
        return found;
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        compare_card(expected[i], evaluation.cards[i], pack, story, found);
    }
    return found;
}

}  // namespace rules
