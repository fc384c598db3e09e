#include "service/live/report_page.hpp"

#include "rules/page/shared_count.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace service {

namespace {

using rules::Column;
using rules::Paragraph;
using rules::PlotValue;
using rules::shared_count;

/// Reasons of silence with a column of their own; all others stand together.
constexpr std::array<std::pair<const char*, const char*>, 4> silences = {
    {{"criterion", "a criterion"}, {"gate", "a gate"}, {"unknown", "not known"}, {"cap", "too many cards"}}};

PlotValue value_of(std::uint64_t count) {
    const auto rounded = rules::rounded_count(count);
    return {rounded ? std::optional<double>(static_cast<double>(*rounded)) : std::nullopt, shared_count(count)};
}

/// "38 % (29 to 48)" of rounded counts; "–" where either is too small to be shared.
std::string share_with_interval(std::uint64_t part, std::uint64_t whole) {
    const auto above = rules::rounded_count(part), below = rules::rounded_count(whole);
    if (!above || !below) return "–";
    const auto interval = wilson_interval(std::min(*above, *below), *below);
    const auto percent = [](double share) { return std::to_string(std::lround(share * 100)); };
    return rules::shared_share(part, whole) + " (" + percent(interval->low) + " to " + percent(interval->high) + ")";
}

std::vector<std::string> cells_of(const std::string& name, const Answers& answers) {
    return {name,
            shared_count(answers.given),
            shared_count(answers.could_answer),
            shared_count(answers.accepted),
            shared_count(answers.suggestion_taken),
            shared_count(answers.overridden),
            shared_count(answers.unanswered()),
            shared_count(answers.commented),
            share_with_interval(answers.accepted, answers.could_answer)};
}

rules::Table answers_table(const AnswersTable& table, const Answers& all) {
    rules::Table made{"Cards by " + table.by,
                      {{table.by},
                       {"given", true},
                       {"to clients that answer", true},
                       {"accepted", true},
                       {"suggestion taken", true},
                       {"overridden", true},
                       {"without an answer", true},
                       {"with a comment", true},
                       {"accepted, of those to clients that answer", true}},
                      {}};
    for (const AnswersLine& line : table.lines) made.rows.push_back(cells_of(line.name, line.answers));
    made.rows.push_back(cells_of("all", all));
    return made;
}

rules::Plot weeks_plot(const AnswersTable& weeks) {
    rules::Plot plot{rules::Plot::Kind::lines, "Cards and answers by week", "week from", "cards", {}, {}};
    rules::Series given{"given", {}}, accepted{"accepted", {}}, overridden{"overridden", {}};
    for (const AnswersLine& week : weeks.lines) {
        plot.labels.push_back(week.name);
        given.values.push_back(value_of(week.answers.given));
        accepted.values.push_back(value_of(week.answers.accepted));
        overridden.values.push_back(value_of(week.answers.overridden));
    }
    plot.series = {std::move(given), std::move(accepted), std::move(overridden)};
    return plot;
}

std::string words_of(const std::optional<Reason>& reason) {
    if (!reason) return "no reason told";
    return reason->system.empty() ? reason->code : reason->code + " (" + reason->system + ")";
}

rules::Table reasons_table(std::string caption, const std::map<std::string, std::uint64_t>& reasons) {
    rules::Table table{std::move(caption), {{"reason"}, {"cards", true}}, {}};
    for (const auto& [reason, cards] : reasons) table.rows.push_back({reason, shared_count(cards)});
    return table;
}

/// All reasons, and those of each rule whose overridden cards may be told.
void add_reasons(const Report& report, rules::Section& section) {
    std::map<std::string, std::uint64_t> all;
    std::map<std::string, std::map<std::string, std::uint64_t>> by_rule;
    for (const ReasonCount& one : report.reasons) {
        all[words_of(one.reason)] += one.cards;
        by_rule[one.rule][words_of(one.reason)] += one.cards;
    }
    if (all.empty()) {
        section.blocks.push_back(Paragraph{"No card was overridden."});
        return;
    }
    section.blocks.push_back(reasons_table("Why cards were overridden", all));
    for (const auto& [rule, reasons] : by_rule) {
        std::uint64_t cards = 0;
        for (const auto& [reason, count] : reasons) cards += count;
        if (cards < rules::least_shared) continue;
        section.blocks.push_back(reasons_table("Why cards of " + rule + " were overridden", reasons));
    }
}

std::string day_of(WallTime time) {
    return print_day(std::chrono::floor<std::chrono::days>(time));
}

rules::Section versions_section(const Report& report) {
    rules::Table table{"When which version spoke",
                       {{"pack"},
                        {"version"},
                        {"digest"},
                        {"first card"},
                        {"last card"},
                        {"called from the week of"},
                        {"calls", true},
                        {"cards", true}},
                       {}};
    for (const VersionSpoke& one : report.versions) {
        const bool gave = one.cards.cards > 0;
        table.rows.push_back({one.cards.pack, one.cards.version, one.cards.digest, gave ? day_of(one.cards.first) : "–",
                              gave ? day_of(one.cards.last) : "–", one.first_week ? print_day(*one.first_week) : "–",
                              shared_count(one.calls), shared_count(one.cards.cards)});
    }
    return {"When which version spoke", {std::move(table)}};
}

VersionNames names_of(const Report& report) {
    VersionNames names;
    for (const VersionSpoke& one : report.versions) names[one.cards.digest] = one.cards.pack + " " + one.cards.version;
    return names;
}

rules::Table calls_table(const char* by, const std::map<std::string, std::uint64_t>& calls, std::uint64_t all) {
    rules::Table table{std::string("Calls by ") + by, {{by}, {"calls", true}}, {}};
    for (const auto& [name, count] : calls) table.rows.push_back({name, shared_count(count)});
    table.rows.push_back({"all", shared_count(all)});
    return table;
}

rules::Section silence_section(const Report& report) {
    rules::Plot plot{rules::Plot::Kind::rows, "What each rule said in the calls of its hooks", "rule", "calls", {}, {}};
    std::vector<rules::Series> series(silences.size() + 2);
    series.front().name = "card";
    series.back().name = "another reason";
    for (std::size_t i = 0; i < silences.size(); ++i) series[i + 1].name = silences[i].second;
    for (const auto& [rule, counts] : report.rules) {
        plot.labels.push_back(rule);
        series.front().values.push_back(value_of(counts.cards));
        std::uint64_t others = 0;
        for (const auto& [reason, count] : counts.silences) others += count;
        for (std::size_t i = 0; i < silences.size(); ++i) {
            const auto found = counts.silences.find(silences[i].first);
            const std::uint64_t count = found == counts.silences.end() ? 0 : found->second;
            others -= count;
            series[i + 1].values.push_back(value_of(count));
        }
        series.back().values.push_back(value_of(others));
    }
    plot.series = std::move(series);
    rules::Section section{"What was silent, and why", {}};
    section.blocks.push_back(Paragraph{
        "A rule is silent because a criterion does not hold, a gate of the pack keeps it back, something cannot be "
        "known, "
        "or the number of cards is limited. Cards are those counted, also of clients whose cards have no id."});
    section.blocks.push_back(std::move(plot));
    return section;
}

rules::Section results_section(const Report& report) {
    rules::Section section{"Laboratory results", {}};
    rules::Plot plot{
        rules::Plot::Kind::stacked_bars, "Results read, awaited and not readable", "test", "results", {}, {}};
    rules::Series of_read{"readable", {}}, of_waiting{"awaited", {}}, of_not_read{"not readable", {}};
    rules::Table faults{"Why results cannot be read", {{"test"}, {"reason"}, {"results", true}}, {}};
    for (const auto& [analyte, readings] : report.results) {
        std::uint64_t read = 0, waiting = 0, not_read = 0;
        for (const auto& [reading, count] : readings) {
            if (reading == "readable") {
                read += count;
            } else if (reading == "awaited") {
                waiting += count;
            } else {
                not_read += count;
                faults.rows.push_back({analyte, reading, shared_count(count)});
            }
        }
        plot.labels.push_back(analyte);
        of_read.values.push_back(value_of(read));
        of_waiting.values.push_back(value_of(waiting));
        of_not_read.values.push_back(value_of(not_read));
    }
    plot.series = {std::move(of_read), std::move(of_waiting), std::move(of_not_read)};
    section.blocks.push_back(Paragraph{"A result counts in each call that brings it."});
    section.blocks.push_back(std::move(plot));
    if (!faults.rows.empty()) section.blocks.push_back(std::move(faults));
    rules::Table unseen{"Codes and units that neither pack nor site file knows",
                        {{"looks like"}, {"name"}, {"first seen"}, {"results", true}},
                        {}};
    for (const UnseenCount& one : report.unseen) {
        if (one.results < rules::least_shared) continue;
        unseen.rows.push_back({one.analyte, one.name, print_day(one.first_seen), shared_count(one.results)});
    }
    if (!unseen.rows.empty()) section.blocks.push_back(std::move(unseen));
    return section;
}

std::string plural(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// What these counts do not know, in sentences.
std::vector<rules::Block> caveats_of(const Report& report) {
    std::vector<rules::Block> said;
    said.push_back(
        Paragraph{"Counts of 1 to 10 are <11, all others are rounded to 10; shares come from the rounded counts. The "
                  "interval behind "
                  "a share holds 95 % as if cards were independent; the truth is wider, since one user answers many "
                  "cards and one "
                  "patient is opened many times. Days and weeks (from Monday) are those of UTC."});
    std::string clients;
    for (const std::string& client : report.exact.clients_with_feedback) {
        clients += (clients.empty() ? "" : ", ") + shown_client(client);
    }
    said.push_back(Paragraph{clients.empty()
                                 ? "No client has ever sent feedback: nobody knows what became of cards."
                                 : "Clients that ever sent feedback, and stand in denominators: " + clients +
                                       ". Cards of others are given, and nothing else is known of them."});
    const auto count = [&](WriterState state) {
        return static_cast<std::uint64_t>(std::ranges::count(report.writers, state, &WriterSeen::state));
    };
    const std::string lost = std::to_string(most_lost_by_a_kill.count()) + " seconds";
    if (const auto silenced = count(WriterState::silenced); silenced > 0) {
        said.push_back(Paragraph{plural(silenced, "process ended without its", "processes ended without their") +
                                 " last counts: calls, cards and results of at most " + lost +
                                 " of each may be missing. Feedback is not."});
    }
    if (const auto counting = count(WriterState::counts); counting > 0) {
        said.push_back(Paragraph{plural(counting, "process counts", "processes count") +
                                 " now, or ended a moment ago: what was counted in the last " + lost +
                                 " may not be here yet, and is lost if it was killed. Feedback is not."});
    }
    if (report.exact.feedback_of_unknown_cards > 0) {
        said.push_back(Paragraph{"Feedback about cards that the store does not know: " +
                                 shared_count(report.exact.feedback_of_unknown_cards) + "."});
    }
    return said;
}

}  // namespace

rules::Page report_page(const Report& report) {
    rules::Page page;
    page.title = "What became of cards, " + day_of(report.since) + " to " + day_of(report.until);
    page.opening = caveats_of(report);
    rules::Section cards{"What became of cards", {}};
    for (const AnswersTable& table : report.tables) {
        if (table.by == "week") cards.blocks.push_back(weeks_plot(table));
        cards.blocks.push_back(answers_table(table, report.all));
    }
    page.sections.push_back(std::move(cards));
    rules::Section reasons{"Why cards were overridden", {}};
    add_reasons(report, reasons);
    page.sections.push_back(std::move(reasons));
    page.sections.push_back(versions_section(report));
    for (rules::Section& section : sections_of(report.beside, names_of(report))) {
        page.sections.push_back(std::move(section));
    }
    page.sections.push_back({"Calls",
                             {calls_table("client", report.calls_by_client, report.calls),
                              calls_table("service", report.calls_by_service, report.calls)}});
    page.sections.push_back(silence_section(report));
    page.sections.push_back(results_section(report));
    return page;
}

}  // namespace service
