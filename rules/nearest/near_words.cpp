#include "rules/nearest/near_words.hpp"

#include "fhir/json_text.hpp"

#include <cstdlib>

namespace rules {
namespace {

namespace json = boost::json;

std::string outcome(const NearChange& change, std::string_view card) {
    return "the card \"" + std::string(card) + "\" would " + (change.gives ? "come." : "go.");
}

std::string days(long count) {
    return std::to_string(count) + (count == 1 ? " day" : " days");
}

std::string_view word(NearChange::Kind kind) {
    switch (kind) {
        case NearChange::Kind::value:
            return "value";
        case NearChange::Kind::date:
            return "date";
        case NearChange::Kind::code:
            return "code";
        case NearChange::Kind::parameter:
            break;
    }
    return "parameter";
}

json::object edit_of(const NearChange& change) {
    switch (change.edit) {
        case NearChange::Edit::replace:
        case NearChange::Edit::add:
            return {{"resource", change.what}};
        case NearChange::Edit::remove:
            return {{"remove", change.what}};
        case NearChange::Edit::set:
            break;
    }
    json::object set = {{"pointer", "/parameters/" + fhir::pointer_token(change.parameter)}, {"value", change.what}};
    return {{"site", json::array{std::move(set)}}};
}

void add_text(json::object& to, std::string_view name, const std::string& text) {
    if (!text.empty()) to[name] = text;
}

}  // namespace

std::string words_of_value(std::string_view title, std::string_view date, const NearChange& change,
                           std::string_view card) {
    std::string words = "If " + std::string(title);
    if (!date.empty()) words += " of " + std::string(date);
    return words + " were " + change.to + " " + change.unit + " instead of " + change.from + ", " +
           outcome(change, card);
}

std::string words_of_date(std::string_view label, long older, const NearChange& change, std::string_view card) {
    return "If " + std::string(label) + " were dated " + change.to + " instead of " + change.from + ", " +
           days(std::labs(older)) + (older > 0 ? " earlier, " : " later, ") + outcome(change, card);
}

std::string words_of_absence(const NearChange& change, std::string_view card) {
    return "Without " + change.from + " on record " + outcome(change, card);
}

std::string words_of_presence(const NearChange& change, long days_ago, std::string_view card) {
    const std::string since = days_ago == 0 ? "since today" : "since " + days(days_ago) + " ago";
    return "With \"" + change.to + "\" on record, " + since + ", " + outcome(change, card);
}

std::string words_of_parameter(std::string_view says, const NearChange& change, std::string_view card) {
    const std::string unit = change.unit.empty() ? "" : " " + change.unit;
    return "With " + change.parameter + " (" + std::string(says) + ") at " + change.to + unit + " instead of " +
           change.from + ", " + outcome(change, card);
}

json::object near_changes_json(const NearChanges& found) {
    json::array changes;
    for (const NearChange& change : found.changes) {
        json::object told = {{"kind", word(change.kind)},
                             {"rule", change.rule},
                             {"gives", change.gives},
                             {"words", change.words},
                             {"from", change.from},
                             {"to", change.to},
                             {"distance", fhir::make_decimal(change.distance)}};
        add_text(told, "unit", change.unit);
        add_text(told, "reference", change.reference);
        add_text(told, "analyte", change.analyte);
        add_text(told, "parameter", change.parameter);
        if (!change.parameter.empty()) told["pointer"] = "/parameters/" + fhir::pointer_token(change.parameter);
        told["edit"] = edit_of(change);
        changes.emplace_back(std::move(told));
    }
    json::object answer = {{"changes", std::move(changes)}, {"limit", nullptr}};
    if (!found.limit.empty()) answer["limit"] = found.limit;
    if (!found.why_not.empty()) answer["notEvaluated"] = found.why_not;
    return answer;
}

}  // namespace rules
