// What follows from a pack and its site together: what an EHR is asked for, and the limits as they are held here.
#include "rules/compare/pack_diff_statement.hpp"
#include "rules/pack/readers.hpp"
#include "rules/program/parameters.hpp"
#include "rules/program/program.hpp"

namespace rules {
namespace {

/// A query taken apart, so that a code more is one part more.
PartList parts_of_query(const std::string& query) {
    PartList parts;
    const auto question = query.find('?');
    const std::string path = query.substr(0, question);
    parts.push_back({path, path, "resource"});
    std::string_view rest =
        question == std::string::npos ? std::string_view() : std::string_view(query).substr(question + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const std::string_view parameter = rest.substr(0, end);
        const std::string name(parameter.substr(0, parameter.find('=')));
        std::string_view values = parameter.substr(std::min(name.size() + 1, parameter.size()));
        const bool is_list = values.find('|') != std::string_view::npos;
        while (is_list && !values.empty()) {
            const auto comma = values.find(',');
            const std::string words = name + "=" + std::string(values.substr(0, comma));
            parts.push_back({words, words});
            values.remove_prefix(comma == std::string_view::npos ? values.size() : comma + 1);
        }
        if (!is_list) parts.push_back({std::string(parameter), std::string(parameter), name});
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return parts;
}

/// A key is asked for alike at all hooks that need it.
void tell_prefetch(const Program& program, Teller& to) {
    std::map<std::string, PartList> hooks, queries;
    for (const auto& [word, hook] : hook_words) {
        for (const PrefetchTemplate& prefetch : program.prefetch(hook)) {
            hooks[prefetch.key].push_back({std::string(word), std::string(word)});
            queries[prefetch.key] = parts_of_query(prefetch.query);
            if (prefetch.required) queries[prefetch.key].push_back({"required", "required: 412 without it"});
        }
    }
    for (const auto& [key, parts] : queries) {
        to.about("p prefetch " + key, "prefetch " + key);
        to.list(weight::prefetch, "asks for", parts, Listing::codes);
        to.list(weight::prefetch, "at", hooks[key], Listing::codes);
        to.as_headline();
    }
}

/// The limits by which a test is read here, whatever chose them.
void tell_limits(const VersionOfRules& version, Teller& to) {
    const Parameters parameters(version.pack.parameters, version.site.parameters);
    for (const Analyte& analyte : version.pack.analytes) {
        std::string id = analyte.rulesets.empty() ? "" : analyte.rulesets.begin()->first;
        if (analyte.ruleset) id = std::string(parameters.text(*analyte.ruleset).value_or(""));
        const auto ruleset = analyte.rulesets.find(id);
        if (ruleset == analyte.rulesets.end()) continue;
        to.about("1a test " + analyte.id, "test " + analyte.id + ": " + analyte.title);
        to.text(weight::who, "limits in force here are those of", ruleset->second.title);
        to.as_derived();
        for (const auto& [kind, bands] : ruleset->second.bands) {
            to.list(weight::who, "limits in force here, " + kind, parts_of(bands));
            to.as_derived();
        }
    }
}

}  // namespace

void tell_in_force(const VersionOfRules& version, Teller& to) {
    tell_limits(version, to);
    const Compilation compilation = compile(version.pack, version.site);
    if (compilation.program) tell_prefetch(*compilation.program, to);
}

}  // namespace rules
