// The prefetch templates of a program, derived from what the rules of a hook read. The keys are fixed,
// because EHRs configure them by name; the Observation keys are the pack's. Only Observations are asked for by code:
// a list of every condition code would make the URL longer than servers take.
#include "fhir/coding.hpp"
#include "rules/program/program_builder.hpp"

#include <algorithm>
#include <set>

namespace rules {
namespace {

constexpr std::string_view patient = "{{context.patientId}}";
// Unasked, servers give ten to fifty entries a page, and what is left over is missing unless somebody turns the pages.
constexpr std::string_view page_size = "&_count=200";

std::string by_patient(std::string_view type, std::string_view more = "") {
    return std::string(type) + "?patient=" + std::string(patient) + std::string(more) + std::string(page_size);
}

void add_codes_of(const Program::Inner& program, std::size_t source, std::set<std::string>& tokens) {
    const auto add = [&tokens](std::string_view system, std::string_view code) {
        tokens.insert(std::string(system.empty() ? fhir::loinc_system : system) + "|" + std::string(code));
    };
    for (const CompiledAnalyte& analyte : program.analytes) {
        if (analyte.source != source) continue;
        for (const AnalyteCode& code : analyte.written->codes) add(code.system, code.code);
        const auto local = program.site.analyte_codes.find(analyte.written->id);
        if (local == program.site.analyte_codes.end()) continue;
        for (const AnalyteCode& code : local->second) add(code.system, code.code);
    }
    for (const CompiledFact& fact : program.facts) {
        if (fact.form != Fact::Form::observations || fact.source != source) continue;
        for (const SetId set : fact.sets) {
            for (const fhir::ValueSet::System& system : program.value_set(set)->included()) {
                for (const auto& listed : system.concepts) add(system.url, listed.code);
            }
        }
    }
}

std::string observation_query(const Program::Inner& program, std::size_t source) {
    std::set<std::string> tokens;
    add_codes_of(program, source, tokens);
    std::string codes;
    for (const std::string& token : tokens) codes += (codes.empty() ? "" : ",") + token;
    return by_patient("Observation", "&code=" + codes + "&_sort=-date");
}

PrefetchTemplate template_for(const Program::Inner& program, std::size_t source) {
    const std::string& key = program.source_keys[source];
    if (source >= first_observation_source) return {key, observation_query(program, source), "Observation", false};
    const auto& [fixed_key, type, required] = fixed_sources[source];
    const std::string_view status = source == source_orders ? "&status=draft,active,on-hold" : "";
    const std::string query = source == source_patient ? "Patient/" + std::string(patient) : by_patient(type, status);
    return {key, query, std::string(type), required};
}

}  // namespace

SourceSet sources_behind(const Program::Inner& program, const CompiledRule& rule) {
    SourceSet reads = rule.reads;
    const auto add_offer = [&](const CompiledCard& card) {
        if (card.suggestion && card.suggestion->only_if) reads |= program.rules[*card.suggestion->only_if].reads;
    };
    add_offer(rule.card);
    for (const CompiledVariant& variant : rule.variants) {
        add_offer(variant.card);
        if (variant.only_if) reads |= program.rules[*variant.only_if].reads;
    }
    return reads;
}

std::vector<PrefetchTemplate> prefetch_for(const Program::Inner& program, Hook hook) {
    SourceSet reads = source_bit(source_patient) | source_bit(source_conditions);
    for (const CompiledRule& rule : program.rules) {
        if (rule.is_off || !rule.is_for(hook)) continue;
        reads |= sources_behind(program, rule);
    }
    std::vector<PrefetchTemplate> templates;
    for (std::size_t source = 0; source < program.source_keys.size(); ++source) {
        if (!(reads & source_bit(source))) continue;
        const std::string& key = program.source_keys[source];
        if (std::ranges::find(program.site.not_provided, key) != program.site.not_provided.end()) continue;
        templates.push_back(template_for(program, source));
    }
    return templates;
}

}  // namespace rules
