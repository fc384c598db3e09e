// An expression, a line feed, and a resource: evaluated within tight limits, explained, and printed in every form. An
// expression must give the same whether it is explained or not.
#include "fhir/json_text.hpp"
#include "fhir/path/path.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace path = fhir::path;

namespace {

const path::Types& types() {
    static const path::Types known;
    return known;
}

const boost::json::value& ordinary_patient() {
    static const boost::json::value patient = *fhir::parse_json(R"({
        "resourceType": "Patient", "id": "f", "active": true, "birthDate": "1961-03",
        "name": [{"use": "official", "family": "Hartmann", "given": ["Ilse", "Marie"]}, {"given": ["Ilse"]}],
        "contained": [{"resourceType": "Observation", "valueQuantity": {"value": 11.40, "code": "ng/mL"}}],
        "_birthDate": {"extension": [{"url": "urn:x", "valueString": "y"}]}, "deceasedBoolean": false})");
    return patient;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto parsed = fhir::parse_json(text.substr(std::min(end + 1, text.size())));
    const boost::json::value& resource = parsed ? *parsed : ordinary_patient();
    path::Input input;
    input.context = path::Value::resource(resource, types());
    input.now = fhir::DateTime::parse("2026-11-21T08:30:00+01:00");
    input.limits.steps = 20'000;
    input.limits.collection_size = 2'000;
    input.limits.string_bytes = 20'000;
    const auto compiled = path::compile(text.substr(0, end), {.types = &types(), .context = input.context.type()});
    if (!compiled) return 0;
    const auto values = path::evaluate(*compiled, input);
    const auto explained = path::explain(*compiled, input);
    if (!values || !explained) return 0;
    if (fhir::print_json(to_json(*values, types())) != fhir::print_json(to_json(explained->values, types())))
        std::abort();
    for (const path::Value& value : *values) {
        to_text(value, types());
        fhir::print_json(to_typed_json(value, types()));
    }
    return 0;
}
