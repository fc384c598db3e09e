// One run of the shipped pack over a few resources, for tests that look at readings and facts themselves.
#pragma once

#include "rules/program/program_inner.hpp"
#include "rules/run/run.hpp"
#include "tests/rules/evaluation_support.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The shipped pack, read once.
inline const rules::Pack& shipped_pack() {
    static const rules::Pack pack = read_test_pack("rules/packs/back-pain-labs");
    return pack;
}

/// The shipped pack under a site's parameters, compiled once for each.
inline const rules::Program& shipped_program(const std::map<std::string, std::string>& parameters = {}) {
    static std::map<std::map<std::string, std::string>, std::shared_ptr<const rules::Program>> programs;
    auto& program = programs[parameters];
    if (!program) {
        rules::Site site;
        site.parameters = parameters;
        program = compile_test_pack(shipped_pack(), site);
    }
    return *program;
}

/// A record of a woman born 1970-07-15 and `resources`, a JSON array, looked at on 2026-03-02 at noon UTC.
class TestRun {
  public:
    TestRun(const rules::Program& program, std::string_view resources)
        : program_(program),
          resources_(parsed(resources)),
          patient_(parsed(R"({"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-07-15"})")) {
        std::vector<const boost::json::object*> objects = objects_in(resources_);
        objects.push_back(&patient_.as_object());
        record_ = rules::read_record(rules::sources_of_complete_record(objects, observation_keys(program.pack())));
        call_.at = *fhir::DateTime::parse("2026-03-02T12:00:00Z");
        run_.emplace(program.inner(), record_, call_);
    }

    rules::Run& run() { return *run_; }

    /// The items of the slot `name`.
    const fhir::path::Collection& slot(std::string_view name) {
        const auto& slots = program_.inner().slots;
        const auto found = std::ranges::find(slots, name, &rules::Slot::name);
        if (found == slots.end()) throw std::runtime_error("no slot " + std::string(name));
        return run_->slot(static_cast<std::uint16_t>(found - slots.begin())).items;
    }

    /// A member of the results of a test: "result", "pending", …; null if there is none.
    const boost::json::value* member(std::string_view test, std::string_view name) {
        const auto& items = slot(test);
        return items.empty() ? nullptr : items.front().json()->as_object().if_contains(name);
    }

  private:
    const rules::Program& program_;
    boost::json::value resources_, patient_;
    rules::Record record_;
    rules::Call call_;
    std::optional<rules::Run> run_;
};

inline std::string text_of(const boost::json::object& object, std::string_view name) {
    const boost::json::value* member = object.if_contains(name);
    return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

/// An Observation: id, LOINC, what stands in it beside ("\"status\": …" may be replaced).
inline std::string observation(std::string_view id, std::string_view loinc, std::string_view value,
                               std::string_view more = R"("status": "final", "effectiveDateTime": "2026-02-20")") {
    std::string text = R"({"resourceType": "Observation", "id": ")";
    text.append(id).append(R"(", "code": {"coding": [{"system": "http://loinc.org", "code": ")").append(loinc);
    text.append(R"("}]}, )").append(more);
    if (!value.empty()) text.append(", ").append(value);
    return text + "}";
}

/// A valueQuantity in UCUM: quantity("<", "4", "ng/mL").
inline std::string quantity(std::string_view comparator, std::string_view number, std::string_view unit) {
    std::string text = R"("valueQuantity": {"value": )";
    text.append(number);
    if (!comparator.empty()) text.append(R"(, "comparator": ")").append(comparator).append("\"");
    return text.append(R"(, "unit": ")")
        .append(unit)
        .append(R"(", "system": "http://unitsofmeasure.org", "code": ")")
        .append(unit)
        .append(R"("})");
}
inline std::string quantity(std::string_view number, std::string_view unit) {
    return quantity("", number, unit);
}

inline std::string list(const std::vector<std::string>& resources) {
    std::string text = "[";
    for (const std::string& resource : resources) text.append(text.size() > 1 ? ", " : "").append(resource);
    return text + "]";
}

/// What the program makes of the results of a test, in one line: "total low: 19.9 ng/mL", "unreadable: …",
/// "pending", "nothing".
inline std::string told(TestRun& test, std::string_view analyte) {
    std::string line;
    const auto add = [&line](const std::string& text) { line.append(line.empty() ? "" : "; ").append(text); };
    if (const boost::json::value* result = test.member(analyte, "result")) {
        const boost::json::object& reading = result->as_object();
        const std::string band = text_of(reading, "band");
        std::string one =
            text_of(reading, "kind") + " " + (band.empty() ? "-" : band) + ": " + text_of(reading, "text");
        if (const boost::json::value* others = reading.if_contains("others")) {
            for (const boost::json::value& other : others->as_array()) one += " and " + std::string(other.get_string());
        }
        add(one);
    }
    if (const boost::json::value* unreadable = test.member(analyte, "unreadable")) {
        for (const auto& one : unreadable->as_array()) add("unreadable: " + text_of(one.as_object(), "why"));
    }
    if (test.member(analyte, "pending")) add("pending");
    return line.empty() ? "nothing" : line;
}
