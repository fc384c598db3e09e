#include "rules/compare/impact_report.hpp"

#include "fhir/member.hpp"
#include "rules/compare/pack_diff_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rules {
namespace {

namespace json = boost::json;

constexpr std::string_view not_for_sharing =
    "Exact counts, and perhaps patients: not for sharing. Small counts lead to persons; the text and the HTML leave "
    "them out.";
constexpr std::array<std::string_view, 2> names_of_sides = {"from", "to"};

json::object version_as_json(const ImpactSubject::Version& version) {
    json::object object{{"pack", version.pack}, {"version", version.version}};
    for (const NamedDigest& one : named(version.digests)) object.emplace(one.member, *one.digest);
    return object;
}

ImpactSubject::Version version_from_json(const json::object& subject, std::string_view side) {
    const json::value* version = fhir::find_member(subject, side);
    if (!version || !version->is_object()) return {};
    const auto text = [version](std::string_view name) {
        return std::string(fhir::member_text(version->get_object(), name));
    };
    return {text("pack"),
            text("version"),
            {text("packDigest"), text("siteDigest"), text("digest"), text("approvalDigest")}};
}

json::array changes_as_json(const ImpactSubject& subject) {
    json::array list;
    for (const Change& change : subject.changes) list.push_back(json_of(change));
    return list;
}

void read_changes(const json::object& whole, ImpactSubject& subject) {
    const json::value* list = whole.if_contains("changed");
    if (!list || !list->is_array()) return;
    for (const json::value& one : list->get_array()) {
        auto change = one.is_object() ? change_from_json(one.get_object()) : std::nullopt;
        if (change && subject.changes.size() < most_kept_changes) subject.changes.push_back(std::move(*change));
    }
    const json::value* more = whole.if_contains("moreChanges");
    if (more && more->is_int64() && more->get_int64() > 0) {
        subject.more_changes = static_cast<std::size_t>(more->get_int64());
    }
}

json::array edges_as_json(const std::vector<ValueMark>& edges) {
    json::array list;
    for (const ValueMark& edge : edges) list.push_back({{"at", edge.at.text()}, {"text", edge.text}});
    return list;
}

json::object bands_as_json(const ImpactSubject& subject) {
    json::object tests;
    for (const auto& [test, units] : subject.bands) {
        json::object of_test;
        for (const auto& [unit, edges] : units) {
            json::object of_unit;
            for (std::size_t side = 0; side < edges.size(); ++side) {
                of_unit.emplace(names_of_sides[side], edges_as_json(edges[side]));
            }
            of_test.emplace(unit, std::move(of_unit));
        }
        tests.emplace(test, std::move(of_test));
    }
    return tests;
}

std::vector<ValueMark> edges_from_json(const json::object& of_unit, std::string_view side) {
    std::vector<ValueMark> edges;
    const json::value* list = of_unit.if_contains(side);
    if (!list || !list->is_array()) return edges;
    for (const json::value& one : list->get_array()) {
        if (!one.is_object()) continue;
        const auto at = fhir::Decimal::parse(fhir::member_text(one.get_object(), "at"));
        if (at) edges.push_back({*at, std::string(fhir::member_text(one.get_object(), "text"))});
    }
    return edges;
}

void read_bands(const json::object& whole, ImpactSubject& subject) {
    const json::value* tests = whole.if_contains("bands");
    if (!tests || !tests->is_object()) return;
    for (const auto& [test, units] : tests->get_object()) {
        if (!units.is_object()) continue;
        for (const auto& [unit, edges] : units.get_object()) {
            if (!edges.is_object()) continue;
            auto& of_unit = subject.bands[std::string(test)][std::string(unit)];
            for (std::size_t side = 0; side < of_unit.size(); ++side) {
                of_unit[side] = edges_from_json(edges.get_object(), names_of_sides[side]);
            }
        }
    }
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

}  // namespace

std::uint64_t cards_of(const Impact& impact, Side side) {
    return impact.counts.sum({"cards", side == Side::from ? "from" : "to"});
}

std::string why_nothing_was_compared(const Impact& impact) {
    const auto& [from, to] = impact.subject.versions;
    const auto is_changed = [&](std::string_view what) { return impact.counts.at({"event", what}) > 0; };
    if (from.digests.cards != to.digests.cards || is_changed("gained") || is_changed("lost") || is_changed("changed"))
        return {};
    return "Nothing was compared: before and after are the same pack with the same settings (one digest on cards). "
           "Give the pack after the change with --to, or its site file with --site-to.";
}

json::object impact_as_json(const Impact& impact) {
    const ImpactSubject& subject = impact.subject;
    json::object of{{"from", version_as_json(subject.versions[0])},
                    {"to", version_as_json(subject.versions[1])},
                    {"at", subject.at},
                    {"events", subject.events}};
    if (!subject.since.empty()) of.emplace("since", subject.since);
    if (!subject.until.empty()) of.emplace("until", subject.until);
    json::object whole{{"notForSharing", not_for_sharing},    {"impact", std::move(of)},
                       {"changed", changes_as_json(subject)}, {"moreChanges", subject.more_changes},
                       {"bands", bands_as_json(subject)},     {"leftOut", faults_as_json(impact)},
                       {"counts", impact.counts.as_json()},   {"patients", impact.patients.as_json()}};
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
    read_changes(json, impact.subject);
    read_bands(json, impact.subject);
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

}  // namespace rules
