// JSON text, held against Boost.JSON's own parser: the same tree, or a refusal with the same code, in both dialects and
// under small limits, too.
#include "fhir/json_text.hpp"
#include "tests/fhir/boost_parser.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void expect_agreement(std::string_view text, fhir::JsonDialect dialect, const fhir::JsonLimits& limits) {
    const auto ours = fhir::parse_json(text, {}, dialect, limits);
    const auto theirs = fhir::boost_parser::parse(text, dialect, limits);
    if (ours.has_value() != theirs.has_value()) std::abort();
    if (ours && *ours != *theirs) std::abort();
    if (!ours && ours.error().code != theirs.error()) std::abort();
    if (!ours && ours.error().offset > text.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const fhir::JsonLimits small{.depth = 4, .values = 30, .number_characters = 6};
    expect_agreement(text, fhir::JsonDialect::strict, {});
    expect_agreement(text, fhir::JsonDialect::strict, small);
    // Boost 1.81 reads the end of a comment that holds a star before it otherwise.
    if (text.find("**/") == std::string_view::npos) expect_agreement(text, fhir::JsonDialect::with_comments, small);
    return 0;
}
