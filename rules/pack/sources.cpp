#include "rules/pack/sources.hpp"

#include <algorithm>

namespace rules {

const SourceKind* find_fixed_source(std::string_view key) {
    const auto found = std::ranges::find(fixed_sources, key, &SourceKind::key);
    return found == fixed_sources.end() ? nullptr : &*found;
}

std::vector<std::string_view> source_keys(const Pack& pack) {
    std::vector<std::string_view> keys;
    for (const SourceKind& source : fixed_sources) keys.push_back(source.key);
    const auto add = [&keys](const std::string& key) {
        if (!key.empty() && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    };
    for (const Analyte& analyte : pack.analytes) add(analyte.prefetch);
    for (const Fact& fact : pack.facts) add(fact.prefetch);
    return keys;
}

}  // namespace rules
