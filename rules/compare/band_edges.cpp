#include "rules/compare/band_edges.hpp"

#include <algorithm>

namespace rules {
namespace {

const RulesetInForce& ruleset_of(const CompiledAnalyte& analyte, std::size_t kind) {
    for (const auto& [laboratory, own] : analyte.laboratories) {
        const bool bands = own.ruleset && kind < own.ruleset->has_bands.size() && own.ruleset->has_bands[kind];
        if (bands && laboratory->is_default) return *own.ruleset;
    }
    return analyte.ruleset;
}

}  // namespace

std::vector<ValueMark> band_edges(const CompiledAnalyte& analyte, std::size_t kind, std::size_t unit) {
    const RulesetInForce& ruleset = ruleset_of(analyte, kind);
    std::vector<ValueMark> edges;
    if (kind >= ruleset.scales.size() || unit >= ruleset.scales[kind].size()) return edges;
    for (const BandStep& step : ruleset.scales[kind][unit]) {
        if (!step.bound) continue;
        const std::string& words = step.words.empty() ? step.band : step.words;
        edges.push_back({*step.bound, words + (step.bound_included ? " from " : " above ") + step.bound->text()});
    }
    return edges;
}

std::vector<ValueMark> band_edges(const CompiledAnalyte& analyte, std::string_view kind, std::string_view unit) {
    const auto of_kind = std::ranges::find(analyte.kinds, kind, &CompiledKind::name);
    const auto in_unit = std::ranges::find(analyte.units, unit, &CompiledUnit::name);
    if (of_kind == analyte.kinds.end() || in_unit == analyte.units.end()) return {};
    return band_edges(analyte, static_cast<std::size_t>(of_kind - analyte.kinds.begin()),
                      static_cast<std::size_t>(in_unit - analyte.units.begin()));
}

}  // namespace rules
