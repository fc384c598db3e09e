// Evaluating expressions in tests: on a resource written as JSON, at a fixed instant, with the result as JSON text.
#pragma once

#include "fhir/json_text.hpp"
#include "fhir/path/path.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::path {

inline const Types& r4() {
    static const Types types;
    return types;
}

/// The result of `expression` as compact JSON text, "refused: …" or "failed: …". \param resource  JSON, or "" for
/// nothing.
inline std::string evaluated(std::string_view expression, std::string_view resource = "", bool typed = false,
                             const Limits& limits = {}) {
    CompileOptions options{.types = &r4(), .limits = limits};
    Input input;
    boost::json::value tree;
    if (!resource.empty()) {
        tree = *parse_json(resource);
        input.context = Value::resource(tree, r4());
        options.context = input.context.type();
    }
    input.now = DateTime::parse("2026-11-21T08:30:00+01:00");
    input.limits = limits;
    const auto compiled = compile(expression, options);
    if (!compiled) {
        const auto is_error = [](const Diagnostic& found) { return found.severity == Severity::error; };
        const std::vector<Diagnostic> findings = compiled.error();
        return "refused: " + std::find_if(findings.begin(), findings.end(), is_error)->message;
    }
    const auto values = evaluate(*compiled, input);
    if (!values) return "failed: " + values.error().message;
    if (!typed) return print_json(to_json(*values, r4()));
    boost::json::array array;
    for (const Value& value : *values) array.push_back(to_typed_json(value, r4()));
    return print_json(array);
}

}  // namespace fhir::path
