#include "rules/stories/example.hpp"

#include "rules/pack/readers.hpp"
#include "rules/run/card_layout.hpp"

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

std::string name_of_draft(const std::string& reference, const Story& story) {
    for (const json::value& draft : story.drafts) {
        const json::object& object = draft.get_object();
        const std::string type(object.at("resourceType").get_string());
        if (reference != type + '/' + std::string(object.at("id").get_string())) continue;
        const bool is_medicine = type == "MedicationRequest";
        return std::string(object.at(is_medicine ? "medicationCodeableConcept" : "code").at("text").get_string());
    }
    return reference;
}

// What a story calls the drafts that a card takes away, with "and" between them; empty if it takes none.
std::string removed(const Card& card, const Story& story) {
    std::string names;
    if (!card.proposal) return names;
    for (const std::string& reference : card.proposal->remove) {
        names += (names.empty() ? "" : " and ") + name_of_draft(reference, story);
    }
    return names;
}

bool says(const Card& card, const std::string& text) {
    const auto holds = [&](const std::string& line) { return line.find(text) != std::string::npos; };
    const std::vector<DetailLine> lines = detail_of(card);
    return holds(card.summary) ||
           std::any_of(lines.begin(), lines.end(), [&](const DetailLine& line) { return holds(line.text); });
}

std::string listed_rules(const std::vector<std::string>& rules) {
    std::string all;
    for (const std::string& rule : rules) all += (all.empty() ? "" : " and ") + rule;
    return all.empty() ? "none" : all;
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
    const std::vector<std::string> with(card.with.begin(), card.with.end());
    if (expected.with != with) {
        found.push_back(rule + " carries the offer of " + listed_rules(with) + ", not of " +
                        listed_rules(expected.with) + '.');
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

// Programs by the text of their site's settings: most stories have none of their own.
class Programs {
  public:
    Programs(const Pack& pack, Diagnostics& findings) : pack_(pack), findings_(findings) {}

    const Program* program_for(const Site& site) {
        const auto [found, is_new] = programs_.try_emplace(site.text);
        if (is_new) {
            Compilation compilation = compile(pack_, site);
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

// Tells stories to the engine, each with its own settings, or else with those of the run.
class ExampleRunner {
  public:
    ExampleRunner(const Pack& pack, const Site& site, StoryWatcher* watcher)
        : pack_(pack), site_(site), watcher_(watcher), programs_(pack, report_.findings) {
        report_.with_site = !site.text.empty();
    }

    void run(const Story& story) {
        const bool by_run = report_.with_site && story.site.text.empty();
        const Program* program = programs_.program_for(by_run ? site_ : story.site);
        if (!program) return;
        const Record record = record_of(story, pack_);
        bool all_hold = true;
        for (const auto& [hook, expected] : story.expected) {
            const Call call = call_of(story, hook);
            const Evaluation evaluation = watcher_ ? explain(*program, record, call) : evaluate(*program, record, call);
            Example example{story.name, story.place, hook, differences(expected, evaluation, pack_, story),
                            story.known_miss};
            all_hold = all_hold && example.holds();
            const Program* plain =
                by_run && !example.holds() && !story.of_site ? programs_.program_for(story.site) : nullptr;
            if (plain) {
                const Evaluation without = evaluate(*plain, record, call);
                example.changed_by_site = differences(expected, without, pack_, story).empty();
            }
            for (const RuleOutcome& outcome : evaluation.outcomes) {
                if (outcome.by_limit) example.dropped_by_limit.emplace_back(outcome.rule);
            }
            report_.examples.push_back(std::move(example));
            if (watcher_) watcher_->see({*program, story, hook, evaluation});
        }
        // A miss that only this site mends is still one for everybody else.
        const bool is_miss = all_hold && !by_run && !story.known_miss.empty();
        if (is_miss) report_.findings.push_back(miss_that_holds(story));
    }

    ExampleReport report() && { return std::move(report_); }

  private:
    const Pack& pack_;
    const Site& site_;
    StoryWatcher* watcher_;
    ExampleReport report_;
    Programs programs_;
};

}  // namespace

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

Diagnostic miss_that_holds(const Story& story) {
    return {Severity::warning, story.place, "known-miss", "\"" + story.name + "\" now holds.",
            "Take \"knownMiss\" away."};
}

bool all_pass(const ExampleReport& report) {
    return !has_errors(report.findings) && std::all_of(report.examples.begin(), report.examples.end(),
                                                       [](const Example& example) { return example.passes(); });
}

ExampleReport run_examples(const Pack& pack, const std::vector<Story>& stories, StoryWatcher* watcher,
                           const Site& site) {
    ExampleRunner runner(pack, site, watcher);
    for (const Story& story : stories) runner.run(story);
    return std::move(runner).report();
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
