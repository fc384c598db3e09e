#include "rules/run/card_text.hpp"

#include "fhir/member.hpp"

#include <algorithm>

namespace rules {
namespace {

const boost::json::object* object_of(const fhir::path::Value& item) {
    const boost::json::value* json = item.is_element() ? item.json() : nullptr;
    return json ? json->if_object() : nullptr;
}

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

/// The name under which pack.json says how a reason is told; by Unavailable.
std::string_view key_of(Unavailable reason) {
    return unavailable_words[static_cast<std::size_t>(reason)];
}

}  // namespace

std::string_view text_member(const fhir::path::Value& item, std::string_view name) {
    const boost::json::object* object = object_of(item);
    return object ? fhir::member_text(*object, name) : std::string_view();
}

std::string describe_briefly(const fhir::path::Value& item) {
    const boost::json::object* object = object_of(item);
    if (!object) return "";
    std::string line(fhir::member_text(*object, "reference"));
    line.append(line.empty() ? "\"" : " \"").append(fhir::member_text(*object, "label"));
    if (fhir::find_member(*object, "analyte")) line.append(" ").append(fhir::member_text(*object, "text"));
    line += '"';
    const std::string_view words = fhir::member_text(*object, "words");
    if (!words.empty()) line.append(", by its words (").append(words).append(")");
    std::string date;
    append_date(*object, date);
    return line + (date.starts_with(", ") && words.empty() ? date.substr(1) : date);
}

CardInput input_of(const fhir::path::Value& item) {
    CardInput input;
    input.what = text_member(item, "label");
    const std::string_view exact = text_member(item, "exact");
    input.value = exact.empty() && !text_member(item, "analyte").empty() ? text_member(item, "text") : exact;
    input.date = text_member(item, "date");
    input.status = text_member(item, "status");
    input.reference = text_member(item, "reference");
    input.range = text_member(item, "rangeText");
    return input;
}

std::string describe_missing(const Run& run, std::size_t source) {
    const std::string& key = run.program().source_keys[source];
    const DataUnavailable& words = run.program().pack.data_unavailable;
    const auto name = words.sources.find(key);
    const auto& unavailable = run.record().unavailable;
    const auto found = unavailable.find(key);
    const bool is_missing = found != unavailable.end() || !run.record().provided.contains(key);
    const std::string line = name == words.sources.end() ? key : name->second;
    if (!is_missing) return line + " (not known)";  // a birth date that the patient's resource lacks
    const Unavailable why = found == unavailable.end() ? Unavailable::not_sent : found->second;
    const auto reason = words.reasons.find(std::string(key_of(why)));
    return reason == words.reasons.end() ? line : line + " (" + reason->second + ")";
}

std::vector<std::string> describe_missing_sources(const Run& run, SourceSet missing) {
    std::vector<std::string> lines;
    for (std::size_t source = 0; source < run.program().source_keys.size(); ++source) {
        if (missing & source_bit(source)) lines.push_back(describe_missing(run, source));
    }
    return lines;
}

void add_once(std::string line, std::vector<std::string>& lines) {
    if (!line.empty() && std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
}

}  // namespace rules
