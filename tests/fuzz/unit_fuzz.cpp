// Spellings of units: whatever UCUM reads it reads as one size; a spelling that a laboratory test takes for one of its
// units is that unit by the engine too, so that no number is ever compared with the limit of another size.
#include "fhir/ucum.hpp"
#include "rules/pack/pack.hpp"
#include "rules/program/analyte.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

/// The laboratory tests of the shipped pack; run from the root of the tree.
const std::vector<rules::CompiledAnalyte>& analytes() {
    static const rules::Pack pack = [] {
        auto files = rules::read_pack_directory("rules/packs/back-pain-labs");
        if (!files) std::abort();
        return rules::read_pack(std::move(*files)).pack;
    }();
    static const rules::Site site;
    static const rules::Parameters parameters(pack.parameters, site.parameters);
    static const std::vector<rules::CompiledAnalyte> compiled = [] {
        std::vector<rules::CompiledAnalyte> all;
        for (const rules::Analyte& analyte : pack.analytes) all.push_back(compile_analyte(analyte, parameters, site));
        return all;
    }();
    return compiled;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto meant = fhir::parse_ucum(text);
    if (meant && !fhir::same_unit(*meant, *meant)) std::abort();
    for (const rules::CompiledAnalyte& analyte : analytes()) {
        const auto unit = analyte.unit_of_ucum(text, nullptr);
        if (!unit) continue;
        const bool is_listed = analyte.unit_of(text, nullptr).has_value();
        const auto& own = analyte.units[*unit].meaning;
        if (!is_listed && !(meant && own && fhir::same_unit(*meant, *own))) {
            const auto trimmed = fhir::parse_ucum(rules::trimmed(text));
            if (!(trimmed && own && fhir::same_unit(*trimmed, *own))) std::abort();
        }
        if (analyte.shown_unit(text, *unit).empty()) std::abort();
        (void)analyte.names_another_unit(text, *unit, nullptr);
    }
    return 0;
}
