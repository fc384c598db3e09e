#include "fhir/json_text.hpp"
#include "service/live/drift_page.hpp"
#include "service/live/report.hpp"

#include <utility>

namespace service {

namespace json = boost::json;

namespace {

json::object object_of(const Watched& watched) {
    json::object object{{"what", name_of(watched.what)}};
    if (watched.what != Watch::cards) object["client"] = watched.client;
    if (!watched.name.empty()) object["name"] = watched.name;
    return object;
}

json::array changes_of(const DriftReport& report) {
    json::array changes;
    for (const Episode& one : report.episodes) {
        const Change& change = one.change;
        json::object object = object_of(change.watched);
        object["went"] = change.is_rise ? "up" : "down";
        object["against"] = name_of(change.against);
        object["now"] = report.is_heard_now(one);
        object["firstHeard"] = print_day(one.first);
        object["lastHeard"] = print_day(one.last);
        object["part"] = change.part;
        object["whole"] = change.whole;
        object["expected"] = change.expected;
        object["partBefore"] = change.part_before;
        object["wholeBefore"] = change.whole_before;
        object["dispersion"] = change.dispersion;
        changes.push_back(std::move(object));
    }
    return changes;
}

json::array not_watched_of(const DriftReport& report) {
    json::array all;
    for (const NotWatched& one : report.not_watched) {
        json::object object = object_of(one.watched);
        object["why"] = name_of(one.why);
        object["partBefore"] = one.part_before;
        object["wholeBefore"] = one.whole_before;
        all.push_back(std::move(object));
    }
    return all;
}

json::array versions_of(const DriftReport& report) {
    json::array versions;
    for (const NewVersion& one : report.versions) {
        versions.push_back(json::object{{"since", print_day(report.first + std::chrono::days(one.day))},
                                        {"pack", one.pack},
                                        {"digest", one.digest}});
    }
    return versions;
}

json::array names_of(const DriftReport& report) {
    json::array names;
    for (const NewName& one : report.names) {
        names.push_back(json::object{
            {"client", one.client}, {"analyte", one.analyte}, {"name", one.name}, {"results", one.results}});
    }
    return names;
}

}  // namespace

std::string drift_json(const DriftReport& report) {
    const json::object all{{"notForSharing", "exact counts; --format text, csv and html round them"},
                           {"since", print_day(report.since)},
                           {"until", print_day(report.until)},
                           {"somethingChanged", report.has_something_now()},
                           {"changes", changes_of(report)},
                           {"newVersions", versions_of(report)},
                           {"newNames", names_of(report)},
                           {"notWatched", not_watched_of(report)}};
    return fhir::print_json_indented(all) + "\n";
}

}  // namespace service
