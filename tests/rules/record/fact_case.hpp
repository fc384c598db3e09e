// What a fact says of one resource, as a line.
#pragma once

#include "tests/case_name.hpp"
#include "tests/rules/run_support.hpp"

/// "low back pain: 84 days, at least", or "" for nothing.
inline std::string told_items(TestRun& test, std::string_view slot) {
    std::string line;
    for (const fhir::path::Value& item : test.slot(slot)) {
        if (!item.is_element()) return "yes";
        const boost::json::object& object = item.json()->as_object();
        line.append(line.empty() ? "" : "; ").append(text_of(object, "label"));
        if (const auto* days = object.if_contains("ageDays")) line += ": " + std::to_string(days->as_int64()) + " days";
        if (object.contains("atLeast")) line += " or more";
    }
    return line;
}

struct FactCase {
    const char* name;
    const char* fact;
    std::string resource;
    const char* told;
};
