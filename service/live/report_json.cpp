#include "fhir/json_text.hpp"
#include "service/live/report_page.hpp"

#include <utility>

namespace service {

namespace json = boost::json;

namespace {

json::object object_of(const Answers& answers) {
    json::object object{{"given", answers.given},           {"couldAnswer", answers.could_answer},
                        {"accepted", answers.accepted},     {"suggestionTaken", answers.suggestion_taken},
                        {"overridden", answers.overridden}, {"withoutAnswer", answers.unanswered()},
                        {"commented", answers.commented}};
    if (const auto interval = wilson_interval(answers.accepted, answers.could_answer)) {
        object["acceptedShare"] =
            json::object{{"share", static_cast<double>(answers.accepted) / static_cast<double>(answers.could_answer)},
                         {"low", interval->low},
                         {"high", interval->high}};
    }
    return object;
}

json::value value_of(const std::optional<Reason>& reason) {
    if (!reason) return nullptr;
    return json::object{{"system", reason->system}, {"code", reason->code}};
}

json::object tables_of(const Report& report) {
    json::object tables;
    for (const AnswersTable& table : report.tables) {
        json::array lines;
        for (const AnswersLine& line : table.lines) {
            json::object object{{table.by, line.name}};
            for (const auto& member : object_of(line.answers)) object.insert(member);
            lines.push_back(std::move(object));
        }
        tables[table.by] = std::move(lines);
    }
    return tables;
}

json::array reasons_of(const Report& report) {
    json::array reasons;
    for (const ReasonCount& one : report.reasons) {
        reasons.push_back(json::object{
            {"rule", one.rule}, {"client", one.client}, {"reason", value_of(one.reason)}, {"cards", one.cards}});
    }
    return reasons;
}

json::array versions_of(const Report& report) {
    json::array versions;
    for (const VersionSpoke& one : report.versions) {
        json::object object{{"pack", one.cards.pack}, {"version", one.cards.version}, {"digest", one.cards.digest}};
        if (one.cards.cards > 0) object["firstCard"] = print_second(one.cards.first);
        if (one.cards.cards > 0) object["lastCard"] = print_second(one.cards.last);
        if (one.first_week) object["calledFromWeek"] = print_day(*one.first_week);
        object["calls"] = one.calls;
        object["cards"] = one.cards.cards;
        versions.push_back(std::move(object));
    }
    return versions;
}

json::object counts_of(const std::map<std::string, std::uint64_t>& counts) {
    json::object object;
    for (const auto& [name, count] : counts) object[name] = count;
    return object;
}

json::object rules_of(const Report& report) {
    json::object rules;
    for (const auto& [rule, counts] : report.rules) {
        rules[rule] = json::object{{"cards", counts.cards}, {"silences", counts_of(counts.silences)}};
    }
    return rules;
}

json::object results_of(const Report& report) {
    json::object results;
    for (const auto& [analyte, readings] : report.results) results[analyte] = counts_of(readings);
    return results;
}

json::array unseen_of(const Report& report) {
    json::array unseen;
    for (const UnseenCount& one : report.unseen) {
        unseen.push_back(json::object{{"analyte", one.analyte},
                                      {"name", one.name},
                                      {"firstSeen", print_day(one.first_seen)},
                                      {"results", one.results}});
    }
    return unseen;
}

std::string_view name_of(WriterState state) {
    switch (state) {
        case WriterState::ended:
            return "ended";
        case WriterState::counts:
            return "counts";
        case WriterState::silenced:
            return "silenced";
    }
    return "unknown";
}

json::array writers_of(const Report& report) {
    json::array writers;
    for (const WriterSeen& one : report.writers) {
        writers.push_back(json::object{{"process", one.writer.process},
                                       {"lastAdded", print_second(one.writer.written)},
                                       {"state", name_of(one.state)}});
    }
    return writers;
}

json::array card_groups_of(const Report& report) {
    json::array groups;
    for (const CardGroup& group : report.exact.cards) {
        json::object object{{"week", print_day(first_day_of(group.week))},
                            {"pack", group.pack},
                            {"version", group.version},
                            {"digest", group.digest},
                            {"service", group.service},
                            {"client", group.client},
                            {"rule", group.rule}};
        object["outcome"] = group.outcome ? json::value(name_of(*group.outcome)) : json::value(nullptr);
        object["reason"] = value_of(group.reason);
        object["suggestionTaken"] = group.has_suggestion;
        object["commented"] = group.has_comment;
        object["cards"] = group.cards;
        groups.push_back(std::move(object));
    }
    return groups;
}

json::array tally_of(const Report& report) {
    json::array lines;
    for (const TallyGroup& group : report.exact.tally) {
        const TallyLine& line = group.line;
        lines.push_back(json::object{{"week", print_day(first_day_of(group.week))},
                                     {"digest", line.digest},
                                     {"service", line.service},
                                     {"client", line.client},
                                     {"rule", line.rule},
                                     {"kind", line.kind},
                                     {"key", line.key},
                                     {"n", line.count}});
    }
    return lines;
}

}  // namespace

std::string report_json(const Report& report) {
    json::array clients;
    for (const std::string& client : report.exact.clients_with_feedback) clients.push_back(json::value(client));
    const json::object all{{"notForSharing", "exact counts; --format text, csv and html round them"},
                           {"since", print_second(report.since)},
                           {"until", print_second(report.until)},
                           {"clientsWithFeedback", std::move(clients)},
                           {"all", object_of(report.all)},
                           {"by", tables_of(report)},
                           {"reasons", reasons_of(report)},
                           {"versions", versions_of(report)},
                           {"canaries", json_of(report.beside.canaries)},
                           {"shadows", json_of(report.beside.shadows)},
                           {"calls", json::object{{"all", report.calls},
                                                  {"client", counts_of(report.calls_by_client)},
                                                  {"service", counts_of(report.calls_by_service)}}},
                           {"rules", rules_of(report)},
                           {"results", results_of(report)},
                           {"unseen", unseen_of(report)},
                           {"feedbackOfUnknownCards", report.exact.feedback_of_unknown_cards},
                           {"secondsLostByAKill", most_lost_by_a_kill.count()},
                           {"writers", writers_of(report)},
                           {"cards", card_groups_of(report)},
                           {"tally", tally_of(report)}};
    return fhir::print_json_indented(all) + "\n";
}

}  // namespace service
