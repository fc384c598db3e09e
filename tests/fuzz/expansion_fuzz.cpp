// A file of expansions as a broken disk, a proxy or another program may leave it: whatever is taken of it is of the
// pack's own value sets, of a release, and only codes of SNOMED CT that the pack does not leave out; everything else is
// a finding with a place inside the text.
#include "fhir/coding.hpp"
#include "rules/check/expansions.hpp"
#include "rules/pack/pack.hpp"
#include "tests/fuzz/json_mutator.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

/// The shipped pack; run from the root of the tree.
const rules::Pack& pack() {
    static const rules::Pack shipped = [] {
        auto files = rules::read_pack_directory("rules/packs/back-pain-labs");
        if (!files) std::abort();
        return rules::read_pack(std::move(*files)).pack;
    }();
    return shipped;
}

bool is_digit(char character) {
    return std::isdigit(static_cast<unsigned char>(character)) != 0;
}

void hold(const std::string& value_set, const rules::Expansion& expansion) {
    if (rules::constraint_of(pack(), value_set).empty()) std::abort();
    if (rules::release_date(expansion.version).size() != 10) std::abort();
    for (const std::string& code : expansion.codes) {
        if (!std::ranges::all_of(code, is_digit)) std::abort();
        if (pack().value_sets.at("back-pain-not-trigger").contains(fhir::snomed_system, code)) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const rules::ExpansionReading reading = rules::read_expansions(text, "fuzz/expansions.json", pack());
    for (const rules::Diagnostic& finding : reading.findings) {
        if (finding.message.empty() || finding.code.empty() || finding.place.column > size + 1) std::abort();
        (void)rules::snippet(finding.place, text);
    }
    for (const auto& [value_set, expansion] : reading.expansions.sets) hold(value_set, expansion);
    return 0;
}
