#include "rules/compare/impact_report.hpp"
#include "rules/compare/pack_diff_text.hpp"
#include "rules/page/shared_count.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rules {
namespace {

constexpr std::array<std::string_view, 3> indicators = {"critical", "warning", "info"};
constexpr std::array<std::string_view, 4> outcomes = {"gained", "lost", "changed", "same"};
constexpr std::size_t most_told_changes = 40;  // rows: further ones are for `diff`

using Names = std::initializer_list<std::string_view>;

/// A count as it may be shared, by the patients behind it.
std::string cell_of(const Impact& impact, Names name) {
    return shared_count(impact.counts.at(name), impact.patients.at(name));
}

/// A sum of counts, in which a patient may stand twice: `who` is the name under which its patients were counted.
std::string sum_cell(const Impact& impact, std::uint64_t sum, Names who) {
    return shared_count(sum, impact.patients.at(who));
}

std::string patients_cell(const Impact& impact, Names name) {
    return shared_count(impact.patients.at(name));
}

std::optional<double> drawn(const Impact& impact, Names name) {
    const auto rounded = rounded_count(impact.counts.at(name), impact.patients.at(name));
    return rounded ? std::optional(static_cast<double>(*rounded)) : std::nullopt;
}

Column number(std::string title) {
    return {std::move(title), true};
}

std::uint64_t before_of(const Counts& counts, std::string_view table, std::string_view name) {
    return counts.at({table, name, "lost"}) + counts.at({table, name, "changed"}) + counts.at({table, name, "same"});
}

std::uint64_t after_of(const Counts& counts, std::string_view table, std::string_view name) {
    return counts.at({table, name, "gained"}) + counts.at({table, name, "changed"}) + counts.at({table, name, "same"});
}

/// Rules, those that change most cards first.
std::vector<std::string> rules_by_change(const Counts& counts) {
    std::vector<std::string> rules = counts.below({"rule"});
    const auto touched = [&counts](const std::string& rule) {
        return counts.sum({"rule", rule}) - counts.at({"rule", rule, "same"});
    };
    std::ranges::stable_sort(rules, std::ranges::greater(), touched);
    return rules;
}

/// Whether a card of the rule is not the same after the change.
bool is_touched(const Counts& counts, const std::string& rule) {
    return counts.sum({"rule", rule}) > counts.at({"rule", rule, "same"});
}

Table rule_table(const Impact& impact) {
    const Counts& counts = impact.counts;
    Table table{"Cards by rule",
                {{"rule"},
                 number("before"),
                 number("after"),
                 number("gained"),
                 number("lost"),
                 number("changed"),
                 number("same")},
                {}};
    for (const std::string& rule : rules_by_change(counts)) {
        std::vector<std::string> row{rule, sum_cell(impact, before_of(counts, "rule", rule), {"rule", rule, "before"}),
                                     sum_cell(impact, after_of(counts, "rule", rule), {"rule", rule, "after"})};
        for (const std::string_view what : outcomes) row.push_back(cell_of(impact, {"rule", rule, what}));
        table.rows.push_back(std::move(row));
    }
    return table;
}

Plot rule_plot(const Impact& impact) {
    constexpr std::size_t most_bars = 12;  // as many as a page holds
    Plot plot{Plot::Kind::rows, "Cards gained, lost and changed", "rule", "cards", {}, {}};
    std::vector<std::string> rules = rules_by_change(impact.counts);
    std::erase_if(rules, [&](const std::string& rule) { return !is_touched(impact.counts, rule); });
    if (rules.size() > most_bars) {
        plot.note = std::to_string(rules.size() - most_bars) + " more rules stand in the table below alone.";
        rules.resize(most_bars);
    }
    plot.labels = rules;
    for (const std::string_view what : {"gained", "lost", "changed"}) {
        Series series{std::string(what), {}};
        for (const std::string& rule : rules) {
            series.values.push_back({drawn(impact, {"rule", rule, what}), cell_of(impact, {"rule", rule, what})});
        }
        plot.series.push_back(std::move(series));
    }
    return plot;
}

/// What becomes of the cards of each rule, by one property of the patients. Rules without a change are left out.
Table breakdown(const Impact& impact, std::string_view by, const std::string& caption) {
    const Counts& counts = impact.counts;
    Table table{caption,
                {{"rule"}, {std::string(by)}, number("gained"), number("lost"), number("changed"), number("same")},
                {}};
    for (const std::string& rule : rules_by_change(counts)) {
        if (!is_touched(counts, rule)) continue;
        for (const std::string& group : counts.below({by, rule})) {
            std::vector<std::string> row{rule, group};
            for (const std::string_view what : outcomes) row.push_back(cell_of(impact, {by, rule, group, what}));
            table.rows.push_back(std::move(row));
        }
    }
    return table;
}

Table before_and_after(const Impact& impact, std::string_view what, const std::string& caption,
                       const std::string& first) {
    Table table{caption, {{first}, number("before"), number("after")}, {}};
    for (const std::string& name : impact.counts.below({what})) {
        table.rows.push_back({name, cell_of(impact, {what, name, "from"}), cell_of(impact, {what, name, "to"})});
    }
    return table;
}

std::string name_of_test(const std::string& test, const std::string& unit) {
    return unit == "-" ? test : test + " (" + unit + ")";
}

/// Whether any result of the test lies in another band after the change.
bool changes_band(const Counts& counts, const std::string& test, const std::string& unit) {
    for (const std::string& before : counts.below({"band", test, unit})) {
        for (const std::string& after : counts.below({"band", test, unit, before})) {
            if (before != after) return true;
        }
    }
    return false;
}

/// The bands that change come first.
Table band_table(const Impact& impact, const std::string& test, const std::string& unit, const std::string& whom) {
    Table bands{name_of_test(test, unit) + ": band before and after", {{"before"}, {"after"}, number(whom)}, {}};
    std::vector<std::vector<std::string>> same;
    for (const std::string& before : impact.counts.below({"band", test, unit})) {
        for (const std::string& after : impact.counts.below({"band", test, unit, before})) {
            std::vector<std::string> row{before, after, cell_of(impact, {"band", test, unit, before, after})};
            (before == after ? same : bands.rows).push_back(std::move(row));
        }
    }
    bands.rows.insert(bands.rows.end(), same.begin(), same.end());
    return bands;
}

/// The limits of both sides; where they are one, once.
std::vector<ValueMark> marks_of(const ImpactSubject& subject, const std::string& test, const std::string& unit) {
    const auto of_test = subject.bands.find(test);
    if (of_test == subject.bands.end()) return {};
    const auto of_unit = of_test->second.find(unit);
    if (of_unit == of_test->second.end()) return {};
    const auto& [before, after] = of_unit->second;
    const auto holds = [](const std::vector<ValueMark>& edges, const ValueMark& edge) {
        return std::ranges::any_of(edges,
                                   [&](const ValueMark& one) { return one.at == edge.at && one.text == edge.text; });
    };
    std::vector<ValueMark> marks;
    for (const ValueMark& edge : before) {
        marks.push_back({edge.at, holds(after, edge) ? edge.text : "before: " + edge.text});
    }
    for (const ValueMark& edge : after) {
        if (!holds(before, edge)) marks.push_back({edge.at, "after: " + edge.text});
    }
    return marks;
}

/// The values of a test, each patient once; what is only known to lie on one side of a number is told in words.
Block plot_of_values(const Impact& impact, const std::string& test, const std::string& unit) {
    const std::string name = name_of_test(test, unit);
    ValueDistribution values{name + ": results that speak", name, {}, marks_of(impact.subject, test, unit)};
    if (impact.subject.events == "requests") values.whom = "calls";
    if (impact.subject.events == "encounters") values.title += ", at the last encounter of each patient";
    std::map<std::string, std::uint64_t> one_sided;
    for (const std::string& value : impact.counts.below({"value", test, unit})) {
        const std::uint64_t patients = impact.counts.at({"value", test, unit, value});
        const std::size_t digits = value.find_first_of("0123456789");
        if (digits == 0) {
            values.patients.emplace(value, patients);
        } else {
            one_sided[value.substr(0, std::min(digits, value.size()))] += patients;
        }
    }
    Block block = value_plot(values);
    std::string beside;
    for (const auto& [comparator, patients] : one_sided) {
        beside += (beside.empty() ? "" : ", ") + shared_count(patients) + " with \"" + comparator + "\"";
    }
    if (beside.empty()) return block;
    beside = " Not among them, since only known to lie on one side of a number: " + beside + ".";
    if (Plot* plot = std::get_if<Plot>(&block)) plot->note += beside;
    if (Paragraph* paragraph = std::get_if<Paragraph>(&block)) paragraph->text += beside;
    return block;
}

/// Tests of which a result lies in another band come first, each with its bands and values; all others are one table.
/// Left out are those of which fewer patients have a result than may be told.
Section tests_section(const Impact& impact, const std::string& whom) {
    const Counts& counts = impact.counts;
    Section section{"Results", {}};
    Table same{"Tests of which every result stays in its band", {{"test"}, number(whom)}, {}};
    bool are_all_told = true;
    for (const std::string& test : counts.below({"band"})) {
        for (const std::string& unit : counts.below({"band", test})) {
            if (impact.patients.at({"result", test, unit}) < least_shared) {
                are_all_told = false;
                continue;
            }
            if (!changes_band(counts, test, unit)) {
                const std::uint64_t all = counts.sum({"band", test, unit});
                same.rows.push_back({name_of_test(test, unit), sum_cell(impact, all, {"result", test, unit})});
                continue;
            }
            section.blocks.emplace_back(band_table(impact, test, unit, whom));
            if (unit != "-") section.blocks.emplace_back(plot_of_values(impact, test, unit));
        }
    }
    if (section.blocks.empty() && are_all_told) {
        section.blocks.emplace_back(Paragraph{"No result lies in another band."});
    }
    if (!same.rows.empty()) section.blocks.emplace_back(std::move(same));
    if (!are_all_told) {
        section.blocks.emplace_back(
            Paragraph{"Tests of which fewer than 11 patients have a result are left out, whether it stays in its band "
                      "or not."});
    }
    return section;
}

Table month_table(const Impact& impact) {
    const Counts& counts = impact.counts;
    Table table{"Cards by month", {{"month"}, number("before"), number("after"), number("gained"), number("lost")}, {}};
    for (const std::string& month : counts.below({"month"})) {
        table.rows.push_back({month, sum_cell(impact, before_of(counts, "month", month), {"month", month, "before"}),
                              sum_cell(impact, after_of(counts, "month", month), {"month", month, "after"}),
                              cell_of(impact, {"month", month, "gained"}), cell_of(impact, {"month", month, "lost"})});
    }
    return table;
}

std::string rate_of(const Impact& impact, Side side) {
    const auto cards =
        rounded_count(cards_of(impact, side), impact.patients.at({"cards", side == Side::from ? "from" : "to", "any"}));
    const auto events = rounded_count(impact.counts.at({"events"}), impact.patients.at({"events"}));
    if (!cards || !events) return "–";
    return std::to_string((1000 * *cards + *events / 2) / *events);
}

Table card_table(const Impact& impact) {
    Table table{"Cards", {{"cards"}, number("before"), number("after"), number("gained"), number("lost")}, {}};
    for (const std::string_view loud : indicators) {
        table.rows.push_back({std::string(loud), cell_of(impact, {"cards", "from", loud}),
                              cell_of(impact, {"cards", "to", loud}), cell_of(impact, {"indicator", loud, "gained"}),
                              cell_of(impact, {"indicator", loud, "lost"})});
    }
    const auto all = [&](std::string_view what) {
        std::uint64_t cards = 0;
        for (const std::string_view loud : indicators) cards += impact.counts.at({"indicator", loud, what});
        return sum_cell(impact, cards, {"indicator", "any", what});
    };
    table.rows.push_back({"all", sum_cell(impact, cards_of(impact, Side::from), {"cards", "from", "any"}),
                          sum_cell(impact, cards_of(impact, Side::to), {"cards", "to", "any"}), all("gained"),
                          all("lost")});
    if (impact.subject.events == "requests") {
        table.rows.push_back({"per 1,000 calls", rate_of(impact, Side::from), rate_of(impact, Side::to), "", ""});
    }
    return table;
}

/// Of encounters also how many patients have at least one of the kind.
Table event_table(const Impact& impact, const std::string& whom) {
    const bool has_patients = impact.subject.events == "encounters";
    Table table{"What happens to " + whom, {{whom}, number(has_patients ? whom : "count")}, {}};
    if (has_patients) table.columns.push_back(number("patients"));
    const auto add = [&](std::string words, Names name) {
        std::vector<std::string>& row = table.rows.emplace_back();
        row = {std::move(words), cell_of(impact, name)};
        if (has_patients) row.push_back(patients_cell(impact, name));
    };
    add("looked at", {"events"});
    for (const std::string_view what : outcomes) add("with at least one card " + std::string(what), {"event", what});
    add("without a card, before and after", {"event", "none"});
    add("with any card gained, lost or changed", {"touched"});
    add("that lose a warning or critical card", {"losesWarning"});
    return table;
}

std::string words_for_instead(std::string_view instead) {
    constexpr std::string_view other = "other-";
    if (instead == "none") return "no card";
    if (!instead.starts_with(other)) return "a card of the same rule: " + std::string(instead);
    return "a card of another rule: " + std::string(instead.substr(other.size()));
}

/// What matters most of a change: the warnings that are gone, and what is there in their place.
Block lost_warnings(const Impact& impact) {
    Table table{"Who loses a warning or critical card", {{"rule"}, {"in its place"}, number("cards")}, {}};
    const bool has_patients = impact.counts.at({"calls"}) == 0;
    if (has_patients) table.columns.push_back(number("patients"));
    for (const std::string& rule : impact.counts.below({"warning"})) {
        for (const std::string& instead : impact.counts.below({"warning", rule})) {
            std::vector<std::string> row{rule, words_for_instead(instead), cell_of(impact, {"warning", rule, instead})};
            if (has_patients) row.push_back(patients_cell(impact, {"warning", rule, instead}));
            table.rows.push_back(std::move(row));
        }
    }
    if (table.rows.empty()) return Paragraph{"Nobody loses a warning or critical card."};
    return table;
}

Section unread_section(const Impact& impact) {
    Section section{"What could not be read, known or evaluated", {}};
    Table refused{
        "Not evaluated: the service would have refused the call", {{"side"}, {"reason"}, number("count")}, {}};
    for (const std::string& side : impact.counts.below({"notEvaluated"})) {
        for (const std::string& reason : impact.counts.below({"notEvaluated", side})) {
            refused.rows.push_back(
                {side == "from" ? "before" : "after", reason, cell_of(impact, {"notEvaluated", side, reason})});
        }
    }
    Table faults{"Left out of the population", {{"what"}, number("count")}, {}};
    for (const auto& [fault, count] : impact.faults) {
        faults.rows.push_back({std::string(words_for(fault)), shared_count(count)});
    }
    std::vector<Table> tables{std::move(faults), std::move(refused),
                              before_and_after(impact, "unknown", "Rules that could not be known", "rule"),
                              before_and_after(impact, "unreadable", "With a result that cannot be read", "test"),
                              before_and_after(impact, "dropped", "Cards without room", "rule")};
    for (Table& table : tables) {
        if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
    }
    if (section.blocks.empty()) section.blocks.emplace_back(Paragraph{"Nothing."});
    return section;
}

/// "before: back-pain-labs 2.0.0", and below it the digests by which it is found elsewhere.
std::string described(const ImpactSubject::Version& version, std::string_view side) {
    return std::string(side) + version.pack + " " + version.version + "\n" +
           lines_of(version.digests, std::string(side.size(), ' '));
}

/// What was changed, in the words of `diff`.
void add_changes(const ImpactSubject& subject, std::vector<Block>& opening) {
    if (subject.changes.empty()) return;
    Table table{"What was changed", {{"of"}, {"what"}, {"change"}}, {}};
    std::size_t told_rows = 0;
    const std::vector<ToldChange> all = told(subject.changes);
    for (const ToldChange& change : all) {
        if (++told_rows > most_told_changes) break;
        std::string lines;
        for (const std::string& line : change.lines) lines += (lines.empty() ? "" : "; ") + line;
        table.rows.push_back({change.subject, change.aspect, std::move(lines)});
    }
    opening.emplace_back(std::move(table));
    const std::size_t more = all.size() - std::min(all.size(), most_told_changes) + subject.more_changes;
    if (more > 0) {
        opening.emplace_back(
            Paragraph{std::to_string(more) + " more changes: `backpain-cds diff` with the same packs lists them all."});
    }
}

std::string how_it_was_looked_at(const ImpactSubject& subject) {
    if (subject.events == "encounters") {
        return "Encounters, not calls: one patient-view at the start of each, from " + subject.since + " to " +
               subject.until +
               ", with the record as far as its dates say that it was known then. What this cannot know: stopped drugs "
               "and completed orders look absent, corrected results show today's value, a chart is opened more than "
               "once, order hooks are missing, and earlier cards had no effect.";
    }
    if (subject.events == "requests") return "Each captured request once, as it was sent.";
    return "One patient-view for each patient, on " + subject.at + ".";
}

std::string how_counts_are_told(const Impact& impact) {
    std::string text =
        "Where fewer than 11 patients stand behind a count it is \"<11\", however large it is; 0 is told, all others "
        "are rounded to 10, so that nobody can be told from them.";
    if (impact.counts.at({"calls"}) > 0) {
        text +=
            " Which captured requests are of one patient was not looked at, so that here each counts as a patient of "
            "its own: before this is shared, make sure that the calls are of many.";
    }
    return text + " A card has changed if its indicator, its text or its suggestion has.";
}

}  // namespace

Page impact_page(const Impact& impact) {
    const ImpactSubject& subject = impact.subject;
    const std::string whom = subject.events == "now"          ? "patients"
                             : subject.events == "encounters" ? "encounters"
                                                              : "calls";
    Page page;
    page.title = "Impact of a change of rules";
    page.opening = {CodeText{described(subject.versions[0], "before: ") + described(subject.versions[1], "after:  ")}};
    add_changes(subject, page.opening);
    page.opening.emplace_back(Paragraph{how_it_was_looked_at(subject)});
    page.opening.emplace_back(Paragraph{how_counts_are_told(impact)});
    if (std::string why = why_nothing_was_compared(impact); !why.empty()) {
        page.opening.insert(page.opening.begin(), Paragraph{std::move(why)});
    }
    if (const std::uint64_t cut = impact.patients.at({"cut"}); cut > 0) {
        page.opening.emplace_back(Paragraph{"Of " + shared_count(cut) +
                                            " patients the record is newer than that day: what came later was left "
                                            "out, as far as its dates say so."});
    }
    page.sections.push_back({"Cards", {card_table(impact), event_table(impact, whom), lost_warnings(impact)}});
    Section by_rule{"By rule", {rule_table(impact)}};
    if (Plot plot = rule_plot(impact); !plot.labels.empty())
        by_rule.blocks.insert(by_rule.blocks.begin(), std::move(plot));
    page.sections.push_back(std::move(by_rule));
    page.sections.push_back({"By sex", {breakdown(impact, "sex", "Cards of the rules that change, by sex")}});
    page.sections.push_back({"By age", {breakdown(impact, "age", "Cards of the rules that change, by age")}});
    page.sections.push_back(tests_section(impact, whom));
    if (!impact.counts.below({"month"}).empty()) page.sections.push_back({"By month", {month_table(impact)}});
    page.sections.push_back(unread_section(impact));
    return page;
}

}  // namespace rules
