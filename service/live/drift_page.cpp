#include "service/live/drift_page.hpp"

#include "rules/page/shared_count.hpp"
#include "service/live/report.hpp"

#include <algorithm>
#include <utility>

namespace service {

namespace {

using rules::Paragraph;
using rules::shared_count;

bool is_rule(const Watched& watched) {
    return watched.what == Watch::cards;
}

/// What it is a part of.
std::string what_of(const Watched& watched) {
    switch (watched.what) {
        case Watch::calls:
            return "calls";
        case Watch::prefetch:
            return "calls without the prefetch key " + watched.name;
        case Watch::results:
            return "readable results of " + watched.name + ", by calls";
        case Watch::unreadable:
            return "results of " + watched.name + " that cannot be read";
        case Watch::unseen:
            return "codes or units nobody knows, of " + watched.name;
        case Watch::cards:
            return "cards of " + watched.name;
    }
    return watched.name;
}

std::string words_of(Against against) {
    switch (against) {
        case Against::weeks:
            return "7 days, 28 days before";
        case Against::year:
            return "28 days, the same a year before";
    }
    return "";
}

std::string words_of(Unwatched why) {
    switch (why) {
        case Unwatched::too_new:
            return "too new: four weeks are needed before";
        case Unwatched::too_rare:
            return "too rare: chance alone might silence it";
        case Unwatched::always_so:
            return "so already, most of the time";
    }
    return "";
}

std::string part_of(const Watched& watched, std::uint64_t part, std::uint64_t whole) {
    return watched.what == Watch::calls ? shared_count(part) : shared_count(part) + " of " + shared_count(whole);
}

std::string as_expected(double expected) {
    return shared_count(static_cast<std::uint64_t>(std::max(0.0, expected + 0.5)));
}

/// Days on which it was heard stand in the table if there are several that might have been.
rules::Table changes_table(const DriftReport& report, std::string caption, bool of_rules) {
    rules::Table table{std::move(caption),
                       {{"what"},
                        {"client"},
                        {"compared"},
                        {"now"},
                        {"before"},
                        {"first heard"},
                        {"last heard"},
                        {"went"},
                        {"expected now", true}},
                       {}};
    for (const Episode& one : report.episodes) {
        const Change& change = one.change;
        if (is_rule(change.watched) != of_rules) continue;
        table.rows.push_back({what_of(change.watched), of_rules ? "all" : shown_client(change.watched.client),
                              words_of(change.against), part_of(change.watched, change.part, change.whole),
                              part_of(change.watched, change.part_before, change.whole_before), print_day(one.first),
                              report.is_heard_now(one) ? "now" : print_day(one.last), change.is_rise ? "up" : "down",
                              as_expected(change.expected)});
    }
    return table;
}

rules::Section changes_section(const DriftReport& report, const char* title, bool of_rules, const char* explained) {
    rules::Section section{title, {Paragraph{explained}}};
    rules::Table table = changes_table(report, std::string(title) + " that changed", of_rules);
    if (table.rows.empty()) {
        section.blocks.push_back(Paragraph{"Nothing is heard."});
    } else {
        section.blocks.push_back(std::move(table));
    }
    return section;
}

rules::Section not_watched_section(const DriftReport& report) {
    rules::Section section{"Not watched", {}};
    rules::Table table{"What would not be heard",
                       {{"what"}, {"client"}, {"why"}, {"in the 28 days before the last 7", true}, {"of", true}},
                       {}};
    for (const NotWatched& one : report.not_watched) {
        const bool has_whole = one.watched.what != Watch::calls;
        table.rows.push_back({what_of(one.watched), is_rule(one.watched) ? "all" : shown_client(one.watched.client),
                              words_of(one.why), shared_count(one.part_before),
                              has_whole ? shared_count(one.whole_before) : "–"});
    }
    section.blocks.push_back(Paragraph{
        table.rows.empty() ? "All that is counted is watched."
                           : "Silence of these is not told from chance: look at them in `report`, over months."});
    if (!table.rows.empty()) section.blocks.push_back(std::move(table));
    return section;
}

std::vector<rules::Block> opening_of(const DriftReport& report) {
    std::vector<rules::Block> said;
    const auto now =
        std::ranges::count_if(report.episodes, [&](const Episode& one) { return report.is_heard_now(one); });
    said.push_back(Paragraph{now == 0   ? "Nothing went quiet."
                             : now == 1 ? "One thing changed more than chance explains."
                                        : std::to_string(now) + " things changed more than chance explains."});
    for (const NewVersion& version : report.versions) {
        said.push_back(Paragraph{"Since " + print_day(report.first + std::chrono::days(version.day)) + " " +
                                 version.pack + " answers with the digest " + version.digest +
                                 ": what changed with it may be meant to."});
    }
    said.push_back(Paragraph{
        "Told is what halved or doubled (of shares: rose by 10 points as well; of calls: fell to a quarter) and is "
        "beyond what the days before vary by themselves. Held against each other is the same client and service; days "
        "are those of UTC. Counts of 1 to 10 are <11, all others are rounded to 10."});
    return said;
}

}  // namespace

rules::Page drift_page(const DriftReport& report) {
    rules::Page page;
    page.title = "What went quiet, up to " + print_day(report.until);
    page.opening = opening_of(report);
    page.sections.push_back(changes_section(
        report, "Inputs", false, "Look here first: where an input fails, rules fall silent after it. By client."));
    page.sections.push_back(
        changes_section(report, "Rules", true, "Cards of a rule, by calls in which it was looked at."));
    rules::Table names{"Codes and units of the last 7 days that nobody knew in the 28 before",
                       {{"client"}, {"looks like"}, {"name"}, {"results", true}},
                       {}};
    for (const NewName& one : report.names) {
        if (one.results < rules::least_shared) continue;
        names.rows.push_back({shown_client(one.client), one.analyte, one.name, shared_count(one.results)});
    }
    if (!names.rows.empty()) page.sections.push_back({"Names never seen before", {std::move(names)}});
    page.sections.push_back(not_watched_section(report));
    return page;
}

}  // namespace service
