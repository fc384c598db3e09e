#include "rules/tune/held_report.hpp"

#include "fhir/member.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace rules {
namespace {

namespace json = boost::json;

constexpr std::string_view population = "population/";

json::object counts_json(const TunedCounts& counts) {
    return {{"gained", counts.gained}, {"lost", counts.lost}, {"changed", counts.changed}, {"same", counts.same}};
}

/// "18 to 29" is how a survey writes what impact calls "18-29".
std::string age_of(std::string text) {
    if (const std::size_t to = text.find(" to "); to != std::string::npos) text.replace(to, 4, "-");
    return text;
}

using ReadFilter = boost::system::result<FindFilter, std::string>;

ReadFilter refused(std::string why) {
    return {boost::system::in_place_error, std::move(why)};
}

}  // namespace

std::string patient_name(std::size_t number) {
    return std::string(population) + std::to_string(number);
}

std::optional<std::size_t> patient_number(std::string_view name, const HeldPopulation& held) {
    if (!name.starts_with(population)) return std::nullopt;
    name.remove_prefix(population.size());
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool is_whole = error == std::errc() && end == name.data() + name.size();
    return is_whole && number < held.patients() ? std::optional(number) : std::nullopt;
}

json::object tuned_json(const Tuned& tuned) {
    json::object told = {{"patients", tuned.patients}, {"notEvaluated", tuned.not_evaluated}, {"cut", tuned.cut}};
    for (const auto& member : counts_json(tuned.events)) told.insert(member);
    told["none"] = tuned.none;
    told["touched"] = tuned.touched;
    told["losesWarning"] = tuned.loses_warning;
    json::array rules, examples;
    for (const auto& [rule, counts] : tuned.rules) {
        json::object of_rule = counts_json(counts);
        of_rule["rule"] = rule;
        rules.emplace_back(std::move(of_rule));
    }
    json::object unreadable;
    for (const auto& [test, sides] : tuned.unreadable) {
        unreadable[test] = json::object{{"saved", sides[0]}, {"draft", sides[1]}};
    }
    for (const TunedExample& example : tuned.examples) {
        examples.emplace_back(
            json::object{{"patient", patient_name(example.patient)}, {"rule", example.rule}, {"what", example.what}});
    }
    told["unreadable"] = std::move(unreadable);
    told["rules"] = std::move(rules);
    told["examples"] = std::move(examples);
    return told;
}

json::object found_json(const Found& found) {
    json::array patients;
    for (const Found::Patient& patient : found.patients) {
        json::array cards(patient.cards.begin(), patient.cards.end());
        json::array lost(patient.lost_warnings.begin(), patient.lost_warnings.end());
        patients.emplace_back(json::object{{"patient", patient_name(patient.number)},
                                           {"title", patient.sex + ", " + patient.age},
                                           {"cards", std::move(cards)},
                                           {"lostWarnings", std::move(lost)}});
    }
    return {{"patients", std::move(patients)}, {"of", found.of}};
}

json::object histogram_json(const ValueHistogram& histogram) {
    json::array bars, edges;
    for (const ValueBar& bar : value_bars(histogram.values)) {
        json::object told = {{"from", fhir::make_decimal(bar.from)}, {"to", nullptr}, {"count", bar.patients}};
        if (!bar.to.empty()) told["to"] = fhir::make_decimal(bar.to);
        bars.emplace_back(std::move(told));
    }
    for (const auto& [side, marks] : {std::pair("saved", &histogram.saved), std::pair("draft", &histogram.draft)}) {
        for (const ValueMark& mark : *marks) {
            edges.emplace_back(
                json::object{{"value", fhir::make_decimal(mark.at.text())}, {"side", side}, {"text", mark.text}});
        }
    }
    return {{"bars", std::move(bars)}, {"edges", std::move(edges)}};
}

json::object bundle_json(const HeldPatient& patient) {
    json::object bundle = {{"resourceType", "Bundle"}, {"type", "collection"}};
    if (patient.trees.size() == 1 && fhir::member_text(patient.trees[0].get_object(), "resourceType") == "Bundle") {
        return json::object(patient.trees[0].get_object(), json::storage_ptr());
    }
    json::array entries;
    for (const json::value& tree : patient.trees) entries.emplace_back(json::object{{"resource", tree}});
    bundle["entry"] = std::move(entries);
    return bundle;
}

boost::system::result<FindFilter, std::string> read_filter(const json::object& filter) {
    static constexpr std::array whats = {"gained", "lost", "changed", "same"};
    FindFilter read;
    for (const auto& [name, value] : filter) {
        if (value.is_null()) continue;
        if (name == "unreadable" || name == "losesWarning") {
            if (!value.is_bool()) return refused(std::string(name) + " is true or false.");
            (name == "unreadable" ? read.unreadable : read.loses_warning) = value.get_bool();
            continue;
        }
        const auto text = fhir::text_of(value);
        if (!text) return refused(std::string(name) + " is a text.");
        if (name == "rule") {
            read.rule = *text;
        } else if (name == "what") {
            if (std::ranges::find(whats, *text) == whats.end()) {
                return refused("what is gained, lost, changed or same.");
            }
            read.what = *text;
        } else if (name == "side") {
            if (*text != "saved" && *text != "draft") return refused("side is saved or draft.");
            read.is_saved = *text == "saved";
        } else if (name == "sex") {
            read.sex = *text;
        } else if (name == "age") {
            read.age = age_of(std::string(*text));
        } else if (name == "analyte") {
            read.analyte = *text;
        } else if (name == "band") {
            read.band = *text;
        } else {
            return refused("a filter has no " + std::string(name) +
                           ": rule, what, side, sex, age, analyte, band, unreadable, losesWarning.");
        }
    }
    return read;
}

}  // namespace rules
