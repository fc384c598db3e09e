#include "rules/compare/impact_report.hpp"

#include "fhir/member.hpp"
#include "rules/compare/shared_count.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;

constexpr std::string_view not_for_sharing =
    "Exact counts, and perhaps patients: not for sharing. Small counts lead to persons; the text and the HTML leave "
    "them out.";
constexpr std::array<std::string_view, 3> indicators = {"critical", "warning", "info"};
constexpr std::array<std::string_view, 4> changes = {"gained", "lost", "changed", "same"};

json::object version_as_json(const ImpactSubject::Version& version) {
    return {{"pack", version.pack}, {"version", version.version}, {"digest", version.digest}};
}

ImpactSubject::Version version_from_json(const json::object& subject, std::string_view side) {
    const json::value* version = fhir::find_member(subject, side);
    if (!version || !version->is_object()) return {};
    const auto text = [version](std::string_view name) {
        return std::string(fhir::member_text(version->get_object(), name));
    };
    return {text("pack"), text("version"), text("digest")};
}

json::object faults_as_json(const Impact& impact) {
    std::map<std::string_view, std::uint64_t> by_name;
    for (const auto& [fault, count] : impact.faults) by_name.emplace(name_of(fault), count);
    json::object faults;
    for (const auto& [name, count] : by_name) faults.emplace(name, count);
    return faults;
}

void read_faults(const json::object& faults, Impact& impact) {
    for (std::size_t at = 0; at < population_faults; ++at) {
        const auto fault = static_cast<PopulationFault>(at);
        const json::value* count = faults.if_contains(name_of(fault));
        if (count && count->is_int64() && count->get_int64() > 0) {
            impact.faults[fault] = static_cast<std::uint64_t>(count->get_int64());
        }
    }
}

void read_examples(const json::object& examples, Impact& impact) {
    for (const auto& [rule, kinds] : examples) {
        if (!kinds.is_object()) continue;
        for (const auto& [what, patients] : kinds.get_object()) {
            if (!patients.is_array()) continue;
            for (const json::value& patient : patients.get_array()) {
                const auto text = fhir::text_of(patient);
                if (text) impact.examples[std::string(rule)][std::string(what)].emplace(*text);
            }
        }
    }
}

json::object examples_as_json(const Impact& impact) {
    json::object examples;
    for (const auto& [rule, kinds] : impact.examples) {
        json::object of_rule;
        for (const auto& [what, patients] : kinds) {
            json::array list;
            for (const std::string& patient : patients) list.emplace_back(patient);
            of_rule.emplace(what, std::move(list));
        }
        examples.emplace(rule, std::move(of_rule));
    }
    return examples;
}

// ---- the page

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
        for (const std::string_view what : changes) row.push_back(cell_of(impact, {"rule", rule, what}));
        table.rows.push_back(std::move(row));
    }
    return table;
}

Plot rule_plot(const Impact& impact) {
    constexpr std::size_t most_bars = 20;
    Plot plot{Plot::Kind::rows, "Cards gained, lost and changed", "rule", "cards", {}, {}};
    std::vector<std::string> rules = rules_by_change(impact.counts);
    if (rules.size() > most_bars) rules.resize(most_bars);
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
        if (counts.sum({"rule", rule}) == counts.at({"rule", rule, "same"})) continue;
        for (const std::string& group : counts.below({by, rule})) {
            std::vector<std::string> row{rule, group};
            for (const std::string_view what : changes) row.push_back(cell_of(impact, {by, rule, group, what}));
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

double number_in(const std::string& value) {
    const std::size_t begin = std::min(value.find_first_of("0123456789"), value.size());
    double number = 0;
    std::from_chars(value.data() + begin, value.data() + value.size(), number);
    return number;
}

std::string names_of(const std::string& test, const std::string& unit) {
    return unit == "-" ? test : test + " (" + unit + ")";
}

/// A table of bands before and after, of each test and unit that at least so many patients have as may be told.
void add_tests(const Impact& impact, const std::string& whom, Section& section) {
    const Counts& counts = impact.counts;
    for (const std::string& test : counts.below({"band"})) {
        for (const std::string& unit : counts.below({"band", test})) {
            if (impact.patients.at({"result", test, unit}) < least_shared) continue;
            const std::string name = names_of(test, unit);
            Table bands{name + ": band before and after", {{"before"}, {"after"}, number(whom)}, {}};
            for (const std::string& before : counts.below({"band", test, unit})) {
                for (const std::string& after : counts.below({"band", test, unit, before})) {
                    bands.rows.push_back({before, after, cell_of(impact, {"band", test, unit, before, after})});
                }
            }
            section.blocks.emplace_back(std::move(bands));
            std::vector<std::string> values = counts.below({"value", test, unit});
            std::ranges::stable_sort(values, {}, number_in);
            std::erase_if(values, [&](const std::string& value) {
                return impact.patients.at({"value", test, unit, value}) < least_shared;  // extremes lead to persons
            });
            if (values.empty()) continue;
            Plot plot{Plot::Kind::bars, name + ": results that speak", "to two digits", whom, values, {}};
            Series series{whom, {}};
            for (const std::string& value : values) {
                series.values.push_back(
                    {drawn(impact, {"value", test, unit, value}), cell_of(impact, {"value", test, unit, value})});
            }
            plot.series.push_back(std::move(series));
            section.blocks.emplace_back(std::move(plot));
        }
    }
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

std::string described(const ImpactSubject::Version& version) {
    constexpr std::size_t short_digest = 19;  // "sha256:" and twelve digits
    return version.pack + " " + version.version + " (" + version.digest.substr(0, short_digest) + ")";
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
    for (const std::string_view what : changes) add("with at least one card " + std::string(what), {"event", what});
    add("without a card, before and after", {"event", "none"});
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
    Table table{"Who loses a warning", {{"rule"}, {"in its place"}, number("cards")}, {}};
    const bool has_patients = impact.counts.at({"calls"}) == 0;
    if (has_patients) table.columns.push_back(number("patients"));
    for (const std::string& rule : impact.counts.below({"warning"})) {
        for (const std::string& instead : impact.counts.below({"warning", rule})) {
            std::vector<std::string> row{rule, words_for_instead(instead), cell_of(impact, {"warning", rule, instead})};
            if (has_patients) row.push_back(patients_cell(impact, {"warning", rule, instead}));
            table.rows.push_back(std::move(row));
        }
    }
    if (table.rows.empty()) return Paragraph{"Nobody loses a warning."};
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

/// Empty where rules were compared that are not the same.
std::string why_nothing_was_compared(const Impact& impact) {
    const auto& [from, to] = impact.subject.versions;
    const auto is_changed = [&](std::string_view what) { return impact.counts.at({"event", what}) > 0; };
    if (from.digest != to.digest || is_changed("gained") || is_changed("lost") || is_changed("changed")) return {};
    return "Nothing was compared: before and after are the same pack with the same settings (one digest). Give the "
           "pack after the change with --to, or its site file with --site-to.";
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

std::uint64_t cards_of(const Impact& impact, Side side) {
    return impact.counts.sum({"cards", side == Side::from ? "from" : "to"});
}

json::object impact_as_json(const Impact& impact) {
    const ImpactSubject& subject = impact.subject;
    json::object of{{"from", version_as_json(subject.versions[0])},
                    {"to", version_as_json(subject.versions[1])},
                    {"at", subject.at},
                    {"events", subject.events}};
    if (!subject.since.empty()) of.emplace("since", subject.since);
    if (!subject.until.empty()) of.emplace("until", subject.until);
    json::object whole{{"notForSharing", not_for_sharing},
                       {"impact", std::move(of)},
                       {"leftOut", faults_as_json(impact)},
                       {"counts", impact.counts.as_json()},
                       {"patients", impact.patients.as_json()}};
    if (const std::string why = why_nothing_was_compared(impact); !why.empty()) whole.emplace("nothingCompared", why);
    if (impact.most_examples > 0) {
        whole.emplace("mostExamples", impact.most_examples);
        whole.emplace("examples", examples_as_json(impact));
    }
    return whole;
}

std::optional<Impact> impact_from_json(const json::object& json) {
    const json::value* subject = json.if_contains("impact");
    const json::value* counts = json.if_contains("counts");
    const json::value* patients = json.if_contains("patients");
    const json::value* left_out = json.if_contains("leftOut");
    for (const json::value* part : {subject, counts, patients, left_out}) {
        if (!part || !part->is_object()) return std::nullopt;
    }
    Impact impact;
    const json::object& of = subject->get_object();
    impact.subject.versions = {version_from_json(of, "from"), version_from_json(of, "to")};
    impact.subject.at = fhir::member_text(of, "at");
    impact.subject.events = fhir::member_text(of, "events");
    impact.subject.since = fhir::member_text(of, "since");
    impact.subject.until = fhir::member_text(of, "until");
    auto read = Counts::from_json(counts->get_object());
    auto read_patients = Counts::from_json(patients->get_object());
    if (!read || !read_patients) return std::nullopt;
    impact.counts = std::move(*read);
    impact.patients = std::move(*read_patients);
    read_faults(left_out->get_object(), impact);
    const json::value* most = json.if_contains("mostExamples");
    const json::value* examples = json.if_contains("examples");
    if (most && most->is_int64() && most->get_int64() > 0) {
        impact.most_examples = static_cast<std::size_t>(most->get_int64());
    }
    if (examples && examples->is_object()) read_examples(examples->get_object(), impact);
    return impact;
}

Page impact_page(const Impact& impact) {
    const ImpactSubject& subject = impact.subject;
    const std::string whom = subject.events == "now"          ? "patients"
                             : subject.events == "encounters" ? "encounters"
                                                              : "calls";
    Page page;
    page.title = "Impact of a change of rules";
    page.opening = {Paragraph{"Before: " + described(subject.versions[0])},
                    Paragraph{"After: " + described(subject.versions[1])}, Paragraph{how_it_was_looked_at(subject)},
                    Paragraph{how_counts_are_told(impact)}};
    if (std::string why = why_nothing_was_compared(impact); !why.empty()) {
        page.opening.insert(page.opening.begin(), Paragraph{std::move(why)});
    }
    if (const std::uint64_t cut = impact.patients.at({"cut"}); cut > 0) {
        page.opening.emplace_back(Paragraph{"Of " + shared_count(cut) +
                                            " patients the record is newer than that day: what came later was left "
                                            "out, as far as its dates say so."});
    }
    page.sections.push_back({"Cards", {card_table(impact), event_table(impact, whom), lost_warnings(impact)}});
    page.sections.push_back({"By rule", {rule_plot(impact), rule_table(impact)}});
    page.sections.push_back({"By sex", {breakdown(impact, "sex", "Cards of the rules that change, by sex")}});
    page.sections.push_back({"By age", {breakdown(impact, "age", "Cards of the rules that change, by age")}});
    Section tests{"Results", {}};
    add_tests(impact, whom, tests);
    if (!tests.blocks.empty()) page.sections.push_back(std::move(tests));
    if (!impact.counts.below({"month"}).empty()) page.sections.push_back({"By month", {month_table(impact)}});
    page.sections.push_back(unread_section(impact));
    return page;
}

}  // namespace rules
