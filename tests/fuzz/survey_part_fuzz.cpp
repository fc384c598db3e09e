// A part of a survey as a broken disk or another program may leave it: it is refused with a reason, or what was taken
// of it is written again to the same bytes and counts as often.
#include "fhir/json_text.hpp"
#include "rules/survey/survey_counts.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto rows = fhir::parse_json(std::string(reinterpret_cast<const char*>(data), size));
    if (!rows) return 0;
    rules::SurveyCounts counts;
    if (!counts.add_json(*rows)) return 0;
    const std::string written = boost::json::serialize(counts.to_json());
    const auto read = fhir::parse_json(written);
    rules::SurveyCounts again;
    if (!read || !again.add_json(*read)) std::abort();
    if (boost::json::serialize(again.to_json()) != written) std::abort();
    return 0;
}
