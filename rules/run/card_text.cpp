#include "rules/run/card_text.hpp"

#include "fhir/member.hpp"

#include <algorithm>

namespace rules {
namespace {

const boost::json::object* object_of(const fhir::path::Value& item) {
    const boost::json::value* json = item.is_element() ? item.json() : nullptr;
    return json ? json->if_object() : nullptr;
}

bool flag(const boost::json::object& object, std::string_view name) {
    const boost::json::value* member = fhir::find_member(object, name);
    return member && member->is_bool() && member->get_bool();
}

constexpr std::size_t usual_line = 160;

/// How the date of a resource is told: what lasts is "since", what was ordered is "ordered".
void append_date(const boost::json::object& object, std::string& line) {
    const std::string_view date = fhir::member_text(object, "date");
    const std::string_view reference = fhir::member_text(object, "reference");
    const bool is_order = reference.starts_with("ServiceRequest");
    if (date.empty()) {
        if (!fhir::find_member(object, "analyte") && !is_order) line += ", no date";
        return;
    }
    const bool lasts = reference.starts_with("Condition") || reference.starts_with("Medication");
    line.append(lasts ? ", since " : is_order ? ", ordered " : ", ").append(date);
}

std::string_view reason_words(Unavailable reason) {
    switch (reason) {
        case Unavailable::not_sent:
            return "not sent";
        case Unavailable::failed:
            return "the record's server reported an error";
        case Unavailable::incomplete:
            return "only a part was sent";
        case Unavailable::unresolved:
            return "the query was not filled in";
        case Unavailable::wrong_type:
            return "something else was sent";
        case Unavailable::not_provided:
            return "this site does not provide it";
    }
    return "";
}

}  // namespace

std::string_view text_member(const fhir::path::Value& item, std::string_view name) {
    const boost::json::object* object = object_of(item);
    return object ? fhir::member_text(*object, name) : std::string_view();
}

std::string describe(const fhir::path::Value& item) {
    const boost::json::object* object = object_of(item);
    if (!object) return "";
    std::string line;
    line.reserve(usual_line);
    line += fhir::member_text(*object, "label");
    if (fhir::find_member(*object, "analyte")) line.append(" ").append(fhir::member_text(*object, "text"));
    append_date(*object, line);
    if (const std::string_view status = fhir::member_text(*object, "status"); !status.empty())
        line.append(", ").append(status);
    if (const std::string_view why = fhir::member_text(*object, "why"); !why.empty()) line.append("; ").append(why);
    if (const std::string_view range = fhir::member_text(*object, "rangeText"); !range.empty()) {
        line.append(", laboratory's range ").append(range);
    }
    if (flag(*object, "preDates")) line += ", before treatment began";
    if (flag(*object, "verify")) line += ", verify unit and value";
    if (flag(*object, "derived")) line += ", derived";
    const boost::json::value* parts = fhir::find_member(*object, "parts");
    if (parts && parts->is_array()) {
        std::string_view between = " (";
        for (const boost::json::value& part : parts->get_array()) {
            line.append(between).append(std::string_view(part.get_string()));
            between = " and ";
        }
        line += ')';
    } else if (const std::string_view reference = fhir::member_text(*object, "reference"); !reference.empty()) {
        line.append(" (").append(reference).append(")");
    }
    return line;
}

std::string describe_briefly(const fhir::path::Value& item) {
    const boost::json::object* object = object_of(item);
    if (!object) return "";
    std::string line(fhir::member_text(*object, "reference"));
    line.append(line.empty() ? "\"" : " \"").append(fhir::member_text(*object, "label"));
    if (fhir::find_member(*object, "analyte")) line.append(" ").append(fhir::member_text(*object, "text"));
    line += '"';
    std::string date;
    append_date(*object, date);
    return line + (date.starts_with(", ") ? date.substr(1) : date);
}

std::string describe_band(const fhir::path::Value& reading) {
    const boost::json::object* object = object_of(reading);
    if (!object || fhir::member_text(*object, "band").empty()) return "";
    const std::string lower(fhir::member_text(*object, "lower"));
    const std::string upper(fhir::member_text(*object, "upper"));
    std::string bounds;
    if (!lower.empty()) bounds = flag(*object, "lowerIncluded") ? lower + " or more" : "above " + lower;
    if (!upper.empty()) {
        bounds += bounds.empty() ? "" : ", ";
        bounds += flag(*object, "upperIncluded") ? "up to " + upper : "below " + upper;
    }
    std::string line(fhir::member_text(*object, "title"));
    line.append(", band \"").append(fhir::member_text(*object, "band")).append("\"");
    if (!bounds.empty()) line.append(": ").append(bounds);
    if (const std::string_view ruleset = fhir::member_text(*object, "ruleset"); !ruleset.empty()) {
        line.append(" (").append(ruleset).append(")");
    }
    return line;
}

std::string describe_missing(const Run& run, std::size_t source) {
    const std::string& key = run.program().source_keys[source];
    const auto& names = run.program().pack.data_unavailable.sources;
    const auto name = names.find(key);
    const auto& unavailable = run.record().unavailable;
    const auto reason = unavailable.find(key);
    const bool is_missing = reason != unavailable.end() || !run.record().provided.contains(key);
    std::string line = name == names.end() ? key : name->second;
    if (!is_missing) return line + ": not known";  // a birth date that the patient's resource lacks
    return line + ": " +
           std::string(reason_words(reason == unavailable.end() ? Unavailable::not_sent : reason->second));
}

std::vector<std::string> describe_missing_sources(const Run& run, SourceSet missing) {
    std::vector<std::string> lines;
    for (std::size_t source = 0; source < run.program().source_keys.size(); ++source) {
        if (missing & source_bit(source)) lines.push_back(describe_missing(run, source));
    }
    return lines;
}

std::string_view words_for(Strength strength) {
    switch (strength) {
        case Strength::guideline_supported:
            return "Guideline-supported (targeted)";
        case Strength::weak_or_conflicting:
            return "Weak or conflicting evidence";
        case Strength::not_supported:
            return "Not supported";
    }
    return "";
}

void add_once(std::string line, std::vector<std::string>& lines) {
    if (!line.empty() && std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
}

}  // namespace rules
