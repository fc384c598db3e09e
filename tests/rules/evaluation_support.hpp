// Packs and records for tests of the engine: a pack read and compiled whole, a record from FHIR JSON.
#pragma once

#include "fhir/json_text.hpp"
#include "rules/pack/pack.hpp"
#include "rules/program/program.hpp"
#include "rules/record/record.hpp"
#include "rules/run/evaluation.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

inline std::string findings_text(const rules::Diagnostics& findings) {
    std::string text;
    for (const rules::Diagnostic& finding : findings) {
        text += finding.place.file + ":" + std::to_string(finding.place.line) + ":" +
                std::to_string(finding.place.column) + ": " + finding.message + " [" + finding.code + "]\n";
    }
    return text;
}

inline rules::Pack read_test_pack(const std::filesystem::path& directory) {
    auto files = rules::read_pack_directory(directory);
    if (files.has_error()) throw std::runtime_error(findings_text(files.error()));
    rules::PackReading reading = rules::read_pack(std::move(*files));
    if (rules::has_errors(reading.findings)) throw std::runtime_error(findings_text(reading.findings));
    return std::move(reading.pack);
}

inline std::shared_ptr<const rules::Program> compile_test_pack(rules::Pack pack, rules::Site site = {}) {
    rules::Compilation compilation = rules::compile(std::move(pack), std::move(site));
    if (!compilation.program) throw std::runtime_error(findings_text(compilation.findings));
    return compilation.program;
}

inline boost::json::value parsed(std::string_view text) {
    auto tree = fhir::parse_json(text);
    if (tree.has_error())
        throw std::runtime_error("a test's JSON does not parse: " + std::string(tree.error().message));
    return std::move(*tree);
}

/// The Observation keys of a pack: every other key is fixed.
inline std::vector<std::string> observation_keys(const rules::Pack& pack) {
    std::vector<std::string> keys;
    for (const rules::Analyte& analyte : pack.analytes) keys.push_back(analyte.prefetch);
    for (const rules::Fact& fact : pack.facts) {
        if (!fact.prefetch.empty()) keys.push_back(fact.prefetch);
    }
    return keys;
}

/// Pointers to the objects of an array of resources, which must outlive them.
inline std::vector<const boost::json::object*> objects_in(const boost::json::value& resources) {
    std::vector<const boost::json::object*> objects;
    for (const boost::json::value& resource : resources.as_array()) objects.push_back(&resource.as_object());
    return objects;
}

inline rules::Record complete_record(const boost::json::value& resources, const rules::Pack& pack) {
    return rules::read_record(rules::sources_of_complete_record(objects_in(resources), observation_keys(pack)));
}

inline std::string_view name_of(rules::Indicator indicator) {
    switch (indicator) {
        case rules::Indicator::info:
            return "info";
        case rules::Indicator::warning:
            return "warning";
        case rules::Indicator::critical:
            return "critical";
    }
    return "";
}
